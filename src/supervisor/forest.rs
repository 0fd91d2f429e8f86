//! The process tree of one service, for a window that looks at it.

use super::{actor::Actor, handle::Feed};
use crate::{
    io::platform::proc::{self, Stat},
    model::{Pid, ServiceName, TreeMember},
};

/// Processes that are told of at most.
const MOST: usize = 64;

impl Actor {
    /// From now on this tree is looked at, and told of at once and with each beat.
    pub(super) fn watch_tree(&mut self, service: Option<ServiceName>) {
        self.watched_tree = service;
        self.tell_tree();
        self.tell_charts(self.hands.clock.now());
    }

    /// Tells the window which processes the service has now.
    pub(super) fn tell_tree(&mut self) {
        let Some(service) = self.watched_tree.clone() else {
            return;
        };
        let mut members = Vec::new();
        for (_, live) in self.hands.runs.iter_mut() {
            if live.service == service {
                let known = live.members.iter().take(MOST);
                members.extend(known.filter_map(|it| member(it.pid, it.start_ticks)));
            }
        }
        members.sort_by_key(|member| member.pid);
        self.tell(Feed::Tree { service, members });
    }
}

/// One process, unless it is gone.
fn member(pid: Pid, start_ticks: u64) -> Option<TreeMember> {
    let stat = Stat::read(pid).filter(|stat| stat.start_ticks == start_ticks && !stat.is_over())?;
    Some(TreeMember {
        pid,
        parent: stat.parent,
        command: proc::command(pid).unwrap_or_default(),
    })
}
