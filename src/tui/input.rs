//! Keys from the terminal, and the two threads that watch it.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use crossterm::event::{self, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::message::Msg;
use crate::keymap::{Code, Key};

/// Starts the thread that reads the terminal. It ends when nobody listens any more, and is never
/// waited for: it may block in a read for ever.
///
/// # Errors
///
/// There is no room for a thread.
pub fn watch_keys(sender: SyncSender<Msg>, nudge: fn()) -> io::Result<KeyGate> {
    let closed = Arc::new(AtomicBool::new(false));
    let ((told, stopped), (go_on, may_go_on)) = (sync_channel(1), sync_channel(1));
    let gate = KeyGate {
        closed: Arc::clone(&closed),
        stopped,
        go_on,
        nudge,
    };
    start("keys", move || {
        loop {
            if closed.load(Ordering::SeqCst) {
                if told.send(()).is_err() || may_go_on.recv().is_err() {
                    return;
                }
                continue;
            }
            let Ok(event) = event::read() else { break };
            if sender.send(Msg::Input(event)).is_err() {
                return;
            }
        }
        // A console that nobody can reach by a key is no console.
        let _nobody_listens = sender.send(Msg::Leave);
    })?;
    Ok(gate)
}

/// The thread that reads keys, as far as it can be stopped: somebody else has the terminal then.
pub struct KeyGate {
    closed: Arc<AtomicBool>,
    stopped: Receiver<()>,
    go_on: SyncSender<()>,
    /// Makes the terminal's size be told anew, which ends a read.
    nudge: fn(),
}

impl KeyGate {
    /// No key is read any more until it is opened. Keys that were read before arrive as ever.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        (self.nudge)();
        // A thread that has ended reads nothing either.
        let _ended = self.stopped.recv();
    }

    /// Keys are read again.
    pub fn open(&self) {
        self.closed.store(false, Ordering::SeqCst);
        let _ended = self.go_on.send(());
    }
}

/// Starts the thread that waits for the terminal to go away. A read never says so: it fails, or
/// returns nothing, for ever.
///
/// # Errors
///
/// There is no room for a thread.
pub fn watch_hang_up(wait: fn(), sender: SyncSender<Msg>) -> io::Result<()> {
    start("hang-up", move || {
        wait();
        let _nobody_listens = sender.send(Msg::Leave);
    })
}

fn start(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn(body).map(drop)
}

/// What a terminal sends for a key: the reverse of [`key_of`].
pub fn event_of(key: Key) -> KeyEvent {
    let (code, shift) = match key.code {
        Code::Char(c) => (KeyCode::Char(c), c.is_uppercase()),
        Code::F(number) => (KeyCode::F(number), false),
        Code::Enter => (KeyCode::Enter, false),
        Code::Esc => (KeyCode::Esc, false),
        Code::Tab => (KeyCode::Tab, false),
        Code::BackTab => (KeyCode::BackTab, true),
        Code::Backspace => (KeyCode::Backspace, false),
        Code::Delete => (KeyCode::Delete, false),
        Code::Insert => (KeyCode::Insert, false),
        Code::Home => (KeyCode::Home, false),
        Code::End => (KeyCode::End, false),
        Code::PageUp => (KeyCode::PageUp, false),
        Code::PageDown => (KeyCode::PageDown, false),
        Code::Up => (KeyCode::Up, false),
        Code::Down => (KeyCode::Down, false),
        Code::Left => (KeyCode::Left, false),
        Code::Right => (KeyCode::Right, false),
    };
    let mut modifiers = KeyModifiers::NONE;
    modifiers.set(KeyModifiers::SHIFT, shift);
    modifiers.set(KeyModifiers::CONTROL, key.ctrl);
    modifiers.set(KeyModifiers::ALT, key.alt);
    KeyEvent::new(code, modifiers)
}

/// The key of a terminal's event; `None` for a release, and for what no keymap can name.
pub fn key_of(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let known = KeyModifiers::SHIFT | KeyModifiers::CONTROL | KeyModifiers::ALT;
    if !known.contains(event.modifiers) {
        return None;
    }
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    let shift = event.modifiers.contains(KeyModifiers::SHIFT);
    let code = match event.code {
        // With Control a terminal does not report Shift.
        KeyCode::Char(c) if ctrl => Code::Char(c.to_lowercase().next().unwrap_or(c)),
        KeyCode::Char(c) if shift => Code::Char(c.to_uppercase().next().unwrap_or(c)),
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::F(number) => Code::F(number),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab if shift => Code::BackTab,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Insert => Code::Insert,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Null
        | KeyCode::CapsLock
        | KeyCode::ScrollLock
        | KeyCode::NumLock
        | KeyCode::PrintScreen
        | KeyCode::Pause
        | KeyCode::Menu
        | KeyCode::KeypadBegin
        | KeyCode::Media(_)
        | KeyCode::Modifier(_) => return None,
    };
    let alt = event.modifiers.contains(KeyModifiers::ALT);
    Some(Key { code, ctrl, alt })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keymap::{Keymap, Sequence};

    fn name(code: KeyCode, modifiers: KeyModifiers) -> Option<String> {
        key_of(KeyEvent::new(code, modifiers)).map(|key| key.to_string())
    }

    #[test]
    fn every_bound_key_is_what_the_terminal_sends_for_it() {
        let keymap = Keymap::builtin();
        let sequences = keymap.rows().flat_map(|(_, bound)| bound);
        for key in sequences.flat_map(Sequence::keys) {
            assert_eq!(key_of(event_of(*key)), Some(*key));
        }
    }

    #[test]
    fn keys_have_the_names_of_the_keymap() {
        let none = KeyModifiers::NONE;
        for (code, modifiers, expected) in [
            (KeyCode::Char('x'), none, "x"),
            (KeyCode::Char('X'), KeyModifiers::SHIFT, "X"),
            (KeyCode::Char('x'), KeyModifiers::SHIFT, "X"),
            (KeyCode::Char('?'), KeyModifiers::SHIFT, "?"),
            (KeyCode::Char('c'), KeyModifiers::CONTROL, "ctrl+c"),
            (
                KeyCode::Char('C'),
                KeyModifiers::CONTROL | KeyModifiers::SHIFT,
                "ctrl+c",
            ),
            (KeyCode::Char('1'), KeyModifiers::ALT, "alt+1"),
            (KeyCode::BackTab, KeyModifiers::SHIFT, "shift+tab"),
            (KeyCode::Tab, KeyModifiers::SHIFT, "shift+tab"),
            (KeyCode::PageUp, none, "pgup"),
            (KeyCode::F(9), none, "f9"),
            (KeyCode::Char(' '), none, "space"),
        ] {
            assert_eq!(name(code, modifiers).as_deref(), Some(expected));
        }
    }

    #[test]
    fn releases_and_keys_without_a_name_are_nothing() {
        assert_eq!(name(KeyCode::CapsLock, KeyModifiers::NONE), None);
        assert_eq!(name(KeyCode::Char('x'), KeyModifiers::SUPER), None);
        let mut release = KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE);
        release.kind = KeyEventKind::Release;
        assert_eq!(key_of(release), None);
    }

    #[test]
    fn a_hang_up_means_leave() {
        let (sender, inbox) = std::sync::mpsc::sync_channel(1);
        watch_hang_up(|| {}, sender).unwrap();
        assert!(matches!(inbox.recv(), Ok(Msg::Leave)));
    }
}
