//! How a port is freed, and who is never touched.

use super::bench::{
    Bench, confirmed, effects, events, ms, name, of_run, stranger, task, unseen, web,
};
use crate::{
    core::{
        Decision, FreeingWay, Input, Leaving,
        input::{AskWith, FreeNews},
    },
    model::{Action, Actor, ExitStatus, Force, FreeWith, Outcome, Phase, Refusal, Seq, Want},
};

/// A service on whose port these strangers listen.
fn held(pids: &[u32]) -> Bench {
    let mut bench = Bench::new([web("orders", 8103)]);
    let strangers = pids.iter().map(|pid| stranger(*pid)).collect();
    let _ = bench.sees("orders", strangers);
    bench
}

fn free(bench: &mut Bench, free: FreeWith) -> Decision {
    let with = AskWith {
        free,
        ..AskWith::default()
    };
    bench.ask_with("orders", Action::FreePort, with)
}

fn news(bench: &mut Bench, news: FreeNews) -> Decision {
    let seq = bench.service("orders").freeing.as_ref().unwrap().seq;
    let service = name("orders");
    bench.take(Input::Freed { service, seq, news })
}

fn last(bench: &Bench) -> String {
    bench.results("orders").last().unwrap().clone()
}

#[test]
fn a_confirmed_stranger_is_signalled_and_the_ask_ends_when_the_port_is_free() {
    let mut bench = held(&[7]);
    let decision = free(&mut bench, confirmed(7, Force::Term, false));
    assert_eq!(
        effects(&decision),
        ["SIGTERM to PID 7 on the port of orders"]
    );
    assert_eq!(events(&decision), ["ask free_port orders by human"]);
    assert!(
        bench.world.waits_for_a_port(),
        "its port is watched closely"
    );
    bench.pass(ms(300));
    let _ = bench.sees("orders", vec![stranger(7)]);
    assert!(bench.results("orders").is_empty());
    let _ = bench.sees("orders", vec![]);
    assert_eq!(bench.results("orders"), ["free_port done"]);
    let last = bench.service("orders").last_action.clone().unwrap();
    assert_eq!((last.result, last.duration_ms), (Outcome::Done, 300));
    assert_eq!(bench.phase("orders"), Phase::Stopped);
    assert!(!bench.world.waits_for_a_port());
}

#[test]
fn nothing_is_done_to_a_stranger_that_nobody_confirmed() {
    let mut bench = held(&[7]);
    let decision = free(&mut bench, FreeWith::default());
    assert!(decision.effects.is_empty());
    assert_eq!(
        last(&bench),
        "free_port failed: the PID of the holder was not confirmed, nothing was done"
    );
}

#[test]
fn nothing_is_done_to_a_process_that_does_not_hold_the_port() {
    let mut bench = held(&[7]);
    let decision = free(&mut bench, confirmed(8, Force::Kill, true));
    assert!(decision.effects.is_empty());
    assert_eq!(
        last(&bench),
        "free_port failed: PID 8 does not hold port 8103 any more, nothing was done"
    );
    assert_eq!(
        bench.phase("orders"),
        Phase::Stopped,
        "and it is not started"
    );
}

#[test]
fn a_number_that_means_another_process_by_now_is_not_signalled() {
    let mut bench = held(&[7]);
    let mut other = confirmed(7, Force::Term, false);
    if let Some((target, _)) = &mut other.stranger {
        target.start_ticks += 1;
    }
    let decision = free(&mut bench, other);
    assert!(decision.effects.is_empty());
    assert_eq!(
        last(&bench),
        "free_port failed: PID 7 is now another process, nothing was done"
    );
}

/// Somebody who typed the PID of a stranger did not mean a service of ours that took its place.
#[test]
fn a_confirmed_stranger_does_not_stop_a_service_of_ours() {
    let mut bench = Bench::new([web("orders", 8103), task("squatter")]);
    bench.start_task("squatter");
    let squatter = of_run("squatter", bench.run("squatter"), 7);
    let _ = bench.sees("orders", vec![squatter]);
    let decision = free(&mut bench, confirmed(7, Force::Term, false));
    assert!(decision.effects.is_empty());
    assert_eq!(bench.phase("squatter"), Phase::Running);
    assert!(last(&bench).contains("PID 7 does not hold port 8103 any more"));
}

#[test]
fn what_the_look_right_before_the_signal_found_is_the_reason() {
    let mut bench = held(&[7]);
    let _ = free(&mut bench, confirmed(7, Force::Term, true));
    let why = "PID 7 is now another process, nothing was done".to_owned();
    let decision = news(&mut bench, FreeNews::Refused(why));
    assert_eq!(events(&decision), ["result free_port orders failed"]);
    assert_eq!(
        last(&bench),
        "free_port failed: PID 7 is now another process, nothing was done"
    );
    let _ = bench.sees("orders", vec![]);
    assert_eq!(
        bench.phase("orders"),
        Phase::Stopped,
        "and it is not started"
    );
}

