//! What happened, in words: for the events pane, the events view, the page of a service.

use ratatui::style::Style;
use serde_json::Value;

use super::{Scene, say};
use crate::model::{ActorKind, Event, EventKind, Outcome, State};

/// An accepted ask is told until its result is there.
pub(super) fn is_told(event: &Event, scene: Scene<'_>) -> bool {
    let answered = |event: &Event| {
        let mut later = scene.ui.events.iter().rev();
        later.any(|other| other.kind == EventKind::Result && other.cause == Some(event.seq))
    };
    event.kind != EventKind::Ask || !answered(event)
}

/// Which service it is about.
pub(super) fn service(event: &Event) -> &str {
    event.service.as_ref().map_or("-", |name| name.as_str())
}

/// Who did it, or saw it.
pub(super) fn who(event: &Event) -> &str {
    match event.actor.as_ref().map(|actor| actor.kind) {
        Some(ActorKind::Human) => "you",
        Some(ActorKind::Cli) => "cli",
        Some(ActorKind::Api) => "api",
        Some(ActorKind::Villain) => "Villain",
        Some(ActorKind::Felix) => "Felix",
        None if event.kind == EventKind::Health => "probe",
        Some(ActorKind::Policy) | None => "oats",
    }
}

/// Which action, the new verdict, or what kind of thing happened.
pub(super) fn what(event: &Event) -> &str {
    let verdict = event.data.get("to").and_then(Value::as_str);
    match (event.kind, event.action, verdict) {
        (EventKind::Ask | EventKind::Result | EventKind::Refusal, Some(action), _) => action.id(),
        (EventKind::Health, _, Some(verdict)) => verdict,
        (kind, _, _) => kind.word(),
    }
}

/// What came of it.
pub(super) fn outcome(event: &Event) -> String {
    let data = |key: &str| event.data.get(key).map(plain).unwrap_or_default();
    let reason = event.reason.as_deref();
    let pair = |(from, to): (String, String)| match (from.is_empty(), to.is_empty()) {
        (false, false) => format!("{from} to {to}"),
        _ => format!("{from}{to}"),
    };
    match event.kind {
        EventKind::Ask => "under way".to_owned(),
        // The action has its own column: the code's text is enough.
        EventKind::Refusal => match reason.and_then(|reason| reason.split_once(" disabled: ")) {
            Some((_, text)) => format!("refused: {}", text.trim_end_matches('.')),
            None => reason.unwrap_or("refused").to_owned(),
        },
        EventKind::Result => result(event),
        EventKind::Start => format!("PID {}", data("pid")),
        EventKind::Exit => match (data("signal"), data("code")) {
            (signal, _) if !signal.is_empty() => format!("killed by {signal}"),
            (_, code) if !code.is_empty() => format!("exited with code {code}"),
            _ => reason.unwrap_or("exit unknown").to_owned(),
        },
        EventKind::Health => reason.unwrap_or_default().to_owned(),
        EventKind::Port => reason.map_or_else(|| pair((data("from"), data("to"))), str::to_owned),
        EventKind::Adoption => match (data("verdict"), data("pid")) {
            (verdict, pid) if !pid.is_empty() => format!("PID {pid} {verdict}"),
            (verdict, _) => verdict,
        },
        EventKind::Config => reason.unwrap_or("service files changed").to_owned(),
        EventKind::Owner => match (reason, data("mode"), data("pid")) {
            (Some(reason), ..) => reason.to_owned(),
            (None, mode, pid) => format!("{mode} PID {pid}"),
        },
    }
}

/// How an ask ended, and how long it took.
fn result(event: &Event) -> String {
    let word = event.result.map_or("ended", Outcome::word);
    match (event.result, &event.reason, event.duration_ms) {
        (Some(Outcome::Failed), Some(reason), _) => format!("failed: {reason}"),
        (_, _, Some(millis)) => format!("{word} in {}", say::took(millis)),
        (_, Some(reason), None) => format!("{word}: {reason}"),
        (_, None, None) => word.to_owned(),
    }
}

/// A value of the ledger as text; nothing for null.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// How loudly it is told.
pub(super) fn style(event: &Event, scene: Scene<'_>) -> Style {
    let theme = scene.theme;
    let sick = event.data.get("to").and_then(Value::as_str) == Some("unhealthy");
    match event.kind {
        EventKind::Health if sick => theme.reason(State::Degraded),
        // An exit without a cause is one that nobody asked for.
        EventKind::Exit if event.cause.is_none() => theme.reason(State::Fail),
        EventKind::Result | EventKind::Config if event.result == Some(Outcome::Failed) => {
            theme.reason(State::Fail)
        }
        EventKind::Ask
        | EventKind::Refusal
        | EventKind::Result
        | EventKind::Start
        | EventKind::Exit
        | EventKind::Health
        | EventKind::Port
        | EventKind::Adoption
        | EventKind::Config
        | EventKind::Owner => Style::new(),
    }
}
