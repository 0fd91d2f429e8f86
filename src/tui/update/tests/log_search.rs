//! Searching, filtering and taking lines out of the log that fills the screen.

use super::{
    logs::{bench, feed, last, line, log, page, press, say, under},
    *,
};
use crate::{
    keymap::command::{LogCommand as L, PromptCommand as T, Step as S},
    model::{Stream, reading::Level},
    tui::{rings::Pile, state::RING_LINES},
};

/// Types a text, a letter a key.
fn type_text(bench: &mut Bench, text: &str) {
    for letter in text.chars() {
        let code = Code::Char(letter);
        bench.press_key(Key {
            code,
            ctrl: false,
            alt: false,
        });
    }
}

pub(super) fn search(bench: &mut Bench, text: &str) {
    press(bench, L::Search);
    type_text(bench, text);
    bench.press(Command::Prompt(T::Accept));
}

fn hits(bench: &Bench) -> u64 {
    Pile::of(&bench.ui.logs, &bench.snapshot, log(bench)).hits()
}

#[test]
fn a_search_goes_to_the_nearest_hit_above_while_it_is_typed() {
    let mut bench = bench();
    say(&mut bench, "auth", 0..300);
    press(&mut bench, L::Search);
    type_text(&mut bench, "n 12");
    assert_eq!((under(&bench).as_str(), hits(&bench)), ("n 129", 11));
    type_text(&mut bench, "3");
    assert_eq!((under(&bench).as_str(), hits(&bench)), ("n 123", 1));
    bench.press(Command::Prompt(T::Erase));
    assert_eq!(under(&bench), "n 129");
    bench.press(Command::Prompt(T::Accept));
    press(&mut bench, L::PrevMatch);
    assert_eq!(under(&bench), "n 128");
    press(&mut bench, L::NextMatch);
    press(&mut bench, L::NextMatch);
    assert_eq!(bench.said(), "No more matches below; N looks above.");
    // The first step back ends the search, the second one leaves.
    bench.press(Command::NavBack);
    assert!(log(&bench).search.is_none());
    bench.press(Command::NavBack);
    assert_eq!(bench.ui.view, crate::tui::state::View::Services);
}

#[test]
fn a_search_that_is_given_up_leaves_everything_as_it_was() {
    let mut bench = bench();
    say(&mut bench, "auth", 0..300);
    press(&mut bench, L::Search);
    type_text(&mut bench, "n 7");
    assert!(log(&bench).anchor.is_some());
    bench.press(Command::Prompt(T::Close));
    assert_eq!(
        (log(&bench).anchor, log(&bench).search.is_none()),
        (None, true)
    );
    press(&mut bench, L::NextMatch);
    assert_eq!(bench.said(), "Nothing is looked for; / begins a search.");
}

#[test]
fn case_is_smart_and_a_regular_expression_says_what_is_wrong_as_it_is_typed() {
    let mut bench = bench();
    let texts = ["Timeout", "timeout", "time out"];
    feed(
        &mut bench,
        texts
            .map(|text| line("auth", Stream::Stdout, text))
            .to_vec(),
    );
    press(&mut bench, L::Search);
    type_text(&mut bench, "timeout");
    assert_eq!(hits(&bench), 2);
    bench.press(Command::Prompt(T::Clear));
    type_text(&mut bench, "Timeout");
    assert_eq!(hits(&bench), 1);
    bench.press(Command::Prompt(T::Clear));
    bench.press(Command::Prompt(T::Regex));
    type_text(&mut bench, "time ?(out");
    let problem = log(&bench)
        .typing
        .as_ref()
        .and_then(|it| it.problem.clone());
    assert!(problem.is_some());
    bench.press(Command::Prompt(T::Accept));
    assert_eq!(bench.said(), "This is no regular expression yet.");
    type_text(&mut bench, ")");
    assert_eq!(hits(&bench), 3);
}

#[test]
fn hits_are_counted_on_while_lines_come_and_go() {
    let mut bench = bench();
    say(&mut bench, "auth", 0..100);
    search(&mut bench, "7");
    let before = page(&bench);
    assert_eq!(hits(&bench), 19);
    say(&mut bench, "auth", 100..200);
    assert_eq!((hits(&bench), page(&bench)), (38, before));
    feed(
        &mut bench,
        vec![line("auth", Stream::Stdout, "x"); RING_LINES - 150],
    );
    // The oldest fifty are gone, with their five hits.
    assert_eq!(hits(&bench), 33);
}

