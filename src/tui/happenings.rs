//! Which events are listed: pure, shared by drawing and by moving.

use std::{collections::BTreeSet, sync::Arc};

use super::state::{EventsView, UiState};
use crate::model::{ActorKind, Event, EventKind, Outcome, Seq, Wall};

/// Whether an event is a failure, or a refusal.
fn is_failure(event: &Event) -> bool {
    let failed = matches!(event.result, Some(Outcome::Failed | Outcome::Refused));
    let unasked = event.kind == EventKind::Exit && event.cause.is_none();
    let sick = event.kind == EventKind::Health
        && event.data.get("to").and_then(serde_json::Value::as_str) == Some("unhealthy");
    failed || event.kind == EventKind::Refusal || unasked || sick
}

/// Who did it: the kind of the actor; `None` is what was only seen.
pub fn kind_of(event: &Event) -> Option<ActorKind> {
    event.actor.as_ref().map(|actor| actor.kind)
}

/// The kinds of actors that there are events of, in their order.
pub fn kinds(ui: &UiState) -> Vec<Option<ActorKind>> {
    let kinds: BTreeSet<_> = ui.events.iter().map(|event| kind_of(event)).collect();
    kinds.into_iter().collect()
}

/// The events that the view lists, newest first. An ask is listed until its result is there.
pub fn listed<'a>(ui: &'a UiState, view: &EventsView) -> Vec<&'a Arc<Event>> {
    let answered: BTreeSet<Seq> = ui
        .events
        .iter()
        .filter(|event| event.kind == EventKind::Result)
        .filter_map(|event| event.cause)
        .collect();
    let wanted = |event: &&Arc<Event>| {
        let told = event.kind != EventKind::Ask || !answered.contains(&event.seq);
        told && view.who.is_none_or(|who| kind_of(event) == who)
            && (view.service.is_none() || event.service == view.service)
            && (!view.failures || is_failure(event))
    };
    ui.events.iter().rev().filter(wanted).collect()
}

/// What caused an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Nothing that was written down.
    None,
    /// This event, as it is listed.
    Held(Seq),
    /// An event with this number, of which nothing is held.
    NotHeld(Seq),
}

/// What caused an event. An ask and its result are listed as one, so that the result stands for
/// both, and its cause is that of its ask.
pub fn cause_of(ui: &UiState, event: &Event) -> Cause {
    let held = |seq: Seq| ui.events.iter().find(|event| event.seq == seq);
    let cause = match (event.kind, event.cause) {
        (EventKind::Result, Some(ask)) => held(ask).and_then(|ask| ask.cause),
        (_, cause) => cause,
    };
    let Some(cause) = cause else {
        return Cause::None;
    };
    match held(cause).map(|event| event.kind) {
        None => Cause::NotHeld(cause),
        Some(EventKind::Ask) => {
            let is_its_result =
                |event: &&Arc<Event>| event.kind == EventKind::Result && event.cause == Some(cause);
            let result = ui.events.iter().find(is_its_result);
            Cause::Held(result.map_or(cause, |event| event.seq))
        }
        Some(_) => Cause::Held(cause),
    }
}

/// How many of these events there were in each of the 60 minutes before `now`, oldest first.
pub fn minutes(listed: &[&Arc<Event>], now: Wall) -> [u16; 60] {
    let mut counts = [0_u16; 60];
    for event in listed {
        let ago = now.since(event.at).as_secs() / 60;
        let place = usize::try_from(ago)
            .ok()
            .and_then(|ago| 59_usize.checked_sub(ago));
        if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
            *count = count.saturating_add(1);
        }
    }
    counts
}

/// The place of the cursor among the listed events: the newest where it is on none, or where its
/// event is not listed the next older one.
pub fn place(listed: &[&Arc<Event>], view: &EventsView) -> usize {
    let Some(cursor) = view.cursor else { return 0 };
    let at = listed.iter().position(|event| event.seq <= cursor);
    at.unwrap_or(listed.len().saturating_sub(1))
}
