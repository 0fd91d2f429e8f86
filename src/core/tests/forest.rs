//! The simulated processes of services, and how they behave.

use crate::model::{Identity, Pid, ServiceName};

/// How a service behaves from now on.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Nature {
    /// Its probes fail, and its recover too.
    pub(super) sick: bool,
    /// How its next tree dies.
    pub(super) dying: Dying,
    /// Its processes have so many children, which outlive a leader that is not swept.
    pub(super) children: usize,
    /// It cannot be spawned: for good, or for now.
    pub(super) unspawnable: Option<bool>,
    /// Leftovers of it do not end.
    pub(super) uncleanable: bool,
}

/// How a tree dies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Dying {
    /// Its leader ends at the stop signal.
    #[default]
    Willing,
    /// It ends only when it is swept.
    Stubborn,
    /// It survives one sweep.
    Tough,
}

/// One run in the real world.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    pub(super) service: ServiceName,
    pub(super) pid: Pid,
    /// Whether its leader lives.
    pub(super) leader: bool,
    /// Its other living processes.
    pub(super) members: usize,
    pub(super) dying: Dying,
}

impl Tree {
    /// Whether any process of it lives.
    pub(super) fn lives(&self) -> bool {
        self.leader || self.members > 0
    }
}

/// The identity of a simulated process.
pub(super) fn identity(pid: Pid) -> Identity {
    Identity {
        pid,
        start_ticks: u64::from(pid.0) * 10,
        pidfd_ino: None,
    }
}
