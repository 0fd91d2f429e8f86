//! What is counted and written down of deaths and restarts.

use super::bench::{Bench, Tune, name, stranger, web};
use crate::{
    core::{Fact, Input, input::AskWith},
    model::{Action, Actor, ActorKind, EventKind, ExitStatus, Phase, service::RestartPolicy},
};

fn always() -> Bench {
    Bench::new([web("orders", 8103).policy(RestartPolicy::Always)])
}

#[test]
fn a_start_by_hand_begins_a_new_row_of_deaths() {
    let mut bench = always();
    bench.start("orders");
    for _ in 0..3 {
        crashes_while_up(&mut bench);
    }
    assert_eq!(bench.service("orders").deaths.len(), 3);
    assert_eq!(bench.phase("orders"), Phase::Backoff);
    let _ = bench.ask("orders", Action::Start);
    assert!(bench.service("orders").deaths.is_empty());
    bench.comes_up("orders");
    let _ = bench.exits("orders", ExitStatus::Code(1));
    assert_eq!(
        bench.phase("orders"),
        Phase::Starting,
        "the first is immediate again"
    );
}

/// Dies; comes up again where the policy starts it at once.
fn crashes_while_up(bench: &mut Bench) {
    if bench.phase("orders") == Phase::Backoff {
        let until = bench.world.next_deadline().unwrap();
        let _ = bench.run_for(until.since(bench.now.mono));
    }
    if bench.phase("orders") == Phase::Starting {
        bench.comes_up("orders");
    }
    let _ = bench.exits("orders", ExitStatus::Code(1));
}

#[test]
fn restarts_by_hand_by_policy_and_by_the_arena_are_counted_apart() {
    let mut bench = always();
    bench.start("orders");
    let felix = Actor {
        kind: ActorKind::Felix,
        name: None,
    };
    for by in [Actor::HUMAN, Actor::CLI, felix] {
        let _ = bench.take(Input::Ask {
            service: name("orders"),
            action: Action::Restart,
            by,
            with: AskWith::default(),
            cause: None,
        });
        bench.ends("orders");
        bench.comes_up("orders");
    }
    let _ = bench.exits("orders", ExitStatus::Code(1));
    let restarts = bench.service("orders").restarts;
    assert_eq!(
        (restarts.manual, restarts.policy, restarts.arena),
        (2, 1, 1)
    );
}

#[test]
fn an_exit_says_who_holds_the_port_after_it_and_whether_it_was_asked_for() {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let own = bench.own("orders");
    let exits = |bench: &mut Bench, listeners| {
        let fact = Fact::Exited {
            status: ExitStatus::Code(1),
            stderr_tail: vec!["address in use".to_owned()],
            listeners,
        };
        let _ = bench.fact("orders", fact);
        bench
            .lines("orders", EventKind::Exit)
            .last()
            .unwrap()
            .data
            .clone()
    };
    // A child of it still listens: its leader is dead, so that is left over.
    let data = exits(&mut bench, Some(vec![own]));
    assert_eq!(data["holder"]["class"], "own-leftover");
    assert_eq!(
        (data["asked"].as_bool(), data["completed"].as_bool()),
        (Some(false), Some(false))
    );
    assert_eq!(data["stderr_tail"][0], "address in use");
    let _ = bench.sees("orders", vec![]);
    bench.start("orders");
    let data = exits(&mut bench, Some(vec![stranger(7)]));
    assert_eq!(data["holder"]["class"], "stranger");
    assert_eq!(data["holder"]["processes"][0]["pid"], 7);
    // Where nobody could look, the last look counts.
    bench.start("orders");
    let _ = bench.ask("orders", Action::Stop);
    let data = exits(&mut bench, None);
    assert_eq!(data["holder"]["class"], "own-leftover");
    assert_eq!(data["asked"].as_bool(), Some(true));
}
