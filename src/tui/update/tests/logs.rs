//! The log that fills the screen.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::{
    keymap::{
        COMMANDS, Context,
        command::{LogCommand as L, MenuCommand as M, Step as S},
    },
    model::{LogLine, ServiceName, Stream},
    supervisor::Feed,
    tui::{
        layout,
        rings::Pile,
        samples,
        state::{LogView, RING_LINES, Streams, View},
        view::log_rows,
    },
};

/// A console that shows the log of `auth` on 80x24.
pub(super) fn bench() -> Bench {
    let mut bench = Bench::new(samples::shop(), (80, 24));
    bench.select("auth");
    bench.press(Command::ViewLogs);
    bench
}

pub(super) fn line(service: &str, stream: Stream, text: &str) -> LogLine {
    LogLine {
        service: name(service),
        stream,
        at: Some(now()),
        pos: None,
        text: text.to_owned(),
    }
}

pub(super) fn feed(bench: &mut Bench, lines: Vec<LogLine>) {
    bench.take(Msg::Feed(Feed::Lines(lines)));
}

/// Lines of stdout that say their number.
pub(super) fn say(bench: &mut Bench, service: &str, numbers: std::ops::Range<usize>) {
    let lines = numbers.map(|n| line(service, Stream::Stdout, &format!("n {n}")));
    feed(bench, lines.collect());
}

pub(super) fn log(bench: &Bench) -> &LogView {
    let View::Logs(view) = &bench.ui.view else {
        panic!("{:?}", bench.ui.view);
    };
    view
}

pub(super) fn press(bench: &mut Bench, command: L) {
    bench.press(Command::Log(command));
}

/// The texts on the screen.
pub(super) fn page(bench: &Bench) -> Vec<String> {
    let view = log(bench);
    let (columns, rows) = (bench.ui.size.0, layout::log_view_rows(bench.ui.size));
    let pile = Pile::of(&bench.ui.logs, &bench.snapshot, view);
    let shape = log_rows::Shape::new(&bench.snapshot, view, (columns, rows));
    let page = log_rows::page(&pile, view, shape);
    page.iter().map(|it| it.kept.line.text.clone()).collect()
}

/// The text under the cursor.
pub(super) fn under(bench: &Bench) -> String {
    let cursor = log(bench).cursor.unwrap();
    let mut rings = bench.ui.logs.values().flat_map(|ring| &ring.lines);
    let kept = rings.find(|kept| kept.number == cursor).unwrap();
    kept.line.text.clone()
}

pub(super) fn last(bench: &Bench) -> String {
    page(bench).pop().unwrap_or_default()
}

#[test]
fn a_paused_text_does_not_move_while_lines_arrive() {
    let mut bench = bench();
    say(&mut bench, "auth", 0..9000);
    assert_eq!(last(&bench), "n 8999");
    press(&mut bench, L::Step(S::PageUp));
    let before = page(&bench);
    assert_eq!(before.len(), 19);
    assert_eq!(before[18], "n 8981");
    // The oldest lines leave meanwhile.
    for batch in 0..10 {
        say(&mut bench, "auth", 9000 + batch * 900..9900 + batch * 900);
        assert_eq!(page(&bench), before);
    }
    assert_eq!(bench.ui.logs[&name("auth")].lines.len(), RING_LINES);
    assert_eq!(bench.said(), "");
    press(&mut bench, L::Step(S::Last));
    assert_eq!(log(&bench).anchor, None);
    assert_eq!(last(&bench), "n 17999");
}

#[test]
fn a_place_among_several_logs_that_has_left_the_rings_is_told_once() {
    let mut bench = bench();
    say(&mut bench, "auth", 0..100);
    if let View::Logs(view) = &mut bench.ui.view {
        view.service = None;
    }
    press(&mut bench, L::Step(S::First));
    assert_eq!(page(&bench)[0], "n 0");
    say(&mut bench, "auth", 100..RING_LINES + 10);
    // The first ten are gone, and the nine below them stand.
    assert_eq!(page(&bench)[0], "n 10");
    assert_eq!(last(&bench), "n 18");
    assert_eq!(bench.said(), "");
    say(&mut bench, "auth", RING_LINES + 10..RING_LINES + 500);
    assert_eq!(bench.said(), "Older lines were dropped.");
    assert_eq!(page(&bench)[0], "n 500");
    bench.ui.message = None;
    say(&mut bench, "auth", RING_LINES + 500..RING_LINES + 900);
    assert_eq!((bench.said(), page(&bench)[0].as_str()), ("", "n 900"));
    assert_eq!(page(&bench).len(), 19);
}

