//! The search for the members of a tree: a pure function of a table and the tags.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter::once,
};

use super::{
    proc::Stat,
    tree::{Member, Table, Why},
};
use crate::model::{Identity, Pid};

/// Remembers these members, and of the dead only those whose session or group is still in use.
pub(super) fn remember(remembered: &mut Vec<Identity>, members: &[Member]) {
    remembered.retain(|known| {
        let named = |stat: &Stat| stat.session == known.pid || stat.group == known.pid;
        let listed = members
            .iter()
            .any(|member| member.identity.pid == known.pid);
        !listed && members.iter().any(|member| named(&member.stat))
    });
    remembered.extend(members.iter().map(|member| member.identity));
}

/// Whether it is in the session or group that one of these led, is one of them, or neither.
pub(super) fn stands_in<'a>(stat: &Stat, mut known: impl Iterator<Item = &'a Identity>) -> bool {
    known.any(|known| {
        if known.pid == stat.pid {
            known.start_ticks == stat.start_ticks
        } else {
            let led = known.pid == stat.session || known.pid == stat.group;
            led && known.start_ticks <= stat.start_ticks
        }
    })
}

/// What a process carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// The tag of the run.
    Ours,
    /// Another tag.
    Theirs,
    /// No tag, or none that may be read.
    None,
}

/// One search for the members of a tree.
pub(super) struct Search<'a> {
    pub(super) leader: &'a Identity,
    /// The leader still has its number, if only as a zombie.
    pub(super) leader_there: bool,
    /// Those remembered who are still there.
    pub(super) remembered: &'a [Identity],
    /// Everybody remembered, the dead too.
    pub(super) ever: &'a [Identity],
    pub(super) table: &'a Table,
    pub(super) me: Pid,
}

impl Search<'_> {
    /// Who of the table belongs to the tree, and why.
    pub(super) fn run(&self, mut mark: impl FnMut(&Stat) -> Mark) -> BTreeMap<Pid, Why> {
        let off = off_limits(self.table, self.me);
        // Nobody of a tree is older than its oldest: that spares most of the tags to read.
        let known = once(self.leader).chain(self.ever);
        let oldest = known.map(|known| known.start_ticks).min().unwrap_or(0);
        let mut members = BTreeMap::new();
        let mut open = Vec::new();
        for stat in self.table.values() {
            if stat.start_ticks < oldest || stat.is_over() || off.contains(&stat.pid) {
                continue;
            }
            if self.leader_there && stat.pid == self.leader.pid {
                members.insert(stat.pid, Why::Leader);
                continue;
            }
            match mark(stat) {
                Mark::Ours => {
                    members.insert(stat.pid, Why::Tag);
                }
                Mark::Theirs => {}
                Mark::None => match self.without_tag(stat) {
                    Some(why) => {
                        members.insert(stat.pid, why);
                    }
                    None => open.push(stat),
                },
            }
        }
        self.spread(&mut members, open, &off);
        members
    }

    /// Whether a process without a tag belongs here on its own account.
    fn without_tag(&self, stat: &Stat) -> Option<Why> {
        if self.remembered.iter().any(|known| known.pid == stat.pid) {
            return Some(Why::Remembered);
        }
        // Its session or group was the run's, as long as that number has not come to mean another
        // process. It came to us, so it descends from something that we started.
        let still_meant = |known: &&Identity| {
            let now = self.table.get(&known.pid);
            now.is_none_or(|now| now.start_ticks == known.start_ticks)
        };
        let known = once(self.leader).chain(self.ever).filter(still_meant);
        let ours = stat.parent == self.me && stands_in(stat, known);
        ours.then_some(Why::Orphan)
    }

    /// Adds the children of members, and who shares a session or group with one, until there is
    /// nobody left to add.
    fn spread(&self, members: &mut BTreeMap<Pid, Why>, mut open: Vec<&Stat>, off: &BTreeSet<Pid>) {
        // Somebody who carries the tag but sits in a session of ours or of our parents (started
        // by hand, from a shell) must not draw in the rest of it.
        let foreign: BTreeSet<Pid> = off
            .iter()
            .filter_map(|pid| self.table.get(pid))
            .flat_map(|stat| [stat.session, stat.group, Pid(0)])
            .collect();
        // As long as the leader has its number, be it as a zombie, its session is the run's.
        let leader = self.table.get(&self.leader.pid);
        let leader = leader.filter(|_| self.leader_there);
        let mut groups: BTreeSet<Pid> = leader
            .into_iter()
            .flat_map(|stat| [stat.session, stat.group])
            .collect();
        loop {
            let standing = members.keys().filter_map(|pid| self.table.get(pid));
            groups.extend(standing.flat_map(|stat| [stat.session, stat.group]));
            groups.retain(|number| !foreign.contains(number));
            let before = open.len();
            open.retain(|stat| {
                let why = if members.contains_key(&stat.parent) {
                    Why::Descent
                } else if groups.contains(&stat.session) || groups.contains(&stat.group) {
                    Why::Session
                } else {
                    return true;
                };
                members.insert(stat.pid, why);
                false
            });
            if open.len() == before {
                return;
            }
        }
    }
}

