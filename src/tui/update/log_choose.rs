//! The list of services whose logs are shown together.

use std::collections::BTreeSet;

use super::{desk::Desk, logs::go, menu::step_in};
use crate::{
    keymap::command::MenuCommand,
    tui::state::{LogChoice, Overlay, View},
};

impl Desk<'_> {
    /// Opens the list; what is shown now is checked in it.
    pub(super) fn open_log_choice(&mut self) {
        let View::Logs(view) = &self.ui.view else {
            return;
        };
        let mut checked = view.chosen.clone();
        checked.extend(view.service.clone());
        let first = self.ui.cursor.as_ref();
        let mut names = self.snapshot.services.keys();
        let focused = names.position(|name| Some(name) == first).unwrap_or(0);
        self.ui.overlay = Some(Overlay::LogServices(LogChoice { focused, checked }));
    }

    /// A step or a check in the list; taken, it decides whose lines are shown.
    pub(super) fn log_choice_command(&mut self, command: MenuCommand) {
        let Some(Overlay::LogServices(open)) = &mut self.ui.overlay else {
            return;
        };
        let services = &self.snapshot.services;
        match command {
            MenuCommand::Step(step) => {
                open.focused = step_in(services.len(), open.focused, step);
            }
            MenuCommand::Toggle => {
                if let Some(name) = services.keys().nth(open.focused)
                    && !open.checked.remove(name)
                {
                    open.checked.insert(name.clone());
                }
            }
            MenuCommand::Choose => {
                let mut checked = std::mem::take(&mut open.checked);
                checked.retain(|name| services.contains_key(name));
                self.ui.overlay = None;
                let only = match (checked.len(), checked.first()) {
                    (1, Some(only)) => Some(only.clone()),
                    _ => None,
                };
                if let Some(only) = &only {
                    self.put_cursor_on(only);
                }
                if let View::Logs(view) = &mut self.ui.view {
                    view.chosen = if only.is_some() {
                        BTreeSet::new()
                    } else {
                        checked
                    };
                    view.service = only;
                    go(view, None);
                }
            }
        }
    }
}
