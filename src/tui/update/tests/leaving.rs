//! Leaving: contract section 5.

use super::*;
use crate::{
    model::{Actor, Phase},
    supervisor::{Feed, Leaving, Link},
    tui::{message::ExitReason, samples},
};

fn shop() -> Bench {
    Bench::new(samples::shop(), (120, 36))
}

fn stop(bench: &mut Bench, service: &str) {
    bench.change(service, |view| {
        view.phase = Phase::Stopped;
        view.pid = None;
    });
}

#[test]
fn leaving_asks_what_becomes_of_the_services_that_run() {
    for command in [Command::NavClose, Command::AppQuit] {
        let mut bench = shop();
        stop(&mut bench, "auth");
        assert_eq!(sent(&bench.press(command)), []);
        let running = ["gateway", "inventory", "orders", "payments"].map(name);
        let running = running.to_vec();
        assert_eq!(bench.question(), Some(&QuestionKind::Quit { running }));
        // Stay is focused.
        assert_eq!(sent(&bench.press(Command::DialogChoose)), []);
        assert_eq!((bench.ui.overlay, bench.ui.leave), (None, None));
    }
}

#[test]
fn each_answer_leaves_in_its_way() {
    for (steps, how) in [(1, Leaving::Detach), (2, Leaving::StopAll)] {
        let mut bench = shop();
        bench.press(Command::NavClose);
        for _ in 0..steps {
            bench.press(Command::DialogNext);
        }
        let wishes = sent(&bench.press(Command::DialogChoose));
        assert_eq!(wishes, [Wish::leave(how, Actor::HUMAN)]);
        assert_eq!(bench.ui.leave, Some(how));
        let left = bench.take(Msg::Left);
        assert!(left.contains(&Effect::Quit(ExitReason::Left)));
    }
}

#[test]
fn with_nothing_running_it_leaves_at_once() {
    for snapshot in [samples::empty(), samples::shop()] {
        let mut bench = Bench::new(snapshot, (120, 36));
        let names: Vec<String> = bench
            .snapshot
            .services
            .keys()
            .map(ToString::to_string)
            .collect();
        for service in names {
            stop(&mut bench, &service);
        }
        let wishes = sent(&bench.press(Command::NavClose));
        assert_eq!(wishes, [Wish::leave(Leaving::Detach, Actor::HUMAN)]);
    }
}

#[test]
fn each_ctrl_c_goes_a_step_further() {
    let ctrl_c: Key = "ctrl+c".parse().unwrap();
    let mut bench = shop();
    assert_eq!(sent(&bench.press_key(ctrl_c)), []);
    let stop_all = bench.press_key(ctrl_c);
    assert_eq!(
        sent(&stop_all),
        [Wish::leave(Leaving::StopAll, Actor::HUMAN)]
    );
    let key = bench.keymap.label(Command::LeaveForce).unwrap();
    assert_eq!(
        bench.ui.leaving,
        Some(format!("stopping 5 services, {key} kills them"))
    );
    let kill_all = bench.press_key(ctrl_c);
    assert_eq!(
        sent(&kill_all),
        [Wish::leave(Leaving::KillAll, Actor::HUMAN)]
    );
    let at_once = bench.press_key(ctrl_c);
    assert!(at_once.contains(&Effect::Quit(ExitReason::Told)));
}

#[test]
fn sigint_is_ctrl_c_and_the_quit_letter_is_not() {
    let mut bench = shop();
    bench.take(Msg::Interrupt);
    assert!(matches!(bench.question(), Some(QuestionKind::Quit { .. })));
    bench.ui.unseen = false;
    // Pressed twice, the letter must not stop anything.
    let letter = bench.press_key("Q".parse().unwrap());
    assert_eq!(sent(&letter), []);
    assert!(bench.question().is_some());
    let again = bench.take(Msg::Interrupt);
    assert_eq!(sent(&again), [Wish::leave(Leaving::StopAll, Actor::HUMAN)]);
}

