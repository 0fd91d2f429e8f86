//! Where a service is, and what was asked for: two things, kept apart.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    ids::{Port, ServiceName},
    service::Condition,
};

/// Where a service is, as one word. The core's own phase holds the data of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// No process, and nothing is under way.
    Stopped,
    /// A start waits for another service or for the port.
    Waiting,
    /// A start is under way.
    Starting,
    /// A process lives.
    Running,
    /// Its tree is being ended.
    Stopping,
    /// A restart by policy waits for its time.
    Backoff,
    /// It ended badly, or could not be started.
    Failed,
}

impl Phase {
    /// Every phase, in the order of the contract.
    pub const ALL: [Self; 7] = [
        Self::Stopped,
        Self::Waiting,
        Self::Starting,
        Self::Running,
        Self::Stopping,
        Self::Backoff,
        Self::Failed,
    ];

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Waiting => "waiting",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Backoff => "backoff",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Want {
    /// It shall run.
    Up,
    /// It shall not run.
    Down,
}

/// What a waiting service waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WaitFor {
    /// Another service.
    Service {
        /// Which.
        name: ServiceName,
        /// What it must have reached.
        condition: Condition,
    },
    /// Its port, which somebody else holds.
    Port {
        /// Which.
        port: Port,
    },
}

/// As in "service is already waiting for inventory".
impl fmt::Display for WaitFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service { name, .. } => write!(f, "{name}"),
            Self::Port { port } => write!(f, "port {port}"),
        }
    }
}
