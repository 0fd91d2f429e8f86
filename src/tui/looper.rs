//! The loop: wait, change, draw.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
    mpsc::RecvTimeoutError,
};

use super::{
    frames::Frames,
    input::KeyGate,
    message::{Effect, ExitReason, Msg, Urgency},
    mouse::Pointer,
    own::OwnLog,
    run::{Console, ConsoleError, INBOX, Window},
    state::{UiState, View},
    terminal::Surface,
    theme::Looks,
    tour::Tour,
    update::{expire, next_deadline, update},
    view,
};
use crate::{
    keymap::Keymap,
    model::{Mono, Snapshot},
    supervisor::{Command as Wish, Link},
};

/// The console at work.
pub(super) struct Looper<'a, S> {
    pub(super) console: &'a Console,
    keymap: Keymap,
    looks: Looks,
    pub(super) screen: S,
    pub(super) keys: Option<KeyGate>,
    ui: UiState,
    snapshot: Arc<Snapshot>,
    frames: Frames,
    own: OwnLog,
    panicked: &'a AtomicBool,
    ended: Option<ExitReason>,
}

impl<'a, S: Surface> Looper<'a, S> {
    /// A console that has not drawn yet.
    pub(super) fn new(console: &'a Console, screen: S, panicked: &'a AtomicBool) -> Self {
        Self {
            ui: UiState {
                size: screen.size(),
                link: match console.window {
                    Window::Owner => None,
                    Window::Attached { .. } => Some(Link::Connected),
                },
                tour: match console.tour {
                    Some(_) => Tour::first(),
                    None => Tour::default(),
                },
                pointer: Pointer {
                    glyphs: Some(console.looks.theme().glyphs),
                    ..Pointer::default()
                },
                notices: console.notices.iter().cloned().collect(),
                ..UiState::default()
            },
            console,
            keymap: console.keymap.clone(),
            looks: console.looks.clone(),
            screen,
            keys: None,
            snapshot: console.handle.snapshot(),
            frames: Frames::default(),
            own: OwnLog::default(),
            panicked,
            ended: None,
        }
    }

    /// The same with a way to stop the reading of keys.
    pub(super) fn with_keys(mut self, keys: KeyGate) -> Self {
        self.keys = Some(keys);
        self
    }

    /// Waits, changes, draws, until something ends it.
    pub(super) fn run(mut self) -> Result<ExitReason, ConsoleError> {
        self.take(Msg::Snapshot)?;
        loop {
            if let Some(reason) = self.ended {
                return Ok(reason);
            }
            if self.panicked.load(Ordering::SeqCst) {
                return Ok(ExitReason::Panicked);
            }
            self.draw_if_due()?;
            let Some(batch) = self.wait() else {
                return Ok(ExitReason::Told);
            };
            self.absorb(batch)?;
            let now = self.now();
            if expire(&mut self.ui, now) {
                self.frames.want(Urgency::Data);
            }
            if next_deadline(&self.ui).is_some_and(|due| due <= now) {
                self.take(Msg::Due)?;
            }
        }
    }

    /// The time by the clock of decisions.
    fn now(&self) -> Mono {
        (self.console.now)().mono
    }

    /// Everything that has arrived, at the latest when a frame or a deadline is due. `None`: no
    /// message can ever arrive.
    fn wait(&self) -> Option<Vec<Msg>> {
        let due = [self.frames.due(), next_deadline(&self.ui)];
        let first = match due.into_iter().flatten().min() {
            None => Some(self.console.inbox.recv().ok()?),
            Some(due) => match self.console.inbox.recv_timeout(due.since(self.now())) {
                Ok(msg) => Some(msg),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return None,
            },
        };
        let rest = self.console.inbox.try_iter().take(INBOX);
        Some(first.into_iter().chain(rest).collect())
    }

    /// Takes the newest snapshot, whether its message got through or not, then all the messages.
    fn absorb(&mut self, batch: Vec<Msg>) -> Result<(), ConsoleError> {
        let newest = self.console.handle.snapshot();
        if !Arc::ptr_eq(&newest, &self.snapshot) {
            self.snapshot = newest;
            // Once a second at least: then no line of oats's own log is lost.
            OwnLog::gather();
            self.take(Msg::Snapshot)?;
        }
        for msg in batch {
            if !matches!(msg, Msg::Snapshot) {
                self.take(msg)?;
            }
        }
        Ok(())
    }

