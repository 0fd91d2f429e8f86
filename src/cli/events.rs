//! `oats events`: which ledger lines are shown, and how each reads.

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use serde_json::Value;

use super::words::{self, Colour, Paint};
use crate::model::{
    Action, Event, EventKind, Outcome, Seq, ServiceName, Wall, clean, control::EventsQuery,
};

/// What stands below the options in `oats events --help`.
pub const AFTER: &str = "\
Reads data/events.jsonl, the ledger of causes: who did what, to which run, why, and what came of
it. Each line has a number; \"because of #12\" names the line that caused it. --json prints the
lines as they stand in the file.

Needs no running oats. Ends with 0, also when the reader has gone; with 130 after Ctrl-C.";

/// How many lines are shown when nothing is said.
pub const LINES: usize = 50;

/// `oats events`.
#[derive(Debug, Args)]
pub struct EventsArgs {
    /// Go on with what happens from now on, until Ctrl-C
    #[arg(short, long)]
    pub follow: bool,

    /// Only what is newer: 10m, the number of a line, or a time like 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME|NUMBER", value_parser = since)]
    pub since: Option<Since>,

    /// Only of this service
    #[arg(long, value_name = "NAME")]
    pub service: Option<ServiceName>,

    /// Only by this actor: human, cli, policy, api, or api:NAME
    #[arg(long, value_name = "ACTOR")]
    pub actor: Option<String>,

    /// Only of this kind
    #[arg(long, value_name = "KIND", value_parser = kinds())]
    pub kind: Option<EventKind>,

    /// How many of the last lines [default: 50; with --since all]
    #[arg(short = 'n', long, value_name = "N")]
    pub lines: Option<usize>,

    /// As JSON, a line each
    #[arg(long)]
    pub json: bool,
}

/// From where on lines are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// The last so many milliseconds.
    Ago(u64),
    /// After this line.
    After(Seq),
    /// At this time and later.
    At(Wall),
}

/// The kinds of events, as they are typed.
fn kinds() -> impl TypedValueParser<Value = EventKind> {
    let words = EventKind::ALL.map(EventKind::word);
    PossibleValuesParser::new(words).try_map(|word| {
        let kind = EventKind::ALL.into_iter().find(|kind| kind.word() == word);
        kind.ok_or("there is no such kind")
    })
}

fn since(text: &str) -> Result<Since, String> {
    if let Ok(number) = text.parse() {
        return Ok(Since::After(Seq(number)));
    }
    if let Ok(ago) = words::duration(text) {
        let millis = u64::try_from(ago.as_millis()).unwrap_or(u64::MAX);
        return Ok(Since::Ago(millis));
    }
    text.parse::<jiff::Timestamp>()
        .map(|at| Since::At(Wall::from_millis(at.as_millisecond())))
        .map_err(|_neither| {
            "expected a time like 10m, the number of a line, or 2026-01-31T12:00:00Z".to_owned()
        })
}

impl EventsArgs {
    /// How many of the last lines are shown; `None` is all.
    pub fn last(&self) -> Option<usize> {
        match (self.lines, self.since) {
            (Some(lines), _) => Some(lines),
            (None, Some(_)) => None,
            (None, None) => Some(LINES),
        }
    }

    /// Whether a line is shown.
    pub fn shows(&self, event: &Event, now: Wall) -> bool {
        let newer = match self.since {
            None => true,
            Some(Since::After(seq)) => event.seq > seq,
            Some(Since::At(at)) => event.at >= at,
            Some(Since::Ago(ago)) => {
                u64::try_from(now.since(event.at).as_millis()).is_ok_and(|age| age <= ago)
            }
        };
        newer && self.query().wants(event)
    }

    /// What is asked for beside the time, in the words of the control API.
    fn query(&self) -> EventsQuery {
        EventsQuery {
            service: self.service.clone(),
            actor: self.actor.clone(),
            kind: self.kind,
            ..EventsQuery::default()
        }
    }
}

/// One line about an event, for people.
pub fn line(event: &Event, now: Wall, paint: Paint) -> String {
    let actor = event
        .actor
        .as_ref()
        .map_or("-".to_owned(), ToString::to_string);
    let service = event.service.as_ref().map_or("-", |name| name.as_str());
    let cause = event.cause.map(|seq| format!(" (because of #{seq})"));
    let cause = paint.text(Colour::Dim, &cause.unwrap_or_default());
    let number = paint.text(Colour::Dim, &format!("{:>6}", format!("#{}", event.seq)));
    let text = format!(
        "{} {number} {:8} {service:12} {}{cause}",
        words::when(event.at, now),
        clean::plain(&actor),
        paint.text(colour(event), &clean::plain(&what(event))),
    );
    if paint.colours {
        text
    } else {
        text.trim_end().to_owned()
    }
}

fn colour(event: &Event) -> Colour {
    match (event.kind, event.result) {
        (EventKind::Result, Some(Outcome::Done)) => Colour::Good,
        (EventKind::Result, Some(Outcome::Failed)) | (EventKind::Exit, _) => Colour::Bad,
        (EventKind::Refusal | EventKind::Result, _) => Colour::Warn,
        (EventKind::Health, _) => match event.data.get("to").and_then(Value::as_str) {
            Some("healthy") => Colour::Good,
            Some("unhealthy") => Colour::Bad,
            Some(_) | None => Colour::Warn,
        },
        (
            EventKind::Ask
            | EventKind::Start
            | EventKind::Port
            | EventKind::Adoption
            | EventKind::Config
            | EventKind::Owner,
            _,
        ) => Colour::Bold,
    }
}

/// What happened.
pub(super) fn what(event: &Event) -> String {
    let reason = event.reason.as_deref();
    let action = event.action.map(Action::id);
    let because = reason.map(|it| format!(": {it}")).unwrap_or_default();
    let took = event.duration_ms.map(words::took);
    let after = took.map(|it| format!(" after {it}")).unwrap_or_default();
    let text = |key: &str| event.data.get(key).and_then(Value::as_str).unwrap_or("-");
    let pid = event.data.get("pid").and_then(Value::as_u64);
    let pid = pid.map(|pid| format!(" (PID {pid})")).unwrap_or_default();
    match event.kind {
        EventKind::Ask => match action {
            Some(action) => format!("{action} asked for{}", of_services(&event.data)),
            // What is asked of the owner as a whole says itself what it is.
            None => format!("asked{because}"),
        },
        EventKind::Refusal => reason.or(action).unwrap_or("refused").to_owned(),
        EventKind::Result => {
            let result = event.result.map_or("ended", Outcome::word);
            let action = action.map(|it| format!("{it} ")).unwrap_or_default();
            format!("{action}{result}{after}{because}")
        }
        EventKind::Start => format!("process started{pid}"),
        EventKind::Exit => format!("process ended{after}{because}"),
        EventKind::Health => format!("{} to {}{because}", text("from"), text("to")),
        EventKind::Port => format!("port{because}"),
        EventKind::Adoption => format!("found running{pid}: {}{because}", text("verdict")),
        EventKind::Config => format!("files changed{because}"),
        EventKind::Owner => format!("owner {}{pid}{because}", text("mode")),
    }
}

/// " of a, b": whom an `up` is for.
fn of_services(data: &Value) -> String {
    let names = data.get("services").and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    let names: Vec<&str> = names.collect();
    match names.as_slice() {
        [] => String::new(),
        names => format!(": {}", names.join(", ")),
    }
}

#[cfg(test)]
#[path = "tests/events.rs"]
mod tests;
