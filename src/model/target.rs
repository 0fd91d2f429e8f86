//! A process that is not surely ours, as a person pointed at it.

use serde::{Deserialize, Serialize};

use super::{exit::Signal, ids::Pid};

/// A process as it was confirmed: by the pid that a person typed, and the start time shown beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Its pid.
    pub pid: Pid,
    /// Its start time in clock ticks since boot: a later process with the same pid has another one.
    pub start_ticks: u64,
}

/// How a process is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Force {
    /// SIGTERM: it is asked.
    Term,
    /// SIGKILL: it is made to.
    Kill,
}

impl Force {
    /// The signal that is sent.
    pub fn signal(self) -> Signal {
        match self {
            Self::Term => Signal::TERM,
            Self::Kill => Signal::KILL,
        }
    }
}

/// How a port is freed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FreeWith {
    /// The stranger that was confirmed, and how it is ended. Nothing else is ever signalled.
    pub stranger: Option<(Target, Force)>,
    /// Start the service as soon as its port is free.
    pub then_start: bool,
}

/// What becomes of a process that may be an earlier run of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SurvivorChoice {
    /// It is ended.
    End(Force),
    /// It is the service: it is taken over as it runs.
    Adopt,
}
