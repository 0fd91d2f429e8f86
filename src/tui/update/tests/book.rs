//! Logs that are read far back.

use super::{
    log_search::search,
    logs::{bench, feed, log, press},
    *,
};
use crate::{
    keymap::command::{LogCommand as L, Step as S},
    model::{LogLine, Stream, log::LogPositions},
    supervisor::{
        Feed,
        book::{Extent, Leaf, Look, Page, Progress, Reading, Spot, Told, Towards},
    },
    tui::{layout, rings::Pile, view::log_rows},
};

/// Bytes of one line.
const BYTES: u64 = 10;
/// The first kept line.
const KEPT: u64 = 5000;
/// How many lines there are.
const ALL: u64 = 5100;

fn line(number: u64) -> LogLine {
    LogLine {
        pos: Some(number * BYTES),
        ..super::logs::line("auth", Stream::Stdout, &format!("n {number}"))
    }
}

fn place(number: u64) -> LogPositions {
    LogPositions {
        stdout: number * BYTES,
        stderr: 0,
    }
}

fn piece(numbers: std::ops::Range<u64>) -> Page {
    Page {
        from: place(numbers.start),
        to: place(numbers.end),
        extent: Extent {
            first: place(0),
            last: place(ALL),
        },
        lines: numbers.map(line).collect(),
    }
}

/// A console with the last hundred lines of a long log.
fn long() -> Bench {
    let mut bench = bench();
    feed(&mut bench, (KEPT..ALL).map(line).collect());
    bench
}

fn asked(effects: &[Effect]) -> Vec<Look> {
    let wishes = sent(effects).into_iter().filter_map(|wish| match wish {
        Wish::Book(look) => Some(look),
        Wish::Ask(_)
        | Wish::Up { .. }
        | Wish::Survivor { .. }
        | Wish::Leave { .. }
        | Wish::Reload { .. }
        | Wish::WatchTree(_)
        | Wish::WatchLogs(_) => None,
    });
    wishes.collect()
}

fn step(bench: &mut Bench, step: S) -> Vec<Look> {
    let effects = bench.press(Command::Log(L::Step(step)));
    asked(&effects)
}

/// Presses until something is asked for.
fn until_asked(bench: &mut Bench, step: S) -> Look {
    let looks = (0..500).map(|_| self::step(bench, step));
    let mut looks: Vec<Look> = looks.flatten().take(1).collect();
    looks.pop().unwrap()
}

fn answer(bench: &mut Bench, number: u64, told: Told) {
    let leaf = Leaf {
        number,
        service: name("auth"),
        told,
    };
    bench.take(Msg::Feed(Feed::Book(Box::new(leaf))));
}

/// The texts on the screen.
fn page(bench: &Bench) -> Vec<String> {
    let view = log(bench);
    let (columns, rows) = (bench.ui.size.0, layout::log_view_rows(bench.ui.size));
    let pile = Pile::of(bench.ui.lines(), &bench.snapshot, view);
    let shape = log_rows::Shape::new(&bench.snapshot, view, (columns, rows));
    let page = log_rows::page(&pile, view, shape);
    page.iter().map(|it| it.kept.line.text.clone()).collect()
}

/// Which line a text is.
fn number(text: &str) -> u64 {
    text.strip_prefix("n ").unwrap().parse().unwrap()
}

/// The text under the cursor.
fn under(bench: &Bench) -> String {
    let cursor = log(bench).cursor.unwrap();
    let mut rings = bench.ui.lines().values().flat_map(|ring| &ring.lines);
    let kept = rings.find(|kept| kept.number == cursor).unwrap();
    kept.line.text.clone()
}

/// A console that shows the first lines of the log.
fn at_the_first() -> Bench {
    let mut bench = long();
    let looks = step(&mut bench, S::First);
    assert_eq!(looks.len(), 1);
    assert!(matches!(
        looks[0].want,
        Reading::Page {
            spot: Spot::Start,
            towards: Towards::Newer,
            ..
        }
    ));
    answer(&mut bench, looks[0].number, Told::Page(piece(0..1000)));
    bench
}