/// Whom no run may ever own: us, our parents up to the first process, and that one.
pub(super) fn off_limits(table: &Table, me: Pid) -> BTreeSet<Pid> {
    let mut off = BTreeSet::from([Pid(1)]);
    let mut next = Some(me);
    while let Some(pid) = next {
        // A loop cannot be, but the table is not of one moment.
        if !off.insert(pid) {
            break;
        }
        next = table.get(&pid).map(|stat| stat.parent);
    }
    off
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: Pid = Pid(100);

    /// A process: its number, parent, group, session, and start.
    fn process([pid, parent, group, session, start]: [u32; 5]) -> (Pid, Stat) {
        let text = format!(
            "{pid} (x) S {parent} {group} {session} 0 0 0 0 0 0 0 0 0 0 0 0 0 1 0 {start} 0 1"
        );
        (Pid(pid), Stat::parse(&text).unwrap())
    }

    fn identity(pid: u32, start_ticks: u64) -> Identity {
        Identity {
            pid: Pid(pid),
            start_ticks,
            pidfd_ino: None,
        }
    }

    /// oats (100) under a shell (90), a leader (200), and whoever else; the numbers of those found.
    fn found(
        leader: [u32; 5],
        others: &[[u32; 5]],
        marks: &[(u32, Mark)],
        ever: &[Identity],
    ) -> Vec<u32> {
        let ours = [[1, 0, 1, 1, 0], [90, 1, 90, 90, 1], [100, 90, 100, 90, 2]];
        let all = ours.iter().chain(others).chain([&leader]);
        let table: Table = all.copied().map(process).collect();
        let leader_there = leader[4] == 10;
        let search = Search {
            leader: &identity(200, 10),
            leader_there,
            remembered: &[],
            ever,
            table: &table,
            me: ME,
        };
        let mark = |stat: &Stat| {
            let known = marks.iter().find(|(pid, _)| Pid(*pid) == stat.pid);
            known.map_or(Mark::None, |(_, mark)| *mark)
        };
        search.run(mark).into_keys().map(|pid| pid.0).collect()
    }

    const LEADER: [u32; 5] = [200, 100, 200, 200, 10];
    /// The leader's number means a stranger by now.
    const RECYCLED: [u32; 5] = [200, 1, 200, 200, 50];

    #[test]
    fn descent_session_and_group_draw_in_and_another_tag_keeps_out() {
        let others = [
            [201, 200, 201, 201, 11],
            [202, 201, 201, 201, 12],
            [203, 1, 200, 200, 13],
            [300, 200, 300, 300, 14],
            [301, 300, 300, 300, 15],
        ];
        assert_eq!(
            found(LEADER, &others, &[(300, Mark::Theirs)], &[]),
            [200, 201, 202, 203]
        );
    }

    #[test]
    fn nobody_is_older_than_the_oldest_known() {
        let others = [[150, 1, 150, 150, 5], [160, 1, 160, 160, 9]];
        let marks = [(150, Mark::Ours), (160, Mark::Ours)];
        assert_eq!(found(LEADER, &others, &marks, &[]), [200]);
        let ever = [identity(160, 9)];
        assert_eq!(found(LEADER, &others, &marks, &ever), [160, 200]);
    }

    #[test]
    fn after_the_leader_only_our_own_orphans_of_its_session_belong_without_a_tag() {
        let gone = [199, 1, 199, 199, 1];
        let others = [
            [203, 100, 200, 200, 13], // came to us
            [204, 100, 300, 300, 14], // came to us, out of a session seen earlier
            [205, 100, 205, 205, 15], // came to us, nobody knows whose
            [206, 1, 400, 400, 16],   // somebody else's
        ];
        let ever = [identity(300, 11)];
        assert_eq!(found(gone, &others, &[], &ever), [203, 204]);
    }

    #[test]
    fn a_session_number_that_was_recycled_draws_in_nobody() {
        let others = [
            [203, 200, 200, 200, 51],
            [204, 100, 200, 200, 52],
            [205, 100, 205, 205, 53],
        ];
        assert_eq!(found(RECYCLED, &others, &[(205, Mark::Ours)], &[]), [205]);
    }

    #[test]
    fn the_tag_in_our_own_shell_draws_in_neither_it_nor_its_other_children() {
        let others = [
            [91, 90, 91, 90, 11],
            [92, 90, 92, 90, 12],
            [93, 91, 93, 90, 13],
        ];
        let marks = [(90, Mark::Ours), (91, Mark::Ours), (100, Mark::Ours)];
        assert_eq!(found(LEADER, &others, &marks, &[]), [91, 93, 200]);
    }

    #[test]
    fn a_dead_member_is_remembered_while_its_session_lives() {
        let member = |pid, session| Member {
            identity: identity(pid, 20),
            stat: process([pid, 1, pid, session, 20]).1,
            why: Why::Tag,
        };
        let mut remembered = vec![identity(300, 11), identity(301, 11), identity(302, 11)];
        remember(&mut remembered, &[member(302, 300), member(303, 303)]);
        let numbers: Vec<u32> = remembered.iter().map(|known| known.pid.0).collect();
        assert_eq!(numbers, [300, 302, 303]);
    }
}
