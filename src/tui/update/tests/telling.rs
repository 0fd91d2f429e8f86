//! Messages and the help.

use super::*;
use crate::{
    keymap::{
        Context,
        command::{PaletteCommand, Step},
    },
    model::{ActorKind, EventKind, Outcome},
    supervisor::Feed,
    tui::{
        message::Urgency,
        samples,
        state::Tone,
        update::{expire, next_deadline},
    },
};

fn shop() -> Bench {
    Bench::new(samples::shop(), (120, 36))
}

#[test]
fn an_unbound_key_says_so_and_names_the_key_of_the_help() {
    let mut bench = shop();
    bench.press_key("d".parse().unwrap());
    let help = bench.keymap.label(Command::HelpShow).unwrap();
    assert_eq!(
        bench.said(),
        format!("Key d is not bound. {help} shows the keys.")
    );
    assert_eq!(bench.ui.message.as_ref().unwrap().tone, Tone::Info);
}

#[test]
fn messages_go_away_by_themselves_errors_later() {
    let mut bench = shop();
    assert_eq!(next_deadline(&bench.ui), None);
    for (command, seconds) in [(None, 4), (Some(Command::ServiceStart), 8)] {
        match command {
            Some(command) => bench.press(command),
            None => bench.press_key("d".parse().unwrap()),
        };
        let moment = Duration::from_millis(1);
        let almost = Duration::from_millis(seconds * 1000 - 1);
        assert_eq!(
            next_deadline(&bench.ui),
            Some(bench.now.mono.after(almost + moment))
        );
        bench.later(almost);
        assert!(!expire(&mut bench.ui, bench.now.mono));
        bench.later(moment);
        let effects = bench.take(Msg::Interrupt);
        assert_eq!(effects[0], Effect::Draw(Urgency::Data));
        assert_eq!(bench.ui.message, None);
        bench.ui.overlay = None;
        bench.ui.unseen = false;
    }
}

#[test]
fn the_same_message_counts_and_another_one_takes_its_place() {
    let mut bench = shop();
    let times = |bench: &Bench| bench.ui.message.as_ref().unwrap().times;
    for expected in 1..4 {
        bench.press(Command::ServiceStart);
        assert_eq!(times(&bench), expected);
    }
    bench.press_key("d".parse().unwrap());
    assert_eq!(times(&bench), 1);
    bench.press(Command::ServiceStart);
    assert_eq!(times(&bench), 1);
}

#[test]
fn a_key_takes_an_error_away_and_leaves_an_info() {
    let mut bench = shop();
    bench.press(Command::ServiceStart);
    bench.press(Command::MoveDown);
    assert_eq!(bench.said(), "");
    bench.press_key("d".parse().unwrap());
    bench.press(Command::MoveDown);
    assert!(bench.said().starts_with("Key d"));
    bench.press(Command::NavBack);
    assert_eq!(bench.said(), "");
}

#[test]
fn pasted_text_presses_no_key() {
    let mut bench = shop();
    let effects = bench.take(Msg::Input(Input::Paste("Xyq".to_owned())));
    assert_eq!(sent(&effects), []);
    assert_eq!(bench.said(), "Pasted text is ignored.");
    assert_eq!(bench.ui.overlay, None);
}

#[test]
fn how_an_ask_of_mine_ended_is_said_and_others_are_only_listed() {
    let result = samples::events()
        .into_iter()
        .find(|event| event.kind == EventKind::Result)
        .unwrap();
    for (outcome, kind, reason, said) in [
        (
            Outcome::Done,
            ActorKind::Human,
            None,
            "Start of gateway is done.",
        ),
        (
            Outcome::Failed,
            ActorKind::Human,
            Some("no answer in 5 s"),
            "Start of gateway has failed: no answer in 5 s.",
        ),
        (Outcome::Failed, ActorKind::Policy, Some("x"), ""),
    ] {
        let mut bench = shop();
        let mut event = result.clone();
        event.result = Some(outcome);
        event.reason = reason.map(str::to_owned);
        event.actor.as_mut().unwrap().kind = kind;
        bench.take(Msg::Feed(Feed::Event(Arc::new(event))));
        assert_eq!(bench.said(), said);
        assert_eq!(bench.ui.events.len(), 1);
    }
}

