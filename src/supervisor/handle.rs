//! All any client ever holds: a way to ask, and a way to see.

use std::{collections::BTreeSet, sync::Arc};

use tokio::sync::{mpsc, watch};

use super::{
    book::{Leaf, Look},
    meters::{Meter, Meters},
    tape::{Recorder, Tape},
};
pub use crate::core::Leaving;
use crate::model::{
    Action, Actor, Event, FreeWith, LogLine, Refusal, Seq, ServiceName, Snapshot, SurvivorChoice,
    Target, TreeMember,
    metrics::{Past, ServiceHistory},
};

/// How many commands may wait for the actor.
pub const INBOX: usize = 1024;

/// A wish for one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Which service.
    pub service: ServiceName,
    /// Which action.
    pub action: Action,
    /// Who wishes it.
    pub by: Actor,
    /// A Start of just this one, without what it needs.
    pub only: bool,
    /// A Start that waits for a taken port instead of being refused.
    pub when_free: bool,
    /// How a Free port goes about it.
    pub free: FreeWith,
    /// Asked for only to have the refusal written down, which the window has shown: when the gate
    /// would let it through by now, nothing is done.
    pub only_refusal: bool,
}

impl Ask {
    /// The plain wish.
    pub fn new(service: ServiceName, action: Action, by: Actor) -> Self {
        Self {
            service,
            action,
            by,
            only: false,
            when_free: false,
            free: FreeWith::default(),
            only_refusal: false,
        }
    }

    /// A wish that a window has refused already.
    pub fn refused(service: ServiceName, action: Action, by: Actor) -> Self {
        Self {
            only_refusal: true,
            ..Self::new(service, action, by)
        }
    }
}

/// Whether an ask was accepted: its ledger number, or the reason why not.
pub type Answer = Result<Seq, Refusal>;

/// Something a client wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A wish for one service.
    Ask(Ask),
    /// Sets every named service to wanted and asks for each start.
    Up {
        /// Which services.
        services: Vec<ServiceName>,
        /// Who wishes it.
        by: Actor,
    },
    /// A decision about a process that may be an earlier run of a service.
    Survivor {
        /// Of which service.
        service: ServiceName,
        /// Which process, as it was shown.
        target: Target,
        /// What becomes of it.
        choice: SurvivorChoice,
        /// Who decides.
        by: Actor,
    },
    /// The owner leaves.
    Leave {
        /// How.
        how: Leaving,
        /// Who wants it.
        by: Actor,
    },
    /// Reads the files of the root anew.
    Reload {
        /// Who wants it.
        by: Actor,
    },
    /// The process tree that is looked at now.
    WatchTree(Option<ServiceName>),
    /// The logs that are looked at now, each from its last lines on.
    WatchLogs(BTreeSet<ServiceName>),
    /// Lines of a log that are not kept, or a search through all of it.
    Book(Look),
}

impl Command {
    /// The owner leaves.
    pub fn leave(how: Leaving, by: Actor) -> Self {
        Self::Leave { how, by }
    }
}

/// A command on its way, with what to do with the answer.
pub struct Envelope {
    /// The command.
    pub command: Command,
    /// Called once, from the actor: must not block.
    pub reply: Box<dyn FnOnce(Answer) + Send>,
}

/// How a window stands to an owner in another process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// It hears the owner, and can ask it.
    Connected,
    /// The owner is gone, or silent: what is shown is its last word.
    Lost,
}

/// What a window is told beside the snapshot.
#[derive(Debug, Clone)]
pub enum Feed {
    /// Lines of the logs that are looked at, and oats's own lines about those services, in order.
    Lines(Vec<LogLine>),
    /// Something was written into the ledger.
    Event(Arc<Event>),
    /// What the owners before wrote into the ledger last, oldest first.
    History(Vec<Arc<Event>>),
    /// The connection to an owner in another process came or went.
    Link(Link),
    /// The processes of the service that is looked at.
    Tree {
        /// Which service.
        service: ServiceName,
        /// Its processes, by pid.
        members: Vec<TreeMember>,
    },
    /// How the service that is looked at fared in the last hour.
    Charts(Box<ServiceHistory>),
    /// What came of a request for lines of a log that are not kept.
    Book(Box<Leaf>),
    /// How the probes of every service went in the last ten minutes, as it was written down.
    Past(Vec<(ServiceName, Vec<Past>)>),
}

/// The owner does not take commands any more, or has too many waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the owner does not answer")]
pub struct OwnerSilent;

/// Ledger lines that are kept for windows to come back to.
const EVENTS: usize = 4096;
/// Lines of oats's own that are kept for windows.
const SAID: usize = 1024;

/// What happens beside the snapshot, as the owner writes it.
#[derive(Debug)]
pub struct Recorders {
    /// Ledger lines, in order.
    pub events: Recorder<Arc<Event>>,
    /// oats's own lines about services.
    pub said: Recorder<LogLine>,
    /// How often the folder of the owner was made anew, since somebody removed it.
    pub made_anew: watch::Sender<u64>,
    /// How services fared.
    pub meter: Meter,
}

impl Default for Recorders {
    fn default() -> Self {
        Self {
            events: Recorder::new(EVENTS),
            said: Recorder::new(SAID),
            made_anew: watch::channel(0).0,
            meter: Meter::default(),
        }
    }
}

/// A way to ask, and a way to see.
#[derive(Clone)]
pub struct Handle {
    inbox: mpsc::Sender<Envelope>,
    truth: watch::Receiver<Arc<Snapshot>>,
    events: Tape<Arc<Event>>,
    said: Tape<LogLine>,
    made_anew: watch::Receiver<u64>,
    meters: Meters,
}

impl Handle {
    /// A handle on the owner behind these two channels.
    pub fn new(
        inbox: mpsc::Sender<Envelope>,
        truth: watch::Receiver<Arc<Snapshot>>,
        recorders: &Recorders,
    ) -> Self {
        Self {
            inbox,
            truth,
            events: recorders.events.tape(),
            said: recorders.said.tape(),
            made_anew: recorders.made_anew.subscribe(),
            meters: recorders.meter.meters(),
        }
    }

    /// The last ledger lines of this owner, and those to come.
    pub fn events(&self) -> Tape<Arc<Event>> {
        self.events.clone().from_the_start()
    }

    /// Tells when the folder of the owner was made anew: what lay there is gone.
    pub fn made_anew(&self) -> watch::Receiver<u64> {
        self.made_anew.clone()
    }

    /// The last lines of oats's own, and those to come.
    pub fn said(&self) -> Tape<LogLine> {
        self.said.clone().from_the_start()
    }

    /// How services fared.
    pub fn metrics(&self) -> &Meters {
        &self.meters
    }

    /// The truth of this moment.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.truth.borrow().clone()
    }

    /// The truth as it changes.
    pub fn watch(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.truth.clone()
    }

    /// Sends a command; `reply` is called once with the answer. Never blocks.
    ///
    /// # Errors
    ///
    /// The owner is gone, or too many commands wait for it.
    pub fn send(
        &self,
        command: Command,
        reply: impl FnOnce(Answer) + Send + 'static,
    ) -> Result<(), OwnerSilent> {
        let envelope = Envelope {
            command,
            reply: Box::new(reply),
        };
        self.inbox
            .try_send(envelope)
            .map_err(|_full_or_closed| OwnerSilent)
    }
}
