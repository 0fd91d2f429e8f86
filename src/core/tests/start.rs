//! From a wish to a run.

use super::bench::{Bench, Tune, effects, ms, stranger, task, unseen, web};
use crate::{
    core::{Effect, Fact, Life, Prepared, input::AskWith},
    model::{
        Action, EventKind, ExitStatus, FreeWith, Phase, Signal, Want,
        service::{Condition, PortOwner},
    },
};

const WHEN_FREE: AskWith = AskWith {
    only: false,
    when_free: true,
    free: FreeWith {
        stranger: None,
        then_start: false,
    },
};
#[test]
fn a_start_prepares_then_spawns_then_probes_until_healthy() {
    let mut bench = Bench::new([web("orders", 8103)]);
    assert_eq!(
        effects(&bench.ask("orders", Action::Start)),
        ["prepare orders"]
    );
    let clear = Fact::Prepared(Prepared::Clear { ended: 0 });
    assert_eq!(effects(&bench.fact("orders", clear)), ["spawn orders"]);
    let identity = bench.identity();
    let _ = bench.fact("orders", Fact::Spawned { identity });
    assert_eq!(bench.phase("orders"), Phase::Starting);
    assert_eq!(effects(&bench.tick()), ["probe orders and its port"]);
    let own = bench.own("orders");
    let _ = bench.sees("orders", vec![own]);
    let _ = bench.probed("orders", true);
    assert_eq!(bench.phase("orders"), Phase::Running);
    assert_eq!(bench.results("orders"), ["start done"]);
    assert_eq!(
        bench.said,
        [
            "orders: started with PID 101",
            "orders: healthy after 25 ms"
        ]
    );
}

#[test]
fn a_stop_while_starting_waits_for_the_preparation() {
    let mut bench = Bench::new([web("orders", 8103)]);
    let _ = bench.ask("orders", Action::Start);
    let _ = bench.ask("orders", Action::Stop);
    assert_eq!(bench.phase("orders"), Phase::Stopping);
    let clear = Fact::Prepared(Prepared::Clear { ended: 0 });
    let decision = bench.fact("orders", clear);
    assert!(decision.effects.is_empty(), "nothing is spawned");
    assert_eq!(bench.phase("orders"), Phase::Stopped);
    assert_eq!(
        bench.results("orders"),
        ["start superseded: stop took its place", "stop done"]
    );
}

/// A spawn that was under way when the stop came was once forgotten: its process lived on.
#[test]
fn a_stop_while_the_spawn_is_under_way_ends_the_process_that_turns_up() {
    for (action, effect) in [
        (Action::Stop, "signal orders SIGTERM"),
        (Action::Kill, "sweep orders"),
    ] {
        let mut bench = Bench::new([web("orders", 8103)]);
        let _ = bench.ask("orders", Action::Start);
        let _ = bench.fact("orders", Fact::Prepared(Prepared::Clear { ended: 0 }));
        let _ = bench.ask("orders", action);
        assert_eq!(bench.phase("orders"), Phase::Stopping);
        let identity = bench.identity();
        let decision = bench.fact("orders", Fact::Spawned { identity });
        assert_eq!(effects(&decision), [effect]);
        bench.ends("orders");
        assert_eq!(bench.phase("orders"), Phase::Stopped);
    }
}

#[test]
fn a_kill_hardens_a_stop_that_waits_for_the_spawn() {
    let mut bench = Bench::new([web("orders", 8103)]);
    let _ = bench.ask("orders", Action::Start);
    let _ = bench.fact("orders", Fact::Prepared(Prepared::Clear { ended: 0 }));
    let _ = bench.ask("orders", Action::Stop);
    let _ = bench.ask("orders", Action::Kill);
    let identity = bench.identity();
    let decision = bench.fact("orders", Fact::Spawned { identity });
    assert_eq!(effects(&decision), ["sweep orders"]);
}

