//! What a new owner finds of the runs before it.

use super::{
    bench::{Bench, Tune, effects, events, ms, task, web},
    stages,
};
use crate::{
    core::{Decision, Effect, Finding, Input, record},
    model::{
        Action, EventKind, ExitStatus, Phase, RunRecord, Signal, Want, log::LogPositions,
        run::RunState, service::RestartPolicy,
    },
};

/// The record that an owner leaves behind.
pub(super) fn record(owner: &Bench, service: &str) -> RunRecord {
    let positions = LogPositions::default();
    record::of(
        owner.service(service),
        "boot-1",
        positions,
        positions,
        owner.now,
    )
    .unwrap()
}

/// The run of the owner before is found alive.
pub(super) fn alive(owner: &Bench, service: &str) -> Input {
    let record = record(owner, service);
    let finding = Finding::Alive(record.identity().unwrap());
    Input::Found { record, finding }
}

fn def() -> crate::model::ServiceDef {
    web("orders", 8103)
}

/// An owner under which `orders` runs, and is healthy.
fn owner() -> Bench {
    let mut owner = Bench::new([def()]);
    owner.start("orders");
    owner.pass(ms(5000));
    owner
}

/// What a new owner, ten seconds later, makes of a record.
fn finds(
    definition: crate::model::ServiceDef,
    record: RunRecord,
    finding: Finding,
) -> (Bench, Decision) {
    let mut bench = Bench::new([definition]);
    bench.pass(ms(15_000));
    let decision = bench.take(Input::Found { record, finding });
    (bench, decision)
}

#[test]
fn a_living_run_is_taken_over_without_a_restart() {
    let old = owner();
    let record = record(&old, "orders");
    let identity = record.identity().unwrap();
    let (mut bench, decision) = finds(def(), record, Finding::Alive(identity));
    assert_eq!(effects(&decision), ["adopt orders"]);
    assert_eq!(events(&decision), ["adoption orders"]);
    assert_eq!(bench.phase("orders"), Phase::Running);
    let process = bench.service("orders").life.process().unwrap().clone();
    assert!(process.adopted);
    assert_eq!(process.identity, identity);
    assert_eq!(
        process.spawned_at,
        old.service("orders").life.process().unwrap().spawned_at
    );
    assert_eq!(
        bench.now.mono.since(process.spawned),
        ms(15_000),
        "its uptime goes on"
    );
    assert_eq!(bench.run("orders"), old.run("orders"));
    assert_eq!(bench.service("orders").want, Want::Up);
    assert_eq!(bench.service("orders").want_by.to_string(), "human");
    assert_eq!(effects(&bench.tick()), ["probe orders and its port"]);
    let _ = bench.becomes_healthy("orders");
    assert_eq!(bench.health("orders"), "healthy");
    assert_eq!(bench.said.last().unwrap(), "orders: healthy");
}

#[test]
fn a_run_that_was_being_stopped_is_stopped_on() {
    let mut old = owner();
    let _ = old.ask("orders", Action::Stop);
    let record = record(&old, "orders");
    assert_eq!(record.want, Want::Down);
    let finding = Finding::Alive(record.identity().unwrap());
    let (mut bench, decision) = finds(def(), record, finding);
    assert_eq!(
        effects(&decision),
        ["adopt orders", "signal orders SIGTERM"]
    );
    let lines = &decision.events;
    assert_eq!(
        lines[1].cause,
        Some(lines[0].seq),
        "the adoption is its cause"
    );
    assert_eq!(lines[1].actor.as_ref().unwrap().to_string(), "policy");
    bench.ends("orders");
    assert_eq!(bench.phase("orders"), Phase::Stopped);
}

#[test]
fn a_run_that_died_meanwhile_is_an_exit_with_unknown_status() {
    let record = record(&owner(), "orders");
    let run = record.run;
    let (bench, decision) = finds(def(), record, Finding::Dead);
    assert_eq!(bench.failure("orders"), "ended while no owner watched");
    assert!(decision.effects.is_empty());
    let exit = bench.lines("orders", EventKind::Exit)[0];
    assert_eq!(exit.run, run);
    let last = bench.service("orders").last_exit.clone().unwrap();
    assert_eq!(last.status(), ExitStatus::Unknown);
    assert!(!last.asked);
}

#[test]
fn a_run_that_died_meanwhile_is_restarted_where_the_policy_says_so() {
    let record = record(&owner(), "orders");
    let again = def().policy(RestartPolicy::OnFailure);
    let (bench, decision) = finds(again, record, Finding::Dead);
    let [Effect::Prepare { clean, .. }] = decision.effects.as_slice() else {
        panic!("{:?}", decision.effects)
    };
    assert!(
        !clean.as_ref().unwrap().parented,
        "its children are not ours: all are searched"
    );
    assert_eq!(bench.service("orders").restarts.policy, 1);
}

#[test]
fn a_run_that_ended_after_a_stop_is_stopped() {
    let mut old = owner();
    let _ = old.ask("orders", Action::Stop);
    let record = record(&old, "orders");
    let again = def().policy(RestartPolicy::Always);
    let (bench, decision) = finds(again, record, Finding::Dead);
    assert_eq!(bench.phase("orders"), Phase::Stopped);
    assert!(decision.effects.is_empty());
    assert!(bench.service("orders").last_exit.as_ref().unwrap().asked);
}

