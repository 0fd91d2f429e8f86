//! The list of events.

use super::desk::Desk;
use crate::{
    keymap::command::{EventsCommand, Step},
    model::{ServiceName, Wall},
    tui::{
        happenings::{self, Cause},
        layout,
        state::{EventsView, Tone, View},
    },
};

impl Desk<'_> {
    /// A step or a filter in the list of events.
    pub(super) fn events_command(&mut self, command: EventsCommand) {
        match command {
            EventsCommand::Step(step) => self.step_in_events(step),
            EventsCommand::Who => self.next_actor(),
            EventsCommand::Service => self.only_its_service(),
            EventsCommand::Result => self.change_events(|view| view.failures = !view.failures),
            EventsCommand::OpenLog => self.open_log_of_event(),
            EventsCommand::Cause => self.go_to_cause(),
        }
    }

    /// The list as it is looked at.
    fn events_view(&self) -> EventsView {
        match &self.ui.view {
            View::Events(view) => view.clone(),
            View::Services | View::Detail(_) | View::Logs(_) | View::Own => EventsView::default(),
        }
    }

    fn change_events(&mut self, change: impl FnOnce(&mut EventsView)) {
        if let View::Events(view) = &mut self.ui.view {
            change(view);
        }
    }

    /// Moves the cursor. On the newest event it follows.
    fn step_in_events(&mut self, step: Step) {
        let view = self.events_view();
        let listed = happenings::listed(self.ui, &view);
        let at = happenings::place(&listed, &view);
        let last = listed.len().saturating_sub(1);
        let page = usize::from(layout::body(self.ui.size).height / 2).max(1);
        let next = match step {
            Step::Up => at.saturating_sub(1),
            Step::Down => (at + 1).min(last),
            Step::PageUp => at.saturating_sub(page),
            Step::PageDown => (at + page).min(last),
            Step::First => 0,
            Step::Last => last,
        };
        let seq = listed.get(next).map(|event| event.seq);
        if next == at {
            let text = match step {
                Step::Up | Step::PageUp | Step::First => "This is the newest event.",
                Step::Down | Step::PageDown | Step::Last => "This is the oldest event here.",
            };
            self.say(Tone::Info, text.to_owned());
        }
        self.change_events(|view| view.cursor = seq.filter(|_| next > 0));
    }

    /// Only what the next kind of actor did; after the last one, everybody again.
    fn next_actor(&mut self) {
        let kinds = happenings::kinds(self.ui);
        let view = self.events_view();
        let next = match view.who {
            None => kinds.first().copied(),
            Some(who) => {
                let at = kinds.iter().position(|kind| *kind == who);
                at.and_then(|at| kinds.get(at + 1)).copied()
            }
        };
        if kinds.is_empty() {
            return self.say(Tone::Info, "Nothing happened yet.".to_owned());
        }
        self.change_events(|view| view.who = next);
    }

    /// Only the service of the event under the cursor; or all again.
    fn only_its_service(&mut self) {
        let view = self.events_view();
        if view.service.is_some() {
            return self.change_events(|view| view.service = None);
        }
        let listed = happenings::listed(self.ui, &view);
        let event = listed.get(happenings::place(&listed, &view));
        match event.and_then(|event| event.service.clone()) {
            Some(service) => self.change_events(|view| view.service = Some(service)),
            None => self.say(Tone::Info, "That event is about no service.".to_owned()),
        }
    }

    /// To the event that caused the one under the cursor. Filters that hide it are taken away.
    fn go_to_cause(&mut self) {
        let view = self.events_view();
        let listed = happenings::listed(self.ui, &view);
        let Some(event) = listed.get(happenings::place(&listed, &view)) else {
            return self.say(Tone::Info, "Nothing happened yet.".to_owned());
        };
        match happenings::cause_of(self.ui, event) {
            Cause::None => self.say(Tone::Info, "Nothing before it caused it.".to_owned()),
            Cause::NotHeld(seq) => {
                let text = format!("Its cause is event {seq}, which is not held here any more.");
                self.say(Tone::Info, text);
            }
            Cause::Held(seq) => {
                let shown = listed.iter().any(|event| event.seq == seq);
                self.change_events(|view| {
                    if !shown {
                        *view = EventsView::default();
                    }
                    view.cursor = Some(seq);
                });
            }
        }
    }

    /// The log of the event's service, at its time.
    fn open_log_of_event(&mut self) {
        let view = self.events_view();
        let listed = happenings::listed(self.ui, &view);
        let event = listed.get(happenings::place(&listed, &view));
        let about = event.and_then(|event| Some((event.service.clone()?, event.at)));
        match about {
            Some((service, at)) => self.open_log_at(&service, at),
            None => self.say(Tone::Info, "That event is about no service.".to_owned()),
        }
    }

    /// Opens the log of a service at the first line that is not older than a moment.
    fn open_log_at(&mut self, service: &ServiceName, at: Wall) {
        if !self.snapshot.services.contains_key(service) {
            return self.say_gone(service);
        }
        self.put_cursor_on(service);
        self.show_logs();
        let ring = self.ui.logs.get(service);
        let lines = ring.into_iter().flat_map(|ring| &ring.lines);
        let mut timed = lines.filter(|kept| kept.line.at.is_some());
        let oldest = timed.clone().next().and_then(|kept| kept.line.at);
        let line = timed.find(|kept| kept.line.at >= Some(at));
        // Before the first line of which the time is known nobody knows.
        let held = oldest.is_some_and(|oldest| oldest <= at);
        let anchor = line.filter(|_| held).map(|kept| kept.number);
        if let View::Logs(view) = &mut self.ui.view {
            view.anchor = anchor;
            view.cursor = anchor;
        }
        if anchor.is_none() {
            let text = "No line of that time is held here: this is the newest.";
            self.say(Tone::Info, text.to_owned());
        }
    }
}
