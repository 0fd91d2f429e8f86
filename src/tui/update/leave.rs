//! Leaving: contract section 5.

use super::{act::living, desk::Desk};
use crate::{
    keymap::Command,
    model::Actor,
    supervisor::{Command as Wish, Leaving},
    tui::{
        message::{Effect, ExitReason, Urgency},
        state::{Overlay, Question, QuestionKind},
    },
};

impl Desk<'_> {
    /// Asks how to leave; leaves at once when nothing runs.
    pub(super) fn ask_to_leave(&mut self) {
        let running = living(self.snapshot);
        if self.is_asked_to_leave() {
            return;
        }
        if self.ui.link.is_some() {
            // Another process owns the services: nothing happens to them.
            self.want(Effect::Quit(ExitReason::Left));
            return;
        }
        if running.is_empty() {
            self.leave(Leaving::Detach);
        } else {
            self.open(QuestionKind::Quit { running });
        }
    }

    /// Ctrl-C and SIGINT: each one goes a step further. The question; stop all; kill all; leave at
    /// once, whatever still lives.
    pub(super) fn press_on(&mut self) {
        match self.ui.leave {
            None if self.is_asked_to_leave() => self.leave(Leaving::StopAll),
            None => self.ask_to_leave(),
            Some(Leaving::StopAll) => self.leave(Leaving::KillAll),
            Some(Leaving::Detach | Leaving::KillAll) => {
                self.want(Effect::Quit(ExitReason::Told));
            }
        }
        self.draw(Urgency::Key);
    }

    /// Whether the question how to leave is open.
    fn is_asked_to_leave(&self) -> bool {
        matches!(
            self.ui.overlay,
            Some(Overlay::Question(Question {
                kind: QuestionKind::Quit { .. },
                ..
            }))
        )
    }

    /// Tells the owner to leave. The console stays until it has.
    pub(super) fn leave(&mut self, how: Leaving) {
        self.ui.leave = Some(how);
        self.ui.overlay = None;
        self.ui.message = None;
        self.want(Effect::Send(Wish::leave(how, Actor::HUMAN)));
        self.refresh_leaving();
    }

    /// What leaving still does, in words.
    pub(super) fn refresh_leaving(&mut self) {
        let count = living(self.snapshot).len();
        let services = match count {
            1 => "1 service".to_owned(),
            n => format!("{n} services"),
        };
        let hurry = self.keymap.label(Command::LeaveForce);
        self.ui.leaving = self.ui.leave.map(|how| match (how, count, hurry) {
            (Leaving::Detach, 0, _) => "nothing runs".to_owned(),
            (Leaving::Detach, 1, _) => "1 service runs on".to_owned(),
            (Leaving::Detach, _, _) => format!("{services} run on"),
            (Leaving::StopAll | Leaving::KillAll, 0, _) => "nothing runs any more".to_owned(),
            (Leaving::StopAll, 1, Some(key)) => format!("stopping {services}, {key} kills it"),
            (Leaving::StopAll, _, Some(key)) => format!("stopping {services}, {key} kills them"),
            (Leaving::StopAll, _, None) => format!("stopping {services}"),
            (Leaving::KillAll, _, _) => format!("killing {services}"),
        });
    }
}
