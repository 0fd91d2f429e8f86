mod histories;
mod searching;

use std::{
    fs::{self, File},
    io::Write,
    ops::ControlFlow,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use super::*;
use crate::{
    io::{
        files,
        logs::{
            archives,
            rotate::{Rotation, Writers},
            times::{self, Growth},
        },
        records,
    },
    model::{
        RunRecord, Wall, clean,
        log::{HeadMore, LogHead},
        reading::{Kind, Needle},
        service::LogSpec,
    },
};
use flate2::{Compression, write::GzEncoder};

const BOTH: Option<Stream> = None;

struct Place {
    _dir: tempfile::TempDir,
    root: Root,
    name: ServiceName,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::new(dir.path());
        files::prepare(&root).unwrap();
        Self {
            _dir: dir,
            root,
            name: "web".parse().unwrap(),
        }
    }

    fn log(&self, stream: Stream) -> PathBuf {
        self.root.log_file(&self.name, stream).unwrap()
    }

    fn write(&self, stream: Stream, bytes: &[u8]) {
        let mut file = crate::io::platform::fsx::open_append(&self.log(stream)).unwrap();
        file.write_all(bytes).unwrap();
    }

    fn archive(&self, stream: Stream, number: u32, bytes: &[u8]) {
        let file = File::create(archives::archive(&self.log(stream), number)).unwrap();
        let mut encoder = GzEncoder::new(file, Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap();
    }

    fn base(&self, stdout: u64, stderr: u64) {
        let base = LogPositions { stdout, stderr };
        let record = RunRecord::plain(self.name.clone(), base);
        records::write(&self.root, &record).unwrap();
    }

    /// Says where stdout begins.
    fn head(&self, head: LogHead) {
        let mut record = RunRecord::plain(self.name.clone(), LogPositions::default());
        record.set_log_head(Stream::Stdout, head);
        records::write(&self.root, &record).unwrap();
    }

    fn book(&self) -> Book {
        Book::new(&self.root, &self.name)
    }
}

fn texts(page: &Page) -> Vec<&str> {
    page.lines.iter().map(|line| line.text.as_str()).collect()
}

fn text(needle: &str) -> Sought {
    Sought {
        needle: Some(Needle::new(needle, Kind::Text).unwrap()),
        level: None,
    }
}

fn find(book: &mut Book, spot: Spot, towards: Towards, sought: &Sought) -> Found {
    let mut watch = |_| ControlFlow::Continue(());
    book.search(BOTH, spot, towards, sought, &mut watch)
        .unwrap()
}

/// Every line from one end to the other, page by page.
fn all(book: &mut Book, towards: Towards, most: usize) -> Vec<LogLine> {
    let mut spot = match towards {
        Towards::Older => Spot::End,
        Towards::Newer => Spot::Start,
    };
    let mut lines = Vec::new();
    loop {
        let page = book.page(BOTH, spot, towards, most).unwrap();
        if page.lines.is_empty() {
            return lines;
        }
        match towards {
            Towards::Older => {
                lines.splice(0..0, page.lines);
                spot = Spot::At(page.from);
            }
            Towards::Newer => {
                lines.extend(page.lines);
                spot = Spot::At(page.to);
            }
        }
    }
}

#[test]
fn lines_are_read_through_archives_and_files_from_both_ends() {
    let place = Place::new();
    place.archive(Stream::Stdout, 2, b"one\ntw");
    place.archive(Stream::Stdout, 1, b"o\nthree\n");
    place.write(Stream::Stdout, b"four\n\x1b[31mfive\x1b[0m\0\nsix");
    place.base(114, 0);
    let mut book = place.book();
    let page = book.page(BOTH, Spot::Start, Towards::Newer, 4).unwrap();
    assert_eq!(texts(&page), ["one", "two", "three", "four"]);
    let places: Vec<_> = page.lines.iter().map(|line| line.pos.unwrap()).collect();
    assert_eq!(places, [100, 104, 108, 114]);
    let page = book.page(BOTH, Spot::End, Towards::Older, 3).unwrap();
    assert_eq!(texts(&page), ["four", "\x1b[31mfive\x1b[0m", "six"]);
    let page = book
        .page(BOTH, Spot::At(page.from), Towards::Older, 9)
        .unwrap();
    assert_eq!(texts(&page), ["one", "two", "three"]);
    assert_eq!(page.extent.bytes(BOTH), 14 + 5 + 15 + 3);
}

#[test]
fn what_is_not_there_is_empty_and_what_cannot_be_read_says_where() {
    let place = Place::new();
    let mut book = place.book();
    for (spot, towards) in [(Spot::Start, Towards::Newer), (Spot::End, Towards::Older)] {
        assert!(book.page(BOTH, spot, towards, 9).unwrap().lines.is_empty());
    }
    place.write(Stream::Stdout, b"");
    assert!(all(&mut book, Towards::Older, 9).is_empty());
    fs::create_dir(place.log(Stream::Stderr)).unwrap();
    let error = book.page(BOTH, Spot::End, Towards::Older, 9).unwrap_err();
    assert!(error.to_string().ends_with("web_stderr.log"), "{error}");
}

#[test]
fn a_place_inside_a_line_means_that_line() {
    let place = Place::new();
    place.write(Stream::Stdout, b"first\nsecond\nthird\n");
    let mut book = place.book();
    let spot = Spot::Line {
        stream: Stream::Stdout,
        pos: 9,
    };
    let page = book.page(BOTH, spot, Towards::Newer, 1).unwrap();
    assert_eq!(texts(&page), ["second"]);
    let page = book.page(BOTH, spot, Towards::Older, 9).unwrap();
    assert_eq!(texts(&page), ["first"]);
}

#[test]
fn lines_of_megabytes_are_cut_and_the_same_from_both_sides() {
    let place = Place::new();
    let long = |count: usize| vec![b'x'; count];
    for bytes in [
        &b"a\n"[..],
        &long(900_000),
        b"\nb\n",
        &long(5_000_000),
        b"\nc\n",
        &long(2_000_000),
    ] {
        place.write(Stream::Stderr, bytes);
    }
    let mut book = place.book();
    let forwards = all(&mut book, Towards::Newer, 3);
    assert_eq!(all(&mut book, Towards::Older, 2), forwards);
    let short = forwards.iter().filter(|line| line.text.len() == 1).count();
    assert_eq!(short, 3);
    let over = 900_000 - clean::LINE_LIMIT;
    assert!(forwards[1].text.ends_with(&clean::cut_mark(over)));
    assert!(
        forwards
            .iter()
            .all(|line| line.text.len() < clean::LINE_LIMIT + 32)
    );
}

/// Rotates a log, and writes down where it begins.
fn rotate(place: &Place, head: &mut LogHead, spec: &LogSpec, writers: Writers) {
    let (log, stop) = (place.log(Stream::Stdout), AtomicBool::new(false));
    let rotation = Rotation {
        log: &log,
        spec,
        writers,
        stop: &stop,
        way: None,
    };
    let note = &mut |head| {
        place.head(head);
        Ok(())
    };
    rotation.run(head, note).unwrap();
}

#[test]
fn places_stay_the_same_when_the_log_is_rotated_under_the_reader() {
    let place = Place::new();
    let spec = LogSpec {
        max_bytes: 10,
        keep: 3,
    };
    let mut book = place.book();
    let mut head = LogHead::default();
    for round in 0..3 {
        place.write(Stream::Stdout, format!("line {round} of many\n").as_bytes());
        let old = book.page(BOTH, Spot::Start, Towards::Newer, 9).unwrap();
        rotate(&place, &mut head, &spec, Writers::None);
        let new = book.page(BOTH, Spot::Start, Towards::Newer, 9).unwrap();
        assert_eq!(new.lines, old.lines);
        assert_eq!(new.lines.len(), round + 1);
    }
}

#[test]
fn no_line_is_wrong_while_somebody_writes_and_the_log_is_rotated_again_and_again() {
    let place = Place::new();
    let spec = LogSpec {
        max_bytes: 64 * 1024,
        keep: 3,
    };
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut head = LogHead::default();
            for round in 0..60_u64 {
                let lines = (round * 1000..round * 1000 + 1000).map(|it| format!("{it:015}\n"));
                place.write(Stream::Stdout, lines.collect::<String>().as_bytes());
                rotate(&place, &mut head, &spec, Writers::Some);
            }
            is_over.store(true, Ordering::Relaxed);
        });
        let mut book = place.book();
        let mut read = 0;
        while !is_over.load(Ordering::Relaxed) || read == 0 {
            for (spot, towards) in [(Spot::Start, Towards::Newer), (Spot::End, Towards::Older)] {
                match book.page(BOTH, spot, towards, 500) {
                    Ok(page) => {
                        for line in &page.lines {
                            let number = line.pos.unwrap() / 16;
                            let expected = format!("{number:015}");
                            // One that is being written may not be whole.
                            assert!(expected.starts_with(&line.text), "{line:?}");
                            read += 1;
                        }
                    }
                    Err(error) => assert!(matches!(error, BookError::Gone), "{error:?}"),
                }
            }
        }
    });
}