#[test]
fn the_cursor_moves_over_a_text_that_stands_and_scrolls_it_at_the_edges() {
    let mut bench = bench();
    say(&mut bench, "auth", 0..100);
    press(&mut bench, L::Step(S::Down));
    assert_eq!(bench.said(), "This is the newest line.");
    let before = page(&bench);
    press(&mut bench, L::Step(S::Up));
    assert_eq!(
        (page(&bench), under(&bench).as_str()),
        (before.clone(), "n 98")
    );
    for _ in 0..17 {
        press(&mut bench, L::Step(S::Up));
    }
    assert_eq!((page(&bench), under(&bench).as_str()), (before, "n 81"));
    press(&mut bench, L::Step(S::Up));
    assert_eq!(
        (page(&bench)[0].as_str(), under(&bench).as_str()),
        ("n 80", "n 80")
    );
    for _ in 0..18 {
        press(&mut bench, L::Step(S::Down));
    }
    assert_eq!(
        (last(&bench).as_str(), under(&bench).as_str()),
        ("n 98", "n 98")
    );
    press(&mut bench, L::Step(S::Down));
    assert_eq!(log(&bench).anchor, None);
}

#[test]
fn scrolling_stops_at_both_ends_and_following_resumes_at_the_newest_line() {
    let mut bench = bench();
    say(&mut bench, "auth", 0..100);
    press(&mut bench, L::Step(S::First));
    assert_eq!(
        (page(&bench)[0].as_str(), last(&bench).as_str()),
        ("n 0", "n 18")
    );
    assert_eq!(under(&bench), "n 0");
    press(&mut bench, L::Step(S::PageUp));
    assert_eq!(bench.said(), "This is the oldest line that is kept.");
    press(&mut bench, L::Step(S::PageDown));
    assert_eq!(
        (last(&bench).as_str(), under(&bench).as_str()),
        ("n 36", "n 18")
    );
    for _ in 0..9 {
        press(&mut bench, L::Step(S::PageDown));
    }
    assert_eq!(log(&bench).anchor, None);
    press(&mut bench, L::Follow);
    say(&mut bench, "auth", 100..200);
    assert_eq!(last(&bench), "n 99");
    press(&mut bench, L::Follow);
    assert_eq!(last(&bench), "n 199");
}

/// Unchecks the one service that is shown: none means all.
fn all_services(bench: &mut Bench) {
    press(bench, L::Merge);
    bench.press(Command::Menu(M::Toggle));
    bench.press(Command::Menu(M::Choose));
}

#[test]
fn merged_lines_stand_in_the_order_in_which_they_arrived() {
    let mut bench = bench();
    all_services(&mut bench);
    assert_eq!(bench.ui.watched.len(), 5);
    for n in 0..6 {
        let service = ["payments", "auth", "orders"][n % 3];
        say(&mut bench, service, n..n + 1);
    }
    assert_eq!(page(&bench), ["n 0", "n 1", "n 2", "n 3", "n 4", "n 5"]);
    // Two of them, then one.
    press(&mut bench, L::Merge);
    for _ in 0..2 {
        bench.press(Command::Menu(M::Toggle));
        bench.press(Command::Menu(M::Step(S::Down)));
    }
    bench.press(Command::Menu(M::Choose));
    assert_eq!(
        bench.ui.watched,
        BTreeSet::from([name("auth"), name("gateway")])
    );
    assert_eq!(page(&bench), ["n 1", "n 4"]);
    press(&mut bench, L::Merge);
    bench.press(Command::Menu(M::Step(S::Down)));
    bench.press(Command::Menu(M::Toggle));
    bench.press(Command::Menu(M::Choose));
    assert_eq!(log(&bench).service, Some(name("auth")));
    assert_eq!(bench.ui.watched, BTreeSet::from([name("auth")]));
}

#[test]
fn of_many_services_a_hundred_are_merged() {
    let mut bench = Bench::new(samples::many(300), (80, 24));
    bench.press(Command::ViewLogs);
    all_services(&mut bench);
    assert_eq!(bench.ui.watched.len(), 100);
}

#[test]
fn one_stream_can_be_shown_and_lines_of_oats_always_are() {
    let mut bench = bench();
    let lines = [
        (Stream::Stdout, "out"),
        (Stream::Stderr, "err"),
        (Stream::Oats, "oats"),
    ];
    feed(
        &mut bench,
        lines
            .map(|(stream, text)| line("auth", stream, text))
            .to_vec(),
    );
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(page(&bench).join(" "));
        press(&mut bench, L::Stream);
    }
    assert_eq!(
        seen,
        ["out err oats", "err oats", "out oats", "out err oats"]
    );
}