#[test]
fn ctrl_c_in_another_question_asks_how_to_leave() {
    let mut bench = shop();
    bench.press(Command::ServiceKill);
    let effects = bench.press_key("ctrl+c".parse().unwrap());
    assert_eq!(sent(&effects), []);
    assert!(matches!(bench.question(), Some(QuestionKind::Quit { .. })));
}

#[test]
fn while_leaving_other_keys_do_nothing_and_progress_is_told() {
    let mut bench = shop();
    bench.press_key("ctrl+c".parse().unwrap());
    bench.press_key("ctrl+c".parse().unwrap());
    let before = bench.ui.clone();
    for key in ["s", "X", "q", "Q", "v", "?", "d", "esc", "enter", "y"] {
        assert_eq!(bench.press_key(key.parse().unwrap()), [], "{key}");
    }
    assert_eq!(bench.ui, before);
    for service in ["auth", "gateway", "inventory", "orders"] {
        stop(&mut bench, service);
    }
    let told = bench.ui.leaving.clone().unwrap();
    assert!(told.starts_with("stopping 1 service, "), "{told}");
    stop(&mut bench, "payments");
    assert_eq!(bench.ui.leaving.as_deref(), Some("nothing runs any more"));
}

#[test]
fn a_signal_leaves_at_once_and_the_services_run_on() {
    let mut bench = shop();
    let effects = bench.take(Msg::Leave);
    assert_eq!(sent(&effects), [Wish::leave(Leaving::Detach, Actor::HUMAN)]);
    assert!(effects.contains(&Effect::Quit(ExitReason::Told)));
}

#[test]
fn an_owner_that_is_gone_does_not_keep_the_console() {
    let mut bench = shop();
    let effects = bench.take(Msg::Unsent(Wish::leave(Leaving::StopAll, Actor::HUMAN)));
    assert!(effects.contains(&Effect::Quit(ExitReason::Told)));
}

#[test]
fn suspending_is_refused_with_its_reason() {
    let mut bench = shop();
    let text = "Suspend disabled: 5 services are supervised by this console.";
    assert_eq!(sent(&bench.press(Command::AppSuspend)), []);
    assert_eq!(bench.said(), text);
    bench.ui.message = None;
    bench.take(Msg::Suspend);
    assert_eq!(bench.said(), text);
    assert_eq!(bench.take(Msg::Resumed), [Effect::Reenter]);
}

/// A window onto an owner in another process.
fn attached() -> Bench {
    let mut bench = shop();
    bench.ui.link = Some(Link::Connected);
    bench
}

#[test]
fn a_window_onto_another_process_leaves_without_a_question_and_stops_nothing() {
    for command in [Command::AppQuit, Command::LeaveForce] {
        let mut bench = attached();
        let effects = bench.press(command);
        assert_eq!(sent(&effects), [], "{command:?}");
        assert!(
            effects.contains(&Effect::Quit(ExitReason::Left)),
            "{command:?}"
        );
    }
    let mut bench = attached();
    let effects = bench.take(Msg::Leave);
    assert_eq!(effects, [Effect::Quit(ExitReason::Told)]);
}

#[test]
fn a_window_onto_another_process_is_suspended_as_usual() {
    let mut bench = attached();
    assert!(bench.press(Command::AppSuspend).contains(&Effect::Suspend));
    assert_eq!(bench.take(Msg::Suspend), [Effect::Suspend]);
}

#[test]
fn an_owner_that_comes_and_goes_is_told() {
    let mut bench = attached();
    bench.take(Msg::Feed(Feed::Link(Link::Lost)));
    assert_eq!(
        bench.said(),
        "The owner does not answer: this is its last word. oats goes on trying."
    );
    bench.take(Msg::Feed(Feed::Link(Link::Connected)));
    assert_eq!(bench.said(), "Connected to the owner again.");
}
