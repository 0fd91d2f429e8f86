//! The page of a service, and the list of events.

use super::{pictures::check, *};
use crate::{
    model::{
        Action, ActorKind, Refusal, ServiceName, ServiceView, Snapshot,
        metrics::{Point, ServiceMetrics},
        snapshot::Verdict,
    },
    tui::{
        samples,
        state::{DetailView, EventsView, View},
    },
};

const SIZES: [(u16, u16); 4] = [(40, 10), (80, 24), (120, 36), (200, 60)];

fn page(snapshot: &Snapshot, size: (u16, u16), service: &str, top: usize) -> UiState {
    let mut ui = samples::ui(snapshot, size);
    ui.cursor = Some(samples::name(service));
    ui.view = View::Detail(DetailView { top });
    ui
}

#[test]
fn a_failed_service_says_why_in_its_last_words() {
    let mut states = samples::states();
    let worker = states.services.get_mut(&samples::name("worker")).unwrap();
    let worker = std::sync::Arc::make_mut(worker);
    worker.description = Some("Does what others have ordered".to_owned());
    worker.last_exit.as_mut().unwrap().stderr_tail = vec![
        "thread 'main' panicked at src/main.rs:41:9:".to_owned(),
        "called `Option::unwrap()` on a `None` value".to_owned(),
        "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace".to_owned(),
    ];
    for size in SIZES {
        let ui = page(&states, size, "worker", 0);
        check("detail_failed", &states, &ui, &theme());
    }
}

#[test]
fn a_service_in_each_state_has_its_page() {
    let states = samples::states();
    let names: Vec<ServiceName> = states.services.keys().cloned().collect();
    for name in names {
        let ui = page(&states, (80, 24), name.as_str(), 0);
        check(&format!("detail_{name}"), &states, &ui, &theme());
    }
    let shop = samples::shop();
    let ui = page(&shop, (120, 36), "payments", 0);
    check("detail_payments", &shop, &ui, &theme());
    let ui = page(&shop, (80, 24), "payments", 12);
    check("detail_scrolled", &shop, &ui, &theme());
}

#[test]
fn a_service_says_that_it_needs_a_restart_or_has_no_file_any_more() {
    let mut shop = samples::shop();
    let mut change = |name: &str, how: fn(&mut ServiceView)| {
        let view = shop.services.get_mut(&samples::name(name)).unwrap();
        how(std::sync::Arc::make_mut(view));
    };
    change("orders", |view| {
        view.pending_changes = vec!["env".to_owned(), "port".to_owned()];
    });
    change("auth", |view| {
        let refused = &Refusal::NotConfigured;
        view.actions.start = Verdict::refused(Action::Start, refused);
        view.actions.restart = Verdict::refused(Action::Restart, refused);
    });
    for service in ["orders", "auth"] {
        let ui = page(&shop, (120, 36), service, 0);
        check(&format!("detail_files_{service}"), &shop, &ui, &theme());
    }
}

#[test]
fn the_events_are_listed_and_one_is_told_whole() {
    let shop = samples::shop();
    for size in SIZES {
        let mut ui = samples::ui(&shop, size);
        ui.view = View::Events(EventsView::default());
        check("events", &shop, &ui, &theme());
    }
    let mut ui = samples::ui(&shop, (80, 24));
    ui.view = View::Events(EventsView {
        cursor: ui.events.get(3).map(|event| event.seq),
        who: Some(None),
        service: Some(samples::name("inventory")),
        failures: true,
    });
    check("events_filtered", &shop, &ui, &theme());
    ui.view = View::Events(EventsView {
        who: Some(Some(ActorKind::Felix)),
        ..EventsView::default()
    });
    check("events_none", &shop, &ui, &theme());
    ui.events.clear();
    check("events_empty", &shop, &ui, &theme());
}

#[test]
fn pages_without_unicode_and_without_colour() {
    let ascii = Theme {
        glyphs: Glyphs::Ascii,
        ..theme()
    };
    let mono = theme().without_colours();
    let shop = samples::shop();
    for (name, theme) in [("ascii", &ascii), ("mono", &mono)] {
        let ui = page(&shop, (80, 24), "payments", 0);
        check(&format!("{name}_detail"), &shop, &ui, theme);
        let mut ui = samples::ui(&shop, (80, 24));
        ui.view = View::Events(EventsView::default());
        check(&format!("{name}_events"), &shop, &ui, theme);
    }
    let (empty, hostile) = (samples::empty(), samples::hostile());
    for size in SIZES {
        let mut ui = samples::ui(&empty, size);
        ui.view = View::Detail(DetailView::default());
        check("detail_of_nothing", &empty, &ui, &theme());
        let first = hostile.services.keys().next().unwrap().to_string();
        let ui = page(&hostile, size, &first, 0);
        check("detail_hostile", &hostile, &ui, &theme());
    }
}

/// The page of a service that has fared, from its charts on.
fn charted(snapshot: &Snapshot, size: (u16, u16), service: &str) -> UiState {
    let mut ui = page(snapshot, size, service, 0);
    ui.charts = Some(Box::new(samples::charts(service)));
    let rows = picture_rows(snapshot, &ui);
    if let View::Detail(detail) = &mut ui.view {
        detail.top = rows;
    }
    ui
}

/// The row of the page on which its charts begin.
fn picture_rows(snapshot: &Snapshot, ui: &UiState) -> usize {
    let mut tall = ui.clone();
    tall.size.1 = 200;
    let rows = picture(snapshot, &tall, &theme()).rows();
    let body = usize::from(crate::tui::layout::body(tall.size).y);
    let at = rows.iter().position(|row| row.contains("── Latency"));
    at.unwrap() - body
}

#[test]
fn the_last_hour_is_drawn_at_every_size_and_without_unicode_and_colour() {
    let shop = samples::shop();
    for size in SIZES {
        let ui = charted(&shop, size, "payments");
        check("charts", &shop, &ui, &theme());
    }
    let ascii = Theme {
        glyphs: Glyphs::Ascii,
        ..theme()
    };
    let mono = theme().without_colours();
    for (name, theme) in [("ascii", &ascii), ("mono", &mono)] {
        let ui = charted(&shop, (80, 24), "payments");
        check(&format!("{name}_charts"), &shop, &ui, theme);
    }
}

#[test]
fn charts_of_another_service_or_without_data_are_not_drawn() {
    let shop = samples::shop();
    let drawn = |charts| {
        let mut ui = page(&shop, (100, 100), "payments", 0);
        ui.charts = charts;
        picture(&shop, &ui, &theme()).rows().join("\n")
    };
    let empty = || {
        let mut empty = samples::charts("payments");
        empty.metrics = ServiceMetrics::default();
        empty.points = vec![Point::default(); 360];
        empty
    };
    let mut short = empty();
    short.points.clear();
    for nothing in [
        Some(samples::charts("auth")),
        Some(empty()),
        Some(short),
        None,
    ] {
        let text = drawn(nothing.map(Box::new));
        assert!(text.contains("No data yet."), "{text}");
        assert!(!text.contains("Available"), "{text}");
    }
    // What is not known of a service that lives is said for each chart, and never drawn as zero.
    let mut young = samples::charts("payments");
    for point in &mut young.points {
        (point.cpu_pct, point.mem_bytes, point.p95_ms) = (None, None, None);
    }
    let text = drawn(Some(Box::new(young)));
    assert_eq!(text.matches("no data yet").count(), 3, "{text}");
}
