//! What a start brings with it and waits for; several starts at once.

use super::bench::{Bench, Tune, effects, events, name, stranger, task, web};
use crate::{
    core::{Fact, Input, Prepared, input::AskWith},
    model::{Action, Actor, ExitStatus, FreeWith, Phase, Signal, Want, service::Condition},
};

const WHEN_FREE: AskWith = AskWith {
    only: false,
    when_free: true,
    free: FreeWith {
        stranger: None,
        then_start: false,
    },
};
const ONLY: AskWith = AskWith {
    only: true,
    when_free: false,
    free: FreeWith {
        stranger: None,
        then_start: false,
    },
};

#[test]
fn a_start_brings_what_it_needs_as_asks_with_the_first_as_cause() {
    let mut bench = Bench::new([
        web("gateway", 8101).needing("orders", Condition::Healthy),
        web("orders", 8103).needing("inventory", Condition::Healthy),
        task("inventory"),
    ]);
    let decision = bench.ask("gateway", Action::Start);
    assert_eq!(
        events(&decision),
        [
            "ask start gateway by human",
            "ask start orders by human",
            "ask start inventory by human"
        ]
    );
    let causes: Vec<_> = decision.events.iter().map(|line| line.cause).collect();
    let seqs: Vec<_> = decision.events.iter().map(|line| Some(line.seq)).collect();
    assert_eq!(causes, [None, seqs[0], seqs[1]]);
    assert_eq!(decision.answer, Some(Ok(decision.events[0].seq)));
    assert_eq!(effects(&decision), ["prepare inventory"]);
    assert_eq!(bench.waits_for("gateway"), "orders");
    assert_eq!(bench.waits_for("orders"), "inventory");

    let _ = bench.spawns("inventory");
    assert_eq!(
        effects(&bench.tick()),
        ["prepare orders"],
        "inventory is healthy"
    );
    let _ = bench.spawns("orders");
    assert_eq!(
        effects(&bench.becomes_healthy("orders")),
        ["prepare gateway"]
    );
    bench.comes_up("gateway");
    for service in ["gateway", "orders", "inventory"] {
        assert_eq!(bench.results(service), ["start done"]);
        assert_eq!(bench.service(service).want, Want::Up);
    }
}

#[test]
fn a_start_with_only_brings_and_waits_for_nothing() {
    let mut bench = Bench::new([
        web("orders", 8103).needing("inventory", Condition::Healthy),
        task("inventory"),
    ]);
    let decision = bench.ask_with("orders", Action::Start, ONLY);
    assert_eq!(effects(&decision), ["prepare orders"]);
    assert_eq!(bench.phase("inventory"), Phase::Stopped);
}

#[test]
fn a_start_with_only_that_waits_for_its_port_still_waits_for_nothing_else() {
    let mut bench = Bench::new([
        web("orders", 8103).needing("inventory", Condition::Healthy),
        task("inventory"),
    ]);
    let _ = bench.sees("orders", vec![stranger(7)]);
    let with = AskWith {
        only: true,
        ..WHEN_FREE
    };
    let _ = bench.ask_with("orders", Action::Start, with);
    assert_eq!(bench.waits_for("orders"), "port 8103");
    let decision = bench.sees("orders", vec![]);
    assert_eq!(effects(&decision), ["prepare orders"]);
}

#[test]
fn a_start_looks_through_a_service_that_waits() {
    let mut bench = Bench::new([
        task("gateway").needing("orders", Condition::Healthy),
        task("orders").needing("inventory", Condition::Healthy),
        task("inventory"),
    ]);
    let _ = bench.ask("orders", Action::Start);
    let _ = bench.ask("inventory", Action::Stop);
    let _ = bench.fact("inventory", Fact::Prepared(Prepared::Clear { ended: 0 }));
    assert_eq!(bench.phase("inventory"), Phase::Stopped);
    assert_eq!(bench.waits_for("orders"), "inventory");
    let decision = bench.ask("gateway", Action::Start);
    assert_eq!(effects(&decision), ["prepare inventory"]);
}

