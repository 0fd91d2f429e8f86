//! Keys one after another: what can follow is shown, and no key is swallowed.

use super::*;
use crate::{
    keymap::{Context, Fault},
    tui::{message::Urgency, pending::PATIENCE, samples, update::next_deadline},
};

/// A console whose keymap is the default with these lines laid over it.
fn bench(lines: &str) -> Bench {
    let mut bench = Bench::new(samples::shop(), (120, 36));
    let (sheet, faults) = crate::keymap::Sheet::read(Some("mine.toml"), lines);
    assert_eq!(faults, []);
    let faults: Vec<Fault> = bench.keymap.lay(&sheet);
    assert!(
        faults
            .iter()
            .all(|it| it.kind == crate::keymap::FaultKind::Warning),
        "{faults:?}"
    );
    bench
}

fn key(name: &str) -> Key {
    name.parse().unwrap()
}

const RECOVER: &str = "[services]\n\"service.recover\" = [\"g r\"]\n";

#[test]
fn a_whole_sequence_does_what_it_is_bound_to() {
    let mut bench = bench(RECOVER);
    bench.select("orders");
    assert_eq!(sent(&bench.press_key(key("g"))), Vec::<Wish>::new());
    assert!(bench.ui.pending.is_some());
    let asked = sent(&bench.press_key(key("r")));
    assert!(
        matches!(asked.as_slice(), [Wish::Ask(ask)] if ask.action == Action::Recover),
        "{asked:?}"
    );
    assert_eq!(bench.ui.pending, None);
}

#[test]
fn a_key_with_a_meaning_of_its_own_is_done_when_time_is_out() {
    let mut bench = bench(RECOVER);
    bench.select("payments");
    bench.press_key(key("g"));
    assert_ne!(bench.ui.cursor_row, 0);
    let due = next_deadline(&bench.ui).unwrap();
    assert_eq!(due, bench.now.mono.after(PATIENCE));
    bench.later(PATIENCE);
    let effects = bench.take(Msg::Due);
    assert_eq!((bench.ui.cursor_row, &bench.ui.pending), (0, &None));
    assert!(effects.contains(&Effect::Draw(Urgency::Key)));
}

#[test]
fn a_key_that_goes_on_with_nothing_counts_by_itself() {
    let mut bench = bench(RECOVER);
    bench.select("payments");
    bench.press_key(key("g"));
    bench.press_key(key("tab"));
    assert_eq!((bench.ui.cursor_row, &bench.ui.pending), (1, &None));
    // A key that comes too late counts by itself as well.
    bench.press_key(key("g"));
    bench.later(PATIENCE);
    bench.press_key(key("?"));
    assert_eq!(bench.ui.cursor_row, 0);
    assert!(matches!(bench.ui.overlay, Some(Overlay::Help { .. })));
}

#[test]
fn keys_that_mean_nothing_so_far_are_forgotten() {
    let mut bench = bench("[services]\n\"service.recover\" = [\"b r\"]\n");
    bench.select("orders");
    bench.press_key(key("b"));
    bench.later(PATIENCE);
    bench.take(Msg::Due);
    assert_eq!((&bench.ui.pending, &bench.ui.message), (&None, &None));
    bench.press_key(key("b"));
    bench.press_key(key("?"));
    assert!(matches!(bench.ui.overlay, Some(Overlay::Help { .. })));
}

#[test]
fn the_way_back_takes_back_what_was_pressed() {
    let mut bench = bench(RECOVER);
    bench.select("payments");
    let at = bench.ui.cursor_row;
    bench.press_key(key("g"));
    bench.press(Command::NavBack);
    assert_eq!((bench.ui.cursor_row, &bench.ui.pending), (at, &None));
}

#[test]
fn while_a_text_is_typed_no_sequence_begins() {
    let mut bench = bench("[global]\n\"view.own\" = [\"ctrl+x o\", \"g o\"]\n");
    bench.press(Command::FilterEdit);
    for name in ["g", "o"] {
        bench.press_key(key(name));
    }
    assert_eq!(bench.ui.list.filter, "go");
    bench.press_key(key("ctrl+x"));
    assert_eq!(bench.ui.pending, None);
}

#[test]
fn a_sequence_of_an_entry_works_in_the_action_menu() {
    let mut bench = bench("[services]\n\"service.stop\" = [\"b s\"]\n");
    bench.select("payments");
    bench.press(Command::ActionsOpen);
    bench.press_key(key("b"));
    assert_eq!(
        bench.ui.pending.as_ref().map(|it| it.context),
        Some(Context::Menu)
    );
    bench.press_key(key("s"));
    assert_eq!(bench.ui.pending, None);
    let stops = matches!(bench.question(), Some(QuestionKind::Affects { .. }));
    assert!(
        stops || bench.ui.overlay.is_none(),
        "{:?}",
        bench.ui.overlay
    );
}
