//! A process that a person pointed at: held, and looked at once more, before anything is done to it.
//!
//! The hold comes first. As long as what it holds has not ended, everything that is read under its
//! number is about that one process.

use std::{collections::BTreeMap, path::Path, time::Duration};

use thiserror::Error;

use super::{
    describe::{SocketOwner, ancestors_and_self, can_signal, describe},
    identity::{Delivery, PidFd, SignalError, hold, own_pid},
    proc::{Stat, Tag, table},
    search::off_limits,
};
use crate::model::{Identity, Pid, ServiceName, Signal, Target, Wall};

/// How often the rest of a tree is looked for at most: about 2 s, if nothing dies.
const ROUNDS: u32 = 100;
/// How long somebody may take to die before the next look.
const PAUSE: Duration = Duration::from_millis(20);

/// A process that is the one that was meant, and that may be signalled.
#[derive(Debug)]
pub struct Confirmed {
    owner: SocketOwner,
    pidfd: PidFd,
}

/// Why nothing may be done to a process; a sentence without its end.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unconfirmed {
    /// Nobody has the number, or it has ended.
    #[error("PID {0} has ended")]
    Gone(Pid),
    /// The number means somebody else by now.
    #[error("PID {0} is now another process")]
    Another(Pid),
    /// It is this process, one of its ancestors, or init.
    #[error("PID {0} is oats or one of its parents")]
    Protected(Pid),
    /// It belongs to another user, whose processes we may not signal.
    #[error("PID {0} belongs to user {1}")]
    OtherUser(Pid, String),
}

/// Takes hold of exactly this process, and looks whether it may be touched at all.
///
/// # Errors
///
/// It is gone, is another one by now, is one of our own ancestors, or belongs to another user.
pub fn confirm(target: Target) -> Result<Confirmed, Unconfirmed> {
    let pid = target.pid;
    let (identity, pidfd) = hold(pid).ok_or(Unconfirmed::Gone(pid))?;
    if identity.start_ticks != target.start_ticks {
        return Err(Unconfirmed::Another(pid));
    }
    if ancestors_and_self().contains(&pid) {
        return Err(Unconfirmed::Protected(pid));
    }
    let owner = describe(pid).ok_or(Unconfirmed::Gone(pid))?;
    if !owner.identity.agrees(&identity) {
        return Err(Unconfirmed::Another(pid));
    }
    if !can_signal(owner.uid) {
        return Err(Unconfirmed::OtherUser(pid, owner.user));
    }
    if pidfd.has_ended() {
        return Err(Unconfirmed::Gone(pid));
    }
    Ok(Confirmed { owner, pidfd })
}

impl Confirmed {
    /// Which process it is.
    pub fn identity(&self) -> &Identity {
        &self.owner.identity
    }

    /// The tag that some oats gave it.
    pub fn tag(&self) -> Option<&Tag> {
        self.owner.tag.as_ref()
    }

    /// When it started.
    pub fn started_at(&self) -> Option<Wall> {
        self.owner.started_at
    }

    /// Sends a signal to this one process, or to nobody.
    ///
    /// # Errors
    ///
    /// It may not be signalled by us. A process that is gone is no error.
    pub fn signal(&self, signal: Signal) -> Result<Delivery, SignalError> {
        if self.pidfd.has_ended() {
            return Ok(Delivery::Gone);
        }
        self.pidfd.signal(signal)
    }

    /// Whether ending its whole session and group would reach nobody but this service: it leads its
    /// session, or everybody there carries the tag of this service.
    pub fn stands_alone(&self, root: &Path, service: &ServiceName) -> bool {
        let (pid, session, group) = (self.pid(), self.owner.session, self.owner.group);
        if session == pid {
            return true;
        }
        if session == Pid(0) || group == Pid(0) {
            return false;
        }
        let table = table();
        let mut others = table.values().filter(|stat| {
            let beside = stat.session == session || stat.group == group;
            beside && stat.pid != pid && !stat.is_over()
        });
        others.all(|stat| {
            Tag::read(stat.pid).is_some_and(|tag| tag.root == root && tag.service == *service)
        })
    }

    /// Whether somebody surely belongs to its tree: by the tag of its run, or by the session that it
    /// leads.
    pub fn has_in_tree(&self, pid: Pid) -> bool {
        let run = self.tag().map(|tag| tag.run);
        let same_run = || run.is_some() && Tag::read(pid).map(|tag| tag.run) == run;
        let leads = self.owner.session == self.pid();
        let in_session = || leads && Stat::read(pid).is_some_and(|it| it.session == self.pid());
        same_run() || in_session()
    }

