//! Questions.

use super::*;
use crate::{
    model::{Phase, Pid},
    tui::{samples, state::Choice},
};

/// A console that asks whether to kill payments.
fn killing() -> Bench {
    let mut bench = Bench::new(samples::shop(), (120, 36));
    bench.select("payments");
    bench.press(Command::ServiceKill);
    bench
}

fn focused(bench: &Bench) -> Choice {
    match &bench.ui.overlay {
        Some(Overlay::Question(question)) => question.kind.choices()[question.focused],
        _ => panic!("nothing is asked"),
    }
}

#[test]
fn kill_always_asks_and_the_harmless_choice_is_focused() {
    let mut bench = killing();
    let pid = bench.snapshot.services[&name("payments")].pid;
    let service = name("payments");
    assert_eq!(bench.question(), Some(&QuestionKind::Kill { service, pid }));
    assert_eq!(focused(&bench), Choice::No);
    assert_eq!(sent(&bench.press(Command::DialogChoose)), []);
    assert_eq!(bench.ui.overlay, None);
}

#[test]
fn every_way_to_say_yes_kills_and_every_way_to_say_no_does_not() {
    let kill = || vec![ask("payments", Action::Kill)];
    for (keys, expected) in [
        (vec!["y"], kill()),
        (vec!["right", "enter"], kill()),
        (vec!["left", "enter"], kill()),
        (vec!["tab", "space"], kill()),
        (vec!["l", "enter"], kill()),
        (vec!["j", "k", "j", "enter"], kill()),
        (vec!["n"], vec![]),
        (vec!["esc"], vec![]),
        (vec!["q"], vec![]),
        (vec!["enter"], vec![]),
        (vec!["right", "right", "enter"], vec![]),
        (vec!["shift+tab", "tab", "enter"], vec![]),
    ] {
        let mut bench = killing();
        let effects: Vec<Effect> = keys
            .iter()
            .flat_map(|key| bench.press_key(key.parse().unwrap()))
            .collect();
        assert_eq!(sent(&effects), expected, "{keys:?}");
        assert_eq!(bench.ui.overlay, None, "{keys:?}");
    }
}

#[test]
fn stop_and_restart_name_the_running_services_that_need_it() {
    for (command, action, restart) in [
        (Command::ServiceStop, Action::Stop, false),
        (Command::ServiceRestart, Action::Restart, true),
    ] {
        let mut bench = Bench::new(samples::shop(), (120, 36));
        bench.select("orders");
        bench.press(command);
        let expected = QuestionKind::Affects {
            service: name("orders"),
            restart,
            dependents: vec![name("gateway")],
        };
        assert_eq!(bench.question(), Some(&expected));
        assert_eq!(focused(&bench), Choice::No);
        let wishes = sent(&bench.press(Command::DialogYes));
        assert_eq!(wishes, [ask("orders", action)]);
    }
}

#[test]
fn services_that_do_not_run_are_no_reason_to_ask() {
    let mut bench = Bench::new(samples::shop(), (120, 36));
    bench.change("gateway", |view| {
        view.phase = Phase::Stopped;
        view.pid = None;
    });
    bench.select("orders");
    let wishes = sent(&bench.press(Command::ServiceStop));
    assert_eq!(wishes, [ask("orders", Action::Stop)]);
}

#[test]
fn another_process_is_never_killed_by_an_old_question() {
    let mut bench = killing();
    bench.change("payments", |view| view.pid = Some(Pid(9)));
    assert_eq!(sent(&bench.press(Command::DialogYes)), []);
    assert_eq!(
        bench.said(),
        "Nothing was killed: payments is not PID 48205 any more."
    );
    let mut bench = killing();
    bench.change("payments", |view| {
        view.phase = Phase::Failed;
        view.pid = None;
    });
    assert_eq!(sent(&bench.press(Command::DialogYes)), []);
    assert!(bench.said().starts_with("Nothing was killed"));
}

#[test]
fn the_target_stays_when_the_cursor_s_service_vanishes() {
    let mut bench = killing();
    let before = bench.question().cloned();
    bench.snapshot.services.remove(&name("payments"));
    bench.take(Msg::Snapshot);
    assert_eq!(bench.question(), before.as_ref());
    assert_eq!(sent(&bench.press(Command::DialogYes)), []);
}

#[test]
fn a_confirmed_stop_that_cannot_be_any_more_says_why() {
    let mut bench = Bench::new(samples::shop(), (120, 36));
    bench.select("orders");
    bench.press(Command::ServiceStop);
    bench.change("orders", |view| {
        view.phase = Phase::Stopped;
        view.pid = None;
    });
    bench.press(Command::DialogYes);
    assert_eq!(bench.said(), "Stop disabled: service is not running.");
}

#[test]
fn what_was_typed_before_the_question_was_drawn_is_thrown_away() {
    let mut bench = Bench::new(samples::shop(), (120, 36));
    let key = |command| bench.keymap.keys(command)[0];
    let (kill, yes, quit) = (
        key(Command::ServiceKill),
        key(Command::DialogYes),
        key(Command::AppQuit),
    );
    bench.take(typed(kill));
    assert!(bench.ui.unseen);
    assert_eq!(bench.take(typed(yes)), []);
    assert_eq!(bench.take(typed(quit)), []);
    assert!(matches!(bench.question(), Some(QuestionKind::Kill { .. })));
    bench.ui.unseen = false;
    assert_eq!(sent(&bench.take(typed(yes))).len(), 1);
}

#[test]
fn keys_of_the_services_mean_nothing_in_a_question_and_help_waits() {
    let mut bench = killing();
    let before = bench.question().cloned();
    assert_eq!(sent(&bench.press(Command::ServiceStart)), []);
    assert!(bench.said().contains("is not bound"), "{}", bench.said());
    bench.press(Command::HelpShow);
    assert_eq!(bench.said(), "The question comes first.");
    assert_eq!(bench.question(), before.as_ref());
}