#[test]
fn errors_are_jumped_to_across_the_pause() {
    let mut bench = bench();
    say(&mut bench, "auth", 0..50);
    feed(&mut bench, vec![line("auth", Stream::Stdout, "ERROR one")]);
    say(&mut bench, "auth", 50..100);
    feed(&mut bench, vec![line("auth", Stream::Stderr, "ERROR two")]);
    say(&mut bench, "auth", 100..103);
    let found = |bench: &Bench| log(bench).cursor;
    press(&mut bench, L::NextError);
    assert_eq!(bench.said(), "No more errors below; E looks above.");
    press(&mut bench, L::PrevError);
    assert_eq!(found(&bench), Some(101));
    assert_eq!(last(&bench), "n 102");
    assert!(log(&bench).anchor.is_some());
    press(&mut bench, L::PrevError);
    assert_eq!(found(&bench), Some(50));
    assert_eq!(
        page(&bench).iter().position(|text| text == "ERROR one"),
        Some(9)
    );
    press(&mut bench, L::PrevError);
    assert_eq!(bench.said(), "No more errors above; e looks below.");
    say(&mut bench, "auth", 103..400);
    press(&mut bench, L::NextError);
    assert_eq!(found(&bench), Some(101));
    press(&mut bench, L::Stream);
    press(&mut bench, L::Stream);
    // Only stdout is shown now.
    press(&mut bench, L::PrevError);
    assert_eq!(found(&bench), Some(50));
}

#[test]
fn sideways_it_goes_as_far_as_there_is_text() {
    let mut bench = bench();
    feed(
        &mut bench,
        vec![line("auth", Stream::Stdout, &"x".repeat(20))],
    );
    press(&mut bench, L::Left);
    assert_eq!(bench.said(), "Lines are shown from their start.");
    let mut lefts = Vec::new();
    for _ in 0..3 {
        press(&mut bench, L::Right);
        lefts.push(log(&bench).left);
    }
    assert_eq!(lefts, [8, 16, 16]);
    assert_eq!(bench.said(), "The lines on the screen end here.");
    press(&mut bench, L::Left);
    assert_eq!(log(&bench).left, 8);
    press(&mut bench, L::Right);
    press(&mut bench, L::LineStart);
    assert_eq!(log(&bench).left, 0);
}

#[test]
fn the_log_of_the_next_service_takes_the_cursor_along() {
    let mut bench = bench();
    say(&mut bench, "auth", 0..100);
    press(&mut bench, L::Step(S::Up));
    press(&mut bench, L::PrevService);
    assert_eq!(bench.said(), "This is the first service.");
    assert!(log(&bench).anchor.is_some());
    press(&mut bench, L::NextService);
    assert_eq!(bench.ui.cursor, Some(name("gateway")));
    assert_eq!(log(&bench).service, Some(name("gateway")));
    assert_eq!(log(&bench).anchor, None);
    assert_eq!(bench.ui.watched, BTreeSet::from([name("gateway")]));
}

/// Something that can happen to a log.
#[derive(Debug, Clone)]
enum Happening {
    Pressed(usize),
    Lines(usize, usize, usize),
    Resized(u16, u16),
    Gone(usize),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        6 => (0..60_usize).prop_map(Happening::Pressed),
        4 => (0..5_usize, 0..3_usize, 1..40_usize).prop_map(|(a, b, c)| Happening::Lines(a, b, c)),
        1 => (70..200_u16, 20..60_u16).prop_map(|(x, y)| Happening::Resized(x, y)),
        1 => (0..5_usize).prop_map(Happening::Gone),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_anchor_names_a_line_that_has_arrived(
        steps in prop::collection::vec(happening(), 1..60),
    ) {
        let mut bench = bench();
        let names: Vec<ServiceName> = bench.snapshot.services.keys().cloned().collect();
        let commands = COMMANDS.iter().filter(|row| row.context == Context::Logs);
        let commands: Vec<Command> = commands.map(|row| row.command).collect();
        for step in steps {
            let paused = log(&bench).anchor.map(|_| page(&bench));
            match step {
                Happening::Pressed(n) => drop(bench.press(commands[n % commands.len()])),
                Happening::Lines(service, stream, count) => {
                    let stream = [Stream::Stdout, Stream::Stderr, Stream::Oats][stream];
                    let texts = (0..count).map(|n| if n % 7 == 0 { "ERROR" } else { "fine" });
                    let service = names[service].as_str();
                    feed(&mut bench, texts.map(|text| line(service, stream, text)).collect());
                    // A page that was full does not move.
                    if let Some(before) = paused.filter(|it| it.len() == layout::log_view_rows(bench.ui.size)) {
                        prop_assert_eq!(before, page(&bench));
                    }
                }
                Happening::Resized(columns, rows) => {
                    drop(bench.take(Msg::Input(Input::Resize(columns, rows))));
                }
                Happening::Gone(service) => {
                    bench.snapshot.services.remove(&names[service]);
                    bench.take(Msg::Snapshot);
                }
            }
            let view = log(&bench).clone();
            prop_assert!(view.anchor.is_none_or(|anchor| anchor < bench.ui.arrived));
            let pile = Pile::of(&bench.ui.logs, &bench.snapshot, &view);
            prop_assert_eq!(page(&bench).is_empty(), pile.count() == 0);
            let both = LogView { streams: Streams::Both, ..view };
            prop_assert!(Pile::of(&bench.ui.logs, &bench.snapshot, &both).count() >= pile.count());
        }
    }
}
