//! CPU and memory of process trees, from stat files that stay open.
//!
//! The file of a process that was reaped gives ESRCH for ever, so it never tells of another one.

use std::{collections::BTreeMap, fs::File, os::unix::fs::FileExt as _};

use rustix::param::{clock_ticks_per_second, page_size};

use super::proc::{Stat, file};
use crate::model::{Mono, Pid, RunId};

/// Room for the text of a stat file: 52 numbers and a name.
const STAT_BYTES: usize = 2048;

/// What was measured of one tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TreeSample {
    /// CPU since the sample before, 100 = one core; `None` at the first sample.
    pub cpu_pct: Option<f64>,
    /// Resident memory in bytes: the sum of RSS.
    pub mem_bytes: u64,
    /// How many processes live.
    pub processes: u32,
    /// Whether its leader is stopped (state `T` or `t`).
    pub frozen: bool,
}

/// Measures process trees.
#[derive(Debug)]
pub struct Sampler {
    trees: BTreeMap<RunId, Tree>,
    buffer: Vec<u8>,
}

/// One process tree.
#[derive(Debug, Default)]
struct Tree {
    members: Vec<Member>,
    leader: Option<Pid>,
    sampled: Option<Mono>,
}

/// A process whose stat file is open.
#[derive(Debug)]
struct Member {
    pid: Pid,
    file: File,
    /// The CPU ticks that were counted already: those before it was first seen are not ours.
    counted: u64,
}

impl Default for Sampler {
    fn default() -> Self {
        Self {
            trees: BTreeMap::new(),
            buffer: vec![0; STAT_BYTES],
        }
    }
}

impl Sampler {
    /// These are the processes of a tree now, the leader first.
    pub fn track(&mut self, run: RunId, members: &[Pid]) {
        let tree = self.trees.entry(run).or_default();
        let buffer = &mut self.buffer;
        // One that cannot be read is gone; its number may be that of a new member.
        tree.members
            .retain(|member| members.contains(&member.pid) && member.read(buffer).is_some());
        for pid in members {
            if tree.members.iter().all(|member| member.pid != *pid) {
                tree.members.extend(Member::open(*pid, buffer));
            }
        }
        tree.leader = members.first().copied();
    }

    /// Does not measure a tree any more.
    pub fn forget(&mut self, run: RunId) {
        self.trees.remove(&run);
    }

    /// Measures every tree.
    pub fn sample(&mut self, now: Mono) -> BTreeMap<RunId, TreeSample> {
        let buffer = &mut self.buffer;
        let trees = self.trees.iter_mut();
        trees
            .map(|(run, tree)| (*run, tree.sample(now, buffer)))
            .collect()
    }
}

impl Tree {
    fn sample(&mut self, now: Mono, buffer: &mut [u8]) -> TreeSample {
        let (mut ticks, mut pages, mut processes, mut frozen) = (0, 0, 0, false);
        self.members.retain_mut(|member| {
            let Some(stat) = member.read(buffer) else {
                return false;
            };
            ticks += stat.cpu_ticks.saturating_sub(member.counted);
            member.counted = stat.cpu_ticks;
            if !stat.is_over() {
                pages += stat.rss_pages;
                processes += 1;
            }
            frozen |= Some(member.pid) == self.leader && matches!(stat.state, 'T' | 't');
            true
        });
        let before = self.sampled.replace(now);
        let elapsed = before.map(|before| now.since(before).as_secs_f64());
        TreeSample {
            cpu_pct: elapsed.and_then(|seconds| percent(ticks, seconds)),
            mem_bytes: pages * u64::try_from(page_size()).unwrap_or(4096),
            processes,
            frozen,
        }
    }
}

/// So many ticks in so many seconds as percent of one core.
fn percent(ticks: u64, seconds: f64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
    let used = ticks as f64 / clock_ticks_per_second() as f64;
    (seconds > 0.0).then(|| used / seconds * 100.0)
}

impl Member {
    fn open(pid: Pid, buffer: &mut [u8]) -> Option<Self> {
        let file = File::open(file(pid, "stat")).ok()?;
        let mut member = Self {
            pid,
            file,
            counted: 0,
        };
        member.counted = member.read(buffer)?.cpu_ticks;
        Some(member)
    }

    /// Its stat now; `None` once it was reaped.
    fn read(&self, buffer: &mut [u8]) -> Option<Stat> {
        let size = self.file.read_at(buffer, 0).ok()?;
        Stat::parse(&String::from_utf8_lossy(buffer.get(..size)?))
    }
}
