//! The latest ledger lines, newest first.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use serde_json::Value;

use super::{
    Scene, say,
    text::{Pen, Side, cut_middle, width},
    tile::rows_from,
};
use crate::{
    model::{ActorKind, Event, EventKind, Outcome, State},
    tui::theme::Weight,
};

/// An actor, a service's name, an action takes at most this.
const NAME: usize = 16;

/// Draws the events pane.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) {
    let theme = scene.theme;
    let glyph = theme.rule_glyph(Weight::Light);
    let rule = theme.rule(Weight::Light);
    Pen::new(buffer, area, theme.cut())
        .put(&glyph.repeat(2), rule)
        .put(" Events ", Style::new())
        .fill(glyph, 0, rule);
    let below = rows_from(area, 1);
    let events = scene.ui.events.iter().rev();
    let told = events.filter(|event| is_told(event, scene));
    let shown: Vec<&Event> = told
        .map(AsRef::as_ref)
        .take(usize::from(below.height))
        .collect();
    if shown.is_empty() {
        Pen::new(buffer, below, theme.cut())
            .skip(1)
            .put("nothing happened yet", theme.dim());
        return;
    }
    let widest = |text: fn(&Event) -> &str| {
        let widths = shown.iter().map(|event| text(event).len());
        widths.max().unwrap_or(0).min(NAME)
    };
    let columns = [widest(who), widest(service), widest(what)];
    let mut rows = below.rows();
    for event in shown {
        let Some(row) = rows.next() else { return };
        if draw_event(buffer, row, scene, event, columns) {
            continue;
        }
        // What came of it is worth a row of its own where it would be cut.
        if let Some(row) = rows.next() {
            Pen::new(buffer, row, theme.cut())
                .skip(10)
                .say(&outcome(event), style(event, scene));
        }
    }
}

/// An accepted ask is told until its result is there.
fn is_told(event: &Event, scene: Scene<'_>) -> bool {
    let answered = |event: &Event| {
        let mut later = scene.ui.events.iter().rev();
        later.any(|other| other.kind == EventKind::Result && other.cause == Some(event.seq))
    };
    event.kind != EventKind::Ask || !answered(event)
}

/// One event: when, who, which service, what, and what came of it; says whether all of it fits.
fn draw_event(
    buffer: &mut Buffer,
    row: Rect,
    scene: Scene<'_>,
    event: &Event,
    [who_width, service_width, what_width]: [usize; 3],
) -> bool {
    let theme = scene.theme;
    let name = cut_middle(service(event), service_width, theme.cut());
    let clock = say::clock(event.at, &theme.zone);
    let plain = Style::new();
    let mut pen = Pen::new(buffer, row, theme.cut());
    pen.skip(1)
        .column(&clock, 8, Side::Left, theme.dim())
        .skip(1)
        .column(who(event), who_width, Side::Left, plain)
        .skip(1)
        .column(&name, service_width, Side::Left, theme.strong())
        .skip(1)
        .column(what(event), what_width, Side::Left, plain)
        .skip(1);
    let outcome = outcome(event);
    let fits = width(&outcome) <= pen.room();
    if fits {
        pen.put(&outcome, style(event, scene));
    }
    fits
}

/// Which service it is about.
fn service(event: &Event) -> &str {
    event.service.as_ref().map_or("-", |name| name.as_str())
}

/// Who did it, or saw it.
fn who(event: &Event) -> &str {
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
fn what(event: &Event) -> &str {
    let verdict = event.data.get("to").and_then(Value::as_str);
    match (event.kind, event.action, verdict) {
        (EventKind::Ask | EventKind::Result | EventKind::Refusal, Some(action), _) => action.id(),
        (EventKind::Health, _, Some(verdict)) => verdict,
        (kind, _, _) => kind.word(),
    }
}

/// What came of it.
fn outcome(event: &Event) -> String {
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
fn style(event: &Event, scene: Scene<'_>) -> Style {
    let theme = scene.theme;
    let sick = event.data.get("to").and_then(Value::as_str) == Some("unhealthy");
    match event.kind {
        EventKind::Health if sick => theme.reason(State::Degraded),
        // An exit without a cause is one that nobody asked for.
        EventKind::Exit if event.cause.is_none() => theme.reason(State::Fail),
        EventKind::Result if event.result == Some(Outcome::Failed) => theme.reason(State::Fail),
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
