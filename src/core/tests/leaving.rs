//! How oats leaves.

use super::bench::{Bench, Tune, effects, ms, name, task, web};
use crate::{
    core::{Decision, Effect, Fact, Input, Leaving, Prepared},
    model::{
        Action, Actor, ExitStatus, Phase, Signal,
        service::{Condition, RestartPolicy},
    },
};

fn leave(bench: &mut Bench, how: Leaving) -> Decision {
    let by = Actor::HUMAN;
    bench.take(Input::Leave { how, by })
}

/// gateway needs orders needs inventory; auth stands alone. All run.
fn shop() -> Bench {
    let mut bench = Bench::new([
        task("gateway").needing("orders", Condition::Healthy),
        task("orders").needing("inventory", Condition::Healthy),
        task("inventory"),
        task("auth"),
    ]);
    for service in ["inventory", "orders", "gateway", "auth"] {
        bench.start_task(service);
    }
    bench
}

/// The leader ends, and nothing of it is left: what is done then.
fn ends(bench: &mut Bench, service: &str) -> Vec<String> {
    let _ = bench.exits(service, ExitStatus::Signal(Signal::TERM));
    let mut words = effects(&bench.looked(service, 0));
    words.retain(|word| word != "release");
    words
}

#[test]
fn stop_all_goes_in_reverse_order_of_need() {
    let mut bench = shop();
    let decision = leave(&mut bench, Leaving::StopAll);
    assert_eq!(
        effects(&decision),
        ["signal auth SIGTERM", "signal gateway SIGTERM"]
    );
    assert_eq!(decision.changed.len(), 4, "every verdict has changed");
    assert_eq!(ends(&mut bench, "gateway"), ["signal orders SIGTERM"]);
    assert!(ends(&mut bench, "auth").is_empty());
    assert_eq!(ends(&mut bench, "orders"), ["signal inventory SIGTERM"]);
    assert_eq!(ends(&mut bench, "inventory"), ["left"]);
    let by: Vec<String> = bench.ledger[8..]
        .iter()
        .filter_map(|line| Some(line.actor.as_ref()?.to_string()))
        .collect();
    assert!(by.iter().all(|by| by == "human"), "{by:?}");
}

/// Without anybody who needs it or whom it needs, the last stop once went unseen.
#[test]
fn a_lone_service_that_ends_lets_oats_leave() {
    let mut bench = Bench::new([task("auth")]);
    bench.start_task("auth");
    let _ = leave(&mut bench, Leaving::StopAll);
    assert_eq!(ends(&mut bench, "auth"), ["left"]);
}

#[test]
fn stop_all_with_nothing_alive_leaves_at_once() {
    let mut bench = Bench::new([task("auth")]);
    assert_eq!(effects(&leave(&mut bench, Leaving::StopAll)), ["left"]);
}

#[test]
fn stop_all_ends_waits_retries_and_preparations_at_once() {
    let mut bench = Bench::new([
        task("app").needing("db", Condition::Healthy),
        web("db", 8200),
        web("flaky", 8300).policy(RestartPolicy::Always),
    ]);
    let _ = bench.ask("app", Action::Start);
    bench.start("flaky");
    let _ = bench.exits("flaky", ExitStatus::Code(1));
    let _ = bench.spawns("flaky");
    let _ = bench.exits("flaky", ExitStatus::Code(1));
    assert_eq!(bench.phase("flaky"), Phase::Backoff);
    let decision = leave(&mut bench, Leaving::StopAll);
    assert!(decision.effects.is_empty());
    assert_eq!(bench.phase("app"), Phase::Stopped);
    assert_eq!(bench.phase("flaky"), Phase::Stopped);
    let clear = Fact::Prepared(Prepared::Clear { ended: 0 });
    assert_eq!(
        effects(&bench.fact("db", clear)),
        ["left"],
        "nothing is spawned any more"
    );
}

/// Its start half once began while oats was leaving.
#[test]
fn stop_all_takes_the_start_of_a_restart_away() {
    let mut bench = shop();
    let _ = bench.ask("orders", Action::Restart);
    let _ = leave(&mut bench, Leaving::StopAll);
    let next = ends(&mut bench, "orders");
    assert_eq!(next, ["signal inventory SIGTERM"], "not prepared again");
    assert_eq!(bench.phase("orders"), Phase::Stopped);
}