#[test]
fn start_when_free_waits_for_the_port_and_goes_on_once_it_is_free() {
    let mut bench = Bench::new([web("orders", 8103)]);
    let _ = bench.sees("orders", vec![stranger(7)]);
    assert_eq!(bench.refusal("orders", Action::Start).code(), "port_held");
    let decision = bench.ask_with("orders", Action::Start, WHEN_FREE);
    assert!(decision.answer.unwrap().is_ok());
    assert_eq!(bench.waits_for("orders"), "port 8103");
    assert!(bench.world.waits_for_a_port());
    assert!(bench.sees("orders", vec![unseen()]).effects.is_empty());
    assert_eq!(effects(&bench.sees("orders", vec![])), ["prepare orders"]);
    assert!(!bench.world.waits_for_a_port());
    bench.comes_up("orders");
    assert_eq!(bench.results("orders"), ["start done"]);
}

#[test]
fn a_port_that_is_taken_while_the_start_prepares_fails_it_with_the_holder() {
    let mut bench = Bench::new([web("orders", 8103)]);
    let _ = bench.ask("orders", Action::Start);
    let _ = bench.fact(
        "orders",
        Fact::Prepared(Prepared::Blocked(vec![stranger(7)])),
    );
    assert_eq!(bench.failure("orders"), "port 8103 is held by PID 7 (node)");
    let result = bench.ledger.last().unwrap();
    assert_eq!(result.code.as_deref(), Some("port_held"));
    assert_eq!(bench.service("orders").want, Want::Up, "it is still wanted");
}

#[test]
fn a_start_that_waited_and_finds_its_port_taken_fails() {
    let mut bench = Bench::new([
        web("orders", 8103).needing("inventory", Condition::Healthy),
        task("inventory"),
    ]);
    let _ = bench.ask("orders", Action::Start);
    let _ = bench.sees("orders", vec![stranger(7)]);
    let _ = bench.spawns("inventory");
    let _ = bench.tick();
    assert_eq!(bench.failure("orders"), "port 8103 is held by PID 7 (node)");
}

#[test]
fn anybody_may_hold_the_port_of_a_service_that_says_so() {
    let any = web("orders", 8103).with(|def| def.port_owner = PortOwner::Any);
    let mut bench = Bench::new([any]);
    let _ = bench.sees("orders", vec![stranger(7)]);
    assert_eq!(
        effects(&bench.ask("orders", Action::Start)),
        ["prepare orders"]
    );
    let _ = bench.spawns("orders");
    let _ = bench.probed("orders", true);
    assert_eq!(bench.health("orders"), "healthy");
}

#[test]
fn leftovers_are_ended_before_the_spawn_and_it_is_said() {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let first = bench.run("orders");
    let _ = bench.exits("orders", ExitStatus::Signal(Signal::KILL));
    let decision = bench.ask("orders", Action::Start);
    let [Effect::Prepare { run, clean, .. }] = decision.effects.as_slice() else {
        panic!("{:?}", decision.effects)
    };
    assert_ne!(*run, first);
    assert_eq!(clean.as_ref().unwrap().run, first);
    assert!(clean.as_ref().unwrap().parented);
    let _ = bench.fact("orders", Fact::Prepared(Prepared::Clear { ended: 2 }));
    assert_eq!(
        bench.said.last().unwrap(),
        "orders: ended 2 left over from the run before"
    );
}

#[test]
fn a_start_that_is_not_healthy_in_time_fails_and_the_process_lives_on() {
    let mut bench = Bench::new([web("orders", 8103)]);
    let _ = bench.ask("orders", Action::Start);
    let _ = bench.spawns("orders");
    let _ = bench.tick();
    let _ = bench.probed("orders", false);
    while bench.phase("orders") == Phase::Starting {
        let _ = bench.tick();
    }
    assert_eq!(bench.phase("orders"), Phase::Running);
    let reason = "not healthy within 3.0 s: GET /healthz: 503";
    assert_eq!(bench.health("orders"), format!("unhealthy: {reason}"));
    assert_eq!(bench.results("orders"), [format!("start failed: {reason}")]);
    assert!(bench.ledger.last().unwrap().with_stderr_tail);
    // Recover, Stop and Kill make sense now.
    assert!(bench.ask("orders", Action::Stop).answer.unwrap().is_ok());
}

