//! The runs whose processes we hold.

use std::collections::BTreeMap;

use super::ports::{Kin, Leaders, Members};
use crate::{
    io::platform::{Leader, TreeQuery},
    model::{Identity, RunId, RunRecord, ServiceName, log::LogPositions, root::Root},
};

/// A run whose leader we watch.
pub(super) struct LiveRun {
    /// Whose.
    pub(super) service: ServiceName,
    /// Its leader.
    pub(super) leader: Leader,
    /// Members that were seen of it.
    pub(super) members: Vec<Identity>,
    /// Whether its leader was frozen at the last look.
    pub(super) frozen: bool,
}

/// Where the logs of a service begin.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LogMarks {
    /// Bytes that rotations have taken off.
    pub(super) base: LogPositions,
    /// Bytes ever written when the last run began.
    pub(super) at_start: LogPositions,
}

/// The runs whose processes we hold, and what is remembered of those before.
#[derive(Default)]
pub(super) struct Runs {
    live: BTreeMap<RunId, LiveRun>,
    /// Members of the last run of a service that outlived their leader.
    left_over: BTreeMap<ServiceName, (RunId, Vec<Identity>)>,
    /// Where the logs of each service begin.
    pub(super) marks: BTreeMap<ServiceName, LogMarks>,
}

impl Runs {
    /// No runs yet; where the logs begin is known from the run records.
    pub(super) fn new(marks: BTreeMap<ServiceName, LogMarks>) -> Self {
        Self {
            marks,
            ..Self::default()
        }
    }

    /// A leader to watch.
    pub(super) fn insert(&mut self, run: RunId, live: LiveRun) {
        self.live.insert(run, live);
    }

    /// Every run that is watched.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (RunId, &mut LiveRun)> {
        self.live.iter_mut().map(|(run, live)| (*run, live))
    }

    /// Takes a run out; its remaining members are remembered.
    pub(super) fn release(&mut self, run: RunId, outlived: Vec<Identity>) -> Option<LiveRun> {
        let live = self.live.remove(&run)?;
        let mut members = live.members.clone();
        members.extend(outlived);
        self.left_over.insert(live.service.clone(), (run, members));
        Some(live)
    }

    /// Whose run the pid of each leader is.
    fn leaders(&self) -> Leaders {
        self.live
            .iter()
            .map(|(run, live)| (live.leader.identity().pid, (live.service.clone(), *run)))
            .collect()
    }

    /// Who belongs to the runs of this root.
    pub(super) fn kin(&self) -> Kin {
        Kin {
            leaders: self.leaders(),
            members: self.members(),
        }
    }

    /// Whose run every process is that was seen to belong to one, those that outlived their leader
    /// included: a program that overwrites its environment carries no tag.
    fn members(&self) -> Members {
        let live = self
            .live
            .iter()
            .map(|(run, live)| (&live.service, *run, &live.members));
        let left_over = self
            .left_over
            .iter()
            .map(|(service, (run, members))| (service, *run, members));
        left_over
            .chain(live)
            .flat_map(|(service, run, members)| {
                let key = |member: &Identity| (member.pid, member.start_ticks);
                let whose = (service.clone(), run);
                members
                    .iter()
                    .map(move |member| (key(member), whose.clone()))
            })
            .collect()
    }

    /// What to look for to find the tree of a run that is watched.
    pub(super) fn query(&self, run: RunId, root: &Root) -> Option<TreeQuery> {
        let live = self.live.get(&run)?;
        Some(TreeQuery {
            run,
            root: root.dir.clone(),
            leader: *live.leader.identity(),
            remembered: live.members.clone(),
        })
    }

    /// What to look for to find what a run that is over has left behind.
    pub(super) fn query_left_over(
        &self,
        service: &ServiceName,
        run: RunId,
        leader: Identity,
        root: &Root,
    ) -> TreeQuery {
        let remembered = match self.left_over.get(service) {
            Some((last, members)) if *last == run => members.clone(),
            Some(_) | None => Vec::new(),
        };
        TreeQuery {
            run,
            root: root.dir.clone(),
            leader,
            remembered,
        }
    }

    /// Where the logs of a service begin.
    pub(super) fn marks(&self, service: &ServiceName) -> LogMarks {
        self.marks.get(service).copied().unwrap_or_default()
    }
}

impl LogMarks {
    /// The marks in a run record.
    pub(super) fn of(record: &RunRecord) -> Self {
        Self {
            base: record.log_base,
            at_start: record.log_at_start,
        }
    }
}
