//! Which process a number means, and signals that cannot go astray.
//!
//! A number alone identifies nothing. Every signal goes through a pidfd that was opened first and
//! compared with the identity afterwards: from then on the kernel holds on to that one process.

use std::{
    fs,
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd},
    sync::Arc,
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{fstat, fstatfs},
    io::{Errno, retry_on_intr},
    process::{PidfdFlags, geteuid, pidfd_open, pidfd_send_signal},
};
use thiserror::Error;

use super::proc::Stat;
use crate::model::{Identity, Pid, Signal};

/// `PIDFS_MAGIC`: only there does the inode of a pidfd mean something.
const PIDFS: i64 = 0x5049_4446;

/// A hold on one process: it never comes to mean another one.
#[derive(Debug, Clone)]
pub struct PidFd(Arc<OwnedFd>);

/// Whether a signal reached somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The process was there.
    Sent,
    /// The process is gone, or the number means another one by now.
    Gone,
}

/// Why a signal could not be sent; reads after "could not".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SignalError {
    /// It belongs to somebody else.
    #[error("signal PID {0}: it belongs to another user")]
    Denied(Pid),
    /// The number names no signal that may be sent.
    #[error("send {0}: it is not a signal that oats can send")]
    Unsupported(Signal),
    /// Anything else.
    #[error("signal PID {0}")]
    Failed(Pid, #[source] Errno),
}

impl PidFd {
    /// A hold on whoever has this number now.
    pub(super) fn hold(pid: Pid) -> Option<Self> {
        let fd = pidfd_open(raw(pid)?, PidfdFlags::empty()).ok()?;
        Some(Self(Arc::new(fd)))
    }

    /// A second descriptor of the same hold.
    pub(super) fn duplicate(&self) -> Option<Self> {
        Some(Self(Arc::new(self.0.try_clone().ok()?)))
    }

    /// Sends a signal to this one process.
    ///
    /// # Errors
    ///
    /// It may not be signalled by us, or the signal is none. A process that is gone is no error.
    pub fn signal(&self, signal: Signal) -> Result<Delivery, SignalError> {
        let named = rustix::process::Signal::from_named_raw(signal.0)
            .ok_or(SignalError::Unsupported(signal))?;
        match pidfd_send_signal(self, named) {
            Ok(()) => Ok(Delivery::Sent),
            Err(Errno::SRCH) => Ok(Delivery::Gone),
            Err(Errno::PERM) => Err(SignalError::Denied(self.pid())),
            Err(errno) => Err(SignalError::Failed(self.pid(), errno)),
        }
    }

    /// Waits until the process has ended, at most this long; whether it has. Blocks the thread.
    pub fn wait_blocking(&self, at_most: Duration) -> bool {
        let timeout = Timespec::try_from(at_most).ok();
        retry_on_intr(|| {
            let mut watched = [PollFd::new(self, PollFlags::IN)];
            poll(&mut watched, timeout.as_ref())
        })
        .is_ok_and(|ready| ready > 0)
    }

    /// Whether the process has ended: a zombie without living threads, or reaped.
    pub fn has_ended(&self) -> bool {
        self.wait_blocking(Duration::ZERO)
    }

    /// The inode of the pidfd, where the kernel gives each process one of its own.
    fn inode(&self) -> Option<u64> {
        let on_pidfs = fstatfs(self).is_ok_and(|stat| stat.f_type == PIDFS);
        on_pidfs.then(|| fstat(self).ok().map(|stat| stat.st_ino))?
    }

    /// The number of the process, for messages; 0 when it is gone.
    fn pid(&self) -> Pid {
        let info = fs::read_to_string(format!("/proc/self/fdinfo/{}", self.as_raw_fd()));
        let text = info.unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("Pid:"));
        Pid(line.and_then(|pid| pid.trim().parse().ok()).unwrap_or(0))
    }
}

impl AsFd for PidFd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl AsRawFd for PidFd {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

/// The number as rustix takes it; `None` for 0.
pub(super) fn raw(pid: Pid) -> Option<rustix::process::Pid> {
    rustix::process::Pid::from_raw(i32::try_from(pid.0).ok()?)
}

/// The identity of whoever has this number now, and a hold on it.
pub(super) fn hold(pid: Pid) -> Option<(Identity, PidFd)> {
    let pidfd = PidFd::hold(pid)?;
    let identity = Identity {
        pid,
        start_ticks: Stat::read(pid)?.start_ticks,
        pidfd_ino: pidfd.inode(),
    };
    Some((identity, pidfd))
}

/// The identity of whoever has this number now; `None` when nobody has.
pub fn identify(pid: Pid) -> Option<Identity> {
    hold(pid).map(|(identity, _)| identity)
}

/// A hold on exactly this process; `None` when it is gone. It may be a zombie.
pub fn open(identity: &Identity) -> Option<PidFd> {
    let (found, pidfd) = hold(identity.pid)?;
    identity.agrees(&found).then_some(pidfd)
}

/// Sends a signal to exactly this process, or to nobody.
///
/// # Errors
///
/// It may not be signalled by us, or the signal is none. A process that is gone is no error.
pub fn signal(identity: &Identity, signal: Signal) -> Result<Delivery, SignalError> {
    open(identity).map_or(Ok(Delivery::Gone), |pidfd| pidfd.signal(signal))
}

/// Whether exactly this process exists and has not ended.
pub fn process_exists(identity: &Identity) -> bool {
    open(identity).is_some_and(|pidfd| !pidfd.has_ended())
}

/// The identity of this very process; `None` without a `/proc`.
pub fn self_identity() -> Option<Identity> {
    identify(own_pid())
}

/// The number of this very process.
pub fn own_pid() -> Pid {
    Pid(std::process::id())
}

/// The user whose rights this process has.
pub fn effective_uid() -> u32 {
    geteuid().as_raw()
}

/// The name of a user; the number where it has none.
pub fn user_name(uid: u32) -> String {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    name_in(&users, uid).unwrap_or_else(|| uid.to_string())
}

/// The name of a user in the text of a passwd file.
fn name_in(users: &str, uid: u32) -> Option<String> {
    let uid = uid.to_string();
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == uid).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_itself_and_nobody_else() {
        let me = self_identity().unwrap();
        assert!(process_exists(&me));
        let older = Identity {
            start_ticks: me.start_ticks - 1,
            ..me
        };
        assert!(open(&older).is_none());
        assert_eq!(signal(&older, Signal::KILL), Ok(Delivery::Gone));
    }

    #[test]
    fn an_inode_that_differs_means_another_process() {
        let me = self_identity().unwrap();
        let Some(inode) = me.pidfd_ino else {
            return; // no pidfs here
        };
        let other = Identity {
            pidfd_ino: Some(inode + 1),
            ..me
        };
        assert!(!process_exists(&other));
    }

    #[test]
    fn a_signal_without_a_name_is_refused() {
        let me = open(&self_identity().unwrap()).unwrap();
        let nonsense = Signal(-4);
        assert_eq!(me.signal(nonsense), Err(SignalError::Unsupported(nonsense)));
    }

    #[test]
    fn users_have_names_or_numbers() {
        let users = "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n";
        assert_eq!(name_in(users, 1000).as_deref(), Some("ann"));
        assert_eq!(name_in(users, 100), None);
        assert_eq!(user_name(4_000_000_001), "4000000001");
    }
}
