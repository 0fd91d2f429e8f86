//! What is looked at: everything the console knows that the snapshot does not.

mod batch;
mod list;
mod log_view;
mod overlay;
mod view;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

pub use batch::{Batch, BatchMenu, Many};
pub use list::{Before, List, Sort};
pub use log_view::{BeforeSearch, LogView, Streams, Times, Typing};
pub use overlay::{
    Choice, LogChoice, Menu, Overlay, Palette, PidEntry, PortDialog, Question, QuestionKind,
    SurvivorDialog,
};
pub use view::{DetailView, EventsView, View};

use crate::{
    model::{
        Action, Event, LogLine, Mono, ServiceName, Stream, TreeMember, metrics::ServiceHistory,
        reading::Level,
    },
    supervisor::{Leaving, Link},
    tui::{
        book::Book,
        mouse::Pointer,
        pending::Pending,
        rings::{Open, Sifted},
        tour::Tour,
        trend::Trends,
    },
};

/// Lines kept for a service that is looked at.
pub const RING_LINES: usize = 10_000;
/// Bytes of text kept for a service that is looked at.
pub const RING_BYTES: usize = 8 << 20;
/// Bytes that the lines of all services take together, with what is noted about them.
pub const RINGS_BYTES: usize = 256 << 20;
/// Services whose logs are followed at once where all are merged.
pub const MERGED: usize = 100;
/// Events kept for the events cell.
pub const EVENTS_KEPT: usize = 500;

/// What is looked at.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UiState {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// What fills the screen.
    pub view: View,
    /// What filled it before, the latest last.
    pub trail: Vec<View>,
    /// How the services are shown, as chosen with a key; `None`: what fits.
    pub chosen: Option<Density>,
    /// Which services are shown, and in which order.
    pub list: List,
    /// The service under the cursor: by identity, never by row.
    pub cursor: Option<ServiceName>,
    /// Where the cursor stood, from 0: where it stays when its service vanishes.
    pub cursor_row: usize,
    /// First row of the table that is shown.
    pub table_top: usize,
    /// The log of each service that is looked at, or was.
    pub logs: BTreeMap<ServiceName, LogRing>,
    /// What is read of a log far back.
    pub book: Book,
    /// Log lines that have arrived, of all services: the number of the next one.
    pub arrived: u64,
    /// The latest ledger lines, oldest first.
    pub events: VecDeque<Arc<Event>>,
    /// What covers the view.
    pub overlay: Option<Overlay>,
    /// What the action line says instead of the likeliest reason.
    pub message: Option<Message>,
    /// Leaving is under way: what was chosen, in words.
    pub leaving: Option<String>,
    /// Leaving is under way: what was chosen.
    pub leave: Option<Leaving>,
    /// A question is open that was never drawn: whatever is typed was not meant for it.
    pub unseen: bool,
    /// The services whose logs the owner was asked for.
    pub watched: BTreeSet<ServiceName>,
    /// What several services were asked for last, and how it goes.
    pub batch: Option<Batch>,
    /// Refusals that were shown before the owner said so itself.
    pub told: Vec<Told>,
    /// The service whose process tree the owner was asked for.
    pub watched_tree: Option<ServiceName>,
    /// Its processes, by pid.
    pub tree: Vec<TreeMember>,
    /// How this window stands to an owner in another process; `None`: its own console.
    pub link: Option<Link>,
    /// How it fared.
    pub charts: Option<Box<ServiceHistory>>,
    /// Keys of a sequence that is not whole yet.
    pub pending: Option<Pending>,
    /// The last minutes of every service.
    pub trends: Trends,
    /// The first steps.
    pub tour: Tour,
    /// The mouse.
    pub pointer: Pointer,
    /// What is wrong beside the services, until it was read: mistakes in a keymap.
    pub notices: VecDeque<String>,
}

impl UiState {
    /// The lines that the view of a log shows: those that are kept, or a piece of its files.
    pub fn lines(&self) -> &BTreeMap<ServiceName, LogRing> {
        match &self.book.window {
            Some(window) => &window.logs,
            None => &self.logs,
        }
    }
}

/// A refusal that was shown before the owner said so itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Of which service.
    pub service: ServiceName,
    /// Of which action.
    pub action: Action,
    /// The message.
    pub text: String,
}

/// How the services are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Density {
    /// Each in its own pane.
    Panes,
    /// One row each, and one log tail.
    Table,
    /// One cell each, and a row for each in trouble.
    Grid,
}

/// The last lines of one service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogRing {
    /// The lines, oldest first.
    pub lines: VecDeque<Kept>,
    /// Bytes of all texts.
    pub bytes: usize,
    /// Lines between the newest one and the last one shown in a pane; 0 follows.
    pub behind: usize,
    /// Lines that have left.
    pub gone: Tally,
    /// Kept lines that report an error.
    pub errors: Tally,
    /// It was not followed for a while; what comes next may not join on.
    pub torn: bool,
    /// The messages that the next lines may continue.
    pub(crate) open: Open,
    /// What a filter lets through, and what a search finds.
    pub(crate) sifted: Option<Arc<Sifted>>,
}

/// A line that is kept, and what is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The line.
    pub line: LogLine,
    /// Which line it was of all that arrived, of any service.
    pub number: u64,
    /// How serious it says it is.
    pub level: Option<Level>,
    /// How serious it is: as it says, or as the message says that it continues.
    pub weight: Option<Level>,
    /// Lines of its service that have ever arrived, it included.
    pub so_far: Tally,
}

/// A number of lines by their streams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Of stdout.
    pub stdout: u64,
    /// Of stderr.
    pub stderr: u64,
    /// Of oats's own.
    pub oats: u64,
}

impl Tally {
    /// The number for one stream.
    pub fn stream(&mut self, stream: Stream) -> &mut u64 {
        match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
            Stream::Oats => &mut self.oats,
        }
    }

    /// The number for the streams that are shown.
    pub fn of(self, streams: Streams) -> u64 {
        match streams {
            Streams::Both => self.stdout + self.stderr + self.oats,
            Streams::Stderr => self.stderr + self.oats,
            Streams::Stdout => self.stdout + self.oats,
        }
    }
}

/// What the action line says for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The sentence.
    pub text: String,
    /// How loud it is.
    pub tone: Tone,
    /// How often it was said in a row.
    pub times: u32,
    /// When it goes away.
    pub until: Mono,
}

/// How loud a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something was done, or is so: 4 s.
    Info,
    /// Something could not be done: 8 s.
    Error,
}
