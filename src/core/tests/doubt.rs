//! Processes that may be an earlier run: left alone until somebody decides.

use super::bench::{Bench, effects, events, ms, name, of_run, web};
use crate::{
    core::{
        Decision, Input, Leaving,
        input::{Doubt, Seen},
    },
    model::{
        Action, Actor, EventKind, Force, Identity, Phase, Pid, Refusal, RunId, SurvivorChoice,
        Target, Want, snapshot::Survivor,
    },
};

const TERM: SurvivorChoice = SurvivorChoice::End(Force::Term);
const ADOPT: SurvivorChoice = SurvivorChoice::Adopt;

/// Survivors with these numbers turn up.
pub(super) fn turns_up(bench: &mut Bench, service: &str, pids: &[u32]) -> Vec<String> {
    let survivor = |pid: &u32| Survivor {
        pid: Pid(*pid),
        start_ticks: u64::from(*pid),
        started_at: None,
        command: "/bin/orders".to_owned(),
        why: "Agrees: its tag. Differs: its run.".to_owned(),
    };
    let survivors = pids.iter().map(survivor).collect();
    let service = name(service);
    effects(&bench.take(Input::Survivors { service, survivors }))
}

fn doubtful() -> Bench {
    let mut bench = Bench::new([web("orders", 8103)]);
    let watched = turns_up(&mut bench, "orders", &[51, 52]);
    assert_eq!(
        watched,
        ["watch survivor 51 of orders", "watch survivor 52 of orders"]
    );
    bench
}

fn target(pid: u32) -> Target {
    Target {
        pid: Pid(pid),
        start_ticks: u64::from(pid),
    }
}

fn take(bench: &mut Bench, doubt: Doubt) -> Decision {
    let service = name("orders");
    bench.take(Input::Doubt { service, doubt })
}

fn decide(bench: &mut Bench, target: Target, choice: SurvivorChoice) -> Decision {
    let by = Actor::HUMAN;
    take(bench, Doubt::Asked { target, choice, by })
}

/// The shell has looked once more: it is that one.
fn seen(bench: &mut Bench, pid: u32, run: Option<RunId>) -> Decision {
    let seq = bench.service("orders").doubt.as_ref().unwrap().seq;
    let identity = Identity {
        pid: Pid(pid),
        start_ticks: u64::from(pid),
        pidfd_ino: None,
    };
    let seen = Ok(Seen {
        identity,
        run,
        started_at: Some(bench.now.wall),
        tree: vec![target(54)],
    });
    take(bench, Doubt::Seen { seq, seen })
}

fn last(bench: &Bench) -> String {
    bench.results("orders").last().unwrap().clone()
}

#[test]
fn a_survivor_that_is_ended_leaves_the_list_and_frees_the_start() {
    let mut bench = doubtful();
    let decision = decide(&mut bench, target(51), TERM);
    assert_eq!(effects(&decision), ["survivor 51 of orders"]);
    assert_eq!(events(&decision), ["ask orders by human"]);
    assert_eq!(
        decision.events[0].reason.as_deref(),
        Some("end PID 51 with SIGTERM")
    );
    let _ = seen(&mut bench, 51, None);
    bench.pass(ms(40));
    let _ = take(&mut bench, Doubt::Gone(target(51)));
    assert_eq!(bench.results("orders"), ["survivor done"]);
    assert_eq!(
        bench.refusal("orders", Action::Start),
        Refusal::Survivor(Pid(52))
    );
    let _ = take(&mut bench, Doubt::Gone(target(52)));
    assert!(bench.ask("orders", Action::Start).answer.unwrap().is_ok());
}

#[test]
fn a_survivor_that_does_not_end_is_named_after_five_seconds() {
    let mut bench = doubtful();
    let _ = decide(&mut bench, target(51), TERM);
    let _ = seen(&mut bench, 51, None);
    let _ = bench.run_for(ms(5000));
    assert_eq!(
        last(&bench),
        "survivor failed: PID 51 still lives 5 s after SIGTERM"
    );
    assert_eq!(bench.service("orders").survivors.len(), 2);
}

#[test]
fn only_who_is_in_doubt_is_touched() {
    let mut bench = doubtful();
    for choice in [TERM, SurvivorChoice::End(Force::Kill), ADOPT] {
        let decision = decide(&mut bench, target(53), choice);
        assert!(decision.effects.is_empty());
        assert_eq!(
            last(&bench),
            "survivor failed: PID 53 is not in doubt any more, nothing was done"
        );
        let other = Target {
            start_ticks: 9,
            ..target(51)
        };
        assert!(decide(&mut bench, other, choice).effects.is_empty());
        assert_eq!(
            last(&bench),
            "survivor failed: PID 51 is now another process, nothing was done"
        );
    }
}

