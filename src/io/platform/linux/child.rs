//! The processes we hold on to, and how they end.

use std::time::Duration;

use rustix::{
    fd::AsFd as _,
    process::{WaitId, WaitIdOptions, WaitIdStatus, waitid},
};
use tokio::io::{Interest, unix::AsyncFd};

use super::{
    identity::{Delivery, PidFd, SignalError, open},
    pidfd_info,
    proc::Stat,
};
use crate::model::{ExitStatus, Identity, Signal};

/// How often a process is looked at when the kernel cannot tell us that it ended.
const POLL: Duration = Duration::from_millis(50);

/// A process that we started: it stays a zombie until [`Child::reap`].
#[derive(Debug, Clone)]
pub struct Child {
    identity: Identity,
    pidfd: PidFd,
}

/// A process that an earlier oats started: not our child, somebody else reaps it.
#[derive(Debug, Clone)]
pub struct Adopted {
    identity: Identity,
    pidfd: PidFd,
}

/// The process at the top of a run.
#[derive(Debug, Clone)]
pub enum Leader {
    /// We started it.
    Child(Child),
    /// An earlier oats did.
    Adopted(Adopted),
}

/// Waits for one process to end.
#[derive(Debug)]
pub struct ExitWatch {
    identity: Identity,
    pidfd: PidFd,
}

impl Child {
    /// The child behind this hold.
    pub(super) fn new(identity: Identity, pidfd: PidFd) -> Self {
        Self { identity, pidfd }
    }

    /// Which process it is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Whether it has ended, reaped or not.
    pub fn has_ended(&self) -> bool {
        self.pidfd.has_ended()
    }

    /// A watch for its end. Seeing the end does not reap it.
    pub fn exit_watch(&self) -> ExitWatch {
        ExitWatch::new(self.identity, &self.pidfd)
    }

    /// Reaps it once it has ended: how it ended, `None` while it lives or when it was reaped
    /// before. After this, its number may come to mean somebody else.
    pub fn reap(&self) -> Option<ExitStatus> {
        wait_child(&self.pidfd, WaitIdOptions::EXITED | WaitIdOptions::NOHANG)
    }

    /// Sends it a signal.
    ///
    /// # Errors
    ///
    /// See [`PidFd::signal`].
    pub fn signal(&self, signal: Signal) -> Result<Delivery, SignalError> {
        self.pidfd.signal(signal)
    }
}

impl Adopted {
    /// Takes hold of exactly this process; `None` when it is gone.
    pub fn open(identity: &Identity) -> Option<Self> {
        let pidfd = open(identity)?;
        Some(Self {
            identity: *identity,
            pidfd,
        })
    }

    /// Which process it is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// A watch for its end.
    pub fn exit_watch(&self) -> ExitWatch {
        ExitWatch::new(self.identity, &self.pidfd)
    }

    /// Sends it a signal.
    ///
    /// # Errors
    ///
    /// See [`PidFd::signal`].
    pub fn signal(&self, signal: Signal) -> Result<Delivery, SignalError> {
        self.pidfd.signal(signal)
    }
}

impl Leader {
    /// Which process it is.
    pub fn identity(&self) -> &Identity {
        match self {
            Self::Child(child) => child.identity(),
            Self::Adopted(adopted) => adopted.identity(),
        }
    }

    /// A watch for its end.
    pub fn exit_watch(&self) -> ExitWatch {
        match self {
            Self::Child(child) => child.exit_watch(),
            Self::Adopted(adopted) => adopted.exit_watch(),
        }
    }

    /// Reaps it, if that is ours to do: the last step of its end.
    pub fn reap(&self) {
        match self {
            Self::Child(child) => {
                child.reap();
            }
            Self::Adopted(_) => {}
        }
    }

    /// Sends it a signal.
    ///
    /// # Errors
    ///
    /// See [`PidFd::signal`].
    pub fn signal(&self, signal: Signal) -> Result<Delivery, SignalError> {
        match self {
            Self::Child(child) => child.signal(signal),
            Self::Adopted(adopted) => adopted.signal(signal),
        }
    }

