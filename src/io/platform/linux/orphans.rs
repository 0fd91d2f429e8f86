//! Our children that we did not start: whoever outlives its parents comes to us.

use rustix::process::{WaitId, WaitIdOptions, waitid};

use super::{
    identity::raw,
    proc::{self, Stat},
    spawn::Spawner,
};
use crate::model::Pid;

impl Spawner {
    /// Reaps the orphans that have ended; those that still live. To be called on SIGCHLD, with no
    /// spawn under way. A process that this spawner started is never touched: its end is seen
    /// through its own hold, and reaped last.
    pub fn reap_orphans(&self) -> Vec<Pid> {
        let mut living = self.orphans();
        living.retain(|stat| !(stat.is_zombie() && reap(stat.pid)));
        living.into_iter().map(|stat| stat.pid).collect()
    }

    /// Our children that this spawner did not start, zombies included.
    pub(super) fn orphans(&self) -> Vec<Stat> {
        let unknown = proc::own_children()
            .into_iter()
            .filter(|pid| !self.knows(*pid));
        unknown.filter_map(Stat::read).collect()
    }
}

/// Reaps one child, if it has ended; whether it is gone.
fn reap(pid: Pid) -> bool {
    // By its number: only we can reap it, so until then the number means nobody else.
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG;
    raw(pid).is_none_or(|pid| !matches!(waitid(WaitId::Pid(pid), options), Ok(None)))
}
