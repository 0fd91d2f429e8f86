//! The cursor, and what is seen because of it.

use std::collections::BTreeSet;

use super::*;
use crate::{
    model::{ServiceName, Stream},
    supervisor::Feed,
    tui::{samples, state::Density},
};

fn at(bench: &Bench) -> &str {
    bench.ui.cursor.as_ref().map_or("", ServiceName::as_str)
}

/// The logs that are asked for.
fn watched(effects: &[Effect]) -> Vec<&BTreeSet<ServiceName>> {
    let watched = effects.iter().filter_map(|effect| match effect {
        Effect::Send(Wish::WatchLogs(set)) => Some(set),
        Effect::Send(_)
        | Effect::Draw(_)
        | Effect::Clear
        | Effect::Mouse(_)
        | Effect::Toured
        | Effect::Reenter
        | Effect::Suspend
        | Effect::Own(_)
        | Effect::NextTheme
        | Effect::Copy { .. }
        | Effect::Save { .. }
        | Effect::Page(_)
        | Effect::Quit(_) => None,
    });
    watched.collect()
}

#[test]
fn arrows_move_in_the_grid_of_panes_and_stop_at_its_edges() {
    // Two columns: auth gateway / inventory orders / payments.
    use Command::{MoveDown as D, MoveFirst, MoveLast, MoveLeft as L, MoveRight as R, MoveUp as U};
    for (from, command, to) in [
        ("auth", R, "gateway"),
        ("auth", D, "inventory"),
        ("auth", U, "auth"),
        ("auth", L, "auth"),
        ("gateway", U, "gateway"),
        ("gateway", R, "inventory"),
        ("inventory", L, "gateway"),
        ("orders", U, "gateway"),
        ("orders", D, "payments"),
        ("payments", D, "payments"),
        ("payments", R, "payments"),
        ("payments", U, "inventory"),
        ("payments", MoveFirst, "auth"),
        ("auth", MoveLast, "payments"),
        ("auth", Command::MoveNext, "gateway"),
        ("payments", Command::MoveNext, "payments"),
        ("gateway", Command::MovePrev, "auth"),
    ] {
        let mut bench = Bench::new(samples::shop(), (120, 36));
        bench.select(from);
        bench.press(command);
        assert_eq!(at(&bench), to, "{from} {command:?}");
    }
}

#[test]
fn the_table_has_rows_only_and_scrolls_with_the_cursor() {
    let mut bench = Bench::new(samples::fifty(), (80, 24));
    bench.ui.chosen = Some(Density::Table);
    bench.press(Command::MoveRight);
    assert_eq!(bench.ui.cursor_row, 0);
    for _ in 0..30 {
        bench.press(Command::MoveDown);
    }
    assert_eq!(bench.ui.cursor_row, 30);
    let top = bench.ui.table_top;
    assert!(top > 0 && top <= 30, "{top}");
    bench.press(Command::MoveUp);
    assert_eq!(
        bench.ui.table_top, top,
        "a step back inside scrolls nothing"
    );
    bench.press(Command::MoveFirst);
    assert_eq!(bench.ui.table_top, 0);
}

#[test]
fn the_cursor_stays_with_its_service() {
    let mut bench = Bench::new(samples::shop(), (120, 36));
    bench.select("orders");
    bench.snapshot.services.remove(&name("auth"));
    bench.take(Msg::Snapshot);
    assert_eq!((at(&bench), bench.ui.cursor_row), ("orders", 2));
}

#[test]
fn when_its_service_vanishes_the_cursor_stays_at_its_height_and_says_so() {
    let mut bench = Bench::new(samples::shop(), (120, 36));
    bench.select("gateway");
    bench.snapshot.services.remove(&name("gateway"));
    bench.take(Msg::Snapshot);
    assert_eq!((at(&bench), bench.ui.cursor_row), ("inventory", 1));
    assert_eq!(bench.said(), "There is no service gateway any more.");
    bench.snapshot.services.clear();
    bench.take(Msg::Snapshot);
    assert_eq!(bench.ui.cursor, None);
    bench.snapshot = samples::shop();
    bench.take(Msg::Snapshot);
    assert!(bench.ui.cursor.is_some());
}

