//! Ends whole trees.

use std::time::Duration;

use super::{
    identity::{Delivery, PidFd, open},
    search::remember,
    spawn::Helper,
    tree::{Member, TreeQuery, untagged_members},
};
use crate::model::{Pid, Signal};

/// How often a sweep looks at most: about 2 s, if nothing dies.
const ROUNDS: u32 = 100;

/// How long a sweep waits for somebody to die before it looks again.
const PAUSE: Duration = Duration::from_millis(20);

/// Who of the tree lives at this moment.
pub fn look(query: &mut TreeQuery) -> Vec<Pid> {
    numbers(&query.look())
}

/// Sends a signal to everybody in the tree; how many it reached. They are also woken, because a
/// stopped process does not see what it was sent.
pub fn end(query: &mut TreeQuery, signal: Signal) -> usize {
    let members = query.look();
    members
        .iter()
        .filter(|member| send(member, signal).is_some())
        .count()
}

/// Kills everybody in the tree until a look finds nobody; who is left after about 2 s. Blocks the
/// thread, mostly in waiting for them to die.
pub fn sweep(query: &mut TreeQuery) -> Vec<Pid> {
    kill_all(|| query.look())
}

impl Helper {
    /// Kills the helper with its session and all its descendants; who is left after about 2 s.
    /// Blocks the thread.
    pub fn kill_tree(&self) -> Vec<Pid> {
        let mut remembered = Vec::new();
        kill_all(|| {
            let members = untagged_members(self.identity(), &remembered);
            remember(&mut remembered, &members);
            members
        })
    }
}

fn kill_all(mut look: impl FnMut() -> Vec<Member>) -> Vec<Pid> {
    let mut struck = false;
    for _ in 0..ROUNDS {
        let members = look();
        if members.is_empty() {
            if !struck {
                return Vec::new();
            }
            // Once more: somebody may have been forked behind the look and lost its parent since.
            struck = false;
            continue;
        }
        struck = true;
        let mut dying: Option<PidFd> = None;
        for member in &members {
            dying = send(member, Signal::KILL).or(dying);
        }
        if let Some(dying) = dying {
            dying.wait_blocking(PAUSE);
        }
    }
    numbers(&look())
}

/// Sends a signal to one member; the hold on it, if it was reached.
fn send(member: &Member, signal: Signal) -> Option<PidFd> {
    let pidfd = open(&member.identity)?;
    let sent = pidfd.signal(signal) == Ok(Delivery::Sent);
    if sent && signal != Signal::KILL {
        // It ended of the first signal, or is woken by the second: both are fine.
        let _ = pidfd.signal(Signal::CONT);
    }
    sent.then_some(pidfd)
}

fn numbers(members: &[Member]) -> Vec<Pid> {
    members.iter().map(|member| member.identity.pid).collect()
}
