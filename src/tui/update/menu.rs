//! Lists of choices: the action menu and what is common to all of them.

use super::desk::Desk;
use crate::{
    keymap::{Code, Command, Context, Key, command::MenuCommand, command::Step},
    model::ServiceName,
    tui::{
        menu::{self, Entry},
        state::{Menu, Overlay, Tone},
    },
};

/// Choices that a page step goes past.
const PAGE: usize = 8;

/// Where a step leads from a place in a list.
pub(super) fn step_in(entries: usize, at: usize, step: Step) -> usize {
    let last = entries.saturating_sub(1);
    let at = at.min(last);
    match step {
        Step::Up => at.checked_sub(1).unwrap_or(last),
        Step::Down if at == last => 0,
        Step::Down => at + 1,
        Step::PageUp => at.saturating_sub(PAGE),
        Step::PageDown => (at + PAGE).min(last),
        Step::First => 0,
        Step::Last => last,
    }
}

impl Desk<'_> {
    /// Opens the menu of the service under the cursor.
    pub(super) fn open_menu(&mut self) {
        let marked = self.marked();
        if !marked.is_empty() {
            self.open_marked_menu(marked);
        } else if let Some(view) = self.focused() {
            self.ui.overlay = Some(Overlay::Menu(Menu {
                service: view.name.clone(),
                focused: menu::first(view),
            }));
        } else {
            self.names_a_service(Command::ActionsOpen);
        }
    }

    /// A step or a choice in whatever list is open.
    pub(super) fn menu_command(&mut self, command: MenuCommand) {
        match (command, &self.ui.overlay) {
            (MenuCommand::Step(step), Some(Overlay::Menu(_))) => self.step_in_menu(step),
            (MenuCommand::Step(step), Some(Overlay::Port(_))) => self.step_in_port(step),
            (MenuCommand::Step(step), Some(Overlay::Survivor(_))) => self.step_in_survivor(step),
            (MenuCommand::Step(step), Some(Overlay::Batch(_))) => self.step_in_marked(step),
            (MenuCommand::Choose, Some(Overlay::Batch(_))) => self.choose_in_marked(),
            (MenuCommand::Choose, Some(Overlay::Menu(_))) => self.choose_in_menu(),
            (MenuCommand::Choose, Some(Overlay::Port(_))) => self.choose_in_port(),
            (MenuCommand::Choose, Some(Overlay::Survivor(_))) => self.choose_in_survivor(),
            (command, Some(Overlay::LogServices(_))) => self.log_choice_command(command),
            (MenuCommand::Toggle, Some(_)) => {
                self.say(Tone::Info, "Only one can be chosen here.".to_owned());
            }
            (_, _) => {}
        }
    }

    /// A digit picks the choice with that number in a dialog; says whether it was one.
    pub(super) fn picks(&mut self, key: Key) -> bool {
        let Key {
            code: Code::Char(digit),
            ctrl: false,
            alt: false,
        } = key
        else {
            return false;
        };
        let Some(place) = digit.to_digit(10).and_then(|it| it.checked_sub(1)) else {
            return false;
        };
        let place = place as usize;
        match &self.ui.overlay {
            Some(Overlay::Port(dialog)) if dialog.entry.is_none() => self.pick_in_port(place),
            Some(Overlay::Survivor(dialog)) if dialog.entry.is_none() => {
                self.pick_in_survivor(place);
            }
            _ => return false,
        }
        true
    }

    /// A key that the menu itself does not know runs its entry at once.
    pub(super) fn run_from_menu(&mut self, pressed: &[Key]) {
        let command = match &self.ui.overlay {
            Some(Overlay::Menu(_) | Overlay::Batch(_)) => {
                self.keymap.meaning(Context::Services, pressed)
            }
            _ => None,
        };
        if let (Some(command), Some(Overlay::Batch(open))) = (command, &self.ui.overlay)
            && let Some(action) = command.row().and_then(|row| row.action)
        {
            let services = open.services.clone();
            return self.act_on_marked(action, &services);
        }
        let (Some(command), Some(Overlay::Menu(open))) = (command, &self.ui.overlay) else {
            return self.say_unbound(pressed);
        };
        let service = open.service.clone();
        let Some(view) = self.snapshot.services.get(&service) else {
            return self.say_gone(&service);
        };
        let entry = menu::entries(view)
            .into_iter()
            .find(|entry| entry.command() == Some(command));
        match entry {
            Some(entry) => self.run_entry(&service, entry),
            None => self.say_unbound(pressed),
        }
    }

    fn step_in_menu(&mut self, step: Step) {
        if let Some(Overlay::Menu(open)) = &mut self.ui.overlay
            && let Some(view) = self.snapshot.services.get(&open.service)
        {
            open.focused = step_in(menu::entries(view).len(), open.focused, step);
        }
    }

    fn choose_in_menu(&mut self) {
        let Some(Overlay::Menu(open)) = self.ui.overlay.clone() else {
            return;
        };
        let Some(view) = self.snapshot.services.get(&open.service) else {
            return self.say_gone(&open.service);
        };
        if let Some(entry) = menu::entries(view).get(open.focused) {
            self.run_entry(&open.service, *entry);
        }
    }

    /// Runs an entry. A refused action says why and leaves the menu open.
    fn run_entry(&mut self, service: &ServiceName, entry: Entry) {
        let Some(view) = self.snapshot.services.get(service) else {
            return self.say_gone(service);
        };
        match entry {
            Entry::Action(action) => {
                if view.actions.get(action).allowed {
                    self.ui.overlay = None;
                }
                self.act_on_view(view, action);
            }
            Entry::Look(command) => {
                if let Some(reason) = menu::refused(command, Some(view)) {
                    return self.say(Tone::Error, reason);
                }
                self.ui.overlay = None;
                // The menu is about its own service, wherever the cursor went since.
                self.put_cursor_on(service);
                self.command(command);
            }
        }
    }

    /// The service of an open list has vanished.
    pub(super) fn say_gone(&mut self, service: &ServiceName) {
        self.ui.overlay = None;
        let text = format!("There is no service {service} any more.");
        self.say(Tone::Error, text);
    }
}
