use std::ops::ControlFlow;

use super::*;
use crate::model::reading::Level;

#[test]
fn a_search_finds_what_is_seen_and_the_nearest_first() {
    let place = Place::new();
    place.archive(Stream::Stdout, 1, b"ERROR old one!\n");
    place.base(15, 0);
    let log = b"plain\n\x1b[31mEr\x1b[0mror two\nerr\0or three\n\ttab\nlast error\n";
    place.write(Stream::Stdout, log);
    let mut book = place.book();
    let stream = Stream::Stdout;
    let at = |pos| Found::Line { stream, pos };
    let spot = |pos| Spot::Line { stream, pos };
    let error = text("error");
    assert_eq!(find(&mut book, Spot::Start, Towards::Newer, &error), at(0));
    for (from, pos) in [(15, 21), (21, 40), (30, 40), (40, 58)] {
        let found = find(&mut book, spot(from), Towards::Newer, &error);
        assert_eq!(found, at(pos), "from {from}");
    }
    assert_eq!(find(&mut book, spot(40), Towards::Older, &error), at(21));
    assert_eq!(find(&mut book, spot(21), Towards::Older, &error), at(0));
    assert_eq!(
        find(&mut book, spot(0), Towards::Older, &error),
        Found::Nothing
    );
    assert_eq!(
        find(&mut book, Spot::End, Towards::Older, &text("Error")),
        at(21)
    );
    assert_eq!(
        find(&mut book, Spot::Start, Towards::Newer, &text("31m")),
        Found::Nothing
    );
    let level = Sought {
        needle: None,
        level: Some(Level::Error),
    };
    assert_eq!(find(&mut book, Spot::Start, Towards::Newer, &level), at(0));
}

#[test]
fn a_search_is_stopped_between_two_pieces_and_tells_how_far_it_is() {
    let place = Place::new();
    let block = b"nothing to see in this line\n".repeat(40_000);
    for _ in 0..4 {
        place.write(Stream::Stdout, &block);
    }
    let total = 4 * block.len() as u64;
    let mut told = Vec::new();
    let mut watch = |progress| {
        told.push(progress);
        ControlFlow::Continue(())
    };
    let mut book = place.book();
    let found = book.search(BOTH, Spot::End, Towards::Older, &text("absent"), &mut watch);
    assert_eq!(found.unwrap(), Found::Nothing);
    assert!(told.len() > 4 && told.is_sorted_by_key(|it: &Progress| it.done));
    assert_eq!(
        *told.last().unwrap(),
        Progress {
            done: total,
            of: total
        }
    );
    let mut calls = 0;
    let mut watch = |_| {
        calls += 1;
        ControlFlow::Break(())
    };
    let found = book.search(BOTH, Spot::End, Towards::Older, &text("absent"), &mut watch);
    assert_eq!((found.unwrap(), calls), (Found::Stopped, 1));
}

/// `cargo test --release --lib a_log_of_two_gib -- --ignored --nocapture`
#[test]
#[ignore = "writes 2 GiB and measures"]
#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measurement reads the clock and is printed"
)]
fn a_log_of_two_gib_opens_at_once_and_is_searched_in_seconds() {
    let place = Place::new();
    let mut block = Vec::new();
    for number in 0..100_000 {
        let line = format!(
            "2026-11-24T20:00:00.{number:06} INFO api GET /v1/items?page={number} 200 8 ms\n"
        );
        block.extend_from_slice(line.as_bytes());
    }
    let mut size = 0;
    while size < 2 << 30 {
        place.write(Stream::Stdout, &block);
        size += block.len() as u64;
    }
    let took = |what: &str, from: std::time::Instant| println!("{what}: {:?}", from.elapsed());
    let from = std::time::Instant::now();
    let mut book = place.book();
    book.page(BOTH, Spot::End, Towards::Older, 500).unwrap();
    took("open at the end", from);
    let from = std::time::Instant::now();
    book.page(BOTH, Spot::Start, Towards::Newer, 500).unwrap();
    took("to the first line", from);
    for needle in ["absent needle", "Absent", "page=99999 2.*absent"] {
        for kind in [Kind::Text, Kind::Regex] {
            let sought = Sought {
                needle: Some(Needle::new(needle, kind).unwrap()),
                level: None,
            };
            let from = std::time::Instant::now();
            assert_eq!(
                find(&mut book, Spot::End, Towards::Older, &sought),
                Found::Nothing
            );
            took(
                &format!("{needle:?} as {kind:?} through {size} bytes"),
                from,
            );
        }
    }
}