#[test]
fn the_help_opens_scrolls_to_its_ends_and_closes() {
    let mut bench = Bench::new(samples::shop(), (80, 24));
    bench.press(Command::HelpShow);
    let top = |bench: &Bench| match bench.ui.overlay {
        Some(Overlay::Help { top }) => Some(top),
        _ => None,
    };
    bench.press(Command::HelpUp);
    assert_eq!(top(&bench), Some(0));
    bench.press(Command::HelpDown);
    assert_eq!(top(&bench), Some(1));
    for _ in 0..50 {
        bench.press(Command::HelpPageDown);
    }
    let end = top(&bench).unwrap();
    bench.press(Command::HelpDown);
    assert_eq!(top(&bench), Some(end));
    bench.press(Command::HelpUp);
    assert_eq!(top(&bench), Some(end - 1));
    for close in [Command::HelpShow, Command::NavBack, Command::NavClose] {
        bench.ui.overlay = Some(Overlay::Help { top: 0 });
        bench.press(close);
        assert_eq!(bench.ui.overlay, None, "{close:?}");
    }
}

#[test]
fn every_command_does_something_or_says_something() {
    for (row, _) in Keymap::builtin().rows() {
        let mut bench = Bench::new(samples::states(), (200, 60));
        bench.select("reports");
        bench.take(Msg::Snapshot);
        match row.context {
            Context::Services | Context::Global => {}
            Context::Help => bench.ui.overlay = Some(Overlay::Help { top: 1 }),
            Context::Dialog => drop(bench.press(Command::ServiceKill)),
            Context::Detail => drop(bench.press(Command::ViewDetail)),
            Context::Logs => drop(bench.press(Command::ViewLogs)),
            Context::Events => drop(bench.press(Command::ViewEvents)),
            Context::Own => drop(bench.press(Command::ViewOwn)),
            Context::Menu => drop(bench.press(Command::ActionsOpen)),
            Context::Palette => {
                bench.press(Command::PaletteOpen);
                bench.press_key(Key::plain(Code::Char('o')));
                bench.press(Command::Palette(PaletteCommand::Step(Step::Down)));
            }
            Context::Prompt => {
                bench.press(Command::FilterEdit);
                bench.press_key(Key::plain(Code::Char('o')));
            }
        }
        let lines = samples::lines(&name("reports"), 60);
        bench.take(Msg::Feed(Feed::Lines(lines)));
        for ring in bench.ui.logs.values_mut() {
            ring.behind = 20;
        }
        let before = bench.ui.clone();
        let effects = bench.press(row.command);
        let acts = effects.iter().any(|it| !matches!(it, Effect::Draw(_)));
        // At the root there is nothing to close, and nothing else to show.
        let rests = matches!(row.command, Command::NavBack | Command::ViewServices);
        // A page that fits does not scroll.
        let idle = rests || matches!(row.context, Context::Help | Context::Detail);
        assert!(acts || bench.ui != before || idle, "{}", row.id);
        assert!(!effects.is_empty(), "{} draws nothing", row.id);
    }
}

#[test]
fn history_is_no_news_and_an_ask_of_an_owner_that_is_gone_is_not_under_way() {
    let mut bench = shop();
    let events: Vec<_> = samples::events().into_iter().map(Arc::new).collect();
    let asked = events.iter().filter(|it| it.kind == EventKind::Ask).count();
    assert_eq!(asked, 2, "one of them has its result");
    bench.take(Msg::Feed(Feed::History(events.clone())));
    assert_eq!(bench.said(), "");
    assert_eq!(bench.ui.events.len(), events.len() - 1);
    let first = bench.ui.events.front().map(|event| event.seq);
    assert_eq!(first, events.first().map(|event| event.seq));
}