#[test]
fn both_streams_lie_beside_each_other_as_they_were_written() {
    let place = Place::new();
    let mut grown = LogPositions::default();
    for second in 0..4 {
        for (stream, word) in [(Stream::Stderr, "err"), (Stream::Stdout, "out")] {
            let line = format!("{word} {second}\n");
            place.write(stream, line.as_bytes());
            let end = grown.of(stream) + line.len() as u64;
            set(&mut grown, stream, end);
        }
        let growth = Growth {
            service: place.name.clone(),
            positions: grown,
            is_start: false,
        };
        let at = Wall::from_millis(1_000_000 + second * 1000);
        times::append(&place.root, at, &[growth]).unwrap();
    }
    let mut book = place.book();
    let expected = ["out 1", "err 1", "out 2", "err 2", "out 3", "err 3"];
    for towards in [Towards::Older, Towards::Newer] {
        let lines = all(&mut book, towards, 2);
        let texts: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
        // Nobody knows how old the first ones are.
        assert_eq!(texts[2..], expected, "{towards:?}");
        assert_eq!(lines[2].at, Some(Wall::from_millis(1_001_000)));
    }
    let found = find(&mut book, Spot::Start, Towards::Newer, &text("err 2"));
    let Found::Line { stream, pos } = found else {
        panic!("{found:?}");
    };
    let around = book.around(BOTH, stream, pos, 4).unwrap();
    assert_eq!(texts(&around), ["err 1", "out 2", "err 2", "out 3"]);
}

