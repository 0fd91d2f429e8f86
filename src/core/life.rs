//! Where a service is, with the data that only exists there.

pub use super::steps::{EndingNext, How, Process, StartStep, StopStep, Streak, Then, Watch};
use crate::model::{Health, Mono, Phase, Pid, RunId, Seq, WaitFor, Wall};

/// Where a service is. A process exists only where one can.
#[derive(Debug, Clone, PartialEq)]
pub enum Life {
    /// No process, and nothing is under way.
    Stopped {
        /// Since when; `None` when it never ran.
        since: Option<Wall>,
    },
    /// A start waits.
    Waiting {
        /// Since when.
        since: Wall,
        /// For what; never empty.
        on: Vec<WaitFor>,
    },
    /// A start is under way.
    Starting {
        /// Since when.
        since: Wall,
        /// The run that will be, or is being, spawned.
        run: RunId,
        /// How far it got.
        step: StartStep,
    },
    /// A process lives.
    Running {
        /// Since when.
        since: Wall,
        /// Its run.
        run: RunId,
        /// The process.
        process: Process,
        /// What its probes said.
        watch: Box<Watch>,
        /// The verdict.
        health: Health,
    },
    /// Its tree is being ended.
    Stopping {
        /// Since when.
        since: Wall,
        /// The run that ends.
        run: RunId,
        /// How far it got.
        step: StopStep,
        /// What follows.
        then: Then,
    },
    /// A restart by policy waits for its time.
    Backoff {
        /// Since when.
        since: Wall,
        /// When it starts.
        until: Mono,
        /// Which restart in a row it will be.
        attempt: u32,
        /// The ledger line of the death before it.
        cause: Option<Seq>,
    },
    /// It ended badly, or could not be started.
    Failed {
        /// Since when.
        since: Wall,
        /// Why.
        reason: String,
    },
}

impl Life {
    /// The phase, as one word.
    pub fn phase(&self) -> Phase {
        match self {
            Self::Stopped { .. } => Phase::Stopped,
            Self::Waiting { .. } => Phase::Waiting,
            Self::Starting { .. } => Phase::Starting,
            Self::Running { .. } => Phase::Running,
            Self::Stopping { .. } => Phase::Stopping,
            Self::Backoff { .. } => Phase::Backoff,
            Self::Failed { .. } => Phase::Failed,
        }
    }

    /// Since when; `None` when it never ran.
    pub fn since(&self) -> Option<Wall> {
        match self {
            Self::Stopped { since } => *since,
            Self::Waiting { since, .. }
            | Self::Starting { since, .. }
            | Self::Running { since, .. }
            | Self::Stopping { since, .. }
            | Self::Backoff { since, .. }
            | Self::Failed { since, .. } => Some(*since),
        }
    }

    /// The leader, where one exists.
    pub fn process(&self) -> Option<&Process> {
        match self {
            Self::Starting {
                step: StartStep::Probing { process, .. },
                ..
            }
            | Self::Running { process, .. }
            | Self::Stopping {
                step: StopStep::Ending { process, .. },
                ..
            } => Some(process),
            Self::Stopped { .. }
            | Self::Waiting { .. }
            | Self::Starting {
                step: StartStep::Preparing | StartStep::Spawning,
                ..
            }
            | Self::Stopping {
                step: StopStep::Preparing | StopStep::Spawning { .. },
                ..
            }
            | Self::Backoff { .. }
            | Self::Failed { .. } => None,
        }
    }

    /// The pid of the leader.
    pub fn pid(&self) -> Option<Pid> {
        self.process().map(|process| process.identity.pid)
    }

    /// What its probes said, where it is probed.
    pub fn watch(&self) -> Option<&Watch> {
        match self {
            Self::Starting {
                step: StartStep::Probing { watch, .. },
                ..
            }
            | Self::Running { watch, .. } => Some(watch),
            Self::Stopped { .. }
            | Self::Waiting { .. }
            | Self::Starting {
                step: StartStep::Preparing | StartStep::Spawning,
                ..
            }
            | Self::Stopping { .. }
            | Self::Backoff { .. }
            | Self::Failed { .. } => None,
        }
    }

    /// The same, to change it.
    pub fn watch_mut(&mut self) -> Option<&mut Watch> {
        match self {
            Self::Starting {
                step: StartStep::Probing { watch, .. },
                ..
            }
            | Self::Running { watch, .. } => Some(watch),
            Self::Stopped { .. }
            | Self::Waiting { .. }
            | Self::Starting {
                step: StartStep::Preparing | StartStep::Spawning,
                ..
            }
            | Self::Stopping { .. }
            | Self::Backoff { .. }
            | Self::Failed { .. } => None,
        }
    }

    /// The run that is in flight: at most one per service.
    pub fn run(&self) -> Option<RunId> {
        match self {
            Self::Starting { run, .. } | Self::Running { run, .. } | Self::Stopping { run, .. } => {
                Some(*run)
            }
            Self::Stopped { .. }
            | Self::Waiting { .. }
            | Self::Backoff { .. }
            | Self::Failed { .. } => None,
        }
    }

    /// The verdict; unknown where nothing lives.
    pub fn health(&self) -> Health {
        match self {
            Self::Running { health, .. } => health.clone(),
            Self::Stopped { .. }
            | Self::Waiting { .. }
            | Self::Starting { .. }
            | Self::Stopping { .. }
            | Self::Backoff { .. }
            | Self::Failed { .. } => Health::Unknown,
        }
    }

    /// Whether a process lives or is about to.
    pub fn is_live(&self) -> bool {
        match self {
            Self::Starting { .. } | Self::Running { .. } | Self::Stopping { .. } => true,
            Self::Stopped { .. }
            | Self::Waiting { .. }
            | Self::Backoff { .. }
            | Self::Failed { .. } => false,
        }
    }

    /// Whether nothing is under way: no ask can be open here.
    pub fn is_at_rest(&self) -> bool {
        match self {
            Self::Stopped { .. } | Self::Backoff { .. } | Self::Failed { .. } => true,
            Self::Waiting { .. }
            | Self::Starting { .. }
            | Self::Running { .. }
            | Self::Stopping { .. } => false,
        }
    }

    /// Whether it is on its way to running: then it must be wanted.
    pub fn is_coming_up(&self) -> bool {
        match self {
            Self::Waiting { .. }
            | Self::Starting { .. }
            | Self::Backoff { .. }
            | Self::Stopping {
                then: Then::Start | Then::Up { .. },
                ..
            } => true,
            Self::Stopped { .. }
            | Self::Running { .. }
            | Self::Failed { .. }
            | Self::Stopping {
                then: Then::Rest, ..
            } => false,
        }
    }
}
