//! Who a process is, for people who have to decide about it.

use std::{collections::BTreeSet, fs};

use rustix::param::clock_ticks_per_second;

use super::{
    identity::{effective_uid, hold, own_pid, user_name},
    proc::{self, Stat, Tag},
};
use crate::model::{HolderProcess, Identity, Pid, Wall, clean};

/// A process that holds a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SocketOwner {
    /// Which process.
    pub identity: Identity,
    /// Its user, whose rights it has.
    pub uid: u32,
    /// The name of that user; the number where there is no name.
    pub user: String,
    /// Its full command line, fit to be shown.
    pub command: String,
    /// Its working folder, fit to be shown; `None` where it may not be seen.
    pub cwd: Option<String>,
    /// Its parent.
    pub parent_pid: Pid,
    /// When it started.
    pub started_at: Option<Wall>,
    /// Its session.
    pub session: Pid,
    /// Its process group.
    pub group: Pid,
    /// The tag that some oats gave it; `None` also where it may not be seen.
    pub tag: Option<Tag>,
    /// Its ancestors, nearest first.
    pub ancestors: Vec<Pid>,
}

impl SocketOwner {
    /// As it is shown, with the address that it listens on.
    pub fn to_holder_process(&self, address: String) -> HolderProcess {
        HolderProcess {
            pid: Some(self.identity.pid),
            start_ticks: Some(self.identity.start_ticks),
            user: self.user.clone(),
            command: Some(self.command.clone()),
            cwd: self.cwd.clone(),
            parent_pid: Some(self.parent_pid),
            started_at: self.started_at,
            address,
        }
    }
}

/// As somebody is shown of whom only the user is known: the one who made the socket.
pub fn unseen_holder(user: String, address: String) -> HolderProcess {
    HolderProcess {
        pid: None,
        start_ticks: None,
        user,
        command: None,
        cwd: None,
        parent_pid: None,
        started_at: None,
        address,
    }
}

/// Who has this number now; `None` when nobody has, or the process ends meanwhile.
pub fn describe(pid: Pid) -> Option<SocketOwner> {
    let (identity, pidfd) = hold(pid)?;
    let stat = Stat::read(pid)?;
    let uid = uid_of(pid)?;
    let owner = SocketOwner {
        identity,
        uid,
        user: user_name(uid),
        command: clean::plain(&proc::command(pid)?),
        cwd: proc::cwd(pid).map(|cwd| clean::plain(&cwd.to_string_lossy())),
        parent_pid: stat.parent,
        started_at: wall_of_ticks(stat.start_ticks),
        session: stat.session,
        group: stat.group,
        tag: Tag::read(pid),
        ancestors: ancestors(stat),
    };
    // As long as it lives nobody else has its number, so all of the above was about it.
    (!pidfd.has_ended()).then_some(owner)
}

/// The user whose rights a process has.
fn uid_of(pid: Pid) -> Option<u32> {
    let status = fs::read_to_string(proc::file(pid, "status")).ok()?;
    let users = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    // Real, effective, saved, of files.
    users.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// The ancestors of a process, nearest first.
fn ancestors(of: Stat) -> Vec<Pid> {
    let mut found = Vec::new();
    let mut next = Some(of);
    while let Some(stat) = next {
        // Init has no parent; a number met twice was given anew meanwhile.
        if stat.parent == Pid(0) || found.contains(&stat.parent) {
            break;
        }
        found.push(stat.parent);
        next = Stat::read(stat.parent);
    }
    found
}

/// oats itself, its ancestors, and init: never to be signalled.
pub fn ancestors_and_self() -> BTreeSet<Pid> {
    let me = own_pid();
    let ancestors = Stat::read(me).map(ancestors).unwrap_or_default();
    ancestors.into_iter().chain([me, Pid(1)]).collect()
}

/// Whether we may signal the processes of a user.
pub fn can_signal(uid: u32) -> bool {
    let ours = effective_uid();
    ours == 0 || ours == uid
}

/// Whether a process leads its session.
pub fn leads_its_session(pid: Pid) -> bool {
    Stat::read(pid).is_some_and(|stat| stat.session == pid)
}

/// When a process with these start ticks started; `None` when the time of boot cannot be read.
pub fn wall_of_ticks(start_ticks: u64) -> Option<Wall> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    let booted = boot_seconds(&stat)?.checked_mul(1000)?;
    let since = start_ticks.checked_mul(1000)? / clock_ticks_per_second().max(1);
    let started = booted.checked_add(i64::try_from(since).ok()?)?;
    Some(Wall::from_millis(started))
}

/// The time of boot in the text of `/proc/stat`, in seconds since 1970.
fn boot_seconds(stat: &str) -> Option<i64> {
    let mut lines = stat.lines();
    let seconds = lines.find_map(|line| line.strip_prefix("btime "))?;
    seconds.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_described_whole() {
        let me = describe(own_pid()).unwrap();
        assert_eq!((me.uid, me.identity.pid), (effective_uid(), own_pid()));
        assert_eq!(me.user, user_name(effective_uid()));
        assert!(me.command.contains("oats"), "{}", me.command);
        let cwd = std::env::current_dir().unwrap();
        assert_eq!(me.cwd.as_deref(), cwd.to_str());
        assert_eq!(me.ancestors.first(), Some(&me.parent_pid));
        assert!(
            me.ancestors
                .iter()
                .all(|pid| ancestors_and_self().contains(pid))
        );
        let shown = me.to_holder_process("127.0.0.1:1".to_owned());
        assert_eq!(shown.pid, Some(own_pid()));
        assert_eq!(shown.start_ticks, Some(me.identity.start_ticks));
        assert_eq!(shown.command, Some(me.command));
    }

    #[test]
    fn a_start_is_told_in_wall_time() {
        assert_eq!(
            boot_seconds("cpu 1 2\nbtime 1700000000\n"),
            Some(1_700_000_000)
        );
        assert_eq!(boot_seconds("cpu 1 2\n"), None);
        let booted = wall_of_ticks(0).unwrap();
        let second = wall_of_ticks(clock_ticks_per_second()).unwrap();
        assert_eq!(second.millis() - booted.millis(), 1000);
        assert_eq!(wall_of_ticks(u64::MAX), None);
    }

    #[test]
    fn nobody_is_described_who_is_not_there() {
        assert_eq!(describe(Pid(u32::MAX / 2)), None);
        assert_eq!(describe(Pid(0)), None);
    }

    #[test]
    fn our_own_processes_may_be_signalled() {
        assert!(can_signal(effective_uid()));
        let other = effective_uid() + 1;
        assert_eq!(can_signal(other), effective_uid() == 0);
    }
}