#[test]
fn a_stranger_that_does_not_let_go_is_named_after_five_seconds() {
    for (force, signal) in [(Force::Term, "SIGTERM"), (Force::Kill, "SIGKILL")] {
        let mut bench = held(&[7]);
        let _ = free(&mut bench, confirmed(7, force, true));
        let _ = bench.run_for(ms(4990));
        assert!(bench.results("orders").is_empty());
        let _ = bench.run_for(ms(20));
        assert_eq!(
            last(&bench),
            format!("free_port failed: PID 7 still holds port 8103 5 s after {signal}")
        );
        assert_eq!(bench.phase("orders"), Phase::Stopped);
        let decision = free(&mut bench, confirmed(7, Force::Kill, false));
        assert_eq!(
            effects(&decision),
            ["SIGKILL to PID 7 on the port of orders"]
        );
    }
}

#[test]
fn whoever_holds_the_port_afterwards_is_named() {
    let mut bench = held(&[6, 7]);
    let _ = free(&mut bench, confirmed(7, Force::Term, true));
    let _ = bench.sees("orders", vec![stranger(6)]);
    assert!(bench.results("orders").is_empty(), "a worker may end late");
    let _ = bench.run_for(ms(600));
    assert_eq!(
        last(&bench),
        "free_port failed: port 8103 is now held by PID 6 (node)"
    );
}

#[test]
fn a_moment_without_a_visible_holder_is_no_end() {
    let mut bench = held(&[7]);
    let _ = free(&mut bench, confirmed(7, Force::Term, false));
    let _ = bench.sees("orders", vec![unseen()]);
    let _ = bench.run_for(ms(1000));
    assert!(bench.results("orders").is_empty());
    let _ = bench.sees("orders", vec![]);
    assert_eq!(bench.results("orders"), ["free_port done"]);
}

#[test]
fn a_freed_port_starts_the_service_where_that_was_wanted() {
    let mut bench = held(&[7]);
    let seq = free(&mut bench, confirmed(7, Force::Term, true)).answer;
    let decision = bench.sees("orders", vec![]);
    assert_eq!(effects(&decision), ["prepare orders"]);
    let ask = decision.events.last().unwrap();
    assert_eq!(ask.cause, Some(seq.unwrap().unwrap()));
    assert_eq!(ask.actor, Some(Actor::HUMAN));
    bench.comes_up("orders");
    assert_eq!(bench.results("orders"), ["free_port done", "start done"]);
}

#[test]
fn a_service_that_waits_for_its_port_comes_up_by_itself() {
    let mut bench = held(&[7]);
    let with = AskWith {
        when_free: true,
        ..AskWith::default()
    };
    let _ = bench.ask_with("orders", Action::Start, with);
    let _ = free(&mut bench, confirmed(7, Force::Term, true));
    assert_eq!(bench.waits_for("orders"), "port 8103");
    let decision = bench.sees("orders", vec![]);
    assert_eq!(effects(&decision), ["prepare orders"]);
    bench.comes_up("orders");
    assert_eq!(bench.results("orders"), ["free_port done", "start done"]);
}

#[test]
fn a_stop_takes_the_start_that_would_follow_away() {
    let mut bench = held(&[7]);
    let with = AskWith {
        when_free: true,
        ..AskWith::default()
    };
    let _ = bench.ask_with("orders", Action::Start, with);
    let _ = free(&mut bench, confirmed(7, Force::Term, true));
    let _ = bench.ask("orders", Action::Stop);
    let decision = bench.sees("orders", vec![]);
    assert!(decision.effects.is_empty());
    assert_eq!(bench.service("orders").want, Want::Down);
    assert_eq!(last(&bench), "free_port done");
}

#[test]
fn a_port_is_freed_once_at_a_time() {
    let mut bench = held(&[7]);
    let _ = free(&mut bench, confirmed(7, Force::Term, false));
    let refusal = bench.refusal("orders", Action::FreePort);
    assert_eq!(refusal, Refusal::Busy(Action::FreePort));
    assert_eq!(
        refusal.sentence(Action::FreePort),
        "Free port disabled: free port is in progress."
    );
    assert_eq!(bench.refusal("orders", Action::Start).code(), "port_held");
}

#[test]
fn leaving_supersedes_it() {
    for how in [Leaving::Detach, Leaving::StopAll, Leaving::KillAll] {
        let mut bench = held(&[7]);
        let _ = free(&mut bench, confirmed(7, Force::Term, true));
        let by = Actor::HUMAN;
        let _ = bench.take(Input::Leave { how, by });
        assert_eq!(bench.results("orders"), ["free_port superseded: oats left"]);
    }
}

