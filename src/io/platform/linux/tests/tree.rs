//! Whole trees end, and nobody else does.

use std::path::Path;

use super::{
    super::{
        end::{end, look, sweep},
        identity::{identify, own_pid, process_exists, signal},
        proc::{Stat, Tag},
        spawn::Spawner,
        tree::{Why, tagged},
    },
    support::{Kinds, Run, alone, ended, is_living, plan, root, until},
};
use crate::model::{ExitStatus, Pid, Signal};

#[test]
fn every_kind_of_descendant_is_gone_after_term_and_a_sweep() {
    alone(
        "tree::every_kind_of_descendant_is_gone_after_term_and_a_sweep",
        || {
            let (mut spawner, root) = (Spawner::new(), root());
            let mut kinds = Kinds::start(&mut spawner, root.path(), &[]);
            assert_eq!(look(&mut kinds.run.query).len(), 8);
            assert_eq!(end(&mut kinds.run.query, Signal::TERM), 8);
            until("all but the deaf one end", || kinds.living() == ["deaf"]);
            assert_eq!(sweep(&mut kinds.run.query), []);
            assert_eq!(kinds.living(), [""; 0]);
            // The leader is reaped last, by its hold; the others by their numbers.
            until("no orphan is left", || spawner.reap_orphans().is_empty());
            assert_eq!(ended(&kinds.run.child), ExitStatus::Signal(Signal::TERM));
        },
    );
}

#[test]
fn every_kind_is_gone_when_the_leader_was_killed_before_anybody_looked() {
    alone(
        "tree::every_kind_is_gone_when_the_leader_was_killed_before_anybody_looked",
        || {
            let mut spawner = Spawner::new();
            for reaped in [false, true] {
                let root = root();
                let mut kinds = Kinds::start(&mut spawner, root.path(), &[]);
                kinds.run.child.signal(Signal::KILL).unwrap();
                until("the leader ends", || !is_living(kinds.run.child.identity()));
                if reaped {
                    ended(&kinds.run.child);
                }
                assert_eq!(kinds.living().len(), 7);
                assert_eq!(spawner.leftovers(&kinds.run.query).len(), 7);
                end(&mut kinds.run.query, Signal::TERM);
                assert_eq!(sweep(&mut kinds.run.query), []);
                assert_eq!(kinds.living(), [""; 0], "leader reaped: {reaped}");
                assert_eq!(spawner.leftovers(&kinds.run.query), []);
            }
        },
    );
}

#[test]
fn an_untagged_child_in_its_own_session_is_remembered_when_its_parent_has_died() {
    alone(
        "tree::an_untagged_child_in_its_own_session_is_remembered_when_its_parent_has_died",
        || {
            let (mut spawner, root) = (Spawner::new(), root());
            let mut kinds = Kinds::start(&mut spawner, root.path(), &["bare-session"]);
            end(&mut kinds.run.query, Signal::TERM);
            until("only the deaf live", || {
                kinds.living() == ["bare-session", "deaf"]
            });
            ended(&kinds.run.child);
            assert_eq!(sweep(&mut kinds.run.query), []);
            assert_eq!(kinds.living(), [""; 0]);
        },
    );
}

#[test]
fn a_second_root_and_a_bystander_are_never_touched() {
    alone(
        "tree::a_second_root_and_a_bystander_are_never_touched",
        || {
            let (mut spawner, ours, theirs) = (Spawner::new(), root(), root());
            let bystander = spawner.spawn(&plan(&["sleep", "60"], &[])).unwrap();
            let mut mine = Kinds::start(&mut spawner, ours.path(), &[]);
            let other = Kinds::start(&mut spawner, theirs.path(), &[]);
            end(&mut mine.run.query, Signal::TERM);
            assert_eq!(sweep(&mut mine.run.query), []);
            assert_eq!(mine.living(), [""; 0]);
            // Not even by its run number, nor by a false memory.
            mine.run.query.run = other.run.query.run;
            mine.run.query.remembered = vec![other.of["plain"], other.of["both"]];
            assert_eq!(sweep(&mut mine.run.query), []);
            assert!(is_living(bystander.identity()));
            assert!(is_living(other.run.child.identity()));
            assert_eq!(other.living().len(), 7);
            bystander.signal(Signal::KILL).unwrap();
            ended(&bystander);
        },
    );
}

#[test]
fn a_frozen_process_sees_its_term() {
    let (mut spawner, root) = (Spawner::new(), root());
    let mut run = Run::start(&mut spawner, root.path(), &["sleep", "60"]);
    run.child.signal(Signal(19)).unwrap();
    let pid = run.child.identity().pid;
    until("it is frozen", || Stat::read(pid).unwrap().state == 'T');
    assert_eq!(end(&mut run.query, Signal::TERM), 1);
    assert_eq!(ended(&run.child), ExitStatus::Signal(Signal::TERM));
}

#[test]
fn a_service_of_a_nested_root_survives_the_stop_of_its_ancestor() {
    let (mut spawner, root) = (Spawner::new(), root());
    let out = root.path().join("inner");
    let script = "OATS_ROOT=/elsewhere sleep 60 & echo $! > $0.new; mv $0.new $0; sleep 60";
    let argv = ["sh", "-c", script, out.to_str().unwrap()];
    let mut run = Run::start(&mut spawner, root.path(), &argv);
    // Until its exec the inner one still carries the tag of its parent.
    let read = || {
        std::fs::read_to_string(&out)
            .ok()?
            .trim()
            .parse()
            .ok()
            .map(Pid)
    };
    let of_its_own = |pid| Tag::read(pid).is_some_and(|tag| tag.root == Path::new("/elsewhere"));
    until("the inner one has its own root", || {
        read().is_some_and(of_its_own)
    });
    until("both run", || look(&mut run.query).len() == 2);
    let inner = identify(read().unwrap()).unwrap();
    assert_eq!(sweep(&mut run.query), []);
    assert!(is_living(&inner));
    signal(&inner, Signal::KILL).unwrap();
}

#[test]
fn tagged_processes_are_found_by_their_root_and_oats_is_never_among_them() {
    let (mut spawner, root) = (Spawner::new(), root());
    let argv = ["sh", "-c", "sleep 60 & wait"];
    let mut run = Run::start(&mut spawner, root.path(), &argv);
    until("both run", || tagged(root.path()).len() == 2);
    let found = tagged(root.path());
    assert!(found.iter().all(|(_, tag)| tag.run == run.query.run));
    let members = run.query.look();
    let why = |pid: Pid| {
        members
            .iter()
            .find(|m| m.identity.pid == pid)
            .map(|m| m.why)
    };
    assert_eq!(why(run.child.identity().pid), Some(Why::Leader));
    assert!(members.iter().any(|member| member.why == Why::Tag));
    // Even if somebody takes us for a leader.
    run.query.leader = identify(own_pid()).unwrap();
    assert_eq!(why(own_pid()), None);
    assert!(run.query.look().iter().all(|member| member.why == Why::Tag));
    assert!(process_exists(&run.query.leader));
    run.query.leader = *run.child.identity();
}
