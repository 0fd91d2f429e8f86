//! What is shown on stderr while something is waited for.

use std::io::{IsTerminal as _, Write as _};

use crate::{io::clock::Clock, model::Mono};

/// A line that tells what is waited for, where stderr is a terminal.
pub(super) struct Progress {
    clock: Clock,
    since: Mono,
    shown: bool,
    terminal: bool,
}

impl Progress {
    /// Nothing is shown yet.
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            clock,
            since: clock.now().mono,
            shown: false,
            terminal: std::io::stderr().is_terminal(),
        }
    }

    /// Shows a text, and since when.
    pub(super) fn line(&mut self, text: &str) {
        let waited = self.clock.now().mono.since(self.since).as_secs();
        if !self.terminal || waited == 0 {
            return;
        }
        self.shown = true;
        // A line that cannot be shown has no reader.
        let _ = write!(std::io::stderr(), "\r\u{1b}[K{text} ({waited} s)");
    }

    /// Takes it away.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            let _ = write!(std::io::stderr(), "\r\u{1b}[K");
        }
    }
}
