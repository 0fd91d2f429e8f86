//! One line of output, as a window shows it.

use serde::{Deserialize, Serialize};

use super::{ids::ServiceName, time::Wall};

/// Where a line came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// The service's stdout.
    Stdout,
    /// The service's stderr.
    Stderr,
    /// What oats has to say about the service.
    Oats,
}

/// One line of output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Whose.
    pub service: ServiceName,
    /// Where it came from.
    pub stream: Stream,
    /// When it arrived; `None` for lines that were there before anybody looked.
    pub at: Option<Wall>,
    /// Where it begins in its stream, in bytes ever written to it, rotated ones included; `None` for
    /// what oats says itself, and for the later parts of a line that was shown in parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pos: Option<u64>,
    /// The cleaned text, without its line break: of all escape sequences only colours (SGR) remain.
    pub text: String,
}

/// How many bytes each stream of a service has ever written, rotated ones included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPositions {
    /// stdout.
    pub stdout: u64,
    /// stderr.
    pub stderr: u64,
}

impl LogPositions {
    /// That of one stream; what oats says itself is written to none.
    pub fn of(self, stream: Stream) -> u64 {
        match stream {
            Stream::Stdout => self.stdout,
            Stream::Stderr => self.stderr,
            Stream::Oats => 0,
        }
    }
}

/// How the head of a log is taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CutWay {
    /// Its blocks are given back and what follows moves to the front.
    Collapse,
    /// Its blocks are given back; a hole stays in their place.
    Punch,
    /// The file is cut to nothing. Only while nobody writes.
    Empty,
}

/// How far a cut has come. What it says is true until the next step is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CutStep {
    /// The archive is whole; the archives are being numbered anew.
    Archived,
    /// The archives have their numbers; the head may be a hole by now.
    Numbered,
    /// The head is a hole; where it is none any more, it was taken off.
    Emptied,
}

/// A cut that is being made: the intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// Up to where in the file, in bytes.
    pub to: u64,
    /// How.
    pub way: CutWay,
    /// How far it has come.
    pub step: CutStep,
}

/// Where the file of one stream begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LogHead {
    /// Bytes of the stream that were taken off the file: the position of its first byte.
    pub base: u64,
    /// What else there is to know.
    pub more: HeadMore,
}

/// What there is to know about the head of a log, besides where it begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadMore {
    /// With how many bytes of hole the file begins: they are in the archives.
    #[serde(default)]
    pub hole: u64,
    /// Bytes that went because somebody else cut the file. They count in `base`.
    #[serde(default)]
    pub lost: u64,
    /// The cut that is being made.
    #[serde(default)]
    pub cut: Option<Cut>,
}

/// [`HeadMore`] of both streams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogHeads {
    /// stdout.
    pub stdout: HeadMore,
    /// stderr.
    pub stderr: HeadMore,
}
