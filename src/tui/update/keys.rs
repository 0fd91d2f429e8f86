//! A key, and the command it means here.

use super::{desk::Desk, prompt::types};
use crate::{
    keymap::{Code, Command, Context, Key},
    tui::{
        message::{Effect, Urgency},
        state::{Choice, Overlay, Tone, View},
    },
};

impl Desk<'_> {
    /// Where a key is pressed now.
    fn context(&self) -> Context {
        match &self.ui.overlay {
            Some(Overlay::Help { .. }) => Context::Help,
            Some(Overlay::Question(_)) => Context::Dialog,
            Some(Overlay::Palette(_)) => Context::Palette,
            Some(Overlay::Port(dialog)) if dialog.entry.is_some() => Context::Prompt,
            Some(Overlay::Survivor(dialog)) if dialog.entry.is_some() => Context::Prompt,
            Some(Overlay::Menu(_) | Overlay::Port(_) | Overlay::Survivor(_)) => Context::Menu,
            None if self.ui.list.typing.is_some() => Context::Prompt,
            None => match self.ui.view {
                View::Services => Context::Services,
                View::Detail(_) => Context::Detail,
                View::Logs(_) => Context::Logs,
                View::Events(_) => Context::Events,
                View::Own => Context::Own,
            },
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
        self.ui.notices.pop_front();
        let context = self.context();
        let letter = letter_of(key).filter(|letter| types(context, *letter));
        match (letter, self.keymap.lookup(context, key)) {
            (Some(letter), _) => self.type_letter(letter),
            (None, _) if self.picks(key) => {}
            (None, Some(command)) => self.command(command),
            (None, None) => self.run_from_menu(key),
        }
        self.settle();
        self.settle_tree();
    }

    /// The key means nothing here.
    pub(super) fn say_unbound(&mut self, key: Key) {
        let mut text = format!("Key {} is not bound.", key.label());
        if let Some(help) = self.keymap.label(Command::HelpShow) {
            text = format!("{text} {help} shows the keys.");
        }
        self.say(Tone::Info, text);
    }

    /// Does what a command says.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the commands are taken level by level"
    )]
    pub(super) fn command(&mut self, command: Command) {
        if let Some(action) = command.row().and_then(|row| row.action) {
            return self.act(action);
        }
        match command {
            Command::Detail(command) => self.detail_command(command),
            Command::Log(command) => self.log_command(command),
            Command::Events(command) => self.events_command(command),
            Command::Own(command) => self.own_command(command),
            Command::Menu(command) => self.menu_command(command),
            Command::Palette(command) => self.palette_command(command),
            Command::Prompt(command) => self.prompt_command(command),
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
            other => self.open_command(other),
        }
    }

    /// Opens something, closes something, or leaves.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the commands are taken level by level"
    )]
    fn open_command(&mut self, command: Command) {
        match command {
            Command::HelpShow => self.toggle_help(),
            Command::PaletteOpen => self.open_palette(),
            Command::ActionsOpen => self.open_menu(),
            Command::PortShow => self.open_port(),
            Command::SurvivorShow => self.open_survivor(),
            Command::ViewServices => self.show_services(),
            Command::ViewDetail | Command::ServiceOpen => self.show_detail(),
            Command::ViewLogs | Command::LogsOpen => self.show_logs(),
            Command::ViewEvents => self.show_events(None),
            Command::EventsOfService => self.show_events(self.ui.cursor.clone()),
            Command::ViewOwn => self.show(View::Own),
            Command::NavClose if self.is_at_the_root() => self.ask_to_leave(),
            Command::NavBack | Command::NavClose => self.back(),
            Command::AppQuit => self.ask_to_leave(),
            Command::AppSuspend => self.suspend(),
            Command::ScreenRedraw => self.want(Effect::Clear),
            other => self.list_command(other),
        }
    }
}

/// The letter that a key types.
fn letter_of(key: Key) -> Option<char> {
    if let Code::Char(letter) = key.code
        && !key.ctrl
        && !key.alt
    {
        return Some(letter);
    }
    None
}
