//! What trees use is measured, from the moment they are known until they end.

use std::{path::Path, time::Duration};

use super::{
    super::{
        proc::Stat,
        sampler::{Sampler, TreeSample},
        spawn::Spawner,
    },
    support::{Run, root, until},
};
use crate::model::{Mono, Pid, RunId, Signal};

const RUN: fn() -> RunId = || RunId::from_random(1);

/// A sampler of one tree, with a clock of its own.
#[derive(Default)]
struct Measure {
    sampler: Sampler,
    seconds: u64,
}

impl Measure {
    fn of(pids: &[Pid]) -> Self {
        let mut measure = Self::default();
        measure.sampler.track(RUN(), pids);
        measure
    }

    /// The sample one second later.
    fn next(&mut self) -> TreeSample {
        self.seconds += 1;
        let now = Mono(Duration::from_secs(self.seconds));
        self.sampler.sample(now).remove(&RUN()).unwrap()
    }
}

fn shell(spawner: &mut Spawner, root: &Path, script: &str) -> (Run, Pid) {
    let run = Run::start(spawner, root, &["sh", "-c", script]);
    let pid = run.child.identity().pid;
    (run, pid)
}

/// CPU ticks of a process.
fn ticks(pid: Pid) -> u64 {
    Stat::read(pid).unwrap().cpu_ticks
}

#[test]
fn a_busy_process_uses_cpu_and_memory() {
    let (mut spawner, root) = (Spawner::new(), root());
    let (_run, pid) = shell(&mut spawner, root.path(), "while :; do :; done");
    // What it used before it was known does not count.
    until("it has used some CPU", || ticks(pid) > 3);
    let mut measure = Measure::of(&[pid]);
    let first = measure.next();
    assert_eq!(
        (first.cpu_pct, first.processes, first.frozen),
        (None, 1, false)
    );
    assert!(first.mem_bytes > 100_000, "{}", first.mem_bytes);
    let before = ticks(pid);
    until("it has used more", || ticks(pid) > before + 3);
    let used = measure.next().cpu_pct.unwrap();
    assert!(used >= 3.0, "{used}");
    // A second of the sampler's clock holds no more ticks than passed in truth.
    let after = ticks(pid);
    assert!(used <= f64::from(u32::try_from(after).unwrap()), "{used}");
}

#[test]
fn a_stopped_leader_is_frozen_and_a_stopped_child_is_not() {
    let (mut spawner, root) = (Spawner::new(), root());
    let (run, pid) = shell(&mut spawner, root.path(), "exec sleep 60");
    let (_other, other) = shell(&mut spawner, root.path(), "exec sleep 60");
    let mut tree = Measure::of(&[pid, other]);
    let mut with_frozen_child = Measure::of(&[other, pid]);
    assert!(!tree.next().frozen);
    run.child.signal(Signal(19)).unwrap();
    until("it is frozen", || Stat::read(pid).unwrap().state == 'T');
    assert!(tree.next().frozen);
    assert!(!with_frozen_child.next().frozen);
    run.child.signal(Signal(18)).unwrap();
    until("it goes on", || Stat::read(pid).unwrap().state != 'T');
    assert!(!tree.next().frozen);
}

#[test]
fn a_member_that_joins_late_brings_no_cpu_of_its_past() {
    let (mut spawner, root) = (Spawner::new(), root());
    let (_idle, idle) = shell(&mut spawner, root.path(), "exec sleep 60");
    let busy = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; exec sleep 60";
    let (_busy, busy) = shell(&mut spawner, root.path(), busy);
    let mut measure = Measure::of(&[idle]);
    measure.next();
    until("the other has worked", || {
        ticks(busy) > 3 && super::super::proc::command(busy).unwrap() == "sleep 60"
    });
    measure.sampler.track(RUN(), &[idle, busy]);
    let joined = measure.next();
    assert_eq!(joined.processes, 2);
    assert!(joined.cpu_pct.unwrap() < 3.0, "{joined:?}");
    // It leaves, and takes nothing back.
    measure.sampler.track(RUN(), &[idle]);
    let left = measure.next();
    assert_eq!(left.processes, 1);
    assert!(left.cpu_pct.unwrap() >= 0.0);
}

#[test]
fn the_dead_count_no_more_and_the_reaped_are_dropped() {
    let (mut spawner, root) = (Spawner::new(), root());
    let (run, pid) = shell(&mut spawner, root.path(), "exec sleep 60");
    let mut measure = Measure::of(&[pid]);
    assert_eq!(measure.next().processes, 1);
    run.child.signal(Signal::KILL).unwrap();
    until("it is a zombie", || Stat::read(pid).unwrap().is_over());
    let dead = measure.next();
    assert_eq!((dead.processes, dead.mem_bytes), (0, 0));
    run.child.reap().unwrap();
    let gone = measure.next();
    assert_eq!((gone.processes, gone.cpu_pct), (0, Some(0.0)));
    measure.sampler.forget(RUN());
    assert!(
        measure
            .sampler
            .sample(Mono(Duration::from_secs(9)))
            .is_empty()
    );
}

#[test]
fn no_time_between_two_samples_is_no_division_by_zero() {
    let mut measure = Measure::of(&[Pid(std::process::id())]);
    measure.next();
    measure.seconds -= 1;
    assert_eq!(measure.next().cpu_pct, None);
}