    /// Kills it, and of its tree whoever surely belongs to this service: its session where it leads
    /// one, but nobody there with another tag, and everybody with its own tag. Who is left after
    /// about 2 s. Blocks the thread.
    pub fn kill_tree(&self, root: &Path, service: &ServiceName) -> Vec<Pid> {
        // It may be gone; those who belong to it are not for that.
        let _ = self.signal(Signal::KILL);
        for _ in 0..ROUNDS {
            let members = self.members(&table(), root, service);
            let mut dying = None;
            for stat in &members {
                dying = kill(stat).or(dying);
            }
            if members.is_empty() {
                return Vec::new();
            }
            if let Some(dying) = dying {
                dying.wait_blocking(PAUSE);
            }
        }
        let left = self.members(&table(), root, service);
        left.iter().map(|stat| stat.pid).collect()
    }

    /// Who of the table belongs to it.
    fn members(
        &self,
        table: &BTreeMap<Pid, Stat>,
        root: &Path,
        service: &ServiceName,
    ) -> Vec<Stat> {
        let off = off_limits(table, own_pid());
        let leader = self.identity();
        // While anybody is in its session its number cannot come to mean another process.
        let now = table.get(&leader.pid);
        let still_meant = now.is_none_or(|now| now.start_ticks == leader.start_ticks);
        let leads = still_meant && self.owner.session == leader.pid;
        let own_run = self.tag().map(|tag| tag.run);
        let belongs = |stat: &&Stat| {
            if stat.is_over() || stat.start_ticks < leader.start_ticks || off.contains(&stat.pid) {
                return false;
            }
            if stat.pid == leader.pid {
                return still_meant;
            }
            let in_session = leads && stat.session == leader.pid;
            match Tag::read(stat.pid) {
                None => in_session,
                Some(tag) if tag.root != root || tag.service != *service => false,
                Some(tag) => match own_run {
                    Some(run) => tag.run == run,
                    None => in_session,
                },
            }
        };
        table.values().filter(belongs).copied().collect()
    }

    fn pid(&self) -> Pid {
        self.owner.identity.pid
    }
}

/// Kills exactly this process; the hold on it, if it was reached.
fn kill(stat: &Stat) -> Option<PidFd> {
    let (identity, pidfd) = hold(stat.pid)?;
    let same = identity.start_ticks == stat.start_ticks;
    (same && pidfd.signal(Signal::KILL) == Ok(Delivery::Sent)).then_some(pidfd)
}

#[cfg(test)]
mod tests {
    use super::{super::identity::self_identity, *};

    fn target_of(pid: Pid) -> Target {
        let start_ticks = Stat::read(pid).unwrap().start_ticks;
        Target { pid, start_ticks }
    }

    #[test]
    fn neither_we_nor_our_parents_nor_init_are_ever_confirmed() {
        let me = target_of(own_pid());
        let why = confirm(me).unwrap_err();
        assert_eq!(why, Unconfirmed::Protected(own_pid()));
        let parent = Stat::read(own_pid()).unwrap().parent;
        for pid in [parent, Pid(1)] {
            let why = confirm(target_of(pid)).unwrap_err();
            assert_eq!(why, Unconfirmed::Protected(pid));
        }
    }

    #[test]
    fn another_start_time_is_another_process() {
        let me = self_identity().unwrap();
        let older = Target {
            pid: me.pid,
            start_ticks: me.start_ticks - 1,
        };
        assert_eq!(confirm(older).unwrap_err(), Unconfirmed::Another(me.pid));
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "a stranger is not started by the spawner"
    )]
    fn a_process_is_confirmed_while_it_lives_and_nothing_reaches_it_afterwards() {
        let mut child = std::process::Command::new("sleep")
            .arg("619")
            .spawn()
            .unwrap();
        let target = target_of(Pid(child.id()));
        let confirmed = confirm(target).unwrap();
        assert_eq!(confirmed.identity().pid, target.pid);
        assert_eq!(confirmed.signal(Signal::TERM), Ok(Delivery::Sent));
        child.wait().unwrap();
        assert_eq!(confirmed.signal(Signal::KILL), Ok(Delivery::Gone));
        assert_eq!(confirm(target).unwrap_err(), Unconfirmed::Gone(target.pid));
    }
}
