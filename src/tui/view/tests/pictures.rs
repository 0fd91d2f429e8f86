//! Pictures at the sizes that people have.

use super::*;
use crate::{
    model::{Pid, snapshot::Problem},
    tui::{
        samples,
        state::{Density, Message, Overlay, Question, QuestionKind, Tone},
    },
};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];

/// Compares a picture with its reviewed one, named with its size.
pub(super) fn check(name: &str, snapshot: &Snapshot, ui: &UiState, theme: &Theme) {
    let sheet = picture(snapshot, ui, theme).sheet();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        insta::assert_snapshot!(format!("{name}_{}x{}", ui.size.0, ui.size.1), sheet);
    });
}

fn with(snapshot: &Snapshot, size: (u16, u16), density: Density, cursor: &str) -> UiState {
    let mut ui = samples::ui(snapshot, size);
    ui.chosen = Some(density);
    ui.cursor = Some(samples::name(cursor));
    ui
}

fn message(text: &str, tone: Tone, times: u32) -> Message {
    Message {
        text: text.to_owned(),
        tone,
        times,
        until: crate::model::Mono::default(),
    }
}

fn question(kind: QuestionKind, focused: usize) -> Overlay {
    Overlay::Question(Question { kind, focused })
}

#[test]
fn the_shop_in_panes_and_as_a_table() {
    let shop = samples::shop();
    for size in SIZES {
        let ui = with(&shop, size, Density::Panes, "payments");
        check("shop_panes", &shop, &ui, &theme());
        let ui = with(&shop, size, Density::Table, "payments");
        check("shop_table", &shop, &ui, &theme());
    }
}

#[test]
fn every_state_in_panes_and_as_a_table() {
    let states = samples::states();
    for size in SIZES {
        let ui = with(&states, size, Density::Panes, "api");
        check("states_panes", &states, &ui, &theme());
        let ui = with(&states, size, Density::Table, "search");
        check("states_table", &states, &ui, &theme());
    }
}

#[test]
fn fifty_services_in_panes_and_as_a_table() {
    let fifty = samples::fifty();
    for size in SIZES {
        let ui = with(&fifty, size, Density::Panes, "api-007");
        check("fifty_panes", &fifty, &ui, &theme());
        let mut ui = with(&fifty, size, Density::Table, "batch-016");
        ui.table_top = 8;
        check("fifty_table", &fifty, &ui, &theme());
    }
}

#[test]
fn a_project_without_services() {
    let empty = samples::empty();
    for size in SIZES {
        check("empty", &empty, &samples::ui(&empty, size), &theme());
    }
}

#[test]
fn names_and_reasons_longer_than_the_screen() {
    let hostile = samples::hostile();
    let first = hostile.services.keys().next().unwrap().to_string();
    let size = (120, 36);
    let ui = with(&hostile, size, Density::Panes, &first);
    check("hostile_panes", &hostile, &ui, &theme());
    let ui = with(&hostile, size, Density::Table, &first);
    check("hostile_table", &hostile, &ui, &theme());
    let ui = with(&hostile, (80, 24), Density::Table, &first);
    check("hostile_table", &hostile, &ui, &theme());
}

#[test]
fn the_help_at_its_top_and_scrolled() {
    let shop = samples::shop();
    for (size, top) in [((80, 24), 0), ((80, 24), 14), ((120, 36), 0)] {
        let mut ui = samples::ui(&shop, size);
        ui.overlay = Some(Overlay::Help { top });
        check(&format!("help_from_{top}"), &shop, &ui, &theme());
    }
}

#[test]
fn every_question() {
    let shop = samples::shop();
    let payments = || samples::name("payments");
    let kill = QuestionKind::Kill {
        service: payments(),
        pid: Some(Pid(48_205)),
    };
    let affects = |restart| QuestionKind::Affects {
        service: payments(),
        restart,
        dependents: vec![samples::name("orders"), samples::name("gateway")],
    };
    let quit = QuestionKind::Quit {
        running: shop.services.keys().cloned().collect(),
    };
    for (name, kind, focused) in [
        ("kill", kill, 0),
        ("stop", affects(false), 1),
        ("restart", affects(true), 0),
        ("quit", quit, 2),
    ] {
        let mut ui = with(&shop, (80, 24), Density::Table, "payments");
        ui.overlay = Some(question(kind, focused));
        check(&format!("question_{name}"), &shop, &ui, &theme());
    }
    let fifty = samples::fifty();
    let mut ui = with(&fifty, (120, 36), Density::Panes, "api-007");
    let running = fifty.services.keys().cloned().collect();
    ui.overlay = Some(question(QuestionKind::Quit { running }, 0));
    check("question_quit_fifty", &fifty, &ui, &theme());
}

#[test]
fn ascii_glyphs_and_no_colour() {
    let states = samples::states();
    let ascii = Theme {
        glyphs: Glyphs::Ascii,
        ..theme()
    };
    let mono = Theme {
        colour: Colour::Mono,
        ..theme()
    };
    let table = with(&states, (80, 24), Density::Table, "worker");
    check("ascii_table", &states, &table, &ascii);
    check("mono_table", &states, &table, &mono);
    let panes = with(&states, (120, 36), Density::Panes, "api");
    check("ascii_panes", &states, &panes, &ascii);
    check("mono_panes", &states, &panes, &mono);
    let mut help = with(&states, (80, 24), Density::Table, "worker");
    help.overlay = Some(Overlay::Help { top: 0 });
    check("ascii_help", &states, &help, &ascii);
}

#[test]
fn too_small_a_terminal() {
    let states = samples::states();
    for size in [(30, 3), (79, 24), (12, 1)] {
        check("small", &states, &samples::ui(&states, size), &theme());
    }
    let mut ui = samples::ui(&states, (40, 4));
    let running = vec![samples::name("cache")];
    ui.overlay = Some(question(QuestionKind::Quit { running }, 1));
    check("small_question", &states, &ui, &theme());
    let empty = samples::empty();
    check(
        "small_empty",
        &empty,
        &samples::ui(&empty, (40, 3)),
        &theme(),
    );
}

#[test]
fn messages_problems_leaving_and_a_paused_log() {
    let shop = samples::shop();
    let size = (80, 24);
    let mut ui = with(&shop, size, Density::Table, "auth");
    ui.message = Some(message("payments: recover done in 61 ms.", Tone::Info, 1));
    ui.logs.get_mut(&samples::name("auth")).unwrap().behind = 7;
    check("message_info", &shop, &ui, &theme());
    let text = "Start disabled: port 8080 is held by PID 48211 (node).";
    ui.message = Some(message(text, Tone::Error, 3));
    check("message_error", &shop, &ui, &theme());
    ui.message = None;
    ui.leaving = Some("stopping 5 services, Ctrl-C kills them".to_owned());
    check("leaving", &shop, &ui, &theme());
    let mut broken = samples::shop();
    broken.api = Some("127.0.0.1:9000".to_owned());
    broken.problems = vec![Problem {
        file: "services/web.toml".to_owned(),
        line: 3,
        column: 1,
        message: "unknown key \"comand\", did you mean \"command\"?".to_owned(),
    }];
    let mut ui = with(&broken, (120, 36), Density::Panes, "auth");
    ui.logs.get_mut(&samples::name("auth")).unwrap().behind = 12_345;
    check("problems", &broken, &ui, &theme());
}