#[test]
fn only_matching_lines_are_shown_and_new_ones_do_not_move_them() {
    let mut bench = bench();
    say(&mut bench, "auth", 0..400);
    press(&mut bench, L::OnlyMatching);
    assert_eq!(bench.said(), "Nothing is looked for; / begins a search.");
    search(&mut bench, "9");
    press(&mut bench, L::OnlyMatching);
    assert!(page(&bench).iter().all(|text| text.contains('9')));
    assert_eq!(under(&bench), "n 399");
    let before = page(&bench);
    say(&mut bench, "auth", 400..500);
    assert_eq!(page(&bench), before);
    press(&mut bench, L::Step(S::Last));
    assert_eq!(last(&bench), "n 499");
    bench.press(Command::NavBack);
    assert!(!log(&bench).only && log(&bench).search.is_none());
}

#[test]
fn a_level_hides_less_and_keeps_what_belongs_to_a_message() {
    let mut bench = bench();
    let texts = [
        "INFO started",
        "ERROR it broke",
        "Traceback (most recent call last):",
        "  File \"x.py\", line 3",
        "ValueError: bad",
        "no level at all",
        "WARN careful",
    ];
    let lines = texts.map(|text| line("auth", Stream::Stderr, text));
    feed(&mut bench, lines.to_vec());
    feed(
        &mut bench,
        vec![line("auth", Stream::Oats, "oats: it ended")],
    );
    press(&mut bench, L::Level);
    assert_eq!(
        (log(&bench).least, page(&bench).len()),
        (Some(Level::Info), 8)
    );
    press(&mut bench, L::Level);
    assert_eq!(page(&bench).len(), 6);
    press(&mut bench, L::Level);
    assert_eq!(page(&bench), [&texts[1..5], &["oats: it ended"]].concat(),);
    press(&mut bench, L::Level);
    assert_eq!(log(&bench).least, None);
}

#[test]
fn a_line_taller_than_the_screen_can_be_read_row_by_row() {
    let mut bench = bench();
    say(&mut bench, "auth", 0..30);
    let long = "x".repeat(62 * 40);
    feed(&mut bench, vec![line("auth", Stream::Stdout, &long)]);
    say(&mut bench, "auth", 30..60);
    press(&mut bench, L::Wrap);
    press(&mut bench, L::Step(S::First));
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..200 {
        press(&mut bench, L::Step(S::Down));
        if log(&bench).anchor.is_none() {
            break;
        }
        seen.insert((log(&bench).anchor, log(&bench).below));
    }
    assert_eq!(
        log(&bench).anchor,
        None,
        "the way down ends at the newest line"
    );
    let rows = seen
        .iter()
        .filter(|(number, _)| *number == Some(30))
        .count();
    assert!(rows > 20, "{seen:?}");
}

#[test]
fn what_is_copied_is_what_was_written() {
    let mut bench = bench();
    let text = r#"{"level":"info","msg":"hello"}"#;
    feed(
        &mut bench,
        vec![line("auth", Stream::Stdout, "\u{1b}[31mred\u{1b}[0m")],
    );
    feed(&mut bench, vec![line("auth", Stream::Stdout, text)]);
    let copied = |effects: Vec<Effect>| {
        effects.into_iter().find_map(|effect| {
            if let Effect::Copy { text, lines } = effect {
                return Some((text, lines));
            }
            None
        })
    };
    let effects = bench.press(Command::Log(L::Copy));
    assert_eq!(copied(effects), Some((format!("{text}\n"), 1)));
    press(&mut bench, L::Mark);
    press(&mut bench, L::Step(S::Up));
    press(&mut bench, L::Mark);
    let effects = bench.press(Command::Log(L::Copy));
    assert_eq!(copied(effects), Some((format!("red\n{text}\n"), 2)));
    let effects = bench.press(Command::Log(L::CopyAll));
    assert_eq!(copied(effects), Some((format!("red\n{text}\n"), 2)));
    press(&mut bench, L::NextMark);
    assert_eq!(under(&bench), text);
    press(&mut bench, L::Clear);
    assert!(page(&bench).is_empty());
    assert_eq!(
        bench.said(),
        "The view is cleared; all lines are kept on disk."
    );
    say(&mut bench, "auth", 0..1);
    assert_eq!(page(&bench), ["n 0"]);
}