#[test]
fn scrolling_up_goes_on_in_the_files_before_the_kept_lines_end_and_nothing_jumps() {
    let mut bench = long();
    let look = until_asked(&mut bench, S::PageUp);
    let Reading::Page { spot, towards, .. } = look.want else {
        panic!("{look:?}");
    };
    let pos = KEPT * BYTES;
    let stream = Stream::Stdout;
    assert_eq!(
        (spot, towards),
        (Spot::Line { stream, pos }, Towards::Older)
    );
    let before = page(&bench);
    answer(&mut bench, look.number, Told::Page(piece(4000..KEPT)));
    assert_eq!(page(&bench), before);
    let mut first: u64 = number(&before[0]);
    while first > 4000 {
        step(&mut bench, S::Up);
        let shown = page(&bench);
        let now: u64 = number(&shown[0]);
        assert!(now == first || now == first - 1, "{first} {now}");
        let expected: Vec<_> = (now..now + 19).map(|n| format!("n {n}")).collect();
        assert_eq!(shown, expected);
        first = now;
    }
    // Back to the newest line, over the place where both meet.
    let mut steps = 0;
    while bench.ui.book.window.is_some() {
        step(&mut bench, S::PageDown);
        steps += 1;
        assert!(steps < 100);
    }
    assert_eq!(log(&bench).anchor, None);
    assert_eq!(page(&bench).pop().unwrap(), "n 5099");
}

#[test]
fn the_first_line_of_all_is_one_key_away_and_so_is_the_newest() {
    let mut bench = at_the_first();
    assert_eq!(page(&bench)[0], "n 0");
    assert_eq!(under(&bench), "n 0");
    assert!(log(&bench).anchor.is_some());
    feed(&mut bench, vec![line(ALL)]);
    assert_eq!(page(&bench)[0], "n 0");
    assert_eq!(step(&mut bench, S::Up), []);
    assert_eq!(bench.said(), "This is the oldest line that is kept.");
    let looks = step(&mut bench, S::Last);
    assert!(matches!(
        looks[..],
        [Look {
            want: Reading::Close,
            ..
        }]
    ));
    assert_eq!(page(&bench).pop().unwrap(), "n 5100");
}

#[test]
fn newer_pieces_are_asked_for_before_they_are_needed_until_the_kept_lines_are_reached() {
    let mut bench = at_the_first();
    let mut end = 1000;
    while bench.ui.book.window.is_some() {
        for look in step(&mut bench, S::PageDown) {
            if let Reading::Page { spot, .. } = look.want {
                assert_eq!(spot, Spot::At(place(end)));
                let next = (end + 1000).min(ALL);
                answer(&mut bench, look.number, Told::Page(piece(end..next)));
                end = next;
            }
        }
        let shown = page(&bench);
        let first: u64 = number(&shown[0]);
        let expected: Vec<_> = (first..first + 19).map(|n| format!("n {n}")).collect();
        assert_eq!(shown, expected);
    }
    assert_eq!((end, log(&bench).anchor), (ALL, None));
}

#[test]
fn the_text_stays_while_a_piece_is_on_its_way() {
    let mut bench = at_the_first();
    until_asked(&mut bench, S::PageDown);
    for _ in 0..10 {
        assert_eq!(step(&mut bench, S::PageDown), []);
    }
    assert_eq!(page(&bench).pop().unwrap(), "n 999");
    assert_eq!(bench.said(), "Newer lines are being read.");
}

