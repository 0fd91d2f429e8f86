//! Several services at once.

use super::*;
use crate::{
    keymap::command::MenuCommand,
    model::{Event, EventKind, Outcome, Phase, Pid, Refusal, Seq},
    supervisor::Feed,
    tui::{
        samples,
        state::{Density, Many, Tone},
    },
};

fn marks(bench: &Bench) -> Vec<&str> {
    let marks = bench.ui.list.marks.iter();
    marks.map(crate::model::ServiceName::as_str).collect()
}

fn mark(bench: &mut Bench, services: &[&str]) {
    for service in services {
        bench.select(service);
        bench.press(Command::MarkToggle);
    }
}

fn many(bench: &Bench) -> Many {
    match bench.question() {
        Some(QuestionKind::Many(many)) => many.clone(),
        other => panic!("{other:?}"),
    }
}

fn targets(bench: &Bench) -> Vec<String> {
    let many = many(bench);
    many.targets.iter().map(|(it, _)| it.to_string()).collect()
}

/// How an ask of the person at the console has ended.
fn result(service: &str, action: Action, result: Outcome) -> Msg {
    let mut event = Event::clone(&samples::events()[0]);
    event.seq = Seq(9000);
    event.kind = EventKind::Result;
    event.service = Some(name(service));
    event.actor = Some(Actor::HUMAN);
    event.action = Some(action);
    event.result = Some(result);
    event.reason = None;
    Msg::Feed(Feed::Event(Arc::new(event)))
}

#[test]
fn a_mark_goes_on_to_the_next_service_and_comes_off_again() {
    let mut bench = Bench::new(samples::shop(), (120, 36));
    bench.select("auth");
    bench.press(Command::MarkToggle);
    bench.press(Command::MarkToggle);
    assert_eq!(marks(&bench), ["auth", "gateway"]);
    assert_eq!(bench.ui.cursor, Some(name("inventory")));
    bench.select("auth");
    bench.press(Command::MarkToggle);
    assert_eq!(marks(&bench), ["gateway"]);
    bench.press(Command::ServiceOpen);
    bench.press(Command::MarkToggle);
    assert_eq!(bench.said(), "gateway is not marked any more.");
    assert_eq!(bench.ui.cursor, Some(name("gateway")), "the page stays");
}

#[test]
fn one_key_marks_all_that_is_shown_and_takes_the_marks_away_again() {
    let mut bench = Bench::new(samples::grouped(50), (120, 36));
    bench.press(Command::MarkAll);
    assert_eq!(marks(&bench).len(), 50, "folded ones too");
    bench.press(Command::MarkAll);
    assert!(marks(&bench).is_empty());
    bench.ui.list.filter = "state:fail".to_owned();
    bench.press(Command::MarkAll);
    assert_eq!(marks(&bench), ["batch-011", "tool-034"]);
}

#[test]
fn marks_stay_with_their_services_through_orders_and_filters_and_one_step_back_clears_them() {
    let mut bench = Bench::new(samples::states(), (120, 36));
    bench.ui.chosen = Some(Density::Table);
    mark(&mut bench, &["search", "cache"]);
    bench.press(Command::SortNext);
    bench.ui.list.filter = "mail".to_owned();
    bench.take(Msg::Snapshot);
    assert_eq!(marks(&bench), ["cache", "search"]);
    bench.snapshot.services.remove(&name("cache"));
    bench.take(Msg::Snapshot);
    assert_eq!(marks(&bench), ["search"], "what is gone is not marked");
    bench.press(Command::NavBack);
    assert!(marks(&bench).is_empty());
    assert_eq!(bench.ui.list.filter, "mail", "one step at a time");
    bench.press(Command::NavBack);
    assert_eq!(bench.ui.list.filter, "");
}