#[test]
fn a_condition_is_waited_for_until_it_is_met() {
    let needing = |condition| {
        let defs = [task("app").needing("db", condition), web("db", 8200)];
        let mut bench = Bench::new(defs);
        let _ = bench.ask("app", Action::Start);
        bench
    };

    let mut bench = needing(Condition::Started);
    assert_eq!(bench.waits_for("app"), "db");
    let _ = bench.fact("db", Fact::Prepared(Prepared::Clear { ended: 0 }));
    assert_eq!(
        bench.phase("app"),
        Phase::Waiting,
        "a spawn under way is no process"
    );
    let identity = bench.identity();
    let _ = bench.fact("db", Fact::Spawned { identity });
    assert_eq!(bench.phase("app"), Phase::Starting);

    let mut bench = needing(Condition::Healthy);
    let _ = bench.spawns("db");
    assert_eq!(bench.phase("app"), Phase::Waiting);
    let _ = bench.becomes_healthy("db");
    assert_eq!(bench.phase("app"), Phase::Starting);
}

#[test]
fn completed_is_waited_for_through_the_whole_run_of_a_task() {
    let mut bench = Bench::new([
        task("app").needing("migrate", Condition::Completed),
        task("migrate"),
    ]);
    let _ = bench.ask("app", Action::Start);
    let _ = bench.spawns("migrate");
    let _ = bench.tick();
    assert_eq!(bench.phase("migrate"), Phase::Running);
    assert_eq!(bench.phase("app"), Phase::Waiting);
    let _ = bench.exits("migrate", ExitStatus::Code(0));
    assert_eq!(bench.phase("app"), Phase::Starting);
    // Once completed, it is not run again for the next who needs it.
    let _ = bench.ask("app", Action::Stop);
    let _ = bench.fact("app", Fact::Prepared(Prepared::Clear { ended: 0 }));
    let decision = bench.ask("app", Action::Start);
    assert_eq!(effects(&decision), ["prepare app"]);
}

#[test]
fn a_failed_dependency_keeps_the_ask_open() {
    let mut bench = Bench::new([
        task("app").needing("db", Condition::Healthy),
        web("db", 8200),
    ]);
    let _ = bench.ask("app", Action::Start);
    let _ = bench.spawns("db");
    let _ = bench.exits("db", ExitStatus::Signal(Signal(11)));
    assert_eq!(bench.phase("db"), Phase::Failed);
    assert_eq!(bench.waits_for("app"), "db");
    assert!(bench.results("app").is_empty());
    assert!(bench.service("app").open.is_some());
    bench.start("db");
    assert_eq!(bench.phase("app"), Phase::Starting);
}

#[test]
fn a_dependency_that_stops_while_one_waits_for_the_port_is_waited_for_again() {
    let mut bench = Bench::new([
        web("orders", 8103).needing("inventory", Condition::Healthy),
        task("inventory"),
    ]);
    bench.start_task("inventory");
    let _ = bench.sees("orders", vec![stranger(7)]);
    let _ = bench.ask_with("orders", Action::Start, WHEN_FREE);
    let _ = bench.ask("inventory", Action::Stop);
    assert_eq!(bench.waits_for("orders"), "inventory");
    bench.ends("inventory");
    bench.start_task("inventory");
    assert_eq!(bench.waits_for("orders"), "port 8103");
}

#[test]
fn a_stop_ends_a_wait_and_its_ask() {
    let mut bench = Bench::new([task("app").needing("db", Condition::Healthy), task("db")]);
    let _ = bench.ask("app", Action::Start);
    let _ = bench.ask("app", Action::Stop);
    assert_eq!(bench.phase("app"), Phase::Stopped);
    assert_eq!(
        bench.results("app"),
        ["start superseded: stop took its place", "stop done"]
    );
}

#[test]
fn a_survivor_that_turns_up_while_a_start_waits_fails_it() {
    let mut bench = Bench::new([task("app").needing("db", Condition::Healthy), task("db")]);
    let _ = bench.ask("app", Action::Start);
    let survivors = vec![crate::model::snapshot::Survivor {
        pid: crate::model::Pid(51),
        start_ticks: 5,
        started_at: None,
        command: "/bin/app".to_owned(),
        why: "it carries the tag of another run".to_owned(),
    }];
    let service = name("app");
    let _ = bench.take(Input::Survivors { service, survivors });
    let _ = bench.spawns("db");
    let _ = bench.tick();
    assert_eq!(
        bench.failure("app"),
        "PID 51 may be an earlier run of this service"
    );
}

