//! What fills the screen.

use crate::model::{ActorKind, Seq, ServiceName, Stream};

/// What fills the screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum View {
    /// All services.
    #[default]
    Services,
    /// One service: the one under the cursor.
    Detail(DetailView),
    /// The log of one service, or of all of them.
    Logs(LogView),
    /// What happened.
    Events(EventsView),
    /// What oats says about itself.
    Own,
}

impl View {
    /// Whether the keys that act on a service work here.
    pub fn acts(&self) -> bool {
        match self {
            Self::Services | Self::Detail(_) => true,
            Self::Logs(_) | Self::Events(_) | Self::Own => false,
        }
    }
}

/// The page of one service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DetailView {
    /// Its first row that is shown.
    pub top: usize,
}

/// The log that fills the screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogView {
    /// Whose; `None`: of all services together.
    pub service: Option<ServiceName>,
    /// Which streams.
    pub streams: Streams,
    /// The number of the lowest line that is shown; `None` follows the newest.
    pub anchor: Option<u64>,
    /// The number of the line that was jumped to last.
    pub found: Option<u64>,
    /// The anchor has left the ring, and that was said.
    pub lost: bool,
    /// Columns that are hidden at the left.
    pub left: usize,
}

/// Which streams of a log are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Streams {
    /// Both.
    #[default]
    Both,
    /// Only stderr, and oats's own lines.
    Stderr,
    /// Only stdout, and oats's own lines.
    Stdout,
}

impl Streams {
    /// Whether lines of this stream are shown.
    pub fn show(self, stream: Stream) -> bool {
        match self {
            Self::Both => true,
            Self::Stderr => stream != Stream::Stdout,
            Self::Stdout => stream != Stream::Stderr,
        }
    }

    /// The next choice.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Both => Self::Stderr,
            Self::Stderr => Self::Stdout,
            Self::Stdout => Self::Both,
        }
    }
}

/// The list of events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventsView {
    /// The event under the cursor, by its number; `None`: the newest.
    pub cursor: Option<Seq>,
    /// Only what this kind of actor did.
    pub who: Option<Option<ActorKind>>,
    /// Only what happened to this service.
    pub service: Option<ServiceName>,
    /// Only what failed or was refused.
    pub failures: bool,
}
