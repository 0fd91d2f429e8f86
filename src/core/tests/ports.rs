//! What the listeners on a port are to the service that wants it.

use super::bench::{Bench, events, listener, of_run, other_user, stranger, task, unseen, web};
use crate::{
    core::holder::classify,
    model::{Action, ExitStatus, HolderClass, RunId, port::Listening},
};

/// A service that ran once, and whose last run was this.
fn stopped() -> (Bench, RunId) {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let run = bench.run("orders");
    let _ = bench.exits("orders", ExitStatus::Code(1));
    (bench, run)
}

fn class(bench: &Bench, listeners: &[Listening]) -> HolderClass {
    classify(bench.service("orders"), listeners).holder.class
}

#[test]
fn every_class_has_its_sign() {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let run = bench.run("orders");
    assert_eq!(class(&bench, &[]), HolderClass::Free);
    assert_eq!(class(&bench, &[of_run("orders", run, 5)]), HolderClass::Own);
    assert_eq!(class(&bench, &[stranger(7)]), HolderClass::Stranger);
    assert_eq!(class(&bench, &[other_user()]), HolderClass::OtherUser);
    assert_eq!(class(&bench, &[unseen()]), HolderClass::Unseen);
    let other = RunId::from_random(9);
    let payments = classify(bench.service("orders"), &[of_run("payments", other, 8)]);
    assert_eq!(payments.holder.class, HolderClass::OtherService);
    assert_eq!(
        payments.holder.service,
        Some(super::bench::name("payments"))
    );

    let (bench, run) = stopped();
    let leftover = of_run("orders", run, 5);
    assert_eq!(class(&bench, &[leftover]), HolderClass::OwnLeftover);
}

#[test]
fn a_tag_of_an_unrecorded_run_is_too_weak_a_sign_for_a_leftover() {
    let (bench, _) = stopped();
    let unknown = of_run("orders", RunId::from_random(9), 5);
    assert_eq!(class(&bench, &[unknown]), HolderClass::Stranger);
}

#[test]
fn a_visible_process_of_another_user_is_named() {
    let bench = Bench::new([web("orders", 8103)]);
    let seen = Listening {
        process: listener(Some(65), "postgres", "postgres"),
        ..other_user()
    };
    assert_eq!(class(&bench, &[seen]), HolderClass::OtherUser);
}

#[test]
fn the_most_foreign_of_several_listeners_decides_and_comes_first() {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let run = bench.run("orders");
    let own = of_run("orders", run, 5);
    let state = classify(
        bench.service("orders"),
        &[own.clone(), stranger(7), stranger(6)],
    );
    assert_eq!(state.holder.class, HolderClass::Stranger);
    let pids: Vec<u32> = state
        .holder
        .processes
        .iter()
        .filter_map(|it| Some(it.pid?.0))
        .collect();
    assert_eq!(pids, [6, 7, 5]);
    let state = classify(bench.service("orders"), &[own, other_user()]);
    assert_eq!(state.holder.processes[0].user, "postgres");
}

#[test]
fn oats_itself_and_its_parents_are_protected() {
    let mut bench = Bench::new([web("orders", 8103)]);
    let oats = Listening {
        protected: true,
        ..stranger(4)
    };
    let _ = bench.sees("orders", vec![oats]);
    let refusal = bench.refusal("orders", Action::FreePort);
    assert_eq!(refusal.text(), "PID 4 is oats or one of its parents");
}

#[test]
fn a_change_of_the_holder_is_written_down_and_the_first_look_is_none() {
    let mut bench = Bench::new([web("orders", 8103)]);
    assert!(events(&bench.sees("orders", vec![])).is_empty());
    let decision = bench.sees("orders", vec![stranger(7)]);
    assert_eq!(events(&decision), ["port orders free to stranger"]);
    assert_eq!(decision.changed.len(), 1);
    let decision = bench.sees("orders", vec![stranger(7)]);
    assert!(decision.events.is_empty() && decision.changed.is_empty());
}

#[test]
fn a_look_at_the_port_of_a_service_without_one_says_nothing() {
    let mut bench = Bench::new([task("orders")]);
    let _ = bench.sees("orders", vec![stranger(7)]);
    assert_eq!(bench.service("orders").port, None);
}
