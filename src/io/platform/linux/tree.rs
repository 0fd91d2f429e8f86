//! Whose processes belong to a run.
//!
//! A process belongs to a run by what it carries (the tag in its environment), by who it is (the
//! leader, or somebody seen to belong earlier), or by where it stands (a child of a member, or in
//! a session or group of the run). A tag of another run or root outweighs where it stands.

use std::{
    collections::BTreeMap,
    iter::once,
    path::{Path, PathBuf},
};

use super::{
    identity::{hold, open, own_pid},
    proc::{Stat, Tag},
    scan::Scan,
    search::{Mark, Search, off_limits, remember, stands_in},
    spawn::Spawner,
};
use crate::model::{Identity, Pid, RunId};

/// Every process of the machine at one moment.
pub type Table = BTreeMap<Pid, Stat>;

/// Which tree is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeQuery {
    /// The run.
    pub run: RunId,
    /// The canonical path of the root.
    pub root: PathBuf,
    /// The process that was spawned. Where only tagged processes are known, the oldest of them:
    /// nobody older than all of these is looked at.
    pub leader: Identity,
    /// Who was seen to belong to it in earlier looks. Every look adds whom it finds.
    pub remembered: Vec<Identity>,
}

/// A living process that belongs to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Which process.
    pub identity: Identity,
    /// What was read of it.
    pub stat: Stat,
    /// Why it belongs to the run.
    pub why: Why,
}

/// Why a process belongs to a run: the first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It is the process that was spawned.
    Leader,
    /// It carries the tag of the run.
    Tag,
    /// An earlier look found that it belongs.
    Remembered,
    /// It came to us when its parents died, out of a session or group of the run.
    Orphan,
    /// A member is its parent.
    Descent,
    /// A member is in its session or group.
    Session,
}

impl TreeQuery {
    /// The tree of a run that nobody has looked at yet.
    pub fn new(run: RunId, root: PathBuf, leader: Identity) -> Self {
        Self {
            run,
            root,
            leader,
            remembered: Vec::new(),
        }
    }

    /// Everybody in the tree who lives at this moment. Remembers them.
    pub fn look(&mut self) -> Vec<Member> {
        let Some(mut scan) = Scan::open() else {
            return Vec::new();
        };
        let table = scan.table();
        let members = members_with(self, &table, &mut scan);
        remember(&mut self.remembered, &members);
        members
    }
}

/// Everybody in the tree who lives, by this table.
pub fn members(query: &TreeQuery, table: &Table) -> Vec<Member> {
    Scan::open()
        .map(|mut scan| members_with(query, table, &mut scan))
        .unwrap_or_default()
}

fn members_with(query: &TreeQuery, table: &Table, scan: &mut Scan) -> Vec<Member> {
    let mark = |stat: &Stat| match scan.tag(stat) {
        None => Mark::None,
        Some(tag) if tag.root == query.root && tag.run == query.run => Mark::Ours,
        Some(_) => Mark::Theirs,
    };
    find(&query.leader, &query.remembered, table, mark)
}

/// The tree of a process that carries no tag of its own: its session, and whoever descends from it.
pub(super) fn untagged_members(leader: &Identity, remembered: &[Identity]) -> Vec<Member> {
    let table = super::proc::table();
    find(leader, remembered, &table, |_| Mark::None)
}

fn find(
    leader: &Identity,
    remembered: &[Identity],
    table: &Table,
    mark: impl FnMut(&Stat) -> Mark,
) -> Vec<Member> {
    let is_there = |identity: &&Identity| {
        let listed = table.get(&identity.pid);
        listed.is_some_and(|stat| stat.start_ticks == identity.start_ticks)
            && open(identity).is_some()
    };
    let certain: Vec<Identity> = remembered.iter().filter(is_there).copied().collect();
    let search = Search {
        leader,
        leader_there: is_there(&leader),
        remembered: &certain,
        ever: remembered,
        table,
        me: own_pid(),
    };
    let found = search.run(mark).into_iter().filter_map(|(pid, why)| {
        let stat = *table.get(&pid)?;
        // Its number may have come to mean another process since the table was read.
        let (identity, _) = hold(pid)?;
        (identity.start_ticks == stat.start_ticks).then_some(Member {
            identity,
            stat,
            why,
        })
    });
    found.collect()
}

/// All living processes with a tag of this root.
pub fn tagged(root: &Path) -> Vec<(Pid, Tag)> {
    let Some(mut scan) = Scan::open() else {
        return Vec::new();
    };
    let table = scan.table();
    let off = off_limits(&table, own_pid());
    let living = table.values().filter(|stat| !off.contains(&stat.pid));
    living
        .filter_map(|stat| Some((stat.pid, scan.tag(stat)?)))
        .filter(|(_, tag)| tag.root == root)
        .collect()
}

impl Spawner {
    /// Who of a run that we parented has outlived it, of those that came to us when their parents
    /// died: empty means that nobody has. It costs next to nothing, because only our own children
    /// are looked at; where it finds somebody, a sweep must follow.
    pub fn leftovers(&self, query: &TreeQuery) -> Vec<Pid> {
        let Some(mut scan) = Scan::open() else {
            return Vec::new();
        };
        let mut left = self.orphans();
        left.retain(|stat| {
            !stat.is_over()
                && match scan.tag(stat) {
                    Some(tag) => tag.root == query.root && tag.run == query.run,
                    None => stands_in(stat, once(&query.leader).chain(&query.remembered)),
                }
        });
        left.into_iter().map(|stat| stat.pid).collect()
    }
}