/// `squatter` runs and listens on the port of `orders`.
fn squatted() -> Bench {
    let mut bench = Bench::new([web("orders", 8103), task("squatter")]);
    bench.start_task("squatter");
    let squatter = of_run("squatter", bench.run("squatter"), 61);
    let _ = bench.sees("orders", vec![squatter]);
    bench
}

const THEN_START: FreeWith = FreeWith {
    stranger: None,
    then_start: true,
};

#[test]
fn a_service_of_ours_that_holds_the_port_is_stopped() {
    let mut bench = squatted();
    let decision = free(&mut bench, THEN_START);
    assert_eq!(
        events(&decision),
        [
            "ask free_port orders by human",
            "ask stop squatter by human"
        ]
    );
    let _ = bench.exits("squatter", ExitStatus::Code(0));
    let decision = bench.looked("squatter", 0);
    assert!(effects(&decision).contains(&"look at port orders".to_owned()));
    assert!(bench.results("orders").is_empty());
    let decision = bench.sees("orders", vec![]);
    assert_eq!(effects(&decision), ["prepare orders"]);
    assert_eq!(bench.results("orders"), ["free_port done"]);
    assert_eq!(bench.results("squatter"), ["start done", "stop done"]);
}

#[test]
fn a_stop_that_takes_long_is_waited_for_and_a_kill_instead_is_as_good() {
    let mut bench = squatted();
    let _ = free(&mut bench, THEN_START);
    bench.pass(ms(60_000));
    let squatter = of_run("squatter", bench.run("squatter"), 61);
    let _ = bench.sees("orders", vec![squatter]);
    assert!(bench.results("orders").is_empty());
    let _ = bench.ask("squatter", Action::Kill);
    bench.ends("squatter");
    let _ = bench.sees("orders", vec![]);
    assert_eq!(bench.results("orders"), ["free_port done"]);
}

#[test]
fn a_service_of_ours_that_does_not_die_is_the_reason() {
    let mut bench = squatted();
    let _ = free(&mut bench, THEN_START);
    let _ = bench.run_for(ms(5000));
    let _ = bench.looked("squatter", 1);
    assert_eq!(
        last(&bench),
        "free_port failed: squatter could not be stopped: PID 9 (sh) did not die after SIGKILL"
    );
}

#[test]
fn what_a_service_of_ours_left_on_the_port_is_named_at_the_end() {
    let mut bench = squatted();
    let run = bench.run("squatter");
    let _ = bench.exits("squatter", ExitStatus::Code(1));
    let _ = bench.sees("orders", vec![of_run("squatter", run, 61)]);
    let _ = free(&mut bench, FreeWith::default());
    let _ = bench.run_for(ms(6000));
    assert_eq!(
        last(&bench),
        "free_port failed: port 8103 is still held by PID 61 (squatter) of service squatter"
    );
}

/// `orders` has died, and a child of it still listens.
fn left_over() -> Bench {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let run = bench.run("orders");
    let _ = bench.exits("orders", ExitStatus::Code(1));
    let _ = bench.sees("orders", vec![of_run("orders", run, 77)]);
    bench
}

#[test]
fn what_an_earlier_run_left_behind_is_ended() {
    let mut bench = left_over();
    let decision = free(&mut bench, THEN_START);
    assert_eq!(effects(&decision), ["end leftover orders"]);
    let decision = news(&mut bench, FreeNews::Ended);
    assert_eq!(effects(&decision), ["look at port orders"]);
    let decision = bench.sees("orders", vec![]);
    assert_eq!(effects(&decision), ["prepare orders, cleaning"]);
    assert!(
        bench
            .results("orders")
            .contains(&"free_port done".to_owned())
    );
}

#[test]
fn nothing_is_ended_as_a_leftover_while_an_earlier_run_is_in_doubt() {
    let mut bench = left_over();
    super::doubt::turns_up(&mut bench, "orders", &[51]);
    let decision = free(&mut bench, THEN_START);
    assert!(decision.effects.is_empty());
    assert_eq!(
        last(&bench),
        "free_port failed: PID 51 may be an earlier run of this service, nothing was done"
    );
}

#[test]
fn news_of_an_older_ask_are_dropped() {
    let mut bench = held(&[7]);
    let _ = free(&mut bench, confirmed(7, Force::Term, false));
    let why = FreeNews::Refused("late".to_owned());
    let service = name("orders");
    let seq = Seq(1000);
    let _ = bench.take(Input::Freed {
        service,
        seq,
        news: why,
    });
    let freeing = bench.service("orders").freeing.as_ref().unwrap();
    assert!(matches!(freeing.way, FreeingWay::Stranger(..)));
}
