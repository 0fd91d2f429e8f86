//! Nouns.
//!
//! *Owns*: the words of the program as types. *Never*: decides, reads a clock, touches a file.
//! *Talks to*: nobody; everybody may use it.

pub mod action;
mod bodies;
pub mod clean;
pub mod control;
pub mod event;
pub mod exit;
pub mod filter;
pub mod health;
pub mod ids;
pub mod log;
pub mod metrics;
pub mod pattern;
pub mod phase;
pub mod plan;
pub mod port;
pub mod reading;
pub mod refusal;
pub mod root;
pub mod run;
pub mod service;
pub mod settings;
pub mod snapshot;
pub mod state;
pub mod target;
pub mod theme;
pub mod time;
pub mod tree;

pub use action::{Action, Actor, ActorKind, Danger};
pub use event::{Event, EventKind, Outcome};
pub use exit::{ExitInfo, ExitStatus, Signal};
pub use filter::{BadFilter, Filter};
pub use health::{Health, ProbeOutcome};
pub use ids::{Identity, Pid, Port, RunId, Seq, ServiceName};
pub use log::{LogLine, Stream};
pub use phase::{Phase, WaitFor, Want};
pub use port::{Holder, HolderClass, HolderProcess};
pub use refusal::Refusal;
pub use run::{RunRecord, RunState};
pub use service::ServiceDef;
pub use settings::Settings;
pub use snapshot::{ServiceView, Snapshot};
pub use state::State;
pub use target::{Force, FreeWith, SurvivorChoice, Target};
pub use time::{Moment, Mono, Wall};
pub use tree::TreeMember;
