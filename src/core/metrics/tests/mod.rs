//! What lines and samples come to.

mod buckets;
mod reference;
mod table;

use std::time::Duration;

use serde_json::{Value, json};

use super::Metrics;
use crate::model::{
    Action, Actor, Event, EventKind, Moment, Mono, Outcome, Seq, ServiceName, Wall,
    metrics::ServiceMetrics,
};

/// When the tests begin, in milliseconds since 1970.
const BEGIN: i64 = 1_700_000_000_000;

/// A ledger that is being written, in seconds since the tests began.
#[derive(Debug, Clone, Default)]
struct Story {
    metrics: Metrics,
    lines: Vec<Event>,
    boot: u32,
}

fn name() -> ServiceName {
    "orders".parse().unwrap()
}

fn moment(at: f64) -> Moment {
    let millis = (at * 1000.0).round();
    #[expect(clippy::cast_possible_truncation, reason = "a test of a few days")]
    let millis = millis as i64;
    Moment {
        mono: Mono(Duration::from_millis(u64::try_from(millis).unwrap())),
        wall: Wall::from_millis(BEGIN + millis),
    }
}

impl Story {
    /// An owner has come at the beginning.
    fn new() -> Self {
        Self::default().owner(0.0, "came")
    }

    fn line(mut self, at: f64, kind: EventKind, fill: impl FnOnce(&mut Event)) -> Self {
        let now = moment(at);
        let mut event = Event {
            seq: Seq(self.lines.len() as u64 + 1),
            at: now.wall,
            mono_ms: u64::try_from(now.mono.0.as_millis()).unwrap(),
            boot_id: format!("boot {}", self.boot),
            kind,
            service: Some(name()),
            run: None,
            actor: None,
            action: None,
            cause: None,
            result: None,
            code: None,
            reason: Some(kind.word().to_owned()),
            duration_ms: None,
            log_at: None,
            data: Value::Null,
        };
        fill(&mut event);
        self.metrics.take(&event);
        self.lines.push(event);
        self
    }

    fn owner(self, at: f64, what: &str) -> Self {
        self.line(at, EventKind::Owner, |line| {
            line.service = None;
            line.reason = Some(what.to_owned());
        })
    }

    fn ask(self, at: f64, action: Action) -> Self {
        self.line(at, EventKind::Ask, |line| {
            line.actor = Some(Actor::HUMAN);
            line.action = Some(action);
        })
    }

    fn result(self, at: f64, action: Action, result: Outcome, took: u64) -> Self {
        self.line(at, EventKind::Result, |line| {
            line.action = Some(action);
            line.result = Some(result);
            line.duration_ms = Some(took);
        })
    }

    fn starts(self, at: f64, by: Actor, action: Action) -> Self {
        self.line(at, EventKind::Start, |line| {
            line.actor = Some(by);
            line.action = Some(action);
        })
    }

    fn health(self, at: f64, to: &str) -> Self {
        self.line(at, EventKind::Health, |line| {
            line.data = json!({ "from": "unknown", "to": to });
        })
    }

    fn exit(self, at: f64, asked: bool, completed: bool) -> Self {
        self.line(at, EventKind::Exit, |line| {
            line.data = json!({ "asked": asked, "completed": completed });
        })
    }

    /// Started by hand, and healthy a second later.
    fn up(self, at: f64) -> Self {
        self.ask(at, Action::Start)
            .starts(at, Actor::HUMAN, Action::Start)
            .health(at + 1.0, "healthy")
    }

    fn report(&self, at: f64) -> ServiceMetrics {
        self.metrics.report(&name(), moment(at))
    }
}

/// Whether two numbers are the same but for rounding.
fn near(left: f64, right: f64) -> bool {
    (left - right).abs() < 1e-6
}
