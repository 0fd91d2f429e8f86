//! What the restart policy does after a death.

use std::time::Duration;

use super::bench::{Bench, Tune, effects, ms, stranger, task, web};
use crate::{
    core::{
        Fact, Prepared,
        restart::{AfterDeath, after_death},
        rng::Rng,
    },
    model::{
        Action, EventKind, ExitStatus, Mono, Phase, Signal,
        service::{Condition, RestartPolicy, RestartSpec},
    },
};

fn always() -> Bench {
    Bench::new([web("orders", 8103).policy(RestartPolicy::Always)])
}

/// Dies as soon as it is spawned; says how long the policy waited until the next try.
fn crashes(bench: &mut Bench) -> Duration {
    let _ = bench.spawns("orders");
    let _ = bench.exits("orders", ExitStatus::Code(1));
    let died = bench.now.mono;
    while bench.phase("orders") == Phase::Backoff {
        let _ = bench.tick();
    }
    bench.now.mono.since(died)
}

#[test]
fn an_unasked_exit_0_without_port_and_probe_is_completed() {
    let mut bench = Bench::new([task("migrate").policy(RestartPolicy::OnFailure)]);
    bench.start_task("migrate");
    let _ = bench.exits("migrate", ExitStatus::Code(0));
    assert_eq!(bench.phase("migrate"), Phase::Stopped);
    assert!(bench.service("migrate").is_completed());
    assert_eq!(bench.results("migrate"), ["start done"]);
}

#[test]
fn a_task_that_ends_with_0_before_it_was_seen_alive_is_completed_too() {
    let mut bench = Bench::new([task("migrate")]);
    let _ = bench.ask("migrate", Action::Start);
    let _ = bench.spawns("migrate");
    let _ = bench.exits("migrate", ExitStatus::Code(0));
    assert!(bench.service("migrate").is_completed());
    assert_eq!(bench.results("migrate"), ["start done"]);
}

#[test]
fn an_unasked_exit_0_of_a_service_with_a_port_has_failed() {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let _ = bench.exits("orders", ExitStatus::Code(0));
    assert_eq!(bench.failure("orders"), "exited with code 0");
}

#[test]
fn always_restarts_a_completed_task_and_on_failure_does_not() {
    for (policy, phase) in [
        (RestartPolicy::Never, Phase::Stopped),
        (RestartPolicy::OnFailure, Phase::Stopped),
        (RestartPolicy::Always, Phase::Starting),
    ] {
        let mut bench = Bench::new([task("tick").policy(policy)]);
        bench.start_task("tick");
        let _ = bench.exits("tick", ExitStatus::Code(0));
        assert_eq!(bench.phase("tick"), phase, "{policy:?}");
    }
}

#[test]
fn on_failure_restarts_after_every_exit_that_would_be_failed() {
    for status in [
        ExitStatus::Code(0),
        ExitStatus::Code(1),
        ExitStatus::Signal(Signal::KILL),
        ExitStatus::Unknown,
    ] {
        let mut bench = Bench::new([web("orders", 8103).policy(RestartPolicy::OnFailure)]);
        bench.start("orders");
        let decision = bench.exits("orders", status);
        assert_eq!(effects(&decision), ["release", "prepare orders, cleaning"]);
        let ask = bench.lines("orders", EventKind::Ask)[1];
        let exit = bench.lines("orders", EventKind::Exit)[0];
        assert_eq!(ask.actor.as_ref().unwrap().to_string(), "policy");
        assert_eq!(ask.cause, Some(exit.seq));
        assert_eq!(bench.service("orders").restarts.policy, 1);
    }
}

#[test]
fn bad_health_restarts_nothing() {
    let mut bench = always();
    bench.start("orders");
    for _ in 0..20 {
        let _ = bench.tick();
        let _ = bench.probed("orders", false);
    }
    assert_eq!(bench.phase("orders"), Phase::Running);
}