/// Once, a healthy answer right before the deadline was called "200 (3 of 3)".
#[test]
fn a_timed_out_start_with_a_passing_probe_names_what_is_in_the_way() {
    let mut bench = Bench::new([web("orders", 8103)]);
    let _ = bench.ask("orders", Action::Start);
    let _ = bench.spawns("orders");
    let _ = bench.sees("orders", vec![stranger(7)]);
    let _ = bench.probed("orders", true);
    while bench.phase("orders") == Phase::Starting {
        let _ = bench.tick();
    }
    let held = "port 8103 is held by PID 7 (node), not by this service";
    assert_eq!(bench.health("orders"), format!("unhealthy: {held}"));
    let own = bench.own("orders");
    let _ = bench.sees("orders", vec![own]);
    assert_eq!(bench.health("orders"), "healthy");
}

#[test]
fn an_exit_before_healthy_fails_the_start_with_the_last_words() {
    let mut bench = Bench::new([web("orders", 8103)]);
    let _ = bench.ask("orders", Action::Start);
    let _ = bench.spawns("orders");
    let decision = bench.exits("orders", ExitStatus::Code(127));
    let reason = "exited with code 127 (command not found)";
    assert_eq!(bench.failure("orders"), reason);
    assert_eq!(
        bench.results("orders"),
        [format!("start failed: {reason} before it was healthy")]
    );
    assert_eq!(effects(&decision), ["release"]);
    let exit = bench.lines("orders", EventKind::Exit)[0];
    assert_eq!(exit.data["stderr_tail"][0], "last words");
}

#[test]
fn what_cannot_be_spawned_fails_the_start() {
    let mut bench = Bench::new([web("orders", 8103)]);
    let _ = bench.ask("orders", Action::Start);
    let _ = bench.fact("orders", Fact::Prepared(Prepared::Clear { ended: 0 }));
    let reason = "/bin/orders: no such file".to_owned();
    let permanent = true;
    let _ = bench.fact("orders", Fact::SpawnFailed { reason, permanent });
    assert_eq!(bench.failure("orders"), "/bin/orders: no such file");
    assert_eq!(
        bench.results("orders"),
        ["start failed: /bin/orders: no such file"]
    );
}

#[test]
fn probes_of_a_starting_service_come_after_25_ms_and_then_half_as_often_each_time() {
    let mut bench = Bench::new([web("orders", 8103)]);
    let _ = bench.ask("orders", Action::Start);
    let _ = bench.spawns("orders");
    let mut waits = Vec::new();
    for _ in 0..7 {
        let before = bench.now.mono;
        assert_eq!(effects(&bench.tick()), ["probe orders and its port"]);
        waits.push(bench.now.mono.since(before));
        let _ = bench.probed("orders", false);
    }
    let expected = [25, 50, 100, 200, 400, 800, 1000].map(ms);
    assert_eq!(waits, expected);
}

#[test]
fn probes_of_running_services_share_one_wake_up() {
    let mut bench = Bench::new([web("a", 8101), web("b", 8102)]);
    bench.start("a");
    bench.pass(ms(333));
    bench.start("b");
    let decision = bench.tick();
    assert_eq!(effects(&decision), ["probe a", "probe b"]);
    assert_eq!(bench.now.mono.0.subsec_nanos(), 0);
}

#[test]
fn nothing_is_probed_where_neither_probe_nor_port_is_set() {
    let mut bench = Bench::new([task("a")]);
    bench.start_task("a");
    assert_eq!(
        bench.health("a"),
        "healthy: alive is healthy: neither probe nor port is set"
    );
    assert_eq!(bench.world.next_deadline(), None);
    assert!(matches!(bench.service("a").life, Life::Running { .. }));
}
