//! The truth, published: `data/status.json`, schema 1 (contract section 3).
//!
//! Field order is key order. Nulls are written, never left out.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    action::Action,
    event::Outcome,
    exit::ExitInfo,
    health::HealthWord,
    ids::{Pid, Port, RunId, Seq, ServiceName},
    phase::{Phase, WaitFor, Want},
    port::Holder,
    refusal::{NOT_CONFIGURED, Refusal},
    run::Restarts,
    service::Need,
    time::Wall,
};

/// The schema number of status.json.
pub const STATUS_SCHEMA: u32 = 1;

/// Where a snapshot came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The owner of the root.
    Owner,
    /// One look around, without an owner.
    Look,
}

/// How an owner runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnerMode {
    /// With a console.
    Console,
    /// Without a terminal.
    Serve,
}

impl OwnerMode {
    /// The command that started it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Serve => "serve",
        }
    }
}

/// Who owns a root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Its process.
    pub pid: Pid,
    /// Start time of that process, in clock ticks since boot.
    pub start_ticks: u64,
    /// Since when it owns the root.
    pub started_at: Wall,
    /// How it runs.
    pub mode: OwnerMode,
    /// Its version.
    pub version: String,
}

/// Something wrong in a file of the root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The file, relative to the root.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// What is wrong, and what was expected.
    pub message: String,
}

/// The whole truth about a root at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// [`STATUS_SCHEMA`].
    pub schema: u32,
    /// Where it came from.
    pub source: Source,
    /// Address of the control API.
    pub api: Option<String>,
    /// Path of the control socket.
    pub socket: Option<String>,
    /// The root.
    pub root: String,
    /// Number of this publication, of this owner.
    pub seq: Seq,
    /// When it was published.
    pub written_at: Wall,
    /// The boot in which its pids mean something.
    pub boot_id: String,
    /// Who owns the root.
    pub owner: Option<Owner>,
    /// What is wrong in the files.
    pub problems: Vec<Problem>,
    /// Every service, by name.
    pub services: BTreeMap<ServiceName, Arc<ServiceView>>,
}

/// Everything a window shows about one service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceView {
    /// Its name.
    pub name: ServiceName,
    /// One line for people.
    pub description: Option<String>,
    /// Its group.
    pub group: Option<String>,
    /// Where it is.
    pub phase: Phase,
    /// Since when.
    pub phase_since: Option<Wall>,
    /// What was asked for.
    pub want: Want,
    /// The verdict.
    pub health: HealthWord,
    /// Why.
    pub health_reason: Option<String>,
    /// The last probe.
    pub probe: ProbeView,
    /// Its leader.
    pub pid: Option<Pid>,
    /// Start time of the leader, in clock ticks since boot.
    pub start_ticks: Option<u64>,
    /// Its run.
    pub run: Option<RunId>,
    /// Whether this owner found it running.
    pub adopted: bool,
    /// When its leader was spawned.
    pub started_at: Option<Wall>,
    /// How long ago that was, in whole seconds.
    pub uptime_s: Option<u64>,
    /// What a waiting service waits for.
    pub waiting_for: Vec<WaitFor>,
    /// The next try of the restart policy.
    pub retry: Option<Retry>,
    /// How the last run ended.
    pub last_exit: Option<ExitInfo>,
    /// Its port.
    pub port: Option<Port>,
    /// Who listens there; `None` without a port, or before the first look.
    pub holder: Option<Holder>,
    /// Processes that may be an earlier run of it.
    pub survivors: Vec<Survivor>,
    /// How often it was restarted.
    pub restarts: Restarts,
    /// CPU of its whole tree; 100 is one core.
    pub cpu_pct: Option<f64>,
    /// Resident memory of its whole tree, in bytes (sum of RSS).
    pub mem_bytes: Option<u64>,
    /// Processes of its tree.
    pub processes: u32,
    /// What it needs.
    pub depends_on: Vec<Need>,
    /// Who needs it.
    pub needed_by: Vec<ServiceName>,
    /// Where its output goes.
    pub logs: LogFiles,
    /// The action under way.
    pub pending: Option<Pending>,
    /// The last action that ended.
    pub last_action: Option<LastAction>,
    /// What may be done to it, and why not.
    pub actions: Actions,
    /// Keys of its file that have changed and that only a new process can take up; empty otherwise.
    #[serde(default)]
    pub pending_changes: Vec<String>,
}

