//! What is looked at: everything the console knows that the snapshot does not.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use crate::{
    model::{Action, Event, LogLine, Mono, Pid, ServiceName},
    supervisor::Leaving,
};

/// Lines kept for a service that is looked at.
pub const RING_LINES: usize = 10_000;
/// Bytes kept for a service that is looked at.
pub const RING_BYTES: usize = 8 << 20;
/// Events kept for the events cell.
pub const EVENTS_KEPT: usize = 500;

/// What is looked at.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UiState {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The view that was chosen with a key; `None`: panes when there is room, else the table.
    pub chosen: Option<Density>,
    /// The service under the cursor: by identity, never by row.
    pub cursor: Option<ServiceName>,
    /// Where the cursor stood, from 0: where it stays when its service vanishes.
    pub cursor_row: usize,
    /// First row of the table that is shown.
    pub table_top: usize,
    /// The log of each service that is looked at.
    pub logs: BTreeMap<ServiceName, LogRing>,
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
    /// Refusals that were shown before the owner said so itself.
    pub told: Vec<Told>,
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
}

/// The last lines of one service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogRing {
    /// The lines, oldest first.
    pub lines: VecDeque<LogLine>,
    /// Bytes of all texts.
    pub bytes: usize,
    /// Lines between the newest one and the last one shown; 0 follows.
    pub behind: usize,
}

/// What covers the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlay {
    /// The help, with its first shown row.
    Help {
        /// First shown row.
        top: usize,
    },
    /// A question.
    Question(Question),
}

/// A question: what is asked, and which choice is focused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What is asked. Its target never changes.
    pub kind: QuestionKind,
    /// The focused choice, an index into [`QuestionKind::choices`].
    pub focused: usize,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuestionKind {
    /// Kill a service?
    Kill {
        /// Which.
        service: ServiceName,
        /// Its leader when the question was asked.
        pid: Option<Pid>,
    },
    /// Stop or restart a service that running services need?
    Affects {
        /// Which.
        service: ServiceName,
        /// Restart instead of stop.
        restart: bool,
        /// The running services that need it.
        dependents: Vec<ServiceName>,
    },
    /// Leave, while services run?
    Quit {
        /// The services that have a process.
        running: Vec<ServiceName>,
    },
}

/// One choice of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Do it.
    Yes,
    /// Do nothing: the harmless one, focused first.
    No,
    /// Stop all services and leave.
    StopAll,
    /// Leave the services running.
    LeaveRunning,
}

impl QuestionKind {
    /// The choices, in the order they are shown.
    pub fn choices(&self) -> &'static [Choice] {
        match self {
            Self::Kill { .. } | Self::Affects { .. } => &[Choice::No, Choice::Yes],
            Self::Quit { .. } => &[Choice::No, Choice::LeaveRunning, Choice::StopAll],
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
