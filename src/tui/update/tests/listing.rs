//! Which services are shown: filter, order, groups, cells.

use super::*;
use crate::{
    model::ServiceName,
    tui::{
        samples,
        state::{Density, Sort, View},
    },
};

fn at(bench: &Bench) -> &str {
    bench.ui.cursor.as_ref().map_or("", ServiceName::as_str)
}

fn shown(bench: &Bench) -> Vec<String> {
    let shown = bench.shown();
    let names = shown.services.iter().map(|item| item.view.name.to_string());
    names.collect()
}

fn typing(bench: &mut Bench, text: &str) {
    for letter in text.chars() {
        bench.press_key(Key::plain(Code::Char(letter)));
    }
}

fn prompt(bench: &mut Bench, command: crate::keymap::command::PromptCommand) {
    bench.press(Command::Prompt(command));
}

use crate::keymap::command::PromptCommand as P;

#[test]
fn a_filter_narrows_the_list_while_it_is_typed_and_stays_when_it_is_taken() {
    let mut bench = Bench::new(samples::states(), (120, 36));
    bench.press(Command::FilterEdit);
    typing(&mut bench, "ma");
    assert_eq!(shown(&bench), ["mailer", "mailhog"]);
    assert_eq!(at(&bench), "mailer", "at its height on what is left");
    typing(&mut bench, "ilq");
    assert_eq!(at(&bench), "");
    prompt(&mut bench, P::Erase);
    assert_eq!(shown(&bench), ["mailer", "mailhog"]);
    prompt(&mut bench, P::Accept);
    assert_eq!(bench.ui.list.typing, None);
    assert_eq!(bench.ui.list.filter, "mail");
    bench.press(Command::NavBack);
    assert_eq!(shown(&bench).len(), 10, "one step back shows everything");
    assert_eq!(bench.ui.view, View::Services);
}

#[test]
fn a_filter_that_is_not_wanted_brings_back_what_was_there() {
    let mut bench = Bench::new(samples::states(), (120, 36));
    bench.select("search");
    bench.ui.list.filter = "a".to_owned();
    bench.take(Msg::Snapshot);
    bench.press(Command::FilterEdit);
    prompt(&mut bench, P::Clear);
    typing(&mut bench, "cache");
    assert_eq!(at(&bench), "cache");
    prompt(&mut bench, P::Close);
    assert_eq!((at(&bench), &*bench.ui.list.filter), ("search", "a"));
}

#[test]
fn a_paste_is_typed_into_the_filter_and_nowhere_else() {
    let mut bench = Bench::new(samples::states(), (120, 36));
    let paste = || Msg::Input(Input::Paste("cache\nxq\u{1b}".to_owned()));
    bench.take(paste());
    assert_eq!(bench.said(), "Pasted text is ignored.");
    bench.press(Command::FilterEdit);
    bench.take(paste());
    assert_eq!(bench.ui.list.filter, "cache");
    assert_eq!(shown(&bench), ["cache"]);
}

#[test]
fn only_what_is_in_trouble_is_shown_until_it_is_asked_for_no_more() {
    let mut bench = Bench::new(samples::states(), (120, 36));
    bench.select("mailhog");
    bench.press(Command::FilterProblems);
    assert_eq!(
        shown(&bench),
        ["api", "legacy", "mailer", "search", "worker"]
    );
    assert!(shown(&bench).contains(&at(&bench).to_owned()));
    assert_eq!(bench.said(), "", "it has not vanished");
    bench.press(Command::FilterProblems);
    assert_eq!(shown(&bench).len(), 10);
}

#[test]
fn the_cursor_stays_with_its_service_through_every_order() {
    let mut bench = Bench::new(samples::states(), (120, 36));
    bench.ui.chosen = Some(Density::Table);
    bench.select("search");
    for sort in Sort::ALL.into_iter().skip(1) {
        bench.press(Command::SortNext);
        assert_eq!((bench.ui.list.sort, at(&bench)), (sort, "search"));
        assert_eq!(shown(&bench)[bench.ui.cursor_row], "search");
        let forwards = shown(&bench);
        bench.press(Command::SortInvert);
        assert_ne!(shown(&bench), forwards);
        assert!(bench.said().starts_with("Sorted by "));
    }
    bench.press(Command::SortNext);
    assert_eq!(bench.ui.list.sort, Sort::Name);
    bench.press(Command::SortPrev);
    assert_eq!(bench.ui.list.sort, Sort::Restarts);
}

#[test]
fn an_order_by_living_numbers_rests_for_five_seconds_and_while_something_is_open() {
    let mut bench = Bench::new(samples::states(), (120, 36));
    while bench.ui.list.sort != Sort::Cpu {
        bench.press(Command::SortNext);
    }
    let before = shown(&bench);
    assert_ne!(before[0], "reports");
    bench.change("reports", |view| view.cpu_pct = Some(90.0));
    bench.later(Duration::from_secs(4));
    bench.take(Msg::Snapshot);
    assert_eq!(shown(&bench), before);
    bench.press(Command::FilterEdit);
    bench.later(Duration::from_mins(1));
    bench.take(Msg::Snapshot);
    assert_eq!(shown(&bench), before, "nothing moves under a prompt");
    prompt(&mut bench, P::Accept);
    assert_eq!(shown(&bench)[0], "reports");
}

