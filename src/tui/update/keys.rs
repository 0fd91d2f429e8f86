//! A key, and the command it means here.

use super::desk::Desk;
use crate::{
    keymap::{Command, Context, Key},
    tui::{
        layout,
        message::{Effect, Urgency},
        state::{Choice, Density, Overlay, Tone},
        view,
    },
};

impl Desk<'_> {
    /// Where a key is pressed now.
    fn context(&self) -> Context {
        match &self.ui.overlay {
            None => Context::Services,
            Some(Overlay::Help { .. }) => Context::Help,
            Some(Overlay::Question(_)) => Context::Dialog,
        }
    }

    /// A key was pressed.
    pub(super) fn key(&mut self, key: Key) {
        if self.ui.leave.is_some() {
            // Only one thing can still be said: hurry.
            if self.keymap.lookup(Context::Dialog, key) == Some(Command::LeaveForce) {
                self.press_on();
            }
            return;
        }
        // It was typed before its reader could see the question.
        if self.ui.unseen {
            return;
        }
        self.draw(Urgency::Key);
        // An error stays until it expires or a key is pressed.
        self.taken = self.ui.message.take_if(|it| it.tone == Tone::Error);
        match self.keymap.lookup(self.context(), key) {
            Some(command) => self.command(command),
            None => self.say_unbound(key),
        }
        self.settle();
    }

    /// The key means nothing here.
    fn say_unbound(&mut self, key: Key) {
        let mut text = format!("Key {} is not bound.", key.label());
        if let Some(help) = self.keymap.label(Command::HelpShow) {
            text = format!("{text} {help} shows the keys.");
        }
        self.say(Tone::Info, text);
    }

    /// Does what a command says.
    fn command(&mut self, command: Command) {
        if let Some(action) = command.row().and_then(|row| row.action) {
            return self.act(action);
        }
        match command {
            Command::ServiceStart
            | Command::ServiceStop
            | Command::ServiceKill
            | Command::ServiceRestart
            | Command::ServiceRecover => {}
            Command::DensityNext => self.next_density(),
            Command::MoveUp => self.move_up(),
            Command::MoveDown => self.move_down(),
            Command::MoveLeft => self.move_across(-1),
            Command::MoveRight => self.move_across(1),
            Command::MoveFirst => self.move_to(0),
            Command::MoveLast => self.move_to(usize::MAX),
            Command::MoveNext => self.move_by(1),
            Command::MovePrev => self.move_by(-1),
            Command::LogPageUp => self.scroll_log(|ring, rows, page| ring.scroll_up(page, rows)),
            Command::LogPageDown => self.scroll_log(|ring, _, page| ring.scroll_down(page)),
            Command::LogFollow => self.scroll_log(|ring, _, _| ring.follow()),
            Command::HelpShow => self.toggle_help(),
            Command::NavBack => self.back(),
            Command::NavClose if self.ui.overlay.is_some() => self.back(),
            Command::NavClose | Command::AppQuit => self.ask_to_leave(),
            Command::AppSuspend => self.refuse_suspend(),
            Command::ScreenRedraw => self.want(Effect::Clear),
            Command::DialogYes => self.answer_letter(Choice::Yes),
            Command::DialogNo => self.answer_letter(Choice::No),
            Command::DialogChoose => self.choose_focused(),
            Command::DialogNext => self.focus_choice(1),
            Command::DialogPrev => self.focus_choice(-1),
            Command::LeaveForce => self.press_on(),
            Command::HelpUp => self.scroll_help(|top, _| top.saturating_sub(1)),
            Command::HelpDown => self.scroll_help(|top, _| top + 1),
            Command::HelpPageUp => self.scroll_help(usize::saturating_sub),
            Command::HelpPageDown => self.scroll_help(|top, page| top + page),
        }
    }

    /// One step back: closes what is open; at the root it only wipes the message.
    fn back(&mut self) {
        match self.ui.overlay {
            Some(_) => self.ui.overlay = None,
            None => self.ui.message = None,
        }
    }

    /// Panes, table, panes.
    fn next_density(&mut self) {
        let now = layout::density(self.ui, self.snapshot.services.len());
        self.ui.chosen = Some(match now {
            Density::Panes => Density::Table,
            Density::Table => Density::Panes,
        });
    }

    /// Opens the help, or closes it. A question is answered first.
    fn toggle_help(&mut self) {
        match self.ui.overlay {
            None => self.ui.overlay = Some(Overlay::Help { top: 0 }),
            Some(Overlay::Help { .. }) => self.ui.overlay = None,
            Some(Overlay::Question(_)) => {
                self.say(Tone::Info, "The question comes first.".to_owned());
            }
        }
    }

    /// Scrolls the help: from its first row, and the rows of a page, to its next first row.
    fn scroll_help(&mut self, next: impl FnOnce(usize, usize) -> usize) {
        let body = layout::body(self.ui.size);
        let rows = usize::from(body.height.saturating_sub(2));
        let most = view::help_height(self.keymap).saturating_sub(rows);
        let page = rows.saturating_sub(1).max(1);
        if let Some(Overlay::Help { top }) = &mut self.ui.overlay {
            // The terminal may have grown since.
            *top = next((*top).min(most), page).min(most);
        }
    }
}
