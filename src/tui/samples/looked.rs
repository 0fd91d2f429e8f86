//! What is looked at.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{ago, name};
use crate::{
    model::{
        Action, Actor, Event, EventKind, LogLine, Outcome, Seq, ServiceName, Snapshot, Stream,
    },
    tui::state::UiState,
};

/// What is looked at: every service with some output, and a few events.
pub(crate) fn ui(snapshot: &Snapshot, size: (u16, u16)) -> UiState {
    let mut ui = UiState {
        size,
        ..UiState::default()
    };
    for at in 0..40 {
        for name in snapshot.services.keys() {
            let ring = ui.logs.entry(name.clone()).or_default();
            ring.push(ui.arrived, line(name, at, 40));
            ui.arrived += 1;
        }
    }
    ui.cursor = snapshot.services.keys().next_back().cloned();
    ui.cursor_row = snapshot.services.len().saturating_sub(1);
    ui.events.extend(events().into_iter().map(Arc::new));
    ui
}

/// The last lines of a service.
pub(crate) fn lines(service: &ServiceName, count: u32) -> Vec<LogLine> {
    (0..count).map(|at| line(service, at, count)).collect()
}

/// One of the last `count` lines of a service.
fn line(service: &ServiceName, at: u32, count: u32) -> LogLine {
    let (stream, text) = match at % 9 {
        6 => (Stream::Stderr, format!("slow query {} ms", 300 + at)),
        8 => (
            Stream::Oats,
            "probe GET /healthz failed: 503 (1 of 3)".to_owned(),
        ),
        4 => (
            Stream::Stdout,
            format!("\u{1b}[32mINFO\u{1b}[0m request {at} done in \u{1b}[1m2 ms\u{1b}[0m"),
        ),
        _ => (Stream::Stdout, format!("GET /work 200 {} ms", 1 + at % 7)),
    };
    LogLine {
        service: service.clone(),
        stream,
        at: (at > 1).then(|| ago(i64::from(count - at))),
        text,
    }
}

/// A little history of the shop, oldest first.
pub(crate) fn events() -> Vec<Event> {
    let by = |kind, actor: Option<Actor>, action, service: &str, age| Event {
        seq: Seq(u64::try_from(1000 - age).unwrap()),
        at: ago(age),
        mono_ms: 0,
        boot_id: "b".to_owned(),
        kind,
        service: (!service.is_empty()).then(|| name(service)),
        run: None,
        actor,
        action,
        cause: None,
        result: None,
        code: None,
        reason: None,
        duration_ms: None,
        log_at: None,
        data: Value::Null,
    };
    let human = || Some(Actor::HUMAN);
    let start = Some(Action::Start);
    let mut done = by(EventKind::Result, human(), start, "gateway", 336);
    done.result = Some(Outcome::Done);
    done.duration_ms = Some(58);
    done.cause = Some(Seq(663));
    let mut killed = by(EventKind::Exit, None, None, "inventory", 202);
    killed.data = json!({"code": null, "signal": "SIGKILL"});
    let mut again = by(EventKind::Result, human(), start, "inventory", 199);
    again.result = Some(Outcome::Done);
    again.duration_ms = Some(61);
    let mut refused = by(
        EventKind::Refusal,
        human(),
        Some(Action::Recover),
        "auth",
        60,
    );
    refused.reason = Some("Recover disabled: service is not running.".to_owned());
    let mut sick = by(EventKind::Health, None, None, "payments", 3);
    sick.data = json!({"from": "healthy", "to": "unhealthy"});
    sick.reason = Some("GET /healthz answered 503 (3 of 3)".to_owned());
    let mut owner = by(EventKind::Owner, None, None, "", 900);
    owner.data = json!({"pid": 47_000, "mode": "console"});
    vec![
        owner,
        by(EventKind::Ask, human(), start, "gateway", 337),
        done,
        killed,
        again,
        refused,
        sick,
        by(
            EventKind::Ask,
            human(),
            Some(Action::Recover),
            "payments",
            1,
        ),
    ]
}
