//! The run record: what the next owner knows about the last spawn of a service.

use serde::{Deserialize, Serialize};

use super::{
    exit::ExitInfo,
    ids::{Identity, Pid, RunId, ServiceName},
    log::{LogHead, LogHeads, LogPositions, Stream},
    phase::Want,
    time::Wall,
};

/// The schema number of run records.
pub const RUN_SCHEMA: u32 = 1;

/// How far a run got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// About to be spawned, or spawned a moment ago.
    Intent,
    /// Its process was seen.
    Spawned,
    /// Its end was seen.
    Ended,
}

/// What the reason of a failure holds when the restart policy has given up.
pub const GAVE_UP: &str = "gave up:";

/// How often a service was restarted, by whom. Never reset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restarts {
    /// By a person or a client.
    pub manual: u64,
    /// By the restart policy.
    pub policy: u64,
    /// By the arena.
    pub arena: u64,
}

impl Restarts {
    /// All of them.
    pub fn total(self) -> u64 {
        self.manual + self.policy + self.arena
    }
}

/// `data/runs/NAME.json`: replaced at each change, kept after the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// [`RUN_SCHEMA`].
    pub schema: u32,
    /// Whose run.
    pub service: ServiceName,
    /// Which run; `None` before the first one.
    pub run: Option<RunId>,
    /// How far it got.
    pub state: RunState,
    /// The boot in which its pid means something.
    pub boot_id: String,
    /// Its leader.
    pub pid: Option<Pid>,
    /// Start time of the leader, in clock ticks since boot.
    pub start_ticks: Option<u64>,
    /// Inode of the leader's pidfd, where the kernel has pidfs.
    pub pidfd_ino: Option<u64>,
    /// What was asked for.
    pub want: Want,
    /// Who asked for it.
    pub by: String,
    /// When it was spawned.
    pub spawned_at: Option<Wall>,
    /// When it first became healthy.
    pub ready_at: Option<Wall>,
    /// How the last run ended.
    pub last_exit: Option<ExitInfo>,
    /// Deaths in a row, oldest first.
    pub deaths: Vec<Wall>,
    /// How often it was restarted.
    pub restarts: Restarts,
    /// Bytes that rotations have taken off the head of each stream.
    pub log_base: LogPositions,
    /// Bytes ever written to each stream when this run began.
    pub log_at_start: LogPositions,
    /// What else there is to know about the heads of the logs.
    #[serde(default)]
    pub log_heads: Box<LogHeads>,
}

impl RunRecord {
    /// The recorded leader, where one is recorded.
    pub fn identity(&self) -> Option<Identity> {
        Some(Identity {
            pid: self.pid?,
            start_ticks: self.start_ticks?,
            pidfd_ino: self.pidfd_ino,
        })
    }

    /// Where the file of a stream begins.
    pub fn log_head(&self, stream: Stream) -> LogHead {
        let more = match stream {
            Stream::Stderr => self.log_heads.stderr,
            Stream::Stdout | Stream::Oats => self.log_heads.stdout,
        };
        let base = self.log_base.of(stream);
        LogHead { base, more }
    }

    /// Says anew where the file of a stream begins.
    pub fn set_log_head(&mut self, stream: Stream, head: LogHead) {
        match stream {
            Stream::Stdout => {
                self.log_base.stdout = head.base;
                self.log_heads.stdout = head.more;
            }
            Stream::Stderr => {
                self.log_base.stderr = head.base;
                self.log_heads.stderr = head.more;
            }
            Stream::Oats => {}
        }
    }
}

#[cfg(test)]
impl RunRecord {
    /// The record of a run that is over, of a service whose logs begin here.
    pub fn plain(service: ServiceName, log_base: LogPositions) -> Self {
        Self {
            schema: RUN_SCHEMA,
            service,
            run: None,
            state: RunState::Ended,
            boot_id: "b".to_owned(),
            pid: None,
            start_ticks: None,
            pidfd_ino: None,
            want: Want::Down,
            by: "human".to_owned(),
            spawned_at: None,
            ready_at: None,
            last_exit: None,
            deaths: Vec::new(),
            restarts: Restarts::default(),
            log_base,
            log_at_start: log_base,
            log_heads: Box::default(),
        }
    }
}
