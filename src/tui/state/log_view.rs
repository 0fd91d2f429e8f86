//! How the log that fills the screen is looked at.

use std::collections::BTreeSet;

use crate::model::{
    ServiceName, Stream,
    reading::{Kind, Level, Needle},
};

/// The log that fills the screen.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogView {
    /// Whose; `None`: of several services together.
    pub service: Option<ServiceName>,
    /// Of which services, where it is of several; none: of all.
    pub chosen: BTreeSet<ServiceName>,
    /// Which streams.
    pub streams: Streams,
    /// The number of the lowest line that is shown; `None` follows the newest.
    pub anchor: Option<u64>,
    /// Rows of that line that lie below the screen.
    pub below: usize,
    /// The number of the line under the cursor; `None`: the lowest one.
    pub cursor: Option<u64>,
    /// The anchor has left the ring, and that was said.
    pub lost: bool,
    /// Columns that are hidden at the left.
    pub left: usize,
    /// Only lines that are at least so serious.
    pub least: Option<Level>,
    /// What is looked for.
    pub search: Option<Needle>,
    /// Only lines that hold it.
    pub only: bool,
    /// What is looked for is being typed.
    pub typing: Option<Box<Typing>>,
    /// Long lines take several rows.
    pub wrap: bool,
    /// How the time of a line is shown.
    pub times: Times,
    /// Every line that has fields shows them below each other.
    pub pretty: bool,
    /// Lines that are shown the other way, by their numbers.
    pub turned: BTreeSet<u64>,
    /// Lines that are marked, by their numbers.
    pub marks: BTreeSet<u64>,
    /// Lines with smaller numbers were cleared away.
    pub cleared: u64,
}

impl LogView {
    /// Whether the line with this number is shown over several rows.
    pub fn is_open(&self, number: u64) -> bool {
        self.pretty != self.turned.contains(&number)
    }
}

/// A search while it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typing {
    /// What was typed.
    pub text: String,
    /// How it is meant.
    pub kind: Kind,
    /// Why it cannot be looked for.
    pub problem: Option<String>,
    /// What was there before.
    pub before: BeforeSearch,
}

/// What the screen showed before a search was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BeforeSearch {
    /// What was looked for.
    pub search: Option<Needle>,
    /// The lowest line.
    pub anchor: Option<u64>,
    /// Its rows below the screen.
    pub below: usize,
    /// The line under the cursor.
    pub cursor: Option<u64>,
}

/// How the time of a line is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Times {
    /// In the zone of the terminal.
    #[default]
    Local,
    /// In UTC.
    Utc,
    /// Before or after the line under the cursor, or before the newest one.
    Relative,
    /// Not at all.
    Off,
}

impl Times {
    /// The next choice.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Local => Self::Utc,
            Self::Utc => Self::Relative,
            Self::Relative => Self::Off,
            Self::Off => Self::Local,
        }
    }

    /// What it is called.
    pub fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Utc => "UTC",
            Self::Relative => "relative",
            Self::Off => "off",
        }
    }
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
