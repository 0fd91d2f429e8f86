//! What the owner tells: log lines and ledger lines.

use std::{collections::BTreeSet, sync::Arc};

use super::desk::Desk;
use crate::{
    model::{Action, ActorKind, Event, EventKind, LogLine, Outcome, Seq},
    tui::{
        message::Urgency,
        rings,
        state::{EVENTS_KEPT, RINGS_BYTES, Tone},
    },
};

impl Desk<'_> {
    /// Keeps the lines of the logs that are looked at.
    pub(super) fn take_lines(&mut self, lines: Vec<LogLine>) {
        let lines = rings::only_new(&self.ui.logs, lines);
        self.hold_page(&lines);
        let ui = &mut *self.ui;
        let before = ui.arrived;
        for line in lines {
            if ui.watched.contains(&line.service) {
                let ring = match ui.logs.get_mut(&line.service) {
                    Some(ring) => ring,
                    None => ui.logs.entry(line.service.clone()).or_default(),
                };
                ring.torn = false;
                ring.push(ui.arrived, line);
                ui.arrived += 1;
            }
        }
        if ui.arrived != before {
            rings::trim(&mut ui.logs, RINGS_BYTES);
            self.sift();
            self.forget_gone_marks();
            self.hold_place();
            self.draw(Urgency::Data);
        }
    }

    /// Keeps a ledger line, and says how something that was asked here has ended.
    pub(super) fn take_event(&mut self, event: Arc<Event>) {
        let human = event.actor.as_ref().map(|actor| actor.kind) == Some(ActorKind::Human);
        if human && self.take_one_result(&event) {
            // Its message sums up.
        } else if let Some((tone, text)) = ending(&event) {
            self.say(tone, text);
        }
        if let Some(text) = files_changed(&event) {
            self.say(Tone::Info, text);
        }
        self.ui.events.push_back(event);
        while self.ui.events.len() > EVENTS_KEPT {
            self.ui.events.pop_front();
        }
        self.draw(Urgency::Data);
    }
}

impl Desk<'_> {
    /// Keeps what happened before this console started: nothing of it is news.
    /// Nobody works any more on what was asked of an owner that is gone.
    pub(super) fn take_history(&mut self, events: Vec<Arc<Event>>) {
        let results = events.iter().filter(|it| it.kind == EventKind::Result);
        let answered: BTreeSet<Seq> = results.filter_map(|result| result.cause).collect();
        let over =
            |event: &Arc<Event>| event.kind != EventKind::Ask || answered.contains(&event.seq);
        for event in events.into_iter().rev().filter(over) {
            if self.ui.events.len() >= EVENTS_KEPT {
                break;
            }
            self.ui.events.push_front(event);
        }
        self.draw(Urgency::Data);
    }
}

/// What has changed in the files. What is wrong in them stands above the services until it is right.
fn files_changed(event: &Event) -> Option<String> {
    let done = event.kind == EventKind::Config && event.result == Some(Outcome::Done);
    let reason = event.reason.as_ref().filter(|_| done)?;
    Some(format!("Files read anew: {reason}."))
}

/// How an ask of the person at the console has ended.
fn ending(event: &Event) -> Option<(Tone, String)> {
    let human = event.actor.as_ref()?.kind == ActorKind::Human;
    if !human || event.kind != EventKind::Result {
        return None;
    }
    // What was decided about a process in doubt is no action of the gate.
    let action = event.action.map_or("The decision", Action::label);
    let service = event.service.as_ref()?;
    let of = if event.action.is_some() {
        "of"
    } else {
        "about"
    };
    let (tone, how) = match event.result? {
        Outcome::Done => (Tone::Info, "is done"),
        Outcome::Failed => (Tone::Error, "has failed"),
        Outcome::Superseded => (Tone::Info, "was given up"),
        Outcome::Refused => return None,
    };
    let reason = event.reason.as_deref().map(|it| it.trim_end_matches('.'));
    Some(match reason.filter(|reason| !reason.is_empty()) {
        Some(reason) => (tone, format!("{action} {of} {service} {how}: {reason}.")),
        None => (tone, format!("{action} {of} {service} {how}.")),
    })
}