#[test]
fn of_another_boot_nothing_stands_and_nothing_is_wanted() {
    let record = record(&owner(), "orders");
    let again = def().policy(RestartPolicy::Always);
    let (bench, decision) = finds(again, record, Finding::OtherBoot);
    assert_eq!(bench.phase("orders"), Phase::Stopped);
    assert_eq!(bench.service("orders").want, Want::Down);
    assert_eq!(
        bench.service("orders").last_run,
        None,
        "its pids mean others now"
    );
    assert!(decision.effects.is_empty());
}

#[test]
fn counters_survive_a_boot() {
    let mut old = owner();
    let _ = old.ask("orders", Action::Restart);
    old.ends("orders");
    let (bench, _) = finds(def(), record(&old, "orders"), Finding::OtherBoot);
    assert_eq!(bench.service("orders").restarts.manual, 1);
}

#[test]
fn an_intent_without_a_process_is_stopped() {
    let mut old = Bench::new([def()]);
    let _ = old.ask("orders", Action::Start);
    let record = record(&old, "orders");
    assert_eq!(record.state, RunState::Intent);
    let (bench, decision) = finds(def(), record, Finding::Nothing);
    assert_eq!(bench.phase("orders"), Phase::Stopped);
    assert!(decision.effects.is_empty());
}

#[test]
fn an_intent_whose_process_is_found_by_its_tag_is_taken_over() {
    let mut old = Bench::new([def()]);
    let _ = old.ask("orders", Action::Start);
    let record = record(&old, "orders");
    let identity = old.identity();
    let (bench, decision) = finds(def(), record, Finding::Alive(identity));
    assert_eq!(effects(&decision), ["adopt orders"]);
    assert_eq!(
        bench.service("orders").last_run.as_ref().unwrap().identity,
        Some(identity)
    );
}

#[test]
fn a_failed_service_is_still_failed_and_wanted() {
    let mut old = owner();
    let _ = old.exits("orders", ExitStatus::Signal(Signal::KILL));
    let record = record(&old, "orders");
    assert_eq!(record.state, RunState::Ended);
    let (bench, _) = finds(def(), record, Finding::Nothing);
    assert_eq!(bench.failure("orders"), "killed by SIGKILL");
    assert_eq!(bench.service("orders").want, Want::Up);
}

#[test]
fn a_completed_task_is_still_completed() {
    let mut old = Bench::new([task("migrate")]);
    old.start_task("migrate");
    let _ = old.exits("migrate", ExitStatus::Code(0));
    let record = record(&old, "migrate");
    let (bench, _) = finds(task("migrate"), record, Finding::Nothing);
    assert!(bench.service("migrate").is_completed());
}

/// An exit that had been asked for was once called a failure, because somebody had wanted a start.
#[test]
fn a_start_that_had_not_come_to_a_spawn_is_forgotten() {
    let mut old = owner();
    let _ = old.ask("orders", Action::Stop);
    old.ends("orders");
    let mut record = record(&old, "orders");
    record.want = Want::Up;
    let (bench, _) = finds(def(), record, Finding::Nothing);
    assert_eq!(bench.phase("orders"), Phase::Stopped);
    assert_eq!(bench.service("orders").want, Want::Down);
}

#[test]
fn deaths_in_a_row_go_on_over_owners() {
    let again = || def().policy(RestartPolicy::Always);
    let mut old = Bench::new([again()]);
    old.start("orders");
    let _ = old.exits("orders", ExitStatus::Code(1));
    old.comes_up("orders");
    let record = record(&old, "orders");
    assert_eq!(record.deaths.len(), 1);
    let (bench, _) = finds(again(), record, Finding::Dead);
    assert_eq!(bench.service("orders").deaths.len(), 2);
    assert_eq!(bench.phase("orders"), Phase::Backoff);
}

#[test]
fn what_is_found_late_does_not_touch_a_service_that_was_started() {
    let old = owner();
    let mut bench = Bench::new([def()]);
    bench.start("orders");
    let run = bench.run("orders");
    let decision = bench.take(alive(&old, "orders"));
    assert!(decision.effects.is_empty());
    assert_eq!(bench.run("orders"), run);
}

#[test]
fn the_exit_of_a_taken_over_process_is_handled_like_any_other() {
    let mut bench = stages::all()
        .into_iter()
        .find(|(stage, _)| *stage == "Running, adopted, not yet known")
        .unwrap()
        .1;
    let decision = bench.exits("orders", ExitStatus::Unknown);
    assert_eq!(effects(&decision), ["release", "prepare orders, cleaning"]);
}

#[test]
fn a_service_that_was_given_up_stays_so_and_says_why() {
    let def = || {
        def()
            .policy(RestartPolicy::Always)
            .with(|def| def.restart.give_up_deaths = 2)
    };
    let mut owner = Bench::new([def()]);
    let _ = owner.ask("orders", Action::Start);
    for _ in 0..2 {
        let _ = owner.spawns("orders");
        let _ = owner.exits("orders", ExitStatus::Code(1));
    }
    let reason =
        "exited with code 1; gave up: 2 deaths within 2 min; start it by hand to try again";
    assert_eq!(owner.failure("orders"), reason);
    let record = record(&owner, "orders");
    assert_eq!(record.restarts.policy, 1);
    let (bench, decision) = finds(def(), record, Finding::Nothing);
    assert_eq!(bench.failure("orders"), reason);
    assert!(decision.effects.is_empty());
    assert_eq!(bench.service("orders").restarts.policy, 1);
}