#[test]
fn nothing_is_restarted_while_oats_leaves() {
    let mut bench = Bench::new([
        task("app").needing("db", Condition::Healthy),
        task("db").policy(RestartPolicy::Always),
    ]);
    bench.start_task("db");
    bench.start_task("app");
    let _ = leave(&mut bench, Leaving::StopAll);
    let decision = bench.exits("db", ExitStatus::Code(1));
    assert_eq!(effects(&decision), ["release"]);
    assert_eq!(bench.phase("db"), Phase::Failed);
    assert_eq!(ends(&mut bench, "app"), ["left"]);
}

/// A task that completed during stop-all was once called failed.
#[test]
fn a_task_may_complete_while_oats_leaves() {
    let mut bench = Bench::new([
        task("app").needing("db", Condition::Healthy),
        task("db").policy(RestartPolicy::Always),
    ]);
    bench.start_task("db");
    bench.start_task("app");
    let _ = leave(&mut bench, Leaving::StopAll);
    let _ = bench.exits("db", ExitStatus::Code(0));
    assert!(bench.service("db").is_completed());
}

#[test]
fn kill_all_takes_over_from_stop_all() {
    let mut bench = shop();
    let _ = leave(&mut bench, Leaving::StopAll);
    let decision = leave(&mut bench, Leaving::KillAll);
    let all = [
        "sweep auth",
        "sweep gateway",
        "sweep inventory",
        "sweep orders",
    ];
    assert_eq!(effects(&decision), all);
    assert_eq!(
        bench.results("gateway")[1],
        "stop superseded: kill took its place"
    );
    for service in ["auth", "gateway", "inventory"] {
        assert!(ends(&mut bench, service).is_empty());
    }
    assert_eq!(ends(&mut bench, "orders"), ["left"]);
}

#[test]
fn a_stop_all_does_not_call_off_a_kill_all() {
    let mut bench = shop();
    let _ = leave(&mut bench, Leaving::KillAll);
    let decision = leave(&mut bench, Leaving::StopAll);
    assert!(
        !effects(&decision)
            .iter()
            .any(|word| word.starts_with("signal"))
    );
    assert_eq!(bench.world.leaving, Some(Leaving::KillAll));
}

#[test]
fn leaving_without_stopping_supersedes_what_is_open_and_touches_no_process() {
    let mut bench = shop();
    let _ = bench.ask("auth", Action::Stop);
    let _ = bench.ask("orders", Action::Restart);
    let decision = leave(&mut bench, Leaving::Detach);
    assert_eq!(decision.effects, [Effect::Left]);
    assert_eq!(bench.results("auth")[1], "stop superseded: oats left");
    assert_eq!(bench.results("orders")[1], "restart superseded: oats left");
}

/// The terminal is gone in the middle of a stop-all: the rest runs on.
#[test]
fn leaving_at_once_takes_over_from_stop_all() {
    let mut bench = shop();
    let _ = leave(&mut bench, Leaving::StopAll);
    let decision = leave(&mut bench, Leaving::Detach);
    assert_eq!(decision.effects, [Effect::Left]);
    assert_eq!(bench.phase("inventory"), Phase::Running);
}

#[test]
fn once_oats_has_left_nothing_happens_any_more() {
    let mut bench = shop();
    let _ = bench.ask("auth", Action::Restart);
    let _ = leave(&mut bench, Leaving::Detach);
    let _ = bench.exits("auth", ExitStatus::Code(0));
    assert!(bench.looked("auth", 0).effects.is_empty());
    bench.pass(ms(60_000));
    assert!(bench.take(Input::Tick).effects.is_empty());
    assert!(leave(&mut bench, Leaving::KillAll).effects.is_empty());
    assert_eq!(bench.refusal("auth", Action::Start).code(), "shutting_down");
    let service = name("auth");
    let cause = None;
    assert!(
        bench
            .take(Input::Retry { service, cause })
            .effects
            .is_empty()
    );
}