#[test]
fn groups_are_reached_and_folded_with_keys() {
    let mut bench = Bench::new(samples::grouped(50), (120, 36));
    assert_eq!(bench.shown().density, Density::Table);
    assert_eq!(at(&bench), "api-007", "the first that is not folded");
    bench.press(Command::GroupNext);
    assert!(at(&bench).starts_with("batch-"));
    bench.press(Command::GroupPrev);
    assert!(at(&bench).starts_with("api-"));
    let folded = bench.shown().services.len();
    bench.press(Command::GroupFold);
    let open = bench.shown().services.len();
    assert!(open > folded, "{open} {folded}");
    bench.press(Command::MoveLeft);
    assert!(bench.shown().services.len() < open);
    bench.press(Command::MoveRight);
    assert_eq!(bench.shown().services.len(), open);
    for _ in 0..9 {
        bench.press(Command::GroupNext);
    }
    assert!(at(&bench).starts_with("worker-"));
}

#[test]
fn what_cannot_be_folded_says_why() {
    let mut bench = Bench::new(samples::states(), (80, 24));
    bench.press(Command::GroupFold);
    assert_eq!(bench.said(), "Nothing folds: there are no groups.");
    bench.press(Command::GroupNext);
    assert_eq!(bench.said(), "There are no groups.");
    let mut bench = Bench::new(samples::grouped(500), (120, 36));
    bench.press(Command::GroupFold);
    assert_eq!(
        bench.said(),
        "Nothing folds: groups fold in the table only."
    );
}

#[test]
fn among_cells_arrows_go_where_they_point_and_one_key_goes_from_problem_to_problem() {
    let mut bench = Bench::new(samples::grouped(500), (120, 36));
    assert_eq!(bench.shown().density, Density::Grid);
    let across = bench.shown().across(bench.ui.size);
    bench.press(Command::MoveRight);
    assert_eq!(bench.ui.cursor_row, 1);
    bench.press(Command::MoveDown);
    let second = bench.shown().lines(across)[1].1.start;
    assert_eq!(bench.ui.cursor_row, second + 1);
    bench.press(Command::MoveUp);
    bench.press(Command::MoveUp);
    assert!(bench.ui.cursor_row < across);
    let troubles = bench.shown().troubles.clone();
    for expected in troubles.iter().take(30) {
        bench.press(Command::MoveNext);
        assert_eq!(bench.ui.cursor_row, *expected);
    }
    bench.press(Command::MovePrev);
    assert_eq!(bench.ui.cursor_row, troubles[28]);
    bench.press(Command::MoveLast);
    assert_eq!(bench.ui.cursor_row, 499);
    bench.press(Command::MovePageUp);
    bench.press(Command::MoveDown);
    bench.press(Command::MoveUp);
    assert!(bench.ui.cursor_row < 499);
}

#[test]
fn without_room_for_a_log_none_is_read() {
    let mut bench = Bench::new(samples::shop(), (40, 10));
    assert!(bench.ui.watched.is_empty());
    bench.take(Msg::Input(Input::Resize(40, 20)));
    assert_eq!(bench.ui.watched.len(), 1);
}

#[test]
fn where_a_filter_leaves_no_group_there_is_none_to_go_to() {
    let mut bench = Bench::new(samples::grouped(50), (120, 36));
    bench.press(Command::FilterEdit);
    for letter in "xyzzy".chars() {
        bench.press_key(Key::plain(Code::Char(letter)));
    }
    bench.press(Command::Prompt(
        crate::keymap::command::PromptCommand::Accept,
    ));
    bench.press(Command::GroupNext);
    assert_eq!(bench.said(), "There are no groups.");
}

#[test]
fn a_word_that_means_nothing_leaves_the_list_as_it_was_until_it_does() {
    let mut bench = Bench::new(samples::states(), (120, 36));
    bench.press(Command::FilterEdit);
    typing(&mut bench, "state:fail");
    assert_eq!(shown(&bench), ["worker"]);
    typing(&mut bench, "x");
    assert_eq!(shown(&bench), ["worker"], "the last one that was a filter");
    prompt(&mut bench, P::Accept);
    assert!(bench.ui.list.typing.is_some(), "it is not taken");
    prompt(&mut bench, P::Erase);
    prompt(&mut bench, P::Accept);
    assert_eq!(bench.ui.list.filter, "state:fail");
    bench.press(Command::FilterEdit);
    typing(&mut bench, " stat:up");
    bench.take(Msg::Snapshot);
    bench.ui.view = View::Own;
    bench.take(Msg::Snapshot);
    assert_eq!(
        bench.ui.list.filter, "state:fail stat",
        "what was a filter last"
    );
}
