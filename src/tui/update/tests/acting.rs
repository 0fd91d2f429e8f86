//! Actions, action by action.

use super::*;
use crate::{
    model::{Refusal, Seq, State, action::ACTIONS},
    tui::{samples, state::Tone},
};

/// The command of every action that has one.
fn commands() -> impl Iterator<Item = (Action, Command)> {
    let actions = ACTIONS.iter().map(|row| row.action);
    actions.filter_map(|action| Some((action, Command::of_action(action)?)))
}

#[test]
fn an_allowed_action_is_asked_for_or_asked_about() {
    // (service, action, whether a question comes first): orders is needed by the gateway.
    for (service, command, action, asks_first) in [
        ("payments", Command::ServiceRecover, Action::Recover, false),
        ("gateway", Command::ServiceStop, Action::Stop, false),
        ("gateway", Command::ServiceRestart, Action::Restart, false),
        ("orders", Command::ServiceStop, Action::Stop, true),
        ("orders", Command::ServiceRestart, Action::Restart, true),
        ("gateway", Command::ServiceKill, Action::Kill, true),
    ] {
        let mut bench = Bench::new(samples::shop(), (120, 36));
        bench.select(service);
        let wishes = sent(&bench.press(command));
        if asks_first {
            assert_eq!((wishes, bench.question().is_some()), (vec![], true));
        } else {
            assert_eq!(wishes, [ask(service, action)]);
            assert_eq!(bench.question(), None);
        }
    }
}

#[test]
fn start_is_asked_for_at_once_where_it_is_allowed() {
    let mut bench = Bench::new(samples::states(), (120, 36));
    bench.select("mailhog");
    let wishes = sent(&bench.press(Command::ServiceStart));
    assert_eq!(wishes, [ask("mailhog", Action::Start)]);
}

#[test]
fn a_disabled_key_says_why_and_only_has_the_refusal_recorded() {
    let mut refused = 0;
    for service in samples::states().services.keys() {
        for (action, command) in commands() {
            let mut bench = Bench::new(samples::states(), (120, 36));
            bench.select(service.as_str());
            bench.take(Msg::Snapshot);
            let verdict = bench.actions(service.as_str()).get(action).clone();
            if verdict.allowed {
                continue;
            }
            refused += 1;
            let before = bench.ui.clone();
            let wishes = sent(&bench.press(command));
            let refused = Ask::refused(service.clone(), action, Actor::HUMAN);
            assert_eq!(wishes, [Wish::Ask(refused)]);
            assert!(bench.said().starts_with(verdict.reason.as_deref().unwrap()));
            assert_eq!(bench.ui.message.as_ref().unwrap().tone, Tone::Error);
            let after = UiState {
                message: before.message.clone(),
                told: before.told.clone(),
                ..bench.ui.clone()
            };
            assert_eq!(after, before, "{service} {action}");
        }
    }
    assert!(refused > 20, "only {refused} refusals were seen");
}

#[test]
fn a_reason_names_the_key_of_what_would_help() {
    let mut bench = Bench::new(samples::states(), (120, 36));
    bench.select("mailhog");
    bench.press(Command::ServiceRecover);
    let start = bench.keymap.label(Command::ServiceStart).unwrap();
    assert_eq!(
        bench.said(),
        format!("Recover disabled: service is not running. {start} starts it.")
    );
    bench.select("cache");
    bench.press(Command::ServiceStart);
    let restart = bench.keymap.label(Command::ServiceRestart).unwrap();
    assert_eq!(
        bench.said(),
        format!("Start disabled: service is already running (PID 48202). {restart} restarts it.")
    );
    // No key frees a port yet.
    bench.select("api");
    bench.press(Command::ServiceStart);
    assert_eq!(
        bench.said(),
        "Start disabled: port 8080 is held by PID 48211 (node)."
    );
}

/// The owner's answer to the last thing that was pressed.
fn answer(bench: &mut Bench, action: Action, answer: Result<Seq, Refusal>) -> Vec<Effect> {
    let service = bench.ui.cursor.clone().unwrap();
    bench.take(Msg::Answer {
        service,
        action,
        answer,
    })
}

#[test]
fn the_owner_s_same_refusal_is_not_said_twice() {
    let mut bench = Bench::new(samples::states(), (120, 36));
    bench.select("mailhog");
    bench.press(Command::ServiceRecover);
    let message = bench.ui.message.clone();
    let same = Err(Refusal::NotRunning(Action::Recover));
    let effects = answer(&mut bench, Action::Recover, same);
    assert_eq!((effects, &bench.ui.message), (vec![], &message));
    assert_eq!(bench.ui.told, []);
}

#[test]
fn a_new_reason_of_the_owner_is_said() {
    let mut bench = Bench::new(samples::states(), (120, 36));
    bench.select("mailhog");
    bench.press(Command::ServiceRecover);
    answer(&mut bench, Action::Recover, Err(Refusal::StillStarting));
    assert_eq!(bench.said(), "Recover disabled: service is still starting.");
    // And one that nobody expected.
    bench.select("cache");
    bench.press(Command::ServiceStop);
    answer(&mut bench, Action::Stop, Err(Refusal::ShuttingDown));
    assert_eq!(bench.said(), "Stop disabled: oats is shutting down.");
}

#[test]
fn a_reason_that_is_no_longer_so_is_taken_back() {
    let mut bench = Bench::new(samples::states(), (120, 36));
    bench.select("mailhog");
    bench.press(Command::ServiceRecover);
    answer(&mut bench, Action::Recover, Ok(Seq(9)));
    assert_eq!((bench.said(), bench.ui.told.len()), ("", 0));
}

#[test]
fn a_silent_owner_is_named() {
    let mut bench = Bench::new(samples::shop(), (120, 36));
    bench.take(Msg::Unsent(ask("auth", Action::Stop)));
    assert_eq!(bench.said(), "Not sent: the owner does not answer.");
}

#[test]
fn without_a_service_an_action_says_so() {
    let mut bench = Bench::new(samples::empty(), (120, 36));
    assert_eq!(sent(&bench.press(Command::ServiceStart)), []);
    assert_eq!(bench.said(), "Start disabled: there is no service.");
}

#[test]
fn every_state_has_a_sample() {
    let snapshot = samples::states();
    let states: Vec<State> = snapshot.services.values().map(|it| State::of(it)).collect();
    assert!(State::ALL.iter().all(|state| states.contains(state)));
}
