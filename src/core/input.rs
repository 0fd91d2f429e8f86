//! Everything that can happen, in one queue.

use super::reload::FilesRead;
use crate::model::{
    Action, Actor, ExitStatus, Identity, ProbeOutcome, RunId, RunRecord, Seq, ServiceName, Wall,
    port::Listening,
    snapshot::Survivor,
    target::{FreeWith, SurvivorChoice, Target},
};

/// Something that happens.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Somebody wants something.
    Ask {
        /// Of which service.
        service: ServiceName,
        /// What.
        action: Action,
        /// Who.
        by: Actor,
        /// With which choices.
        with: AskWith,
        /// The ledger line that caused it: then it is oats's own ask, and nobody waits for an answer.
        cause: Option<Seq>,
    },
    /// Somebody wants these up: sets the wish for each, then asks for each start.
    Up {
        /// Which services.
        services: Vec<ServiceName>,
        /// Who.
        by: Actor,
    },
    /// Something was seen of a run. Facts of an older run are dropped. Of one run, `Prepared` comes
    /// before `Spawned`, and `Spawned` before `Exited`; the others may come in any order.
    Fact {
        /// Of which service.
        service: ServiceName,
        /// Of which run.
        run: RunId,
        /// What.
        fact: Fact,
    },
    /// Somebody looked at the port of a service.
    Port {
        /// Of which service.
        service: ServiceName,
        /// Who listens there.
        listeners: Vec<Listening>,
    },
    /// What a new owner found of the last recorded run of a service.
    Found {
        /// The record.
        record: RunRecord,
        /// What is there of it.
        finding: Finding,
    },
    /// Processes that may be an earlier run of a service: replaces those known before.
    Survivors {
        /// Of which service.
        service: ServiceName,
        /// Which.
        survivors: Vec<Survivor>,
    },
    /// Something about a survivor of a service: a decision, or what was seen.
    Doubt {
        /// Of which service.
        service: ServiceName,
        /// What.
        doubt: Doubt,
    },
    /// A Free port got on, or cannot.
    Freed {
        /// Of which service.
        service: ServiceName,
        /// The ledger line of the ask.
        seq: Seq,
        /// How.
        news: FreeNews,
    },
    /// The other services that a service waits for may have moved.
    Recheck {
        /// The one that may wait.
        service: ServiceName,
    },
    /// The restart policy starts a service again.
    Retry {
        /// Which.
        service: ServiceName,
        /// The ledger line of the death before it.
        cause: Option<Seq>,
    },
    /// Time has passed.
    Tick,
    /// Somebody wants the files of the root read.
    Reload {
        /// Who.
        by: Actor,
    },
    /// The files of the root were read.
    FilesRead {
        /// The last ask that they were read for; `None` when nobody had asked.
        asked: Option<Seq>,
        /// What they say.
        read: FilesRead,
    },
    /// oats leaves.
    Leave {
        /// How.
        how: Leaving,
        /// Who wants it.
        by: Actor,
    },
}

/// The choices of an ask.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AskWith {
    /// Start just this one, without what it needs.
    pub only: bool,
    /// Wait for a taken port instead of being refused.
    pub when_free: bool,
    /// How a port is freed.
    pub free: FreeWith,
}

/// What became of those who held a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FreeNews {
    /// Whoever was to end has: a look at the port tells what came of it.
    Ended,
    /// It was not done, or could not be. Why.
    Refused(String),
}

/// Something about a process that may be an earlier run of a service.
#[derive(Debug, Clone, PartialEq)]
pub enum Doubt {
    /// A person decides.
    Asked {
        /// About which process.
        target: Target,
        /// What.
        choice: SurvivorChoice,
        /// Who.
        by: Actor,
    },
    /// It was looked at once more, and what was decided was done; or why it was not.
    Seen {
        /// The ledger line of the ask.
        seq: Seq,
        /// What it is.
        seen: Result<Seen, String>,
    },
    /// It has ended.
    Gone(Target),
}

/// What a survivor is, right before something is done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Exactly which process.
    pub identity: Identity,
    /// The run that its tag names, where that is one of this service.
    pub run: Option<RunId>,
    /// When it started.
    pub started_at: Option<Wall>,
    /// The other survivors of the service that belong to its tree.
    pub tree: Vec<Target>,
}

/// Something that was seen of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// The way for a spawn is clear, or not.
    Prepared(Prepared),
    /// It was spawned.
    Spawned {
        /// Its leader.
        identity: Identity,
    },
    /// It could not be spawned.
    SpawnFailed {
        /// Why.
        reason: String,
        /// Whether trying again cannot help: no such file, not executable.
        permanent: bool,
    },
    /// Its leader ended.
    Exited {
        /// How.
        status: ExitStatus,
        /// The last lines of its stderr.
        stderr_tail: Vec<String>,
        /// Who listens on its port now; `None` without a port, or when nobody could look.
        listeners: Option<Vec<Listening>>,
    },
    /// Somebody looked for what is left of its tree.
    Looked {
        /// How many processes.
        left: usize,
        /// One of them, in words: "PID 7 (sh)".
        example: Option<String>,
    },
    /// A probe ended.
    Probed(ProbeOutcome),
    /// A recover ended.
    Recovered(Result<(), String>),
    /// Its leader was frozen (state T), or thawed.
    Frozen(bool),
}

/// What a look before a spawn found.
#[derive(Debug, Clone, PartialEq)]
pub enum Prepared {
    /// Nothing is in the way. So many leftovers were ended.
    Clear {
        /// How many leftovers were ended.
        ended: usize,
    },
    /// Somebody else holds the port.
    Blocked(Vec<Listening>),
    /// A leftover does not end, or a file cannot be written.
    Failed(String),
}

/// What a new owner finds of a recorded run.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// Its leader lives: identity and tag agree with the record.
    Alive(Identity),
    /// Its leader is gone.
    Dead,
    /// Nothing to look for: never spawned, or ended.
    Nothing,
    /// The record is of another boot: nothing of it lives, and nobody wants it any more.
    OtherBoot,
}

/// How oats leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leaving {
    /// The services run on.
    Detach,
    /// Every service is stopped first, in reverse order of need.
    StopAll,
    /// Every service is killed first.
    KillAll,
}
