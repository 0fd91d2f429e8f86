//! Whose sockets they are: from inodes to processes.
//!
//! The kernel tells the inode of a listening socket, not its owner: that is found by the links in
//! `/proc/PID/fd`. Everybody who inherited the socket holds it. What was found is checked with one
//! `readlink` a look, which is also true of a number that came to mean another process.

use std::{
    cmp::min,
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use rustix::fs::{CWD, readlinkat_raw};

use super::holders::{Finder, Hold, socket_inode};
use crate::model::{Mono, Pid};

/// When a socket is looked into anew for the first time, holders known or not.
const AGAIN_FIRST: Duration = Duration::from_secs(2);

/// The wait doubles as long as nothing changes, up to this.
const AGAIN_LAST: Duration = Duration::from_mins(1);

/// Who holds which socket, as far as it was looked for.
#[derive(Debug, Default)]
pub(super) struct Owners {
    known: BTreeMap<u32, Known>,
}

/// Who holds one socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owned {
    /// The processes, lowest number first; empty when we may not see them.
    pub(super) pids: Vec<Pid>,
    /// Whether they were looked for just now, not remembered.
    pub(super) fresh: bool,
}

/// What is remembered of one socket.
#[derive(Debug)]
struct Known {
    holds: Vec<Hold>,
    /// When to look anew.
    due: Mono,
    /// How long that look was put off.
    wait: Duration,
}

impl Owners {
    /// Who holds each of these sockets. Of a new one, the `likely` processes and their
    /// descendants are asked first, then everybody. A socket whose holders may not be seen is
    /// asked about again only after a while; of the others, one at a time is.
    pub(super) fn resolve(
        &mut self,
        inodes: &[u32],
        likely: &[Pid],
        now: Mono,
    ) -> BTreeMap<u32, Owned> {
        let inodes: BTreeSet<u32> = inodes.iter().copied().collect();
        self.known.retain(|inode, _| inodes.contains(inode));
        let mut fresh = self.drop_lost();
        fresh.extend(self.turn(now));
        let is_open = |inode: &&u32| {
            self.known.get(inode).is_none_or(|known| {
                known.holds.is_empty() && (known.due <= now || fresh.contains(inode))
            })
        };
        let wanted: BTreeSet<u32> = inodes.iter().filter(is_open).copied().collect();
        for inode in fresh.difference(&wanted) {
            self.look_again(*inode, now);
        }
        if !wanted.is_empty() {
            self.search(&wanted, likely, now);
        }
        fresh.extend(wanted);
        let owned = |(inode, known): (&u32, &Known)| {
            let mut pids: Vec<Pid> = known.holds.iter().map(|hold| hold.pid).collect();
            pids.sort_unstable();
            let fresh = fresh.contains(inode);
            (*inode, Owned { pids, fresh })
        };
        self.known.iter().map(owned).collect()
    }

    /// Forgets the holders that are gone or have closed the socket; of which sockets there were.
    fn drop_lost(&mut self) -> BTreeSet<u32> {
        let mut lost = BTreeSet::new();
        for (inode, known) in &mut self.known {
            let before = known.holds.len();
            known.holds.retain(|hold| points_at(&hold.link, *inode));
            if known.holds.len() < before {
                known.wait = Duration::ZERO;
                lost.insert(*inode);
            }
        }
        lost
    }

    /// The socket with known holders that is to be looked into anew now.
    fn turn(&self, now: Mono) -> Option<u32> {
        let seen = self
            .known
            .iter()
            .filter(|(_, known)| !known.holds.is_empty());
        let (inode, known) = seen.min_by_key(|(_, known)| known.due)?;
        (known.due <= now).then_some(*inode)
    }

    /// Looks for relatives of the holders who hold it too: a worker that was born since.
    fn look_again(&mut self, inode: u32, now: Mono) {
        let Some(known) = self.known.get_mut(&inode) else {
            return;
        };
        let wanted = BTreeSet::from([inode]);
        let mut finder = Finder::new(&wanted);
        let holders: VecDeque<Pid> = known.holds.iter().map(|hold| hold.pid).collect();
        finder.skip(&holders);
        finder.look_into_kin(holders);
        known.take(finder.into_found().remove(&inode).unwrap_or_default(), now);
    }

    /// Looks for the holders of these sockets.
    fn search(&mut self, wanted: &BTreeSet<u32>, likely: &[Pid], now: Mono) {
        let mut finder = Finder::new(wanted);
        let holds = self.known.values().flat_map(|known| &known.holds);
        let busy: BTreeSet<Pid> = holds.map(|hold| hold.pid).collect();
        // A process of which no socket is known yet is the likeliest to hold a new one.
        let (busy, idle): (Vec<Pid>, Vec<Pid>) = likely.iter().partition(|pid| busy.contains(pid));
        finder.look_into_likely(idle.iter().chain(&busy).copied());
        if !finder.is_done() {
            // One pass serves all whose holders are not known.
            let unseen = self
                .known
                .iter()
                .filter(|(_, known)| known.holds.is_empty());
            let unseen: BTreeSet<u32> = unseen.map(|(inode, _)| *inode).collect();
            finder.look_into_all(&unseen);
        }
        let mut found = finder.into_found();
        for inode in wanted {
            found.entry(*inode).or_default();
        }
        for (inode, holds) in found {
            let known = self.known.entry(inode).or_insert_with(|| Known {
                holds: Vec::new(),
                due: now,
                wait: Duration::ZERO,
            });
            known.take(holds, now);
        }
    }
}

impl Known {
    /// Adds holders, and puts off the next look.
    fn take(&mut self, holds: Vec<Hold>, now: Mono) {
        self.wait = if holds.is_empty() {
            min(self.wait.max(AGAIN_FIRST / 2) * 2, AGAIN_LAST)
        } else {
            AGAIN_FIRST
        };
        self.due = now.after(self.wait);
        self.holds.extend(holds);
    }
}

/// Whether this descriptor is still this socket.
fn points_at(link: &str, inode: u32) -> bool {
    let mut target = [0_u8; 32];
    readlinkat_raw(CWD, link, &mut target[..])
        .ok()
        .and_then(|length| socket_inode(target.get(..length)?))
        == Some(inode)
}