#[test]
fn up_wants_all_and_a_taken_port_refuses_only_that_one() {
    let mut bench = Bench::new([
        web("gateway", 8101).needing("orders", Condition::Healthy),
        web("orders", 8103),
        web("auth", 8102),
    ]);
    let _ = bench.sees("auth", vec![stranger(7)]);
    let services = vec![name("gateway"), name("auth")];
    let by = Actor::CLI;
    let decision = bench.take(Input::Up { services, by });
    assert!(decision.answer.as_ref().unwrap().is_ok());
    assert_eq!(
        events(&decision),
        [
            "ask start by cli",
            "result start done",
            "ask start orders by cli",
            "ask start gateway by cli",
            "refusal start auth port_held"
        ]
    );
    for service in ["gateway", "orders", "auth"] {
        assert_eq!(bench.service(service).want, Want::Up);
    }
    assert_eq!(bench.phase("orders"), Phase::Starting);
    assert_eq!(bench.waits_for("gateway"), "orders");
    assert_eq!(bench.phase("auth"), Phase::Stopped);
    let refused = bench.service("auth").last_action.clone().unwrap();
    assert_eq!(refused.reason.unwrap(), "port 8102 is held by PID 7 (node)");
}

#[test]
fn up_counts_a_running_service_as_started() {
    let mut bench = Bench::new([task("a"), task("b")]);
    bench.start_task("a");
    let services = vec![name("a"), name("b")];
    let by = Actor::CLI;
    let decision = bench.take(Input::Up { services, by });
    assert_eq!(effects(&decision), ["prepare b"]);
}

#[test]
fn up_runs_a_completed_task_again_only_when_it_is_named() {
    let defs = [
        task("app").needing("migrate", Condition::Completed),
        task("migrate"),
    ];
    let mut bench = Bench::new(defs);
    bench.start_task("migrate");
    let _ = bench.exits("migrate", ExitStatus::Code(0));
    let up = |mut bench: Bench, names: &[&str]| {
        let services = names.iter().map(|text| name(text)).collect();
        let by = Actor::CLI;
        effects(&bench.take(Input::Up { services, by }))
    };
    assert_eq!(up(bench.clone(), &["app"]), ["prepare app"]);
    assert_eq!(
        up(bench, &["app", "migrate"]),
        ["prepare migrate, cleaning"]
    );
}

#[test]
fn up_refuses_a_name_that_there_is_not() {
    let mut bench = Bench::new([task("a")]);
    let services = vec![name("b"), name("a")];
    let by = Actor::CLI;
    let decision = bench.take(Input::Up { services, by });
    assert_eq!(effects(&decision), ["prepare a"]);
    assert!(events(&decision).contains(&"refusal start no_such_service".to_owned()));
}

/// It once stayed down for good: wanted, stopped, and nobody at work on it.
#[test]
fn up_of_a_service_that_is_still_stopping_starts_it_once_it_has_stopped() {
    let mut bench = Bench::new([task("a")]);
    bench.start_task("a");
    let _ = bench.ask("a", Action::Stop);
    let services = vec![name("a")];
    let by = Actor::CLI;
    let up = bench.take(Input::Up { services, by });
    let seq = up.answer.unwrap().unwrap();
    let _ = bench.exits("a", ExitStatus::Code(0));
    let decision = bench.looked("a", 0);
    assert_eq!(effects(&decision), ["release", "prepare a, cleaning"]);
    assert_eq!(
        events(&decision),
        ["result stop a done", "ask start a by cli"]
    );
    assert_eq!(decision.events[1].cause, Some(seq));
}

#[test]
fn a_start_that_needs_a_service_that_is_still_stopping_starts_it_once_it_has_stopped() {
    let mut bench = Bench::new([task("app").needing("db", Condition::Healthy), task("db")]);
    bench.start_task("db");
    let _ = bench.ask("db", Action::Stop);
    let _ = bench.ask("app", Action::Start);
    assert_eq!(bench.waits_for("app"), "db");
    let _ = bench.exits("db", ExitStatus::Code(0));
    assert_eq!(
        effects(&bench.looked("db", 0)),
        ["release", "prepare db, cleaning"]
    );
}

#[test]
fn a_stop_takes_the_start_after_a_stop_away() {
    for action in [Action::Stop, Action::Kill] {
        let mut bench = Bench::new([task("a")]);
        bench.start_task("a");
        let _ = bench.ask("a", Action::Stop);
        let services = vec![name("a")];
        let by = Actor::CLI;
        let _ = bench.take(Input::Up { services, by });
        assert!(bench.ask("a", action).answer.unwrap().is_ok());
        bench.ends("a");
        assert_eq!(bench.phase("a"), Phase::Stopped);
        assert_eq!(bench.service("a").want, Want::Down);
    }
}
