//! How a service is brought down.

use super::{
    bench::{Bench, Tune, effects, ms, web},
    stages,
};
use crate::{
    core::{Effect, Fact, Prepared},
    model::{
        Action, EventKind, ExitStatus, HolderClass, Phase, RunId, Signal, Want,
        service::RestartPolicy,
    },
};

#[test]
fn a_stop_signals_waits_and_looks_until_nobody_is_left() {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let run = bench.run("orders");
    assert_eq!(
        effects(&bench.ask("orders", Action::Stop)),
        ["signal orders SIGTERM"]
    );
    let decision = bench.exits("orders", ExitStatus::Code(0));
    assert_eq!(effects(&decision), ["look orders"]);
    let mut waits = Vec::new();
    for _ in 0..6 {
        let _ = bench.looked("orders", 1);
        let before = bench.now.mono;
        assert_eq!(effects(&bench.tick()), ["look orders"]);
        waits.push(bench.now.mono.since(before));
    }
    assert_eq!(waits, [20, 40, 80, 160, 250, 250].map(ms));
    let decision = bench.looked("orders", 0);
    assert_eq!(decision.effects, [Effect::Release { run }]);
    assert_eq!(bench.phase("orders"), Phase::Stopped);
    assert_eq!(bench.results("orders")[1..], ["stop done"]);
    let port = bench.service("orders").port.clone().unwrap();
    assert_eq!(
        port.holder.class,
        HolderClass::Free,
        "nobody of it listens any more"
    );
}

#[test]
fn who_does_not_end_in_time_is_killed() {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let _ = bench.ask("orders", Action::Stop);
    let before = bench.now.mono;
    assert_eq!(effects(&bench.tick()), ["sweep orders"]);
    assert_eq!(bench.now.mono.since(before), ms(5000));
    bench.ends("orders");
    assert_eq!(bench.results("orders")[1..], ["stop done"]);
}

#[test]
fn who_survives_sigkill_fails_the_ask_and_is_swept_again_every_second() {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    assert_eq!(
        effects(&bench.ask("orders", Action::Kill)),
        ["sweep orders"]
    );
    let _ = bench.looked("orders", 1);
    assert_eq!(
        bench.results("orders")[1..],
        ["kill failed: PID 9 (sh) did not die after SIGKILL"]
    );
    let said = bench.said.len();
    for _ in 0..3 {
        let before = bench.now.mono;
        assert_eq!(effects(&bench.tick()), ["sweep orders"]);
        assert_eq!(bench.now.mono.since(before), ms(1000));
        let _ = bench.looked("orders", 1);
    }
    assert_eq!(bench.said.len(), said, "it is said once");
    assert_eq!(bench.phase("orders"), Phase::Stopping);
    let _ = bench.tick();
    bench.ends("orders");
    assert_eq!(bench.phase("orders"), Phase::Stopped);
}

/// A look that began before the sweep once made it fail: the report does not say whose it is.
#[test]
fn a_look_from_before_a_sweep_does_not_fail_it() {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let _ = bench.ask("orders", Action::Stop);
    let _ = bench.exits("orders", ExitStatus::Code(0));
    assert_eq!(
        effects(&bench.ask("orders", Action::Kill)),
        ["sweep orders"]
    );
    let _ = bench.looked("orders", 3);
    assert_eq!(
        bench.results("orders")[1..],
        ["stop superseded: kill took its place"]
    );
    let _ = bench.looked("orders", 0);
    assert_eq!(bench.results("orders").last().unwrap(), "kill done");
}

#[test]
fn a_restart_is_one_ask_with_one_result() {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let first = bench.run("orders");
    let decision = bench.ask("orders", Action::Restart);
    assert_eq!(effects(&decision), ["signal orders SIGTERM"]);
    let _ = bench.exits("orders", ExitStatus::Signal(Signal::TERM));
    let decision = bench.looked("orders", 0);
    let words = effects(&decision);
    assert_eq!(
        words,
        ["release", "prepare orders, cleaning"],
        "reaped before the next run"
    );
    assert_eq!(bench.phase("orders"), Phase::Starting);
    bench.comes_up("orders");
    assert_ne!(bench.run("orders"), first);
    assert_eq!(bench.results("orders"), ["start done", "restart done"]);
    assert_eq!(bench.lines("orders", EventKind::Ask).len(), 2);
    let restarts = bench.service("orders").restarts;
    assert_eq!((restarts.manual, restarts.policy), (1, 0));
    let exit = bench.service("orders").last_exit.clone().unwrap();
    assert!(exit.asked);
}

#[test]
fn a_restart_that_does_not_come_up_fails() {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let _ = bench.ask("orders", Action::Restart);
    bench.ends("orders");
    let _ = bench.spawns("orders");
    let _ = bench.exits("orders", ExitStatus::Code(1));
    let last = bench.results("orders").pop().unwrap();
    assert_eq!(
        last,
        "restart failed: exited with code 1 before it was healthy"
    );
}