#[test]
fn one_key_goes_through_panes_table_and_cells() {
    let mut bench = Bench::new(samples::shop(), (120, 36));
    bench.press(Command::DensityNext);
    assert_eq!(bench.ui.chosen, Some(Density::Table));
    bench.press(Command::DensityNext);
    assert_eq!(bench.ui.chosen, Some(Density::Grid));
    bench.press(Command::DensityNext);
    assert_eq!(bench.ui.chosen, Some(Density::Panes));
    // Where there is little room there are no panes.
    let mut bench = Bench::new(samples::shop(), (60, 18));
    for density in [Density::Grid, Density::Table, Density::Grid] {
        bench.press(Command::DensityNext);
        assert_eq!(bench.shown().density, density);
    }
}

#[test]
fn logs_are_asked_for_when_other_ones_come_into_sight() {
    let mut bench = Bench::new(samples::shop(), (120, 36));
    assert_eq!(bench.ui.watched.len(), 5);
    assert_eq!(
        watched(&bench.take(Msg::Snapshot)),
        Vec::<&BTreeSet<_>>::new()
    );
    assert_eq!(watched(&bench.press(Command::MoveNext)).len(), 0);
    let one = |service: &str| BTreeSet::from([name(service)]);
    let table = bench.press(Command::DensityNext);
    assert_eq!(watched(&table), [&one("gateway")]);
    let moved = bench.press(Command::MoveDown);
    assert_eq!(watched(&moved), [&one("inventory")]);
    let tiny = bench.take(Msg::Input(Input::Resize(30, 3)));
    assert_eq!(watched(&tiny), [&BTreeSet::new()]);
}

#[test]
fn panes_of_the_cursor_s_page_are_seen() {
    let mut bench = Bench::new(samples::fifty(), (120, 36));
    bench.ui.chosen = Some(Density::Panes);
    bench.take(Msg::Snapshot);
    let first = bench.ui.watched.clone();
    let effects = bench.press(Command::MoveLast);
    assert_eq!(watched(&effects).len(), 1);
    assert!(first.is_disjoint(&bench.ui.watched));
    assert!(bench.ui.watched.contains(bench.ui.cursor.as_ref().unwrap()));
}

#[test]
fn lines_are_taken_only_of_logs_that_are_seen_and_kept_while_they_are_not() {
    let mut bench = Bench::new(samples::shop(), (120, 36));
    let lines = |service: &str| Msg::Feed(Feed::Lines(samples::lines(&name(service), 100)));
    assert_eq!(bench.take(lines("auth")).len(), 1);
    assert_eq!(bench.take(lines("nobody")), []);
    assert_eq!(bench.ui.logs.len(), 1);
    assert!(
        bench.ui.logs[&name("auth")]
            .lines
            .iter()
            .any(|it| it.line.stream == Stream::Oats)
    );
    bench.press(Command::DensityNext);
    bench.press(Command::MoveNext);
    let kept = bench.ui.logs[&name("auth")].clone();
    assert_eq!(kept.lines.len(), 100, "what is out of sight is kept");
    assert_eq!(bench.take(lines("auth")), []);
    bench.press(Command::MovePrev);
    // Looked at again, it comes with its last lines, which have no time.
    let mut again: Vec<_> = samples::lines(&name("auth"), 100);
    again.retain(|line| line.stream != Stream::Oats);
    for line in &mut again {
        line.at = None;
    }
    bench.take(Msg::Feed(Feed::Lines(again)));
    assert_eq!(bench.ui.logs[&name("auth")].lines, kept.lines);
    bench.snapshot.services.remove(&name("auth"));
    bench.take(Msg::Snapshot);
    assert_eq!(
        bench.ui.logs.len(),
        0,
        "of a service that is gone nothing is kept"
    );
}

#[test]
fn paging_pauses_the_log_of_the_focused_service_and_following_resumes() {
    let mut bench = Bench::new(samples::shop(), (120, 36));
    let lines = samples::lines(&name("auth"), 100);
    bench.take(Msg::Feed(Feed::Lines(lines)));
    let behind = |bench: &Bench| bench.ui.logs[&name("auth")].behind;
    bench.press(Command::LogPageUp);
    let page = behind(&bench);
    assert!(page > 0);
    bench.press(Command::LogPageUp);
    assert_eq!(behind(&bench), 2 * page);
    bench.press(Command::LogPageDown);
    assert_eq!(behind(&bench), page);
    bench.press(Command::LogFollow);
    assert_eq!(behind(&bench), 0);
}
