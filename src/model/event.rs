//! One line of the ledger of causes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    action::{Action, Actor},
    ids::{RunId, Seq, ServiceName},
    log::LogPositions,
    time::Wall,
};

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// An accepted ask.
    Ask,
    /// An ask that may not happen.
    Refusal,
    /// The one end of an accepted ask.
    Result,
    /// A process was spawned.
    Start,
    /// A leader ended.
    Exit,
    /// A verdict changed.
    Health,
    /// The holder of a port changed.
    Port,
    /// A process of an earlier owner was taken over, or could not be.
    Adoption,
    /// Service files changed.
    Config,
    /// An owner came or left.
    Owner,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Ask,
        Self::Refusal,
        Self::Result,
        Self::Start,
        Self::Exit,
        Self::Health,
        Self::Port,
        Self::Adoption,
        Self::Config,
        Self::Owner,
    ];

    /// The kind as one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Refusal => "refusal",
            Self::Result => "result",
            Self::Start => "start",
            Self::Exit => "exit",
            Self::Health => "health",
            Self::Port => "port",
            Self::Adoption => "adoption",
            Self::Config => "config",
            Self::Owner => "owner",
        }
    }
}

/// How an ask ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It did what was asked.
    Done,
    /// It could not.
    Failed,
    /// A Stop, a Kill or leaving took its place.
    Superseded,
    /// It was never accepted.
    Refused,
}

impl Outcome {
    /// The outcome as one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Superseded => "superseded",
            Self::Refused => "refused",
        }
    }
}

/// One line of `data/events.jsonl`, with the keys of contract section 3 in their order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its number; goes on over owners.
    pub seq: Seq,
    /// When.
    pub at: Wall,
    /// When, in milliseconds of `CLOCK_BOOTTIME`.
    pub mono_ms: u64,
    /// The boot that `mono_ms` belongs to.
    pub boot_id: String,
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
    /// The line that caused this one.
    pub cause: Option<Seq>,
    /// How an ask ended.
    pub result: Option<Outcome>,
    /// The code of a reason.
    pub code: Option<String>,
    /// Why, in words.
    pub reason: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<u64>,
    /// Bytes ever written to each stream of the service at that moment.
    pub log_at: Option<LogPositions>,
    /// More, by kind: contract section 3.
    pub data: Value,
}