    /// Takes one message, and does what follows from it.
    pub(super) fn take(&mut self, msg: Msg) -> Result<(), ConsoleError> {
        let mut next = Some(msg);
        while let Some(msg) = next.take() {
            let now = (self.console.now)();
            let msg = self.new_keys(msg);
            let effects = update(&mut self.ui, msg, &self.snapshot, &self.keymap, now);
            for effect in effects {
                match effect {
                    Effect::Send(wish) => next = self.send(wish).or(next),
                    Effect::Draw(urgency) => self.frames.want(urgency),
                    Effect::Toured => {
                        if let Some(note) = &self.console.tour {
                            note();
                        }
                    }
                    Effect::Own(command) => self.own.command(command),
                    Effect::NextTheme => next = Some(Msg::Theme(self.looks.turn())),
                    Effect::Copy { text, lines } => next = Some(self.copy(&text, lines)?),
                    Effect::Save { of, text, lines } => next = Some(self.save(&of, &text, lines)),
                    Effect::Page(files) => next = self.page(&files)?,
                    Effect::Clear => self.clear()?,
                    Effect::Mouse(on) => self.screen.mouse(on).map_err(ConsoleError::Draw)?,
                    Effect::Reenter => {
                        self.screen.reenter().map_err(ConsoleError::Draw)?;
                        self.clear()?;
                    }
                    Effect::Suspend => {
                        let Window::Attached { suspend } = self.console.window else {
                            continue;
                        };
                        self.console.way_back.go();
                        suspend();
                        self.screen.reenter().map_err(ConsoleError::Draw)?;
                        self.clear()?;
                    }
                    Effect::Quit(reason) => self.ended = Some(reason),
                }
            }
            if self.ui.size != self.screen.size() {
                self.clear()?;
            }
        }
        Ok(())
    }

    /// Takes new keys and looks up. A keymap file with mistakes leaves those that were there in force.
    fn new_keys(&mut self, msg: Msg) -> Msg {
        if let Msg::Keymap(keymap, notices) = &msg
            && notices.is_empty()
        {
            self.keymap = Keymap::clone(keymap);
        }
        if let Msg::Looks(looks, _) = &msg {
            self.looks = Looks::clone(looks);
        }
        msg
    }

    /// Draws everything anew, in the size of the last message.
    pub(super) fn clear(&mut self) -> Result<(), ConsoleError> {
        let resized = self.screen.resize(self.ui.size);
        self.frames.want(Urgency::Key);
        resized.map_err(ConsoleError::Draw)
    }

    /// Sends a command; a message when it could not be sent.
    fn send(&mut self, wish: Wish) -> Option<Msg> {
        let handle = &self.console.handle;
        let sent = match &wish {
            Wish::Ask(ask) => {
                let (service, action) = (ask.service.clone(), ask.action);
                let sender = self.console.sender.clone();
                handle.send(wish.clone(), move |answer| {
                    let _full_or_gone = sender.try_send(Msg::Answer {
                        service,
                        action,
                        answer,
                    });
                })
            }
            Wish::Survivor { .. } => {
                let sender = self.console.sender.clone();
                handle.send(wish.clone(), move |answer| {
                    if let Err(refusal) = answer {
                        let _full_or_gone = sender.try_send(Msg::Undecided(refusal));
                    }
                })
            }
            Wish::Up { .. }
            | Wish::Leave { .. }
            | Wish::Reload { .. }
            | Wish::WatchLogs(_)
            | Wish::WatchTree(_)
            | Wish::Book(_) => handle.send(wish.clone(), |_| {}),
        };
        sent.is_err().then_some(Msg::Unsent(wish))
    }

    /// Draws a frame when one is due.
    fn draw_if_due(&mut self) -> Result<(), ConsoleError> {
        let now = self.now();
        if !self.frames.is_due(now) && !self.ui.unseen {
            return Ok(());
        }
        if self.ui.view == View::Own {
            OwnLog::gather();
        }
        let (snapshot, ui, own) = (&self.snapshot, &self.ui, &self.own);
        let (keymap, theme) = (&self.keymap, self.looks.theme());
        let screen = &mut self.screen;
        screen
            .paint(|frame| view::draw(frame, snapshot, ui, keymap, theme, Some(own)))
            .map_err(ConsoleError::Draw)?;
        self.frames.drawn(now);
        self.forget_type_ahead()?;
        self.screen.show().map_err(ConsoleError::Draw)
    }

    /// The question is about to be shown. What was typed until now was not meant for it.
    fn forget_type_ahead(&mut self) -> Result<(), ConsoleError> {
        if self.ui.unseen {
            let asked = self.ui.overlay.clone();
            self.absorb(self.console.inbox.try_iter().take(INBOX).collect())?;
            // Another question may have come instead: it has to be drawn first, too.
            self.ui.unseen = self.ui.overlay != asked;
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "looper_tests.rs"]
mod tests;
