//! Ends are seen, told, and reaped in that order; orphans are reaped by number.

use super::{
    super::{
        child::{Adopted, Child, Leader},
        identity::{identify, process_exists},
        proc::{Stat, is_dead},
        spawn::{Spawner, spawn},
    },
    support::{Run, alone, block_on, ended, plan, root, until},
};
use crate::model::{ExitStatus, Pid, Signal};

fn shell(script: &str) -> Child {
    spawn(&plan(&["sh", "-c", script], &[])).unwrap()
}

#[test]
fn an_end_is_told_while_the_child_is_a_zombie_and_reaping_comes_last() {
    let cases = [
        ("exit 0", ExitStatus::Code(0)),
        ("exit 3", ExitStatus::Code(3)),
        ("kill -SEGV $$", ExitStatus::Signal(Signal(11))),
        ("kill -36 $$", ExitStatus::Signal(Signal(36))),
    ];
    for (script, expected) in cases {
        let child = shell(script);
        let pid = child.identity().pid;
        assert_eq!(block_on(child.exit_watch().wait()), expected, "{script}");
        assert!(Stat::read(pid).is_some_and(|stat| stat.is_zombie()));
        assert!(!process_exists(child.identity()));
        assert_eq!(child.reap(), Some(expected));
        assert_eq!(child.reap(), None);
        assert!(identify(pid) != Some(*child.identity()));
    }
}

#[test]
fn a_living_child_is_not_reaped_and_two_may_watch_it() {
    let child = shell("exec sleep 60");
    assert_eq!(child.reap(), None);
    let watches = async {
        let both = async { tokio::join!(child.exit_watch().wait(), child.exit_watch().wait()) };
        let kill = async { child.signal(Signal::KILL) };
        tokio::join!(both, kill).0
    };
    let killed = ExitStatus::Signal(Signal::KILL);
    assert_eq!(block_on(watches), (killed, killed));
    assert_eq!(child.reap(), Some(killed));
}

#[test]
fn many_ends_at_once_are_all_seen() {
    let children: Vec<Child> = (0..30).map(|_| shell("exec sleep 60")).collect();
    block_on(async {
        let watches: Vec<_> = children
            .iter()
            .map(|child| tokio::spawn(child.exit_watch().wait()))
            .collect();
        for child in &children {
            child.signal(Signal::TERM).unwrap();
        }
        for watch in watches {
            assert_eq!(watch.await.unwrap(), ExitStatus::Signal(Signal::TERM));
        }
    });
    assert!(children.iter().all(|child| child.reap().is_some()));
}

/// The number that a child of ours wrote about a process of its own.
fn told(argv: &[&str]) -> (Child, Pid) {
    let folder = root();
    let out = folder.path().join("pid");
    let file = std::fs::File::create(&out).unwrap();
    let mut plan = plan(argv, &[]);
    plan.stdout = file;
    let child = spawn(&plan).unwrap();
    let read = || std::fs::read_to_string(&out).unwrap();
    until("the number is written", || read().ends_with('\n'));
    (child, Pid(read().trim().parse().unwrap()))
}

#[test]
fn the_exit_of_an_adopted_process_is_read_from_its_zombie() {
    let script = "import os, time\nchild = os.fork()\nif child == 0: os._exit(7)\n\
        print(child, flush=True)\ntime.sleep(60)";
    let (parent, pid) = told(&["python3", "-c", script]);
    let adopted = Adopted::open(&identify(pid).unwrap()).unwrap();
    until("it is a zombie", || is_dead(pid));
    assert_eq!(block_on(adopted.exit_watch().wait()), ExitStatus::Code(7));
    parent.signal(Signal::KILL).unwrap();
    ended(&parent);
}

/// Whether the kernel tells how a process ended after its reaping: since 6.15.
fn kernel_remembers() -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let mut numbers = release.split('.').map(|part| part.parse().unwrap_or(0));
    let version: (u32, u32) = (numbers.next().unwrap(), numbers.next().unwrap());
    version >= (6, 15)
}

#[test]
fn the_exit_of_an_adopted_process_is_known_after_its_reaping_where_the_kernel_tells() {
    let (parent, pid) = told(&["sh", "-c", "(exec sleep 60) & echo $!; wait"]);
    let leader = Leader::from(Adopted::open(&identify(pid).unwrap()).unwrap());
    assert!(leader.is_adopted());
    leader.signal(Signal::TERM).unwrap();
    // Its parent reaps it and ends.
    assert_eq!(ended(&parent), ExitStatus::Code(0));
    until("it was reaped", || Stat::read(pid).is_none());
    let expected = if kernel_remembers() {
        ExitStatus::Signal(Signal::TERM)
    } else {
        ExitStatus::Unknown
    };
    assert_eq!(block_on(leader.exit_watch().wait()), expected);
    leader.reap();
    assert!(Adopted::open(leader.identity()).is_none());
}

#[test]
fn orphans_are_reaped_and_children_of_our_own_never() {
    alone(
        "child::orphans_are_reaped_and_children_of_our_own_never",
        || {
            let mut spawner = Spawner::new();
            let root = root();
            let script = "(sleep 60 & (sleep 0.01 &)); exit 5";
            let run = Run::start(&mut spawner, root.path(), &["sh", "-c", script]);
            let pid = run.child.identity().pid;
            until("the leader ends", || is_dead(pid));
            // One orphan ends and is reaped; the other lives and is named.
            until("one is left", || spawner.reap_orphans().len() == 1);
            let left = spawner.reap_orphans();
            assert!(
                left.iter()
                    .all(|orphan| !is_dead(*orphan) && *orphan != pid)
            );
            assert!(spawner.knows(pid));
            assert_eq!(run.child.reap(), Some(ExitStatus::Code(5)));
            spawner.forget(run.child.identity());
            assert!(!spawner.knows(pid));
        },
    );
}