/// The last probe of a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbeView {
    /// "none", "listen", "http", "tcp", "exec" or "log".
    pub kind: String,
    /// Whether it passed.
    pub ok: Option<bool>,
    /// What it saw.
    pub detail: Option<String>,
    /// How long it took, in milliseconds.
    pub latency_ms: Option<f64>,
    /// When.
    pub at: Option<Wall>,
    /// Failures in a row.
    pub failures: u32,
    /// How long it may take, in milliseconds; `None` where nothing is asked that takes time.
    #[serde(default)]
    pub limit_ms: Option<f64>,
}

/// The next try of the restart policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// When.
    pub at: Wall,
    /// Which restart in a row it will be.
    pub attempt: u32,
    /// Deaths in a row at which the policy gives up.
    pub of: u32,
}

/// A process that may be an earlier run of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survivor {
    /// Its pid.
    pub pid: Pid,
    /// Its start time, in clock ticks since boot.
    pub start_ticks: u64,
    /// When it started.
    pub started_at: Option<Wall>,
    /// Its command line.
    pub command: String,
    /// What agrees, and what does not.
    pub why: String,
}

/// Where output goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogFiles {
    /// stdout, relative to the root.
    pub stdout: String,
    /// stderr, relative to the root.
    pub stderr: String,
}

/// An action under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Which.
    pub action: Action,
    /// Who asked.
    pub by: String,
    /// Since when.
    pub since: Wall,
}

/// An action that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastAction {
    /// Which.
    pub action: Action,
    /// Who asked.
    pub by: String,
    /// How it ended.
    pub result: Outcome,
    /// Why.
    pub reason: Option<String>,
    /// How long it took.
    pub duration_ms: u64,
    /// When it ended.
    pub at: Wall,
}

/// Whether an action may happen, and why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether it may.
    pub allowed: bool,
    /// The code of the reason.
    pub code: Option<String>,
    /// The whole sentence.
    pub reason: Option<String>,
    /// What would help, or what will happen.
    pub hint: Option<String>,
    /// The action that would help.
    pub hint_action: Option<Action>,
}

impl Verdict {
    /// It may happen; the hint says what else will.
    pub fn allowed(hint: Option<String>) -> Self {
        Self {
            allowed: true,
            code: None,
            reason: None,
            hint,
            hint_action: None,
        }
    }

    /// It may not happen.
    pub fn refused(action: Action, refusal: &Refusal) -> Self {
        Self {
            allowed: false,
            code: Some(refusal.code().to_owned()),
            reason: Some(refusal.sentence(action)),
            hint: refusal.hint(),
            hint_action: refusal.hint_action(),
        }
    }
}

/// The verdict on every action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actions {
    /// Start.
    pub start: Verdict,
    /// Stop.
    pub stop: Verdict,
    /// Kill.
    pub kill: Verdict,
    /// Restart.
    pub restart: Verdict,
    /// Recover.
    pub recover: Verdict,
    /// Free port.
    pub free_port: Verdict,
}

impl Actions {
    /// The verdict on one action.
    pub fn get(&self, action: Action) -> &Verdict {
        match action {
            Action::Start => &self.start,
            Action::Stop => &self.stop,
            Action::Kill => &self.kill,
            Action::Restart => &self.restart,
            Action::Recover => &self.recover,
            Action::FreePort => &self.free_port,
        }
    }
}

impl ServiceView {
    /// Whether it is a task, without port and probe, that ended with exit code 0 and unasked.
    pub fn is_completed(&self) -> bool {
        self.phase == Phase::Stopped
            && self.port.is_none()
            && self.probe.kind == "none"
            && self
                .last_exit
                .as_ref()
                .is_some_and(|exit| exit.code == Some(0) && !exit.asked)
    }

    /// Whether it has a file: one without lives on until it is stopped, and is never started.
    pub fn is_configured(&self) -> bool {
        self.actions.start.code.as_deref() != Some(NOT_CONFIGURED)
    }

    /// Whether it is what was asked for: running and healthy, or completed; anything when down is
    /// wanted.
    pub fn is_as_wanted(&self) -> bool {
        match self.want {
            Want::Down => true,
            Want::Up => {
                (self.phase == Phase::Running && self.health == HealthWord::Healthy)
                    || self.is_completed()
            }
        }
    }
}