#[test]
fn the_first_restart_is_immediate_and_then_the_pause_doubles_with_jitter() {
    let mut bench = always();
    let _ = bench.ask("orders", Action::Start);
    let mut expected = [0, 500, 1000, 2000, 4000, 8000, 16_000].into_iter();
    loop {
        let waited = crashes(&mut bench);
        let Some(pause) = expected.next() else { break };
        let (low, high) = (ms(pause * 8 / 10), ms(pause * 12 / 10));
        assert!(
            low <= waited && waited <= high,
            "{waited:?} is not about {pause} ms"
        );
    }
    assert_eq!(
        bench.failure("orders"),
        "exited with code 1; gave up: 8 deaths within 2 min; start it by hand to try again"
    );
    assert_eq!(bench.service("orders").restarts.policy, 7);
    let _ = bench.run_for(ms(600_000));
    assert_eq!(bench.phase("orders"), Phase::Failed, "given up is given up");
}

#[test]
fn a_backoff_says_which_restart_it_will_be_and_names_its_cause() {
    let mut bench = always();
    bench.start("orders");
    let _ = bench.exits("orders", ExitStatus::Code(1));
    let _ = bench.spawns("orders");
    let _ = bench.exits("orders", ExitStatus::Code(1));
    assert!(bench.said.last().unwrap().starts_with("orders: again in "));
    assert_eq!(bench.refusal("orders", Action::Kill).code(), "not_running");
    let _ = bench.tick();
    let asks = bench.lines("orders", EventKind::Ask);
    let exits = bench.lines("orders", EventKind::Exit);
    assert_eq!(asks.last().unwrap().cause, Some(exits.last().unwrap().seq));
}

#[test]
fn the_pause_never_exceeds_the_longest_and_its_jitter_stays_within_a_fifth() {
    let spec = RestartSpec {
        policy: RestartPolicy::Always,
        first_delay: ms(500),
        max_delay: ms(30_000),
        give_up_deaths: u32::MAX,
        give_up_within: ms(120_000),
        reset_after: ms(60_000),
    };
    let mut rng = Rng::seeded(1);
    let now = Mono(ms(9_000_000));
    let mut seen = (Duration::MAX, Duration::ZERO);
    for deaths in 1..=100_usize {
        for _ in 0..50 {
            let deaths = vec![now; deaths];
            match after_death(&spec, &deaths, now, &mut rng) {
                AfterDeath::Now => assert_eq!(deaths.len(), 1),
                AfterDeath::After(pause) => {
                    let doublings = u32::try_from(deaths.len() - 2).unwrap().min(20);
                    let plain = (ms(500) * 2_u32.pow(doublings)).min(ms(30_000));
                    assert!(pause >= plain * 8 / 10, "{pause:?} of {plain:?}");
                    assert!(
                        pause <= (plain * 12 / 10).min(ms(30_000)),
                        "{pause:?} of {plain:?}"
                    );
                    if deaths.len() == 2 {
                        seen = (seen.0.min(pause), seen.1.max(pause));
                    }
                }
                AfterDeath::GiveUp => panic!("gave up after {}", deaths.len()),
            }
        }
    }
    assert!(
        seen.0 < ms(430) && seen.1 > ms(570),
        "hardly any jitter: {seen:?}"
    );
}

#[test]
fn giving_up_counts_only_deaths_within_the_span() {
    let spec = RestartSpec {
        policy: RestartPolicy::Always,
        first_delay: ms(500),
        max_delay: ms(30_000),
        give_up_deaths: 3,
        give_up_within: ms(10_000),
        reset_after: ms(60_000),
    };
    let at = |seconds| Mono(Duration::from_secs(seconds));
    let mut rng = Rng::seeded(1);
    let mut after = |deaths: &[Mono]| after_death(&spec, deaths, at(100), &mut rng);
    assert_eq!(after(&[at(91), at(95), at(100)]), AfterDeath::GiveUp);
    assert_eq!(after(&[at(90), at(95), at(100)]), AfterDeath::GiveUp);
    assert!(matches!(
        after(&[at(89), at(95), at(100)]),
        AfterDeath::After(_)
    ));
    assert_eq!(after(&[at(100)]), AfterDeath::Now);
}

#[test]
fn the_row_of_deaths_ends_after_a_minute_ready() {
    let mut bench = always();
    bench.start("orders");
    let _ = bench.exits("orders", ExitStatus::Code(1));
    bench.comes_up("orders");
    bench.pass(ms(59_999));
    let _ = bench.exits("orders", ExitStatus::Code(1));
    assert_eq!(bench.phase("orders"), Phase::Backoff, "not long enough");
    let _ = bench.tick();
    bench.comes_up("orders");
    bench.pass(ms(60_000));
    let _ = bench.exits("orders", ExitStatus::Code(1));
    assert_eq!(
        bench.phase("orders"),
        Phase::Starting,
        "at once, as the first in a row"
    );
}

