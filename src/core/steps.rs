//! The steps inside a start and a stop, and what is known of a living process.

use std::time::Duration;

use crate::model::{ExitStatus, Identity, Mono, ProbeOutcome, Seq, Wall};

/// How far a start got.
#[derive(Debug, Clone, PartialEq)]
pub enum StartStep {
    /// Leftovers are being ended, the port is looked at, the intent is written.
    Preparing,
    /// The spawn is under way: a process may exist that nobody has reported yet.
    Spawning,
    /// The process lives and is probed.
    Probing {
        /// The process.
        process: Process,
        /// What its probes said.
        watch: Box<Watch>,
        /// When the start counts as failed.
        deadline: Mono,
    },
}

/// How far a stop got.
#[derive(Debug, Clone, PartialEq)]
pub enum StopStep {
    /// The start was still being prepared: nothing was spawned, nothing will be.
    Preparing,
    /// The spawn is under way: its process is ended as soon as it is known.
    Spawning {
        /// How it is ended then.
        how: How,
    },
    /// The tree was signalled.
    Ending {
        /// The leader.
        process: Process,
        /// How the leader ended, once it has.
        exited: Option<ExitStatus>,
        /// What is tried next.
        next: EndingNext,
        /// Looks and sweeps whose report is still to come.
        reports: u32,
    },
}

/// How a tree is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The stop signal first.
    Ask,
    /// SIGKILL at once.
    Kill,
}

/// What is tried next to end a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndingNext {
    /// Until `kill_at` its members may end by themselves.
    Grace {
        /// When SIGKILL follows.
        kill_at: Mono,
        /// When to look again whether any are left; only once the leader has ended.
        look_at: Option<Mono>,
        /// How long to wait after the next look.
        pause: Duration,
    },
    /// A sweep is under way: the last report decides.
    Kill,
    /// A sweep left something behind: it is repeated.
    KillAgain {
        /// When.
        at: Mono,
    },
}

/// What follows a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Nothing.
    Rest,
    /// The second half of a restart.
    Start,
    /// A start of its own: it was wanted again while it was still being stopped.
    Up {
        /// The ledger line that wanted it.
        cause: Seq,
    },
}

/// A leader that was spawned or adopted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Which process.
    pub identity: Identity,
    /// When it was spawned.
    pub spawned_at: Wall,
    /// The same, on the other clock.
    pub spawned: Mono,
    /// When it was first healthy.
    pub ready: Option<Mono>,
    /// The same, for people.
    pub ready_at: Option<Wall>,
    /// Whether this owner found it running.
    pub adopted: bool,
}

/// What the probes of one run said, and when the next is due.
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    /// When the next probe is due; `None` while one is under way.
    pub next: Option<Mono>,
    /// How long to wait after the next probe, while starting.
    pub pause: Duration,
    /// Failures in a row.
    pub failures: u32,
    /// Successes in a row.
    pub successes: u32,
    /// The last outcome.
    pub last: Option<ProbeOutcome>,
    /// What the rows of outcomes came to.
    pub streak: Streak,
    /// Whether the leader is frozen (state T).
    pub frozen: bool,
}

/// What the rows of probe outcomes came to; changed only by a row that is long enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Streak {
    /// No row was long enough yet.
    Unknown,
    /// Enough successes in a row.
    Passing,
    /// Enough failures in a row, or not healthy in time.
    Failing {
        /// What was seen then.
        reason: String,
    },
}
