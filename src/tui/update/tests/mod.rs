//! Keys are pressed by the command they are bound to, so that a remap breaks no test.

mod acting;
mod asking;
mod book;
mod causes;
mod choosing;
mod leaving;
mod listing;
mod log_search;
mod logs;
mod marking;
mod mouse;
mod moving;
mod promises;
mod sequences;
mod telling;
mod words;

use std::{sync::Arc, time::Duration};

use crossterm::event::Event as Input;

use super::update;
use crate::{
    keymap::{Code, Command, Key, Keymap},
    model::{Action, Actor, Moment, Mono, ServiceView, Snapshot, snapshot::Actions},
    supervisor::{Ask, Command as Wish},
    tui::{
        input::event_of,
        message::{Effect, Msg},
        rows,
        samples::{name, now, verdicts},
        state::{Overlay, QuestionKind, UiState},
    },
};

/// A console without a terminal.
struct Bench {
    ui: UiState,
    snapshot: Snapshot,
    keymap: Keymap,
    now: Moment,
}

impl Bench {
    /// A console that shows `snapshot`.
    fn new(snapshot: Snapshot, size: (u16, u16)) -> Self {
        let mut bench = Self {
            ui: UiState {
                size,
                ..UiState::default()
            },
            snapshot,
            keymap: Keymap::builtin(),
            now: Moment {
                mono: Mono(Duration::from_secs(1000)),
                wall: now(),
            },
        };
        bench.take(Msg::Snapshot);
        bench
    }

    fn take(&mut self, msg: Msg) -> Vec<Effect> {
        update(&mut self.ui, msg, &self.snapshot, &self.keymap, self.now)
    }

    /// Presses the first key of a command, and lets the picture be drawn.
    fn press(&mut self, command: Command) -> Vec<Effect> {
        let key = self.keymap.keys(command)[0];
        self.press_key(key)
    }

    fn press_key(&mut self, key: Key) -> Vec<Effect> {
        let effects = self.take(typed(key));
        self.ui.unseen = false;
        effects
    }

    /// Puts the cursor on a service.
    fn select(&mut self, service: &str) {
        self.ui.cursor = Some(name(service));
        let row = self.shown().index_of(&name(service));
        self.ui.cursor_row = row.unwrap();
    }

    /// Changes a service, and tells the console.
    fn change(&mut self, service: &str, change: impl FnOnce(&mut ServiceView)) -> Vec<Effect> {
        let view = self.snapshot.services.get_mut(&name(service)).unwrap();
        let view = Arc::make_mut(view);
        change(view);
        view.actions = verdicts(view);
        self.take(Msg::Snapshot)
    }

    /// What is shown.
    fn shown(&self) -> rows::Shown<'_> {
        rows::shown(&self.snapshot, &self.ui)
    }

    fn said(&self) -> &str {
        self.ui.message.as_ref().map_or("", |it| it.text.as_str())
    }

    fn later(&mut self, wait: Duration) {
        self.now.mono = self.now.mono.after(wait);
    }

    fn question(&self) -> Option<&QuestionKind> {
        match &self.ui.overlay {
            Some(Overlay::Question(question)) => Some(&question.kind),
            _ => None,
        }
    }

    fn actions(&self, service: &str) -> &Actions {
        &self.snapshot.services[&name(service)].actions
    }
}

/// What a terminal sends for a key.
fn typed(key: Key) -> Msg {
    Msg::Input(Input::Key(event_of(key)))
}

/// The commands for the owner, without the asks for logs.
fn sent(effects: &[Effect]) -> Vec<Wish> {
    let wishes = effects.iter().filter_map(|effect| match effect {
        Effect::Send(wish) => Some(wish.clone()),
        Effect::Draw(_)
        | Effect::Clear
        | Effect::Mouse(_)
        | Effect::Toured
        | Effect::Reenter
        | Effect::Suspend
        | Effect::Own(_)
        | Effect::NextTheme
        | Effect::Copy { .. }
        | Effect::Save { .. }
        | Effect::Page(_)
        | Effect::Quit(_) => None,
    });
    let wishes = wishes.filter(|wish| !matches!(wish, Wish::WatchLogs(_) | Wish::WatchTree(_)));
    wishes.collect()
}

/// A plain ask of the person at the console.
fn ask(service: &str, action: Action) -> Wish {
    Wish::Ask(Ask::new(name(service), action, Actor::HUMAN))
}
