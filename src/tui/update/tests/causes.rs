//! From an event to the one that caused it.

use super::*;
use crate::{
    keymap::command::{EventsCommand, Step},
    model::{Event, Seq, Wall},
    tui::{
        samples,
        state::{EventsView, View},
    },
};

/// An event as far as causes are concerned: "exit" of a service, caused by "ask" and so on.
fn event(seq: u64, kind: &str, cause: Option<u64>) -> Arc<Event> {
    let line = serde_json::json!({
        "seq": seq, "at": Wall::from_millis(0), "mono_ms": 0, "boot_id": "b", "kind": kind,
        "service": "orders", "run": null, "actor": null, "action": null, "cause": cause,
        "result": null, "code": null, "reason": null, "duration_ms": null, "log_at": null,
        "data": null,
    });
    Arc::new(serde_json::from_value(line).unwrap())
}

/// An exit, a restart by policy that it caused, and what that start brought about.
fn history() -> Bench {
    let mut bench = Bench::new(samples::shop(), (120, 36));
    bench.ui.events = [
        event(10, "exit", None),
        event(11, "ask", Some(10)),
        event(12, "start", Some(11)),
        event(13, "health", None),
        event(14, "result", Some(11)),
        event(15, "exit", Some(4)),
    ]
    .into();
    bench.ui.view = View::Events(EventsView::default());
    bench
}

fn cursor(bench: &Bench) -> Option<Seq> {
    let View::Events(view) = &bench.ui.view else {
        panic!("{:?}", bench.ui.view)
    };
    view.cursor
}

fn put(bench: &mut Bench, seq: u64) {
    bench.ui.view = View::Events(EventsView {
        cursor: Some(Seq(seq)),
        ..EventsView::default()
    });
}

const CAUSE: Command = Command::Events(EventsCommand::Cause);

#[test]
fn causes_are_followed_to_the_first_one() {
    let mut bench = history();
    put(&mut bench, 12);
    bench.press(CAUSE);
    assert_eq!(
        cursor(&bench),
        Some(Seq(14)),
        "the start belongs to this ask"
    );
    bench.press(CAUSE);
    assert_eq!(cursor(&bench), Some(Seq(10)), "which the exit has caused");
    bench.press(CAUSE);
    assert_eq!(cursor(&bench), Some(Seq(10)));
    assert_eq!(bench.said(), "Nothing before it caused it.");
}

#[test]
fn a_cause_that_is_not_held_is_named() {
    let mut bench = history();
    bench.press(CAUSE);
    assert_eq!(
        bench.said(),
        "Its cause is event 4, which is not held here any more."
    );
    bench.press(Command::Events(EventsCommand::Step(Step::Down)));
    assert_eq!(cursor(&bench), Some(Seq(14)));
}

#[test]
fn a_filter_that_hides_the_cause_is_taken_away() {
    let mut bench = history();
    bench.ui.view = View::Events(EventsView {
        cursor: Some(Seq(15)),
        failures: true,
        ..EventsView::default()
    });
    bench.ui.events.push_back(event(16, "refusal", Some(13)));
    bench.press(Command::Events(EventsCommand::Step(Step::First)));
    bench.press(CAUSE);
    assert_eq!(cursor(&bench), Some(Seq(13)));
}
