use super::*;
use crate::tui::samples::name;

const BYTES: u64 = 10;

fn line(stream: Stream, number: u64) -> LogLine {
    LogLine {
        service: name("web"),
        stream,
        at: None,
        pos: Some(number * BYTES),
        text: format!("n {number}"),
    }
}

fn place(number: u64) -> LogPositions {
    LogPositions {
        stdout: number * BYTES,
        stderr: 0,
    }
}

fn page(numbers: std::ops::Range<u64>) -> Page {
    Page {
        from: place(numbers.start),
        to: place(numbers.end),
        extent: Extent {
            first: place(0),
            last: place(100_000),
        },
        lines: numbers.map(|number| line(Stream::Stdout, number)).collect(),
    }
}

fn texts(window: &Window) -> Vec<&str> {
    let lines = window.logs.values().flat_map(|ring| &ring.lines);
    lines.map(|kept| kept.line.text.as_str()).collect()
}

#[test]
fn a_window_holds_no_more_than_what_is_kept_of_a_log_and_knows_where_it_goes_on() {
    let web = name("web");
    let mut window = Window::of(&web, page(50_000..51_000), None);
    for end in (1..20).map(|round| 51_000 + round * 1000) {
        window.add(&web, page(end..end + 1000), Piece::Newer, None);
    }
    assert_eq!(texts(&window).len(), RING_LINES);
    assert_eq!(window.older, Spot::At(place(61_000)));
    assert_eq!(window.newer, Some(Spot::At(place(71_000))));
    window.add(&web, page(60_500..61_000), Piece::Older, None);
    assert_eq!(texts(&window).len(), RING_LINES);
    assert_eq!(texts(&window)[0], "n 60500");
    assert_eq!(window.newer, Some(Spot::At(place(70_500))));
}

#[test]
fn lines_that_are_kept_have_a_number_in_the_window_and_back() {
    let web = name("web");
    let mut ring = LogRing::default();
    for number in 0..10 {
        // Lines of other services have arrived in between.
        ring.push(number * 3, line(Stream::Stdout, 500 + number));
    }
    let mut window = Window::of(&web, page(400..450), Some(&ring));
    assert!(window.newer.is_some() && window.number_of(3).is_none());
    window.add(&web, page(450..520), Piece::Newer, Some(&ring));
    assert_eq!(window.newer, None);
    let texts = texts(&window);
    assert_eq!((texts.len(), texts.last()), (110, Some(&"n 509")));
    for kept in &ring.lines {
        let number = window.number_of(kept.number).unwrap();
        assert_eq!(window.kept(number), Some(kept.number));
    }
    let found = window.find(Stream::Stdout, 503 * BYTES).unwrap();
    assert_eq!(window.kept(found), Some(9));
    assert_eq!(window.percent(&line(Stream::Stdout, 50_000)), Some(50));
}
