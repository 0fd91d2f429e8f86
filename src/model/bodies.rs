//! What goes over the control API beside actions: what is read, and what concerns the whole root.
//! Reached as part of [`super::control`].

use serde::{Deserialize, Serialize};

use super::{
    control::Denied,
    event::{Event, EventKind},
    ids::{Pid, Port, Seq, ServiceName},
    log::Stream,
    port::{HolderClass, HolderProcess},
    snapshot::{Survivor, Verdict},
    target::{Force, SurvivorChoice},
    time::Wall,
    tree::TreeMember,
};

/// The process tree of one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Processes {
    /// Whose.
    pub service: ServiceName,
    /// The processes, by pid; empty while it has none.
    pub processes: Vec<TreeMember>,
}

/// Which ledger lines, as the query of a URL.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EventsQuery {
    /// Only lines after this one, oldest first. Without it: the newest lines, or while following
    /// those to come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// At most so many lines; 100 without it. Not while following.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// Only lines about this service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceName>,
    /// Only what this one did: "human", "cli", "api" (any client), "api:NAME".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Only lines of this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<EventKind>,
    /// Go on as lines are written.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub follow: bool,
}

impl EventsQuery {
    /// Whether a ledger line is one of those.
    pub fn wants(&self, event: &Event) -> bool {
        let service = self.service.is_none() || self.service == event.service;
        let kind = self.kind.is_none_or(|kind| kind == event.kind);
        let actor = self.actor.as_deref().is_none_or(|wanted| {
            let by = event.actor.as_ref();
            by.is_some_and(|by| by.kind.word() == wanted || by.to_string() == wanted)
        });
        service && kind && actor
    }
}

/// Ledger lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Events {
    /// The lines, oldest first.
    pub events: Vec<Event>,
    /// Whether lines after `since` are gone.
    pub missed: bool,
}

/// What a reader of the ledger could not be told: the data of a `gap`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// How many lines.
    pub missed: u64,
}

/// Which streams of a log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Streams {
    /// stdout alone.
    Stdout,
    /// stderr alone.
    Stderr,
    /// Both, and what oats says about the service.
    #[default]
    Both,
}

impl Streams {
    /// Whether lines of this stream are wanted.
    pub fn has(self, stream: Stream) -> bool {
        match (self, stream) {
            (Self::Both, _) | (Self::Stdout, Stream::Stdout) | (Self::Stderr, Stream::Stderr) => {
                true
            }
            (Self::Stdout | Self::Stderr, _) => false,
        }
    }
}

/// Which lines of a log, as the query of a URL.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogsQuery {
    /// So many of the last lines; 100 without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tail: Option<u64>,
    /// Of which streams.
    pub stream: Streams,
    /// Go on as lines are written.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub follow: bool,
}

/// One line of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When it arrived; `None` where nobody looked when it did.
    pub at: Option<Wall>,
    /// Where it came from.
    pub stream: Stream,
    /// The cleaned text: of all escape sequences only colours (SGR) remain.
    pub text: String,
}

/// The last lines of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogTail {
    /// Lines of the service, oldest first.
    pub lines: Vec<Line>,
    /// What oats last said about the service, with its times: where between the lines it belongs is
    /// known only while they are followed.
    pub oats: Vec<Line>,
}

/// Who listens on a port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortView {
    /// Which port.
    pub port: Port,
    /// The service that declares it.
    pub service: Option<ServiceName>,
    /// What the holder is to that service; without one, to this root.
    pub class: HolderClass,
    /// The service that holds it, when it is one of this root.
    pub held_by: Option<ServiceName>,
    /// Everybody who listens.
    pub processes: Vec<HolderProcess>,
    /// Whether it can be freed for its service; `None` when no service declares it.
    pub free_port: Option<Verdict>,
    /// What must be sent to end one of the processes.
    pub nonces: Vec<Nonce>,
}

/// A proof that somebody has seen the process that is to be ended: good once, and not for long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nonce {
    /// Which process.
    pub pid: Pid,
    /// Its start time, in clock ticks since boot.
    pub start_ticks: u64,
    /// What is to be sent back.
    pub nonce: String,
    /// For how long it is good, in seconds.
    pub valid_s: u64,
}

/// The body of a request to free a port.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FreeBody {
    /// Which process is meant; needed where a stranger holds the port.
    pub nonce: Option<String>,
    /// How it is ended; asked to, without it.
    pub force: Option<Force>,
    /// Start the service as soon as its port is free.
    pub then_start: bool,
}

/// Processes that may be an earlier run of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survivors {
    /// Of which service.
    pub service: ServiceName,
    /// The processes, and what must be sent to decide about each.
    pub survivors: Vec<Doubtful>,
}

/// A process that may be an earlier run of a service, and what must be sent to decide about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubtful {
    /// The process.
    #[serde(flatten)]
    pub survivor: Survivor,
    /// What is to be sent back.
    pub nonce: String,
    /// For how long it is good, in seconds.
    pub valid_s: u64,
}

/// The body of a decision about a survivor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SurvivorBody {
    /// Which process is meant.
    pub nonce: String,
    /// What becomes of it.
    pub choice: Choice,
}

/// What becomes of a survivor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// It is taken over as it runs.
    Adopt,
    /// It is asked to end.
    Term,
    /// It is made to end.
    Kill,
}

impl From<Choice> for SurvivorChoice {
    fn from(choice: Choice) -> Self {
        match choice {
            Choice::Adopt => Self::Adopt,
            Choice::Term => Self::End(Force::Term),
            Choice::Kill => Self::End(Force::Kill),
        }
    }
}

/// The body of `up`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UpBody {
    /// Which services, with what they need; all of them, without it.
    pub services: Option<Vec<ServiceName>>,
}

/// The answer to `up`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Up {
    /// The ledger number of the first line about it.
    pub seq: Seq,
    /// Which services are wanted up now.
    pub services: Vec<ServiceName>,
}

/// The body of `down`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DownBody {
    /// The owner leaves, and the services run on.
    pub leave_running: bool,
}

/// The answer to `down`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Down {
    /// The ledger number of the first line about it; `None` where there was nothing to do.
    pub seq: Option<Seq>,
    /// Whether the owner leaves. A console stays.
    pub owner_leaves: bool,
    /// The owner.
    pub owner_pid: Option<Pid>,
    /// The services that are stopped by an ask of their own, in that order: those of a console.
    pub asked: Vec<Asked>,
}

/// One service that was asked to stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Which.
    pub service: ServiceName,
    /// The ledger number of the ask; `None` where it was refused, or comes once those have ended that
    /// need the service.
    pub seq: Option<Seq>,
    /// Why it was refused.
    pub denied: Option<Denied>,
}
