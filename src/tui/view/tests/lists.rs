//! The list of services in every tier, with filters, orders and groups.

use super::{pictures::check, *};
use crate::{
    model::{HolderClass, State},
    tui::{
        samples,
        state::{Before, Density, Sort},
    },
};

fn with(snapshot: &Snapshot, size: (u16, u16), density: Option<Density>, cursor: &str) -> UiState {
    let mut ui = samples::ui(snapshot, size);
    ui.chosen = density;
    ui.cursor = Some(samples::name(cursor));
    ui
}

#[test]
fn little_room() {
    let shop = samples::shop();
    let states = samples::states();
    for size in [(40, 10), (40, 12), (60, 30), (100, 15)] {
        check(
            "compact_shop",
            &shop,
            &with(&shop, size, None, "payments"),
            &theme(),
        );
        check(
            "compact_states",
            &states,
            &with(&states, size, None, "api"),
            &theme(),
        );
    }
    let grouped = samples::grouped(500);
    for (density, name) in [(Density::Table, "table"), (Density::Grid, "cells")] {
        let ui = with(&grouped, (40, 12), Some(density), "api-011");
        check(&format!("compact_many_{name}"), &grouped, &ui, &theme());
    }
    let one = samples::snapshot("/p", [samples::service(1, "web", Some(80), 9, State::Up)]);
    check(
        "compact_one",
        &one,
        &with(&one, (40, 12), None, "web"),
        &theme(),
    );
    let empty = samples::empty();
    check(
        "compact_empty",
        &empty,
        &samples::ui(&empty, (40, 10)),
        &theme(),
    );
}

#[test]
fn little_room_for_what_is_said() {
    let states = samples::states();
    let mut ui = with(&states, (40, 10), None, "cache");
    ui.message = Some(crate::tui::state::Message {
        text: "Start disabled: port 8080 is held by PID 48211 (node). p frees it.".to_owned(),
        tone: crate::tui::state::Tone::Error,
        times: 1,
        until: crate::model::Mono::default(),
    });
    check("compact_error", &states, &ui, &theme());
    ui.message = None;
    ui.list.typing = Some(Before::default());
    ui.list.filter = "a".to_owned();
    check("compact_typing", &states, &ui, &theme());
    ui.list.typing = None;
    check("compact_filter", &states, &ui, &theme());
    let ascii = Theme {
        glyphs: Glyphs::Ascii,
        colour: Colour::Mono,
        ..theme()
    };
    let ui = with(&states, (40, 12), None, "search");
    check("compact_ascii", &states, &ui, &ascii);
}

#[test]
fn cells_and_what_is_in_trouble() {
    let grouped = samples::grouped(500);
    for size in [(80, 24), (120, 36), (200, 60)] {
        check(
            "cells",
            &grouped,
            &with(&grouped, size, None, "edge-211"),
            &theme(),
        );
    }
    let fifty = samples::grouped(50);
    let cells = Some(Density::Grid);
    check(
        "cells_fifty",
        &fifty,
        &with(&fifty, (120, 36), cells, "edge-020"),
        &theme(),
    );
    let shop = samples::shop();
    check(
        "cells_shop",
        &shop,
        &with(&shop, (80, 24), cells, "payments"),
        &theme(),
    );
    let ascii = Theme {
        glyphs: Glyphs::Ascii,
        colour: Colour::Mono,
        ..theme()
    };
    check(
        "cells_ascii",
        &grouped,
        &with(&grouped, (120, 36), None, "api-011"),
        &ascii,
    );
}

#[test]
fn groups_that_fold() {
    let grouped = samples::grouped(50);
    for size in [(80, 24), (120, 36), (200, 60)] {
        let ui = with(&grouped, size, Some(Density::Table), "batch-012");
        check("groups", &grouped, &ui, &theme());
    }
    let ascii = Theme {
        glyphs: Glyphs::Ascii,
        ..theme()
    };
    let mut ui = with(&grouped, (80, 24), Some(Density::Table), "edge-022");
    ui.list.unfolded.insert("edge".to_owned());
    check("groups_ascii", &grouped, &ui, &ascii);
}

#[test]
fn filters_and_orders() {
    let fifty = samples::fifty();
    let size = (120, 36);
    let mut ui = with(&fifty, size, Some(Density::Table), "batch-011");
    ui.list.filter = "batch".to_owned();
    ui.list.typing = Some(Before::default());
    check("filter_typing", &fifty, &ui, &theme());
    ui.list.typing = None;
    ui.list.problems = true;
    check("filter_kept", &fifty, &ui, &theme());
    ui.list.filter = "nothing like it".to_owned();
    ui.cursor = None;
    check("filter_none", &fifty, &ui, &theme());
    let states = samples::states();
    let mut ui = with(&states, (80, 24), Some(Density::Table), "search");
    ui.list.sort = Sort::Memory;
    ui.list.order = crate::tui::rows::sorted(&states, Sort::Memory, false);
    check("sorted_memory", &states, &ui, &theme());
    ui.list.sort = Sort::State;
    ui.list.inverted = true;
    ui.list.order = crate::tui::rows::sorted(&states, Sort::State, true);
    check("sorted_state", &states, &ui, &theme());
}

/// The attention line.
fn attention(snapshot: &Snapshot, ui: &UiState) -> String {
    picture(snapshot, ui, &theme()).rows().swap_remove(1)
}