    /// Whether an earlier oats started it.
    pub fn is_adopted(&self) -> bool {
        matches!(self, Self::Adopted(_))
    }
}

impl From<Child> for Leader {
    fn from(child: Child) -> Self {
        Self::Child(child)
    }
}

impl From<Adopted> for Leader {
    fn from(adopted: Adopted) -> Self {
        Self::Adopted(adopted)
    }
}

impl ExitWatch {
    fn new(identity: Identity, pidfd: &PidFd) -> Self {
        Self {
            identity,
            pidfd: pidfd.clone(),
        }
    }

    /// Waits until the process has ended; how it ended. It is not reaped by this.
    pub async fn wait(self) -> ExitStatus {
        if let Some(watched) = watched(&self.pidfd) {
            while !self.pidfd.has_ended() {
                let Ok(mut ready) = watched.readable().await else {
                    break;
                };
                // Cleared first and looked at afterwards, so that no end slips through.
                ready.clear_ready();
            }
        }
        // Reached with a living process only when the runtime could not watch it.
        while !self.pidfd.has_ended() {
            tokio::time::sleep(POLL).await;
        }
        status(&self.identity, &self.pidfd)
    }
}

/// The hold, watched by the runtime. A descriptor can be watched once: a second watch of the same
/// process takes a second descriptor.
fn watched(pidfd: &PidFd) -> Option<AsyncFd<PidFd>> {
    register(pidfd.clone()).or_else(|| register(pidfd.duplicate()?))
}

fn register(pidfd: PidFd) -> Option<AsyncFd<PidFd>> {
    #[expect(unsafe_code, reason = "the safe way in is deprecated")]
    // SAFETY: the descriptor is owned by an Arc inside the `PidFd` that moves into the `AsyncFd`,
    // and is never replaced: it stays open and the same until the `AsyncFd` is dropped.
    let registered = unsafe { AsyncFd::register_with_interest(pidfd, Interest::READABLE) };
    registered.ok()
}

/// How a process ended that has: from its zombie, or from what the kernel remembers.
fn status(identity: &Identity, pidfd: &PidFd) -> ExitStatus {
    let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    wait_child(pidfd, look)
        .or_else(|| zombie_status(identity).map(from_wait_status))
        .or_else(|| pidfd_info::wait_status(pidfd).map(from_wait_status))
        .unwrap_or(ExitStatus::Unknown)
}

/// Asks the kernel how a child ended; `None` when it lives, was reaped, or is no child of ours.
fn wait_child(pidfd: &PidFd, options: WaitIdOptions) -> Option<ExitStatus> {
    waitid(WaitId::PidFd(pidfd.as_fd()), options)
        .ok()
        .flatten()
        .map(|status| from_waitid(&status))
}

fn from_waitid(status: &WaitIdStatus) -> ExitStatus {
    let code = status.exit_status().map(ExitStatus::Code);
    let signal = status.terminating_signal().map(Signal);
    code.or(signal.map(ExitStatus::Signal))
        .unwrap_or(ExitStatus::Unknown)
}

/// The wait status of somebody else's zombie.
fn zombie_status(identity: &Identity) -> Option<i32> {
    let stat = Stat::read(identity.pid)?;
    let same = stat.start_ticks == identity.start_ticks && stat.is_zombie();
    same.then_some(stat.exit_code)?
}

/// A wait status as `wait(2)` encodes it.
fn from_wait_status(status: i32) -> ExitStatus {
    match status & 0x7f {
        0 => ExitStatus::Code((status >> 8) & 0xff),
        signal => ExitStatus::Signal(Signal(signal)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_status_is_a_code_or_a_signal() {
        assert_eq!(from_wait_status(0), ExitStatus::Code(0));
        assert_eq!(from_wait_status(3 << 8), ExitStatus::Code(3));
        assert_eq!(from_wait_status(9), ExitStatus::Signal(Signal::KILL));
        // With a core dump.
        let segv = ExitStatus::Signal(Signal(11));
        assert_eq!(from_wait_status(0x8b), segv);
    }
}
