//! The run record, and what is published.

use super::{
    bench::{Bench, ms, name, task, web},
    stages, takeover,
};
use crate::{
    core::{
        Fact, Prepared,
        project::{self, Sample},
        record,
    },
    model::{
        Action, Moment, Phase, ServiceView, State, Want, log::LogPositions, root::Root,
        run::RunState,
    },
};

fn view(bench: &Bench) -> ServiceView {
    let root = Root::new(std::path::Path::new("/srv/shop"));
    let sample = Sample {
        cpu_pct: Some(3.5),
        mem_bytes: Some(1 << 20),
        processes: 2,
    };
    project::view(
        &bench.world,
        bench.service("orders"),
        sample,
        &root,
        bench.now,
    )
}

#[test]
fn a_service_that_never_ran_and_is_not_wanted_has_no_record() {
    let bench = Bench::new([web("orders", 8103)]);
    let positions = LogPositions::default();
    let none = record::of(
        bench.service("orders"),
        "boot-1",
        positions,
        positions,
        bench.now,
    );
    assert_eq!(none, None);
}

#[test]
fn the_intent_is_recorded_before_the_spawn_and_the_leader_after_it() {
    let mut bench = Bench::new([web("orders", 8103)]);
    let _ = bench.ask("orders", Action::Start);
    let intent = takeover::record(&bench, "orders");
    assert_eq!((intent.state, intent.pid), (RunState::Intent, None));
    assert_eq!(intent.want, Want::Up);
    let _ = bench.fact("orders", Fact::Prepared(Prepared::Clear { ended: 0 }));
    assert_eq!(
        takeover::record(&bench, "orders"),
        intent,
        "until its process is known"
    );
    let identity = bench.identity();
    let _ = bench.fact("orders", Fact::Spawned { identity });
    let spawned = takeover::record(&bench, "orders");
    assert_eq!(spawned.state, RunState::Spawned);
    assert_eq!(spawned.run, intent.run);
    assert_eq!(spawned.identity(), Some(identity));
    let _ = bench.becomes_healthy("orders");
    assert_eq!(
        takeover::record(&bench, "orders").ready_at,
        Some(bench.now.wall)
    );
    let _ = bench.ask("orders", Action::Stop);
    assert_eq!(takeover::record(&bench, "orders").want, Want::Down);
    bench.ends("orders");
    let ended = takeover::record(&bench, "orders");
    assert_eq!((ended.state, ended.run), (RunState::Ended, intent.run));
    assert!(ended.last_exit.unwrap().asked);
}

#[test]
fn every_place_is_published_in_the_words_of_the_contract() {
    for (stage, bench) in stages::all() {
        let view = view(&bench);
        assert_eq!(view.pid.is_some(), view.start_ticks.is_some(), "{stage}");
        assert_eq!(view.pid.is_some(), view.uptime_s.is_some(), "{stage}");
        assert_eq!(
            view.phase == Phase::Waiting,
            !view.waiting_for.is_empty(),
            "{stage}"
        );
        assert_eq!(
            view.phase == Phase::Backoff,
            view.retry.is_some(),
            "{stage}"
        );
        if view.pid.is_none() {
            assert_eq!(
                (view.cpu_pct, view.mem_bytes, view.processes),
                (None, None, 0),
                "{stage}"
            );
        }
        let expected = match view.phase {
            Phase::Stopped if stage.contains("freeing") => State::Port,
            Phase::Stopped => State::Stop,
            Phase::Waiting => State::Wait,
            Phase::Starting => State::Start,
            Phase::Running if stage.contains("unhealthy") => State::Degraded,
            Phase::Running if stage.contains("not yet known") => State::Start,
            Phase::Running => State::Up,
            Phase::Stopping => State::Ends,
            Phase::Backoff => State::Retry,
            Phase::Failed => State::Fail,
        };
        assert_eq!(State::of(&view), expected, "{stage}");
    }
}

#[test]
fn a_view_says_what_is_under_way_and_what_was_last() {
    let mut bench = stages::running();
    let _ = bench.ask("orders", Action::Restart);
    let restarting = view(&bench);
    let pending = restarting.pending.unwrap();
    assert_eq!(
        (pending.action, pending.by.as_str()),
        (Action::Restart, "human")
    );
    assert_eq!(restarting.last_action.unwrap().action, Action::Start);
    assert_eq!(restarting.actions.start.code.as_deref(), Some("busy"));
    assert_eq!(restarting.logs.stdout, "service_logs/orders_stdout.log");
    assert_eq!(restarting.needed_by, []);
    assert_eq!(restarting.depends_on[0].service, name("inventory"));
}

#[test]
fn a_starting_service_says_what_its_probe_sees() {
    let mut bench = Bench::new([web("orders", 8103)]);
    let _ = bench.ask("orders", Action::Start);
    let _ = bench.spawns("orders");
    let _ = bench.probed("orders", false);
    let view = view(&bench);
    assert_eq!(view.health_reason.as_deref(), Some("GET /healthz: 503"));
    assert_eq!(view.probe.ok, Some(false));
    assert_eq!(view.probe.latency_ms, Some(2.0));
}

#[test]
fn a_retry_says_when_and_which_it_is() {
    let stage = stages::all()
        .into_iter()
        .find(|(stage, _)| *stage == "Backoff")
        .unwrap();
    let view = view(&stage.1);
    let retry = view.retry.unwrap();
    assert_eq!((retry.attempt, retry.of), (2, 8));
    assert!(retry.at > stage.1.now.wall);
}

#[test]
fn a_port_is_disputed_until_it_is_seen_to_be_free_or_its_own() {
    let mut bench = Bench::new([web("orders", 8103)]);
    assert!(project::port_is_disputed(bench.service("orders")));
    let _ = bench.sees("orders", vec![]);
    assert!(!project::port_is_disputed(bench.service("orders")));
    let _ = bench.sees("orders", vec![super::bench::stranger(7)]);
    assert!(project::port_is_disputed(bench.service("orders")));
}

#[test]
fn durations_of_results_are_measured_on_the_clock_of_decisions() {
    let mut bench = Bench::new([task("orders")]);
    let _ = bench.ask("orders", Action::Start);
    bench.pass(ms(250));
    // The wall clock is set back meanwhile.
    bench.now = Moment {
        wall: crate::model::Wall::from_millis(0),
        ..bench.now
    };
    let _ = bench.spawns("orders");
    let _ = bench.exits("orders", crate::model::ExitStatus::Code(0));
    assert_eq!(bench.ledger.last().unwrap().duration_ms, Some(250));
}