#[test]
fn a_key_asks_once_about_all_marked_services_and_leaves_out_those_that_cannot() {
    let mut bench = Bench::new(samples::shop(), (120, 36));
    bench.change("auth", |view| {
        view.phase = Phase::Stopped;
        view.pid = None;
    });
    mark(&mut bench, &["payments", "auth", "orders"]);
    let asked = bench.press(Command::ServiceStop);
    assert_eq!(sent(&asked), []);
    let many = many(&bench);
    assert_eq!(
        many.refused,
        [(name("auth"), "service is not running".to_owned())]
    );
    assert_eq!(many.targets.len(), 2);
    assert_eq!(sent(&bench.press(Command::DialogChoose)), [], "harmless");
    bench.press(Command::ServiceStop);
    let wishes = sent(&bench.press(Command::DialogYes));
    assert_eq!(wishes.len(), 2);
    assert!(wishes.contains(&ask("orders", Action::Stop)));
    assert!(wishes.contains(&ask("payments", Action::Stop)));
    assert_eq!(
        bench.said(),
        "Stop: 2 asked, 1 refused: auth (service is not running)."
    );
    assert_eq!(marks(&bench).len(), 3, "they stay for what comes next");
}

#[test]
fn what_is_needed_starts_first_and_ends_last() {
    let mut shop = samples::shop();
    for (service, needed) in [("gateway", "orders"), ("orders", "payments")] {
        let view = shop.services.get_mut(&name(service)).unwrap();
        Arc::make_mut(view).depends_on = vec![crate::model::service::Need {
            service: name(needed),
            condition: crate::model::service::Condition::Healthy,
        }];
    }
    let mut bench = Bench::new(shop, (120, 36));
    mark(&mut bench, &["gateway", "orders", "payments"]);
    bench.press(Command::ServiceStop);
    assert_eq!(targets(&bench), ["gateway", "orders", "payments"]);
    bench.press(Command::DialogNo);
    bench.press(Command::ServiceRestart);
    assert_eq!(targets(&bench), ["payments", "orders", "gateway"]);
}

#[test]
fn one_message_sums_up_answers_and_results() {
    let mut bench = Bench::new(samples::shop(), (120, 36));
    mark(&mut bench, &["auth", "orders", "payments"]);
    bench.press(Command::ServiceRestart);
    bench.press(Command::DialogYes);
    assert_eq!(bench.said(), "Restart: 3 asked.");
    bench.take(Msg::Answer {
        service: name("orders"),
        action: Action::Restart,
        answer: Err(Refusal::StillStarting),
    });
    assert_eq!(
        bench.said(),
        "Restart: 2 asked, 1 refused: orders (service is still starting)."
    );
    bench.take(result("auth", Action::Restart, Outcome::Done));
    assert!(bench.said().starts_with("Restart: 1 of 2 done, 1 refused"));
    bench.take(result("payments", Action::Restart, Outcome::Failed));
    assert_eq!(
        bench.said(),
        "Restart: 1 of 2 done, 1 failed: payments, 1 refused: orders (service is still starting)."
    );
    assert_eq!(bench.ui.message.as_ref().unwrap().tone, Tone::Error);
    bench.take(result("auth", Action::Stop, Outcome::Done));
    assert_eq!(bench.said(), "Stop of auth is done.", "another one");
}

#[test]
fn another_process_is_never_killed_by_an_old_question_about_several() {
    let mut bench = Bench::new(samples::shop(), (120, 36));
    mark(&mut bench, &["auth", "orders"]);
    bench.press(Command::ServiceKill);
    let before = bench.question().cloned();
    bench.change("auth", |view| view.pid = Some(Pid(9)));
    assert_eq!(bench.question(), before.as_ref(), "it never changes");
    let wishes = sent(&bench.press(Command::DialogYes));
    assert_eq!(wishes, [ask("orders", Action::Kill)]);
    assert!(bench.said().contains("auth (it is not PID 48202 any more)"));
}

#[test]
fn when_none_of_them_can_the_reason_is_said_and_nothing_is_asked() {
    let mut bench = Bench::new(samples::shop(), (120, 36));
    mark(&mut bench, &["auth", "orders"]);
    let effects = bench.press(Command::ServiceStart);
    assert_eq!((sent(&effects), bench.question()), (vec![], None));
    assert!(
        bench
            .said()
            .starts_with("Start disabled for all 2: auth: service is already running"),
        "{}",
        bench.said()
    );
}

