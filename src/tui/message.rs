//! What reaches the console, and what it wants done.

use crossterm::event::Event as Input;

use crate::{
    keymap::{Keymap, command::OwnCommand},
    model::{Action, Refusal, ServiceName},
    supervisor::{Answer, Command as Wish, Feed},
    tui::{state::Tone, theme::Looks},
};

/// Something that reached the console.
#[derive(Debug)]
pub enum Msg {
    /// A key, a paste, a new size.
    Input(Input),
    /// There is a new snapshot to look at.
    Snapshot,
    /// Log lines or a ledger line.
    Feed(Feed),
    /// The owner's answer to an ask.
    Answer {
        /// For which service.
        service: ServiceName,
        /// For which action.
        action: Action,
        /// The answer.
        answer: Answer,
    },
    /// The owner refused to decide about a process in doubt: why.
    Undecided(Refusal),
    /// The owner took no command.
    Unsent(Wish),
    /// How something outside of oats went.
    Told(Tone, String),
    /// Its keymap files have changed: the keys from now on, and what is wrong in the files.
    Keymap(Box<Keymap>, Vec<String>),
    /// A deadline has passed.
    Due,
    /// Its theme files or settings have changed: the looks from now on, and what is wrong in the files.
    Looks(Box<Looks>, Vec<String>),
    /// Another theme is in force, or cannot be: what is said about it.
    Theme(String),
    /// SIGINT: as if the quit key were pressed.
    Interrupt,
    /// SIGTSTP: refused, as the key is.
    Suspend,
    /// SIGCONT: the terminal may have been used by somebody else.
    Resumed,
    /// SIGTERM, SIGHUP, SIGQUIT, or the terminal is gone: leave at once, services run on.
    Leave,
    /// The owner has finished leaving.
    Left,
}

/// Something the console wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// A command for the owner.
    Send(Wish),
    /// The picture has changed.
    Draw(Urgency),
    /// Every cell is drawn anew.
    Clear,
    /// The terminal sends what the mouse does, or keeps it to itself.
    Mouse(bool),
    /// The terminal is set up anew.
    Reenter,
    /// The next theme is put in force.
    NextTheme,
    /// The program stops until the shell lets it go on.
    Suspend,
    /// The tour is over: it does not come by itself again.
    Toured,
    /// A step or a switch in oats's own log.
    Own(OwnCommand),
    /// So many lines are put into the clipboard.
    Copy {
        /// The lines.
        text: String,
        /// How many.
        lines: usize,
    },
    /// So many lines are saved to a file.
    Save {
        /// Whose, as a part of the file's name.
        of: String,
        /// The lines.
        text: String,
        /// How many.
        lines: usize,
    },
    /// Files are opened in a pager, which has the terminal meanwhile.
    Page(Vec<String>),
    /// The console ends.
    Quit(ExitReason),
}

/// How soon a changed picture is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Something happened by itself.
    Data,
    /// Somebody waits for what a key did.
    Key,
}

/// Why the console ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitReason {
    /// The owner has left, as it was asked to.
    Left,
    /// A signal, a lost terminal or impatience said so: at once, whatever the owner still does.
    Told,
    /// Something panicked; the report was printed on the restored terminal.
    Panicked,
}