#[test]
fn nothing_is_offered_that_runs_into_the_same_holder_again() {
    let mut shop = samples::shop();
    let mut ui = with(&shop, (120, 36), None, "payments");
    assert!(attention(&shop, &ui).ends_with("  R Recover"));
    let payments = shop.services.get_mut(&samples::name("payments")).unwrap();
    let payments = std::sync::Arc::make_mut(payments);
    payments.holder.as_mut().unwrap().class = HolderClass::Stranger;
    assert!(attention(&shop, &ui).ends_with("  p look"));
    for (state, cure) in [(State::Port, "  p look"), (State::Doubt, "  u look")] {
        let view = samples::service(1, "web", Some(80), 9, state);
        let one = samples::snapshot("/p", [view]);
        ui.cursor = Some(samples::name("web"));
        let line = attention(&one, &ui);
        assert!(line.ends_with(cure), "{line}");
    }
}

#[test]
fn a_notice_is_shown_while_nothing_worse_is() {
    let one = samples::snapshot("/p", [samples::service(1, "web", Some(80), 9, State::Up)]);
    let mut ui = with(&one, (80, 24), None, "web");
    ui.notices
        .push_back("keymap mine.toml line 3: unknown key".to_owned());
    assert_eq!(
        attention(&one, &ui),
        " ! keymap mine.toml line 3: unknown key"
    );
    let shop = samples::shop();
    ui.cursor = Some(samples::name("auth"));
    assert!(attention(&shop, &ui).starts_with(" ! payments is unhealthy"));
}

#[test]
fn every_problem_of_five_hundred_services_can_be_read_at_once() {
    let mut many = samples::grouped(500);
    // 22 in trouble, as in a bad hour.
    let troubled = |view: &crate::model::ServiceView| State::of(view).trouble().is_some();
    let calm: Vec<_> = many
        .services
        .values()
        .filter(|it| troubled(it))
        .skip(22)
        .cloned()
        .collect();
    for (at, view) in (900..).zip(calm) {
        let mut up = samples::service(at, view.name.as_str(), None, 60, State::Up);
        up.group.clone_from(&view.group);
        many.services
            .insert(view.name.clone(), std::sync::Arc::new(up));
    }
    let ui = with(&many, (120, 36), None, "api-000");
    let rows = picture(&many, &ui, &theme()).rows();
    for view in many.services.values().filter(|view| troubled(view)) {
        let name = format!(" {} ", view.name);
        let lines = rows.iter().filter(|row| row.contains(&name));
        assert!(lines.count() >= 1, "{name}");
    }
    check("cells_22", &many, &ui, &theme());
}

/// `cargo test --release --lib frames_of_five_hundred -- --ignored --nocapture`
#[test]
#[ignore = "measures; run in a release build"]
#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measurement reads the clock and is printed"
)]
fn frames_of_five_hundred_services() {
    let keymap = Keymap::builtin();
    let many = samples::grouped(500);
    for size in [(120, 36), (200, 60)] {
        for density in [Density::Panes, Density::Table, Density::Grid] {
            for filter in ["", "port:9 up"] {
                let mut ui = with(&many, size, Some(density), "edge-211");
                ui.list.filter = filter.to_owned();
                // With a filter a third of them is marked as well.
                let marked = many.services.keys().step_by(3).cloned();
                ui.list.marks = marked.filter(|_| !filter.is_empty()).collect();
                let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
                let mut times: Vec<_> = (0..500)
                    .map(|_| {
                        let start = std::time::Instant::now();
                        terminal
                            .draw(|frame| draw(frame, &many, &ui, &keymap, &theme(), None))
                            .unwrap();
                        start.elapsed()
                    })
                    .collect();
                times.sort();
                println!(
                    "{size:?} {density:?} {filter:?}: p50 {:?} p99 {:?}",
                    times[250], times[495]
                );
            }
        }
    }
}

/// Marks services by name.
fn marked(ui: &mut UiState, services: &[&str]) {
    let names = services.iter().map(|name| samples::name(name));
    ui.list.marks.extend(names);
}

#[test]
fn marked_services_are_told_without_colour_in_every_list() {
    let states = samples::states();
    let mono = theme().without_colours();
    let some = ["api", "cache", "search"];
    for (name, size, density) in [
        ("table", (120, 36), Some(Density::Table)),
        ("table", (80, 24), Some(Density::Table)),
        ("panes", (120, 36), Some(Density::Panes)),
        ("cells", (80, 24), Some(Density::Grid)),
        ("compact", (40, 10), None),
    ] {
        let mut ui = with(&states, size, density, "search");
        marked(&mut ui, &some);
        check(&format!("marked_{name}"), &states, &ui, &mono);
    }
    let grouped = samples::grouped(50);
    let mut ui = with(&grouped, (80, 24), Some(Density::Table), "batch-012");
    marked(&mut ui, &["api-000", "api-001", "batch-011"]);
    ui.list.filter = "group:batch".to_owned();
    check("marked_filter", &grouped, &ui, &theme());
    ui.list.filter.clear();
    check("marked_folded", &grouped, &ui, &theme());
}

#[test]
fn a_word_that_means_nothing_is_said_as_it_is_typed() {
    let states = samples::states();
    for size in [(40, 10), (80, 24), (120, 36)] {
        let mut ui = with(&states, size, Some(Density::Table), "worker");
        ui.list.filter = "state:fial".to_owned();
        ui.list.typing = Some(Before {
            good: "state:f".to_owned(),
            ..Before::default()
        });
        check("filter_wrong", &states, &ui, &theme());
    }
}

#[test]
fn where_nothing_runs_the_key_that_starts_everything_is_on_the_screen() {
    let ports = [("auth", 8102), ("gateway", 8101), ("inventory", 8104)];
    let all = ports.map(|(name, port)| samples::service(1, name, Some(port), 0, State::Stop));
    let rest = samples::snapshot("/home/ann/shop", all);
    for size in [(40, 10), (80, 24), (120, 36), (200, 60)] {
        check("at_rest", &rest, &with(&rest, size, None, "auth"), &theme());
    }
}
