//! CPU and memory of whole process trees, and who belongs to them.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{
    hands::{Hands, Note},
    press::Samples,
};
use crate::{
    core::{Fact, Input, project::Sample},
    io::platform::proc::{self, Stat},
    model::{Identity, Moment, Pid, RunId},
};

/// How often members of trees are looked for; between the looks the known ones are sampled.
pub(super) const MEMBERS_EVERY: Duration = Duration::from_secs(5);

impl Hands {
    /// Samples every run that is watched. Says which leaders were frozen or thawed.
    pub(super) fn sample(&mut self, samples: &mut Samples, now: Moment) -> Vec<Input> {
        let mut seen = self.sampler.sample(now.mono);
        samples.clear();
        let mut inputs = Vec::new();
        for (run, live) in self.runs.iter_mut() {
            let Some(tree) = seen.remove(&run) else {
                continue;
            };
            let sample = Sample {
                cpu_pct: tree.cpu_pct.map(|pct| (pct * 10.0).round() / 10.0),
                mem_bytes: Some(tree.mem_bytes),
                processes: tree.processes,
            };
            samples.insert(run, sample);
            if tree.frozen != live.frozen {
                live.frozen = tree.frozen;
                let fact = Fact::Frozen(tree.frozen);
                inputs.push(Input::Fact {
                    service: live.service.clone(),
                    run,
                    fact,
                });
            }
        }
        inputs
    }

    /// Begins to look for the members of every tree.
    pub(super) fn look_for_members(&mut self) {
        let leaders: Vec<(RunId, Pid, Vec<Identity>)> = self
            .runs
            .iter_mut()
            .map(|(run, live)| (run, live.leader.identity().pid, live.members.clone()))
            .collect();
        if leaders.is_empty() {
            return;
        }
        let notes = self.notes.clone();
        tokio::task::spawn_blocking(move || {
            let table = proc::table();
            let _ = notes.blocking_send(Note::Members(members(&table, &leaders)));
        });
    }

    /// Keeps what a look found.
    pub(super) fn remember_members(&mut self, members: Vec<(RunId, Vec<Identity>)>) {
        let mut found: BTreeMap<RunId, Vec<Identity>> = members.into_iter().collect();
        for (run, live) in self.runs.iter_mut() {
            let Some(members) = found.remove(&run) else {
                continue;
            };
            let leader = live.leader.identity();
            let others = members
                .into_iter()
                .filter(|member| member.pid != leader.pid);
            live.members = std::iter::once(*leader).chain(others).collect();
            let pids: Vec<Pid> = live.members.iter().map(|member| member.pid).collect();
            self.sampler.track(run, &pids);
        }
    }
}

/// The members of each tree: the leader first, then who is in its session or group, descends from a
/// member, or was one before.
fn members(
    table: &BTreeMap<Pid, Stat>,
    leaders: &[(RunId, Pid, Vec<Identity>)],
) -> Vec<(RunId, Vec<Identity>)> {
    let mut run_of: BTreeMap<Pid, usize> = BTreeMap::new();
    for (index, (_, leader, before)) in leaders.iter().enumerate() {
        run_of.insert(*leader, index);
        for member in before {
            let same = table
                .get(&member.pid)
                .is_some_and(|stat| stat.start_ticks == member.start_ticks);
            if same {
                run_of.insert(member.pid, index);
            }
        }
    }
    // Parents may have higher pids than their children, so one pass is not always enough.
    loop {
        let before = run_of.len();
        for stat in table.values() {
            if run_of.contains_key(&stat.pid) || stat.is_zombie() {
                continue;
            }
            let kin = [stat.parent, stat.session, stat.group];
            if let Some(index) = kin.iter().find_map(|pid| run_of.get(pid)).copied() {
                run_of.insert(stat.pid, index);
            }
        }
        if run_of.len() == before {
            break;
        }
    }
    leaders
        .iter()
        .enumerate()
        .map(|(index, (run, leader, _))| {
            let others: BTreeSet<Pid> = run_of
                .iter()
                .filter(|(pid, of)| **of == index && *pid != leader)
                .map(|(pid, _)| *pid)
                .collect();
            let all = std::iter::once(*leader).chain(others);
            let known = all.filter_map(|pid| table.get(&pid)).map(|stat| Identity {
                pid: stat.pid,
                start_ticks: stat.start_ticks,
                pidfd_ino: None,
            });
            (*run, known.collect())
        })
        .collect()
}
