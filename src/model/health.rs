//! What probes say, and what it means.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{port::Holder, time::Wall};

/// The verdict on a running service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// Nobody knows yet.
    Unknown,
    /// It works.
    Healthy {
        /// What weakens the verdict: "alive is healthy: no probe, no port", "holder not visible".
        reason: Option<String>,
    },
    /// It does not work.
    Unhealthy {
        /// Why.
        reason: String,
    },
}

/// A [`Health`] as one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthWord {
    /// Nobody knows yet.
    Unknown,
    /// It works.
    Healthy,
    /// It does not work.
    Unhealthy,
}

impl HealthWord {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
        }
    }
}

impl Health {
    /// The verdict as one word.
    pub fn word(&self) -> HealthWord {
        match self {
            Self::Unknown => HealthWord::Unknown,
            Self::Healthy { .. } => HealthWord::Healthy,
            Self::Unhealthy { .. } => HealthWord::Unhealthy,
        }
    }

    /// Why, where there is something to say.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Unknown => None,
            Self::Healthy { reason } => reason.as_deref(),
            Self::Unhealthy { reason } => Some(reason),
        }
    }
}

/// What one probe saw. A probe never judges.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeOutcome {
    /// Whether it passed.
    pub ok: bool,
    /// What it saw, short: "200", "503", "no answer in 500 ms", "connection refused", "exit 1".
    pub detail: String,
    /// How long it took; `None` where nothing was measured.
    pub latency: Option<Duration>,
    /// When it ended.
    pub at: Wall,
    /// Who held the port right after the probe passed, where that was looked at.
    pub witness: Option<Holder>,
}
