//! Everything oats can do to the world, as values.

use std::collections::BTreeSet;

use serde_json::Value;

use super::world::Service;
use crate::model::{
    Action, Actor, EventKind, Identity, Outcome, Refusal, RunId, Seq, ServiceName, Signal,
    target::{Force, SurvivorChoice, Target},
};

/// Something to do. Whoever does it reports a fact.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// End the leftovers of the last run, look at the port, write the intent down.
    Prepare {
        /// Of which service.
        service: ServiceName,
        /// The run that is about to be.
        run: RunId,
        /// The run before it, whose members are ended first.
        clean: Option<LastRun>,
    },
    /// Spawn the run.
    Spawn {
        /// Of which service.
        service: ServiceName,
        /// The run.
        run: RunId,
    },
    /// Signal every process of the run.
    Signal {
        /// Of which service.
        service: ServiceName,
        /// The run.
        run: RunId,
        /// The signal.
        signal: Signal,
    },
    /// Look whether any process of the run is left.
    Look {
        /// Of which service.
        service: ServiceName,
        /// The run.
        run: RunId,
    },
    /// SIGKILL every process of the run until a look finds none.
    Sweep {
        /// Of which service.
        service: ServiceName,
        /// The run.
        run: RunId,
    },
    /// The leader of the run has ended and may be reaped. What outlived it is what the next
    /// `Prepare` looks for.
    Release {
        /// The run.
        run: RunId,
    },
    /// Watch a process that an earlier owner spawned.
    Adopt {
        /// Of which service.
        service: ServiceName,
        /// Its run.
        run: RunId,
        /// Its leader.
        identity: Identity,
    },
    /// Probe the service once.
    Probe {
        /// Of which service.
        service: ServiceName,
        /// The run.
        run: RunId,
        /// Whether to look at the port as well when the probe passes.
        witness: bool,
    },
    /// Run the recover step.
    Recover {
        /// Of which service.
        service: ServiceName,
        /// The run.
        run: RunId,
    },
    /// Signal a stranger, if it is still exactly the process that holds the port of the service.
    SignalHolder {
        /// Whose port.
        service: ServiceName,
        /// The ledger line of the ask.
        seq: Seq,
        /// The process that was confirmed.
        target: Target,
        /// How it is ended.
        force: Force,
    },
    /// End what a run left behind whose leader is dead.
    EndLeftover {
        /// Of which service.
        service: ServiceName,
        /// The ledger line of the ask.
        seq: Seq,
        /// The run.
        last: LastRun,
    },
    /// Look at the port of a service now.
    LookAtPort {
        /// Which service.
        service: ServiceName,
    },
    /// Look at a survivor once more, and signal it where it is to be ended.
    Survivor {
        /// Of which service.
        service: ServiceName,
        /// The ledger line of the ask.
        seq: Seq,
        /// The process that was confirmed.
        target: Target,
        /// What is to become of it.
        choice: SurvivorChoice,
    },
    /// Report the end of a survivor.
    WatchSurvivor {
        /// Of which service.
        service: ServiceName,
        /// The process.
        target: Target,
    },
    /// Leaving is complete: nothing more will happen.
    Left,
}

/// The last run of a service, which may have left something behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastRun {
    /// Which run.
    pub run: RunId,
    /// Its leader.
    pub identity: Option<Identity>,
    /// Whether this owner spawned it: then its own children tell cheaply what is left.
    pub parented: bool,
}

/// A line for the ledger, before the shell adds times and log positions.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Its number.
    pub seq: Seq,
    /// What kind of thing happened.
    pub kind: EventKind,
    /// To which service.
    pub service: Option<ServiceName>,
    /// In which run.
    pub run: Option<RunId>,
    /// Who did it.
    pub actor: Option<Actor>,
    /// Which action it belongs to.
    pub action: Option<Action>,
    /// The line that caused it.
    pub cause: Option<Seq>,
    /// How an ask ended.
    pub result: Option<Outcome>,
    /// The code of a reason.
    pub code: Option<String>,
    /// Why, in words.
    pub reason: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<u64>,
    /// More, by kind.
    pub data: Value,
    /// Whether the last lines of stderr belong into `data`.
    pub with_stderr_tail: bool,
}

/// What a decision brought about, besides the changed world.
#[must_use]
#[derive(Debug, Default)]
pub struct Decision {
    /// What to do, in order.
    pub effects: Vec<Effect>,
    /// What to write into the ledger, in order.
    pub events: Vec<Draft>,
    /// What to say beside the output of a service, in order.
    pub lines: Vec<(ServiceName, String)>,
    /// Services whose phase, health, holder, want or verdicts may have changed.
    pub changed: BTreeSet<ServiceName>,
    /// Services of which something else may have changed that waits for the next beat: samples.
    pub sampled: BTreeSet<ServiceName>,
    /// Services that are there no more, as they were last.
    pub gone: Vec<Service>,
    /// The answer to an ask.
    pub answer: Option<Result<Seq, Refusal>>,
}
