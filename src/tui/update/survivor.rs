//! The dialog about a process that may be an earlier run of a service.

use super::{desk::Desk, menu::step_in};
use crate::{
    keymap::{Command, command::Step},
    model::{Actor, SurvivorChoice},
    supervisor::Command as Wish,
    tui::{
        menu,
        message::Effect,
        state::{Overlay, PidEntry, SurvivorDialog, Tone},
        survivor::{self, CHOICES, SurvivorAct},
    },
};

impl Desk<'_> {
    /// Opens the dialog about the first process in doubt of the service under the cursor.
    pub(super) fn open_survivor(&mut self) {
        let Some(view) = self.focused() else {
            self.names_a_service(Command::SurvivorShow);
            return;
        };
        if let Some(reason) = menu::refused(Command::SurvivorShow, Some(view)) {
            return self.say(Tone::Error, reason);
        }
        if let Some(target) = survivor::first(view) {
            self.ui.overlay = Some(Overlay::Survivor(SurvivorDialog {
                service: view.name.clone(),
                target,
                focused: 0,
                entry: None,
            }));
            self.ui.unseen = true;
        }
    }

    fn survivor(&mut self) -> Option<&mut SurvivorDialog> {
        match &mut self.ui.overlay {
            Some(Overlay::Survivor(dialog)) => Some(dialog),
            _ => None,
        }
    }

    pub(super) fn step_in_survivor(&mut self, step: Step) {
        if let Some(dialog) = self.survivor() {
            dialog.focused = step_in(CHOICES.len(), dialog.focused, step);
        }
    }

    /// Focuses the choice with this number from 0, and takes it.
    pub(super) fn pick_in_survivor(&mut self, place: usize) {
        if place >= CHOICES.len() {
            return self.say(Tone::Info, "There is no such choice.".to_owned());
        }
        if let Some(dialog) = self.survivor() {
            dialog.focused = place;
        }
        self.choose_in_survivor();
    }

    /// Takes the focused choice.
    pub(super) fn choose_in_survivor(&mut self) {
        let Some(dialog) = self.survivor() else {
            return;
        };
        let target = dialog.target;
        match CHOICES.get(dialog.focused) {
            Some(SurvivorAct::Leave) | None => self.ui.overlay = None,
            Some(SurvivorAct::Adopt) => self.decide(SurvivorChoice::Adopt),
            Some(SurvivorAct::End(force)) => {
                dialog.entry = Some(PidEntry {
                    target,
                    force: *force,
                    then_start: false,
                    typed: String::new(),
                });
                self.ui.unseen = true;
            }
        }
    }

    /// The pid of the process was typed.
    pub(super) fn signal_survivor(&mut self, entry: &PidEntry) {
        self.decide(SurvivorChoice::End(entry.force));
    }

    /// Tells the owner what was decided; it looks at the process again first.
    fn decide(&mut self, choice: SurvivorChoice) {
        let Some(Overlay::Survivor(dialog)) = self.ui.overlay.take() else {
            return;
        };
        self.want(Effect::Send(Wish::Survivor {
            service: dialog.service,
            target: dialog.target,
            choice,
            by: Actor::HUMAN,
        }));
    }
}
