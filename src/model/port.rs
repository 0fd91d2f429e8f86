//! Who listens on a port.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use super::{
    ids::{Pid, RunId, ServiceName},
    time::Wall,
};

/// What the holder of a port is to the service that wants it: the more foreign, the larger. Of several
/// listeners the largest class counts; none of them is [`Self::Free`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HolderClass {
    /// The service's own run.
    Own,
    /// What an earlier run of the service left behind.
    OwnLeftover,
    /// Another service of this root.
    OtherService,
    /// A process that is none of ours, and that we may signal.
    Stranger,
    /// A process that belongs to another user.
    OtherUser,
    /// Somebody; we may not see who.
    Unseen,
    /// Nobody.
    Free,
}

impl HolderClass {
    /// Every class.
    pub const ALL: [Self; 7] = [
        Self::Own,
        Self::OwnLeftover,
        Self::OtherService,
        Self::Stranger,
        Self::OtherUser,
        Self::Unseen,
        Self::Free,
    ];

    /// The class as it stands in JSON and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::OwnLeftover => "own-leftover",
            Self::OtherService => "other-service",
            Self::Stranger => "stranger",
            Self::OtherUser => "other-user",
            Self::Unseen => "unseen",
            Self::Free => "free",
        }
    }

    /// Whether somebody holds the port who is not this service, now or earlier.
    pub fn is_foreign(self) -> bool {
        match self {
            Self::OtherService | Self::Stranger | Self::OtherUser | Self::Unseen => true,
            Self::Own | Self::OwnLeftover | Self::Free => false,
        }
    }
}

impl fmt::Display for HolderClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Everybody who listens on one port, and what they are to the service that wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// What they are; the most foreign one decides.
    pub class: HolderClass,
    /// Which service, when it is one of ours.
    pub service: Option<ServiceName>,
    /// The processes, the most foreign first, then by pid; empty when the port is free.
    pub processes: Vec<HolderProcess>,
}

/// One process that listens on a port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolderProcess {
    /// Its pid; `None` when it cannot be seen.
    pub pid: Option<Pid>,
    /// Its start time in clock ticks since boot.
    pub start_ticks: Option<u64>,
    /// The user whose socket it is: a name, or a number where there is no name.
    pub user: String,
    /// Its full command line.
    pub command: Option<String>,
    /// Its working folder.
    pub cwd: Option<String>,
    /// Its parent.
    pub parent_pid: Option<Pid>,
    /// When it started.
    pub started_at: Option<Wall>,
    /// The local address it listens on: `127.0.0.1:8101`, `[::]:8101`.
    pub address: String,
}

impl Holder {
    /// Nobody.
    pub const FREE: Self = Self {
        class: HolderClass::Free,
        service: None,
        processes: Vec::new(),
    };

    /// The first process whose pid is known.
    pub fn first_pid(&self) -> Option<Pid> {
        self.processes.iter().find_map(|process| process.pid)
    }

    /// Who it is, as in a sentence: "PID 48211 (node)", "PID 7 and 2 others".
    pub fn who(&self) -> String {
        // A process that listens on IPv4 and IPv6 stands there twice.
        let known: BTreeSet<Pid> = self.processes.iter().filter_map(|it| it.pid).collect();
        let hidden = self.processes.iter().filter(|it| it.pid.is_none()).count();
        let others = (known.len() + hidden).saturating_sub(1);
        let Some(first) = self.processes.iter().find(|process| process.pid.is_some()) else {
            return "a process you may not see".to_owned();
        };
        let pid = first.pid.map(|pid| pid.to_string()).unwrap_or_default();
        match (others, first.short_name()) {
            (0, Some(name)) => format!("PID {pid} ({name})"),
            (0, None) => format!("PID {pid}"),
            (1, _) => format!("PID {pid} and 1 other"),
            (n, _) => format!("PID {pid} and {n} others"),
        }
    }
}

impl HolderProcess {
    /// The name of the program, without its folder; at most 16 characters.
    pub fn short_name(&self) -> Option<String> {
        let program = self.command.as_deref()?.split_whitespace().next()?;
        let base = program.rsplit('/').next().unwrap_or(program);
        let name: String = base.trim_end_matches(':').chars().take(16).collect();
        (!name.is_empty()).then_some(name)
    }
}

/// A process that listens on a port, before it is classified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listening {
    /// The process, as it is shown.
    pub process: HolderProcess,
    /// Whose process tree it belongs to: by its tag, its session or its ancestors.
    pub of: Option<(ServiceName, RunId)>,
    /// Whether we may signal it; where its pid cannot be seen, whether the user of its socket is one
    /// whose processes we may signal.
    pub may_signal: bool,
    /// Whether it is oats itself or one of its ancestors.
    pub protected: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listener(pid: Option<u32>, address: &str) -> HolderProcess {
        HolderProcess {
            pid: pid.map(Pid),
            start_ticks: None,
            user: "ann".to_owned(),
            command: Some("/usr/bin/node server.js".to_owned()),
            cwd: None,
            parent_pid: None,
            started_at: None,
            address: address.to_owned(),
        }
    }

    #[test]
    fn a_holder_counts_processes_not_sockets() {
        let who = |processes| {
            let class = HolderClass::Stranger;
            let service = None;
            Holder {
                class,
                service,
                processes,
            }
            .who()
        };
        let (v4, v6) = ("127.0.0.1:80", "[::1]:80");
        assert_eq!(who(vec![listener(Some(7), v4)]), "PID 7 (node)");
        let twice = vec![listener(Some(7), v4), listener(Some(7), v6)];
        assert_eq!(who(twice), "PID 7 (node)");
        let two = vec![listener(Some(7), v4), listener(Some(8), v4)];
        assert_eq!(who(two), "PID 7 and 1 other");
        let three = vec![
            listener(Some(7), v4),
            listener(Some(8), v4),
            listener(None, v4),
        ];
        assert_eq!(who(three), "PID 7 and 2 others");
        assert_eq!(who(vec![listener(None, v4)]), "a process you may not see");
    }
}