#[test]
fn a_search_goes_on_through_the_files_tells_how_far_it_is_and_can_be_stopped() {
    let mut bench = long();
    search(&mut bench, "n 5050");
    let looks = asked(&bench.press(Command::Log(L::PrevMatch)));
    let Reading::Search { spot, towards, .. } = &looks[0].want else {
        panic!("{looks:?}");
    };
    let (stream, pos) = (Stream::Stdout, KEPT * BYTES);
    assert_eq!(
        (*spot, *towards),
        (Spot::Line { stream, pos }, Towards::Older)
    );
    let progress = Progress { done: 34, of: 100 };
    answer(&mut bench, looks[0].number, Told::Progress(progress));
    assert_eq!(bench.ui.book.search.as_ref().unwrap().progress, progress);
    let looks = asked(&bench.press(Command::NavBack));
    assert!(matches!(
        looks[..],
        [Look {
            want: Reading::Stop,
            ..
        }]
    ));
    assert_eq!(bench.said(), "The search was stopped at 34 %.");
    assert!(log(&bench).search.is_some());

    let looks = asked(&bench.press(Command::Log(L::PrevMatch)));
    let (stream, pos) = (Stream::Stdout, 2000 * BYTES);
    let page = piece(1500..2500);
    answer(
        &mut bench,
        looks[0].number,
        Told::Found { stream, pos, page },
    );
    assert_eq!(under(&bench), "n 2000");
    assert!(bench.ui.book.search.is_none());
}

#[test]
fn late_answers_are_dropped_and_failures_are_one_sentence() {
    let mut bench = long();
    let looks = step(&mut bench, S::First);
    let before = page(&bench);
    answer(&mut bench, looks[0].number + 1, Told::Page(piece(0..9)));
    assert_eq!(page(&bench), before);
    let why = "Could not read web_stdout.log: permission denied.";
    answer(&mut bench, looks[0].number, Told::Failed(why.to_owned()));
    assert_eq!(bench.said(), why);
    press(&mut bench, L::NextService);
    answer(&mut bench, looks[0].number, Told::Page(piece(0..9)));
    assert!(bench.ui.book.window.is_none());
}

#[test]
fn another_view_forgets_what_was_read_far_back() {
    let mut bench = at_the_first();
    let looks = asked(&bench.press(Command::Log(L::NextService)));
    assert!(matches!(
        looks[..],
        [Look {
            want: Reading::Close,
            ..
        }]
    ));
    assert!(bench.ui.book.window.is_none());
}

#[test]
fn what_is_read_while_paused_stays_under_any_flood_and_goes_on_in_the_files() {
    let mut bench = bench();
    let end = KEPT + 9000;
    feed(&mut bench, (KEPT..end).map(line).collect());
    step(&mut bench, S::Up);
    step(&mut bench, S::Up);
    let (read, cursor) = (page(&bench), under(&bench));
    let last = number(read.last().unwrap());
    let mut looks = Vec::new();
    for batch in 0..9 {
        // A flood is shown in pieces: what lies between them was skipped.
        let from = end + 500 + batch * 9000;
        let lines = Feed::Lines((from..from + 6000).map(line).collect());
        looks.extend(asked(&bench.take(Msg::Feed(lines))));
        assert_eq!(
            (page(&bench), under(&bench)),
            (read.clone(), cursor.clone())
        );
    }
    let [older] = looks.as_slice() else {
        panic!("{looks:?}");
    };
    let Reading::Page { spot, .. } = older.want else {
        panic!("{older:?}");
    };
    let Spot::Line { pos, .. } = spot else {
        panic!("{spot:?}");
    };
    let first = pos / BYTES;
    answer(
        &mut bench,
        older.number,
        Told::Page(piece(first - 1000..first)),
    );
    assert_eq!(page(&bench), read);
    let newer = until_asked(&mut bench, S::PageDown);
    let Reading::Page { spot, towards, .. } = newer.want else {
        panic!("{newer:?}");
    };
    // Behind the last line that was shown: what was skipped later is read there.
    assert_eq!(towards, Towards::Newer);
    let Spot::At(place) = spot else {
        panic!("{spot:?}");
    };
    assert_eq!(place.stdout, last * BYTES + 1);
}
