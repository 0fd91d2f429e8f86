//! The console from its first frame to its last.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender},
    },
};

use thiserror::Error;

use super::{
    input,
    looper::Looper,
    message::{ExitReason, Msg},
    terminal::{Screen, WayBack},
    theme::Looks,
};
use crate::{
    keymap::Keymap,
    model::{Actor, Moment},
    supervisor::{Command as Wish, Handle, Leaving},
};

/// How many messages may wait for the console.
pub const INBOX: usize = 1024;

/// Everything a console needs.
pub struct Console {
    /// A way to ask, and a way to see.
    pub handle: Handle,
    /// Where messages arrive: of [`INBOX`] places.
    pub inbox: Receiver<Msg>,
    /// How messages get there.
    pub sender: SyncSender<Msg>,
    /// The keys.
    pub keymap: Keymap,
    /// What is to be read once, one sentence each: mistakes in a keymap.
    pub notices: Vec<String>,
    /// How things look, and how else they could.
    pub looks: Looks,
    /// For somebody who has never seen it: the tour is shown, and this notes that it is over.
    pub tour: Option<Box<dyn Fn()>>,
    /// Reads the clocks.
    pub now: Box<dyn Fn() -> Moment>,
    /// Blocks until the terminal is gone.
    pub hang_up: fn(),
    /// Whose window it is.
    pub window: Window,
    /// What it may do outside of itself.
    pub tools: Tools,
    /// The way back to the terminal as it was found, for whoever must end the program.
    pub way_back: WayBack,
}

/// Saves a text to a file that has a word in its name: the path, or why it did not.
pub type Save = dyn Fn(&str, &str) -> Result<String, String>;

/// What a console may do to the world outside.
pub struct Tools {
    /// Puts a text into the clipboard.
    pub copy: Box<dyn Fn(&str) -> Copied>,
    /// Saves a text to a file that has a word in its name; returns its path, or why it did not.
    pub save: Box<Save>,
    /// Shows files in a pager on the terminal, until it ends; or says why it did not.
    pub page: fn(&[String]) -> Result<(), String>,
    /// Makes the terminal's size be told anew.
    pub nudge: fn(),
}

impl Tools {
    /// Those of a console that can do nothing.
    pub fn none() -> Self {
        Self {
            copy: Box::new(|_| Copied::Failed("there is no clipboard".to_owned())),
            save: Box::new(|_, _| Err("there is no folder".to_owned())),
            page: |_| Err("there is no pager".to_owned()),
            nudge: || {},
        }
    }
}

/// Where a copied text went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Copied {
    /// Into the clipboard, through this program.
    Tool(String),
    /// Nowhere yet: this sequence makes the terminal take it.
    Terminal {
        /// The sequence.
        sequence: String,
        /// Why the terminal may not take it; a sentence.
        doubt: Option<String>,
    },
    /// Into this file: there is no clipboard.
    File(String),
    /// Nowhere: why.
    Failed(String),
}

/// Whose window a console is.
#[derive(Debug, Clone, Copy)]
pub enum Window {
    /// The owner's own: it cannot be suspended, and asks before it leaves.
    Owner,
    /// One onto an owner in another process.
    Attached {
        /// Stops this process until somebody lets it go on.
        suspend: fn(),
    },
}

/// What a console could not do.
#[derive(Debug, Error)]
pub enum ConsoleError {
    /// The terminal cannot be taken over.
    #[error("take over the terminal")]
    Enter(#[source] io::Error),
    /// A thread cannot be started.
    #[error("start a thread that watches the terminal")]
    Thread(#[source] io::Error),
    /// The terminal takes no more output.
    #[error("draw on the terminal")]
    Draw(#[source] io::Error),
}

/// Runs the console on this thread until it ends. The terminal is as it was found afterwards, also
/// after a panic, on whichever thread.
///
/// # Errors
///
/// The terminal cannot be taken over, or takes no more output; the owner was then told to leave
/// and to let the services run on.
pub fn run(console: &Console) -> Result<ExitReason, ConsoleError> {
    let (way_back, panicked) = (console.way_back.clone(), Arc::new(AtomicBool::new(false)));
    way_back.go_on_panic(&panicked, console.sender.clone());
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let screen = Screen::enter(way_back.clone()).map_err(ConsoleError::Enter)?;
        let keys = input::watch_keys(console.sender.clone(), console.tools.nudge)
            .map_err(ConsoleError::Thread)?;
        input::watch_hang_up(console.hang_up, console.sender.clone())
            .map_err(ConsoleError::Thread)?;
        Looper::new(console, screen, &panicked)
            .with_keys(keys)
            .run()
    }));
    way_back.go();
    let ended = match ended {
        Ok(ended) if !panicked.load(Ordering::SeqCst) => ended,
        Ok(_) | Err(_) => Ok(ExitReason::Panicked),
    };
    let owns = matches!(console.window, Window::Owner);
    if owns && matches!(ended, Err(_) | Ok(ExitReason::Panicked)) {
        // Without a console nobody can choose: the services run on.
        let _silent = console
            .handle
            .send(Wish::leave(Leaving::Detach, Actor::HUMAN), |_| {});
    }
    match ended {
        Err(ConsoleError::Draw(error)) if is_gone(&error) => Ok(ExitReason::Told),
        ended => ended,
    }
}

/// Whether an error means that the terminal has gone away: EIO or ENXIO.
fn is_gone(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(5 | 6))
}