#[test]
fn the_menu_of_marked_services_acts_on_those_it_was_opened_for() {
    let mut bench = Bench::new(samples::shop(), (120, 36));
    mark(&mut bench, &["auth", "orders"]);
    bench.press(Command::ActionsOpen);
    bench.ui.list.marks.insert(name("payments"));
    bench.press(Command::Menu(MenuCommand::Choose));
    assert_eq!(many(&bench).action, Action::Stop, "the first that can");
    assert_eq!(targets(&bench), ["orders", "auth"]);
    bench.press(Command::DialogNo);
    bench.press(Command::ActionsOpen);
    bench.press(Command::ServiceKill);
    assert_eq!(many(&bench).action, Action::Kill);
}

#[test]
fn from_nothing_to_everything_asked_for_with_one_key() {
    let mut shop = samples::shop();
    for view in shop.services.values_mut() {
        let view = Arc::make_mut(view);
        *view = samples::service(
            1,
            view.name.as_str(),
            Some(80),
            0,
            crate::model::State::Stop,
        );
    }
    let mut bench = Bench::new(shop, (80, 24));
    let wishes = sent(&bench.press(Command::ServicesStart));
    assert_eq!(wishes.len(), 5);
    assert!(wishes.contains(&ask("gateway", Action::Start)));
    assert_eq!(bench.said(), "Start: 5 asked.");
    let mut bench = Bench::new(samples::shop(), (80, 24));
    assert_eq!(sent(&bench.press(Command::ServicesStart)), []);
    assert!(
        bench
            .said()
            .starts_with("Start all disabled: every service")
    );
}

#[test]
fn starting_very_many_asks_first() {
    let mut many = samples::grouped(50);
    for view in many.services.values_mut() {
        let view = Arc::make_mut(view);
        *view = samples::service(1, view.name.as_str(), None, 0, crate::model::State::Stop);
    }
    let mut bench = Bench::new(many, (80, 24));
    assert_eq!(sent(&bench.press(Command::ServicesStart)), []);
    assert_eq!(targets(&bench).len(), 50);
    assert_eq!(sent(&bench.press(Command::DialogYes)).len(), 50);
}

#[test]
fn every_action_in_every_state_is_allowed_or_has_a_sentence() {
    let states = samples::states();
    let mut all: Vec<ServiceView> = Vec::new();
    for view in states.services.values() {
        all.push(ServiceView::clone(view));
        let mut other = ServiceView::clone(view);
        other.port = None;
        other.holder = None;
        other.actions = verdicts(&other);
        all.push(other);
        let mut other = ServiceView::clone(view);
        other.want = crate::model::Want::Up;
        other.actions = verdicts(&other);
        all.push(other);
    }
    let overrides = [
        Refusal::ShuttingDown,
        Refusal::OwnerSilent,
        Refusal::Busy(Action::Restart),
        Refusal::NotConfigured,
        Refusal::Recovering,
        Refusal::NoRecover,
    ];
    let mut checked = 0;
    for row in &crate::model::action::ACTIONS {
        let mut sentences: Vec<String> = overrides
            .iter()
            .map(|refusal| refusal.sentence(row.action))
            .collect();
        for view in &all {
            let verdict = view.actions.get(row.action);
            assert_eq!(verdict.allowed, verdict.reason.is_none(), "{}", view.name);
            sentences.extend(verdict.reason.clone());
        }
        for sentence in sentences {
            assert!(sentence.starts_with(row.label), "{sentence}");
            assert!(
                sentence.ends_with('.') && !sentence.ends_with(".."),
                "{sentence}"
            );
            assert!(sentence.chars().count() <= 96, "{sentence}");
            checked += 1;
        }
    }
    assert!(checked > 100, "{checked}");
}
