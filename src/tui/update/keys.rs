//! A key, and the command it means here.

use super::{desk::Desk, prompt::types};
use crate::{
    keymap::{Code, Command, Context, Key, Sequence},
    tui::{
        message::{Effect, Urgency},
        pending::{PATIENCE, Pending, Reading},
        state::{Choice, Overlay, Tone, View},
    },
};

impl Desk<'_> {
    /// Where a key is pressed now.
    pub(super) fn context(&self) -> Context {
        match &self.ui.overlay {
            Some(Overlay::Help { .. }) => Context::Help,
            Some(Overlay::Question(_)) => Context::Dialog,
            Some(Overlay::Palette(_)) => Context::Palette,
            Some(Overlay::Port(dialog)) if dialog.entry.is_some() => Context::Prompt,
            Some(Overlay::Survivor(dialog)) if dialog.entry.is_some() => Context::Prompt,
            Some(
                Overlay::Menu(_)
                | Overlay::Batch(_)
                | Overlay::Port(_)
                | Overlay::Survivor(_)
                | Overlay::LogServices(_),
            ) => Context::Menu,
            None if self.ui.list.typing.is_some() => Context::Prompt,
            None => match &self.ui.view {
                View::Logs(view) if view.typing.is_some() => Context::Prompt,
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
        self.press(key);
        self.settle();
        self.settle_tree();
    }

    /// A key alone, or the next one of a sequence.
    pub(super) fn press(&mut self, key: Key) {
        let context = self.context();
        let before = self.ui.pending.take();
        // Something else has come up since: what was pressed was not meant for it.
        let before = before.filter(|pending| pending.context == context);
        let Some(Pending { mut keys, .. }) = before else {
            return self.press_first(context, key);
        };
        keys.push(key);
        if self.waits(context, &keys) {
            return;
        }
        if self.reading().meaning(context, &keys).is_some() {
            return self.run(context, &keys);
        }
        keys.pop();
        if self.keymap.lookup(context, key) == Some(Command::NavBack) {
            // The way back takes back what was pressed.
            return;
        }
        // The key goes on with nothing: what was pressed is done if it means something, and the
        // key counts by itself.
        if self.reading().meaning(context, &keys).is_some() {
            self.run(context, &keys);
        }
        if !self.ui.unseen {
            self.press_first(self.context(), key);
        }
    }

    /// The first key of whatever comes.
    fn press_first(&mut self, context: Context, key: Key) {
        let letter = letter_of(key).filter(|letter| types(context, *letter));
        match letter {
            Some(letter) => self.type_letter(letter),
            None if self.picks(key) => {}
            None if self.waits(context, &[key]) => {}
            None => self.run(context, &[key]),
        }
    }

    /// Whether more keys can follow: then they are waited for.
    fn waits(&mut self, context: Context, pressed: &[Key]) -> bool {
        let more = !self.reading().continuations(context, pressed).is_empty();
        if more {
            self.ui.pending = Some(Pending {
                context,
                keys: pressed.to_vec(),
                until: self.now.mono.after(PATIENCE),
            });
        }
        more
    }

    /// Does what was pressed.
    fn run(&mut self, context: Context, pressed: &[Key]) {
        match self.keymap.meaning(context, pressed) {
            Some(command) => self.command(command),
            None => self.run_from_menu(pressed),
        }
    }

    /// Nobody goes on with a sequence: what was pressed is done if it means something itself.
    pub(super) fn give_up_waiting(&mut self) {
        let now = self.now.mono;
        let Some(pending) = self.ui.pending.take_if(|pending| pending.until <= now) else {
            return;
        };
        self.draw(Urgency::Key);
        let context = self.context();
        let meant = pending.context == context && !self.ui.unseen && self.ui.leave.is_none();
        if meant && self.reading().meaning(context, &pending.keys).is_some() {
            self.run(context, &pending.keys);
            self.settle();
            self.settle_tree();
        }
    }

    /// What keys mean now.
    fn reading(&self) -> Reading<'_> {
        Reading {
            keymap: self.keymap,
            snapshot: self.snapshot,
            ui: self.ui,
        }
    }

    /// What was pressed means nothing here.
    pub(super) fn say_unbound(&mut self, pressed: &[Key]) {
        let pressed = Sequence::of(pressed).map(|pressed| pressed.label());
        let mut text = format!("Key {} is not bound.", pressed.unwrap_or_default());
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
        if self.ui.tour.done(command, self.now.mono) {
            self.want(Effect::Toured);
        }
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
            Command::ThemeNext => self.want(Effect::NextTheme),
            Command::HelpTour => self.begin_tour(),
            Command::MouseToggle => self.toggle_mouse(),
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