#[test]
fn a_start_or_restart_by_hand_ends_the_row() {
    let mut bench = always();
    bench.start("orders");
    let _ = bench.exits("orders", ExitStatus::Code(1));
    let _ = bench.spawns("orders");
    let _ = bench.exits("orders", ExitStatus::Code(1));
    assert_eq!(bench.phase("orders"), Phase::Backoff);
    let _ = bench.ask("orders", Action::Start);
    assert_eq!(bench.service("orders").deaths, []);
    bench.comes_up("orders");
    let _ = bench.exits("orders", ExitStatus::Code(1));
    bench.comes_up("orders");
    assert_eq!(bench.service("orders").deaths.len(), 1);
    let _ = bench.ask("orders", Action::Restart);
    assert_eq!(bench.service("orders").deaths, []);
}

#[test]
fn a_stop_ends_a_retry() {
    let mut bench = always();
    bench.start("orders");
    let _ = bench.exits("orders", ExitStatus::Code(1));
    let _ = bench.spawns("orders");
    let _ = bench.exits("orders", ExitStatus::Code(1));
    let _ = bench.ask("orders", Action::Stop);
    assert_eq!(bench.phase("orders"), Phase::Stopped);
    assert_eq!(bench.world.next_deadline(), None);
}

#[test]
fn a_policy_restart_into_a_taken_port_waits_and_counts_no_death() {
    let mut bench = always();
    bench.start("orders");
    let _ = bench.exits("orders", ExitStatus::Code(1));
    let deaths = bench.service("orders").deaths.clone();
    let _ = bench.fact(
        "orders",
        Fact::Prepared(Prepared::Blocked(vec![stranger(7)])),
    );
    assert_eq!(bench.waits_for("orders"), "port 8103");
    assert_eq!(bench.service("orders").deaths, deaths);
    let _ = bench.sees("orders", vec![]);
    bench.comes_up("orders");
    assert_eq!(bench.results("orders"), ["start done", "start done"]);
}

#[test]
fn a_policy_restart_waits_for_what_it_needs_but_starts_nothing() {
    let mut bench = Bench::new([
        web("orders", 8103)
            .policy(RestartPolicy::Always)
            .needing("inventory", Condition::Healthy),
        task("inventory"),
    ]);
    bench.start_task("inventory");
    bench.start("orders");
    let _ = bench.ask("inventory", Action::Stop);
    bench.ends("inventory");
    let decision = bench.exits("orders", ExitStatus::Code(1));
    assert_eq!(effects(&decision), ["release"]);
    assert_eq!(bench.waits_for("orders"), "inventory");
    assert_eq!(bench.said.last().unwrap(), "orders: waiting for inventory");
    assert_eq!(bench.phase("inventory"), Phase::Stopped);
}

#[test]
fn a_spawn_that_fails_for_a_passing_reason_is_tried_again() {
    let mut bench = always();
    let _ = bench.ask("orders", Action::Start);
    for expected in [Phase::Starting, Phase::Backoff] {
        let _ = bench.fact("orders", Fact::Prepared(Prepared::Clear { ended: 0 }));
        let reason = "resource temporarily unavailable".to_owned();
        let permanent = false;
        let _ = bench.fact("orders", Fact::SpawnFailed { reason, permanent });
        assert_eq!(bench.phase("orders"), expected);
    }
}

#[test]
fn only_so_many_deaths_are_remembered() {
    let defs = web("orders", 8103).policy(RestartPolicy::Always);
    let mut bench = Bench::new([defs.with(|def| def.restart.give_up_deaths = 1000)]);
    let _ = bench.ask("orders", Action::Start);
    for _ in 0..150 {
        let _ = crashes(&mut bench);
    }
    assert_eq!(bench.service("orders").deaths.len(), 100);
}

#[test]
fn a_service_killed_from_outside_is_still_wanted() {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let _ = bench.exits("orders", ExitStatus::Signal(Signal::KILL));
    assert_eq!(bench.failure("orders"), "killed by SIGKILL");
    assert_eq!(bench.service("orders").want, crate::model::Want::Up);
}