#[test]
fn a_stop_during_the_stop_half_of_a_restart_takes_its_start_away() {
    for action in [Action::Stop, Action::Kill] {
        let mut bench = Bench::new([web("orders", 8103)]);
        bench.start("orders");
        let _ = bench.ask("orders", Action::Restart);
        let decision = bench.ask("orders", action);
        assert!(decision.answer.unwrap().is_ok());
        bench.ends("orders");
        assert_eq!(bench.phase("orders"), Phase::Stopped);
        assert_eq!(bench.service("orders").want, Want::Down);
        let results = bench.results("orders");
        let superseded = format!("restart superseded: {action} took its place");
        assert_eq!(results[1..], [superseded, format!("{action} done")]);
    }
}

#[test]
fn a_stop_during_the_start_half_of_a_restart_stops_it() {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let _ = bench.ask("orders", Action::Restart);
    bench.ends("orders");
    let _ = bench.spawns("orders");
    assert_eq!(
        effects(&bench.ask("orders", Action::Stop)),
        ["signal orders SIGTERM"]
    );
    bench.ends("orders");
    assert_eq!(bench.phase("orders"), Phase::Stopped);
}

#[test]
fn stop_and_kill_set_want_down_so_that_no_policy_restarts() {
    for action in [Action::Stop, Action::Kill] {
        let mut bench = Bench::new([web("orders", 8103).policy(RestartPolicy::Always)]);
        bench.start("orders");
        let _ = bench.ask("orders", action);
        assert_eq!(bench.service("orders").want, Want::Down);
        bench.ends("orders");
        assert_eq!(bench.phase("orders"), Phase::Stopped);
        let _ = bench.run_for(ms(600_000));
        assert_eq!(bench.phase("orders"), Phase::Stopped);
    }
}

#[test]
fn a_stop_of_a_failed_but_wanted_service_ends_the_wish() {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let _ = bench.exits("orders", ExitStatus::Code(1));
    assert_eq!(bench.phase("orders"), Phase::Failed);
    assert!(bench.ask("orders", Action::Stop).answer.unwrap().is_ok());
    assert_eq!(bench.phase("orders"), Phase::Stopped);
    assert_eq!(bench.refusal("orders", Action::Stop).code(), "not_running");
}

#[test]
fn a_service_with_a_port_that_ended_with_0_is_not_completed_by_a_stop() {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let _ = bench.exits("orders", ExitStatus::Code(0));
    assert_eq!(bench.phase("orders"), Phase::Failed);
    let _ = bench.ask("orders", Action::Stop);
    assert!(!bench.service("orders").is_completed());
}

#[test]
fn a_recover_is_done_on_a_good_answer_and_failed_on_a_bad_one() {
    let mut bench = stages::running();
    assert_eq!(
        effects(&bench.ask("orders", Action::Recover)),
        ["recover orders"]
    );
    let _ = bench.fact("orders", Fact::Recovered(Ok(())));
    let _ = bench.ask("orders", Action::Recover);
    bench.pass(ms(1500));
    let _ = bench.fact("orders", Fact::Recovered(Err("503".to_owned())));
    assert_eq!(
        bench.results("orders")[1..],
        ["recover done", "recover failed: 503"]
    );
    assert_eq!(bench.ledger.last().unwrap().duration_ms, Some(1500));
}

#[test]
fn a_recover_is_superseded_by_a_stop_and_its_late_answer_is_dropped() {
    let mut bench = stages::running();
    let _ = bench.ask("orders", Action::Recover);
    let _ = bench.ask("orders", Action::Stop);
    let late = bench.fact("orders", Fact::Recovered(Ok(())));
    assert!(late.events.is_empty());
    bench.ends("orders");
    assert_eq!(
        bench.results("orders")[1..],
        ["recover superseded: stop took its place", "stop done"]
    );
}

#[test]
fn a_recover_of_a_service_that_dies_has_failed() {
    let mut bench = stages::running();
    let _ = bench.ask("orders", Action::Recover);
    let _ = bench.exits("orders", ExitStatus::Signal(Signal::KILL));
    assert_eq!(
        bench.results("orders")[1],
        "recover failed: killed by SIGKILL"
    );
}

#[test]
fn an_exit_that_was_asked_for_names_the_ask_as_its_cause() {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let seq = bench.ask("orders", Action::Stop).answer.unwrap().unwrap();
    let _ = bench.exits("orders", ExitStatus::Code(0));
    assert_eq!(bench.lines("orders", EventKind::Exit)[0].cause, Some(seq));
}

#[test]
fn facts_of_an_older_run_are_dropped() {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let old = bench.run("orders");
    let _ = bench.ask("orders", Action::Restart);
    bench.ends("orders");
    bench.comes_up("orders");
    for run in [old, RunId::from_random(5)] {
        let fact = Fact::Exited {
            status: ExitStatus::Code(1),
            stderr_tail: Vec::new(),
            listeners: None,
        };
        let service = super::bench::name("orders");
        let _ = bench.take(crate::core::Input::Fact { service, run, fact });
        assert_eq!(bench.phase("orders"), Phase::Running);
    }
}

#[test]
fn a_leader_that_ends_by_itself_leaves_its_tree_to_the_next_start() {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let decision = bench.exits("orders", ExitStatus::Code(1));
    assert_eq!(effects(&decision), ["release"]);
    let _ = bench.ask("orders", Action::Start);
    let decision = bench.fact("orders", Fact::Prepared(Prepared::Clear { ended: 0 }));
    assert_eq!(effects(&decision), ["spawn orders"]);
}
