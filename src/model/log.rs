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