#[test]
fn what_the_last_look_found_is_the_reason() {
    let mut bench = doubtful();
    let seq = decide(&mut bench, target(51), TERM)
        .answer
        .unwrap()
        .unwrap();
    let seen = Err("PID 51 has ended, nothing was done".to_owned());
    let _ = take(&mut bench, Doubt::Seen { seq, seen });
    assert_eq!(
        last(&bench),
        "survivor failed: PID 51 has ended, nothing was done"
    );
}

#[test]
fn a_second_choice_takes_the_place_of_the_first() {
    let mut bench = doubtful();
    let _ = decide(&mut bench, target(51), TERM);
    let _ = decide(&mut bench, target(51), SurvivorChoice::End(Force::Kill));
    let _ = take(&mut bench, Doubt::Gone(target(51)));
    assert_eq!(
        bench.results("orders"),
        [
            "survivor superseded: another choice took its place",
            "survivor done"
        ]
    );
}

#[test]
fn a_survivor_is_taken_over_with_the_run_of_its_tag() {
    let mut bench = Bench::new([web("orders", 8103)]);
    // 54 is a child of 51.
    let _ = turns_up(&mut bench, "orders", &[51, 52, 54]);
    let run = RunId::from_random(77);
    let _ = decide(&mut bench, target(51), ADOPT);
    let decision = seen(&mut bench, 51, Some(run));
    assert_eq!(effects(&decision), ["adopt orders", "look at port orders"]);
    assert_eq!(events(&decision), ["adoption orders", "result orders done"]);
    let adoption = bench.lines("orders", EventKind::Adoption)[0];
    assert_eq!(adoption.data["verdict"], "adopted by hand");
    assert_eq!(adoption.data["pid"], 51);
    let service = bench.service("orders");
    assert_eq!(service.life.run(), Some(run));
    assert_eq!(
        (service.want, bench.phase("orders")),
        (Want::Up, Phase::Running)
    );
    assert_eq!(
        service.survivors.len(),
        1,
        "the other one is still in doubt"
    );
    let _ = bench.sees("orders", vec![of_run("orders", run, 51)]);
    let _ = bench.probed("orders", true);
    assert_eq!(bench.health("orders"), "healthy");
    let decision = bench.ask("orders", Action::Stop);
    assert_eq!(effects(&decision), ["signal orders SIGTERM"]);
}

#[test]
fn a_survivor_without_a_tag_is_the_recorded_run_or_a_new_one() {
    let mut bench = doubtful();
    let _ = decide(&mut bench, target(51), ADOPT);
    let _ = seen(&mut bench, 51, None);
    let new = bench.run("orders");
    assert_ne!(new, RunId::from_random(0));

    let mut bench = doubtful();
    let last = crate::core::effect::LastRun {
        run: RunId::from_random(5),
        identity: Some(Identity {
            pid: Pid(51),
            start_ticks: 51,
            pidfd_ino: None,
        }),
        parented: false,
    };
    bench
        .world
        .services
        .get_mut(&name("orders"))
        .unwrap()
        .last_run = Some(last);
    let _ = decide(&mut bench, target(51), ADOPT);
    let decision = seen(&mut bench, 51, None);
    assert_eq!(bench.run("orders"), RunId::from_random(5));
    assert_eq!(effects(&decision), ["adopt orders", "look at port orders"]);
}

#[test]
fn taking_one_over_ends_what_the_last_run_left_behind() {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let _ = bench.exits("orders", crate::model::ExitStatus::Code(1));
    let _ = turns_up(&mut bench, "orders", &[51]);
    let _ = decide(&mut bench, target(51), ADOPT);
    let decision = seen(&mut bench, 51, None);
    assert_eq!(
        effects(&decision),
        ["end leftover orders", "adopt orders", "look at port orders"]
    );
}

#[test]
fn a_service_that_has_a_process_takes_no_other_over() {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let _ = turns_up(&mut bench, "orders", &[51]);
    let decision = decide(&mut bench, target(51), ADOPT);
    assert!(decision.effects.is_empty());
    assert_eq!(last(&bench), "survivor failed: service is already running");
}

#[test]
fn nothing_is_decided_about_an_unknown_service_or_while_oats_leaves() {
    let mut bench = doubtful();
    let choice = TERM;
    let by = Actor::HUMAN;
    let doubt = Doubt::Asked {
        target: target(51),
        choice,
        by: by.clone(),
    };
    let service = name("order");
    let decision = bench.take(Input::Doubt { service, doubt });
    assert_eq!(
        decision.answer,
        Some(Err(Refusal::NoSuchService(name("order"))))
    );
    let _ = decide(&mut bench, target(51), TERM);
    let how = Leaving::Detach;
    let _ = bench.take(Input::Leave { how, by });
    assert_eq!(last(&bench), "survivor superseded: oats left");

    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    let _ = turns_up(&mut bench, "orders", &[51]);
    let by = Actor::HUMAN;
    let how = Leaving::StopAll;
    let _ = bench.take(Input::Leave { how, by });
    let answer = decide(&mut bench, target(51), TERM).answer;
    assert_eq!(answer, Some(Err(Refusal::ShuttingDown)));
}