#[test]
fn what_was_given_back_at_the_head_is_not_shown() {
    let place = Place::new();
    place.archive(Stream::Stdout, 1, b"packed\n");
    let file = File::create(place.log(Stream::Stdout)).unwrap();
    // Larger than any block of a file system.
    let hole = 4 * 1024 * 1024;
    file.set_len(hole).unwrap();
    let more = HeadMore {
        hole,
        ..HeadMore::default()
    };
    place.head(LogHead { base: 0, more });
    place.write(Stream::Stdout, b"after\n");
    let mut book = place.book();
    let lines = all(&mut book, Towards::Older, 9);
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (lines[1].pos, lines[1].text.as_str()),
        (Some(hole), "after")
    );
    assert_eq!(
        (lines[0].pos, lines[0].text.as_str()),
        (Some(hole - 7), "packed")
    );
}

#[test]
fn an_archive_larger_than_what_is_kept_of_it_is_read_backwards() {
    let place = Place::new();
    let mut bytes = Vec::new();
    for number in 0..1_600_000_u32 {
        bytes.extend_from_slice(format!("{number:015}\n").as_bytes());
    }
    place.archive(Stream::Stdout, 1, &bytes);
    place.base(bytes.len() as u64, 0);
    place.write(Stream::Stdout, b"end\n");
    let mut book = place.book();
    let spot = |number: u64| Spot::Line {
        stream: Stream::Stdout,
        pos: number * 16,
    };
    for number in [1_599_999_u64, 1_000_000, 999_999, 20, 1_200_000, 0] {
        let page = book.page(BOTH, spot(number), Towards::Newer, 1).unwrap();
        assert_eq!(texts(&page), [format!("{number:015}")]);
    }
    let pos = 20 * 16;
    let stream = Stream::Stdout;
    let found = find(
        &mut book,
        Spot::End,
        Towards::Older,
        &text("000000000000020"),
    );
    assert_eq!(found, Found::Line { stream, pos });
}
