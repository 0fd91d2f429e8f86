//! Questions: opened, answered, dropped.

use super::{act::lives, desk::Desk};
use crate::{
    model::{Action, Pid, ServiceName},
    supervisor::Leaving,
    tui::state::{Choice, Overlay, Question, QuestionKind, Tone},
};

impl Desk<'_> {
    /// Asks. The harmless choice is focused, and it stands first.
    pub(super) fn open(&mut self, kind: QuestionKind) {
        self.ui.overlay = Some(Overlay::Question(Question { kind, focused: 0 }));
        self.ui.unseen = true;
    }

    /// The open question.
    fn asked(&mut self) -> Option<&mut Question> {
        match &mut self.ui.overlay {
            Some(Overlay::Question(question)) => Some(question),
            _ => None,
        }
    }

    /// Focuses the choice so many places further, around the ends.
    pub(super) fn focus_choice(&mut self, by: isize) {
        if let Some(question) = self.asked() {
            let choices = question.kind.choices().len();
            let forward = by.rem_euclid(choices.cast_signed().max(1)).cast_unsigned();
            question.focused = (question.focused + forward) % choices.max(1);
        }
    }

    /// Takes the focused choice.
    pub(super) fn choose_focused(&mut self) {
        let choice = self.asked().and_then(|question| {
            let choices = question.kind.choices();
            choices.get(question.focused).copied()
        });
        self.choose(choice.unwrap_or(Choice::No));
    }

    /// A letter answers, where the question has such an answer.
    pub(super) fn answer_letter(&mut self, choice: Choice) {
        let Some(question) = self.asked() else { return };
        if question.kind.choices().contains(&choice) {
            self.choose(choice);
        } else {
            let text = "This question has more than one yes: choose one.";
            self.say(Tone::Info, text.to_owned());
        }
    }

    /// Closes the question and does what was chosen.
    fn choose(&mut self, choice: Choice) {
        let Some(Overlay::Question(question)) = self.ui.overlay.take() else {
            return;
        };
        match (question.kind, choice) {
            (QuestionKind::Kill { service, pid }, Choice::Yes) => self.kill(service, pid),
            (
                QuestionKind::Affects {
                    service, restart, ..
                },
                Choice::Yes,
            ) => {
                let action = if restart {
                    Action::Restart
                } else {
                    Action::Stop
                };
                self.act_on(service, action);
            }
            (QuestionKind::Many(many), Choice::Yes) => self.send_many(many),
            (QuestionKind::Quit { .. }, Choice::LeaveRunning) => self.leave(Leaving::Detach),
            (QuestionKind::Quit { .. }, Choice::StopAll) => self.leave(Leaving::StopAll),
            (
                QuestionKind::Kill { .. } | QuestionKind::Affects { .. } | QuestionKind::Many(_),
                Choice::No | Choice::StopAll | Choice::LeaveRunning,
            )
            | (QuestionKind::Quit { .. }, Choice::No | Choice::Yes) => {}
        }
    }

    /// Kills the process that was asked about, and no other one.
    fn kill(&mut self, service: ServiceName, pid: Option<Pid>) {
        let view = self.snapshot.services.get(&service);
        let same = view.is_some_and(|view| lives(view) && view.pid == pid);
        if same {
            return self.act_on(service, Action::Kill);
        }
        let text = match pid {
            Some(pid) => format!("Nothing was killed: {service} is not PID {pid} any more."),
            None => format!("Nothing was killed: {service} has changed since."),
        };
        self.say(Tone::Error, text);
    }

    /// Asks the owner for what was confirmed, unless it cannot be any more.
    fn act_on(&mut self, service: ServiceName, action: Action) {
        match self.snapshot.services.get(&service) {
            Some(view) if view.actions.get(action).allowed => self.send(service, action),
            Some(view) => self.refuse(&service, action, view.actions.get(action)),
            None => self.say(
                Tone::Error,
                format!("There is no service {service} any more."),
            ),
        }
    }
}
