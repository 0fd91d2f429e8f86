use std::{
    io::Read,
    sync::{Arc, atomic::AtomicU64},
    thread,
};

use super::*;
use crate::{
    io::{
        files,
        logs::{
            past::{Count, Unended, past},
            reader::Reader,
            source::Source,
        },
        platform::fsx::plant,
        records,
    },
    model::{RunRecord, ServiceName, Stream, log::LogPositions, root::Root},
};

const SPEC: LogSpec = LogSpec {
    max_bytes: 10,
    keep: 2,
};

struct Place {
    _dir: tempfile::TempDir,
    root: Root,
    name: ServiceName,
    head: LogHead,
    way: Option<CutWay>,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::new(dir.path());
        files::prepare(&root).unwrap();
        let name: ServiceName = "web".parse().unwrap();
        Self {
            _dir: dir,
            root,
            name,
            head: LogHead::default(),
            way: None,
        }
    }

    fn log(&self) -> PathBuf {
        self.root.log_file(&self.name, Stream::Stdout).unwrap()
    }

    fn write(&self, text: &str) {
        let mut file = fsx::open_append(&self.log()).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// Writes down where the log begins.
    fn note(root: &Root, name: &ServiceName, head: LogHead) {
        let mut record = RunRecord::plain(name.clone(), LogPositions::default());
        record.set_log_head(Stream::Stdout, head);
        records::write(root, &record).unwrap();
    }

    /// Rotates, and is stopped after so many changes were written down.
    fn rotate_until(&mut self, spec: &LogSpec, writers: Writers, most: usize) -> bool {
        let (log, stop) = (self.log(), AtomicBool::new(false));
        let rotation = Rotation {
            log: &log,
            spec,
            writers,
            stop: &stop,
            way: self.way,
        };
        let (mut count, mut on_disk) = (0, self.head);
        let (root, name) = (self.root.clone(), self.name.clone());
        let result = rotation.run(&mut self.head, &mut |head| {
            if count == most {
                return Err(io::Error::other("a crash"));
            }
            count += 1;
            on_disk = head;
            Self::note(&root, &name, head);
            Ok(())
        });
        // Only what is on disk outlives a crash.
        self.head = on_disk;
        result.is_ok()
    }

    fn rotate(&mut self, spec: &LogSpec) {
        assert!(self.rotate_until(spec, Writers::None, usize::MAX));
    }

    fn read(&self, number: u32) -> Option<String> {
        let mut text = String::new();
        let file = File::open(archive(&self.log(), number)).ok()?;
        flate2::read::GzDecoder::new(file)
            .read_to_string(&mut text)
            .unwrap();
        Some(text)
    }

    fn source(&self) -> Source {
        Source::new(&self.root, &self.name, Stream::Stdout)
    }

    /// Everything that is left, oldest first.
    fn whole(&self) -> String {
        let mut reader = Reader::new(&self.source(), 0).unwrap();
        let mut bytes = Vec::new();
        let mut block = vec![0; 10_000];
        loop {
            let filled = reader.read(&mut block).unwrap();
            if filled == 0 {
                return String::from_utf8(bytes).unwrap();
            }
            bytes.extend_from_slice(&block[..filled]);
        }
    }

    fn lines(&self, count: Count) -> Vec<String> {
        let mut lines = Vec::new();
        past(&self.source(), count, Unended::Left, &mut |line| {
            lines.push(line);
            Ok(())
        })
        .unwrap();
        lines
    }
}

fn numbered(from: u64, to: u64) -> String {
    let lines: Vec<String> = (from..to).map(|n| format!("line {n}\n")).collect();
    lines.concat()
}

#[test]
fn a_log_within_its_size_stays() {
    let mut place = Place::new();
    place.rotate(&SPEC);
    place.write("0123456789");
    place.rotate(&SPEC);
    assert_eq!(place.whole(), "0123456789");
    assert_eq!(place.head, LogHead::default());
}

#[test]
fn archives_move_up_and_the_oldest_is_dropped() {
    let mut place = Place::new();
    let mut base = 0;
    for number in 1..=3 {
        let text = format!("run {number}, long enough\n");
        place.write(&text);
        place.rotate(&SPEC);
        base += text.len() as u64;
        assert_eq!(place.head.base, base);
        assert_eq!(fs::read(place.log()).unwrap(), b"");
    }
    assert_eq!(place.read(1).unwrap(), "run 3, long enough\n");
    assert_eq!(place.read(2).unwrap(), "run 2, long enough\n");
    assert_eq!((place.read(3), place.read(0)), (None, None));
    assert_eq!(plant::mode(&archive(&place.log(), 1)), 0o600);
    let fewer = LogSpec { keep: 1, ..SPEC };
    place.write("run 4, long enough\n");
    place.rotate(&fewer);
    let kept: Vec<u32> = (0..9).filter(|n| place.read(*n).is_some()).collect();
    assert_eq!(kept, [1]);
}

#[test]
fn without_archives_the_log_is_only_cut() {
    let mut place = Place::new();
    place.write("long enough to be cut");
    place.rotate(&LogSpec {
        max_bytes: 10,
        keep: 0,
    });
    assert_eq!((place.whole().as_str(), place.head.base), ("", 21));
    assert_eq!(
        fs::read_dir(&place.root.log_dir).unwrap().count(),
        2,
        "the log and .gitignore"
    );
}

#[test]
fn a_log_that_cannot_be_archived_stays_whole_and_is_told() {
    let mut place = Place::new();
    place.write("all of the first run\n");
    fs::create_dir(with_ending(&archive(&place.log(), 0), "tmp")).unwrap();
    assert!(!place.rotate_until(&SPEC, Writers::None, usize::MAX));
    assert_eq!(place.whole(), "all of the first run\n");
    assert_eq!(place.head, LogHead::default());
}

/// A crash after each thing that is written down, and one just before it: what was done last is
/// done, and nobody knows.
#[test]
fn a_crash_at_any_step_loses_nothing_and_doubles_nothing() {
    let spec = LogSpec {
        max_bytes: 10_000,
        keep: 3,
    };
    let ways = [
        (Writers::None, None),
        (Writers::Some, Some(CutWay::Collapse)),
        (Writers::Some, Some(CutWay::Punch)),
    ];
    for (writers, way) in ways {
        for most in 0..6 {
            let mut place = Place::new();
            place.way = way;
            place.write(&numbered(0, 2000));
            assert!(place.rotate_until(&spec, writers, usize::MAX));
            place.write(&numbered(2000, 5000));
            let finished = place.rotate_until(&spec, writers, most);
            let label = format!("{writers:?} {way:?} {most}");
            assert_eq!(place.whole(), numbered(0, 5000), "{label}");
            if writers == Writers::Some {
                place.write(&numbered(5000, 5100));
                assert_eq!(place.lines(Count::All).len(), 5100, "{label}");
                assert_eq!(place.lines(Count::Last(4000))[0], "line 1100", "{label}");
            }
            let end = if writers == Writers::Some { 5100 } else { 5000 };
            assert!(place.rotate_until(&spec, writers, usize::MAX));
            assert_eq!(place.whole(), numbered(0, end), "{label} {finished}");
            let file = fsx::open_read(&place.log()).unwrap();
            let at = place.source().place(&file).unwrap();
            assert_eq!(at.end, numbered(0, end).len() as u64, "{label}");
            assert!(at.end - at.first <= spec.max_bytes, "{label}");
        }
    }
}

#[test]
fn a_crash_while_archives_get_their_numbers_drops_none() {
    let spec = LogSpec {
        max_bytes: 10,
        keep: 5,
    };
    for stop in 0..=4 {
        let mut place = Place::new();
        for run in 0..3 {
            place.write(&numbered(run * 10, run * 10 + 10));
            place.rotate(&spec);
        }
        place.write(&numbered(30, 40));
        assert!(!place.rotate_until(&spec, Writers::None, 1));
        // All four have moved; the last ones move back.
        for number in 0..4 - stop {
            let (from, to) = (
                archive(&place.log(), number + 1),
                archive(&place.log(), number),
            );
            fs::rename(from, to).unwrap();
        }
        assert_eq!(place.whole(), numbered(0, 40), "{stop}");
        place.rotate(&spec);
        assert_eq!(place.whole(), numbered(0, 40), "{stop}");
        assert!(place.read(4).is_some() && place.read(5).is_none());
    }
}

/// A writer at full speed; readers meanwhile.
fn flood(way: Option<CutWay>) {
    let mut place = Place::new();
    place.way = way;
    let spec = LogSpec {
        max_bytes: 1 << 20,
        keep: 1000,
    };
    let written = Arc::new(AtomicU64::new(0));
    let (path, count) = (place.log(), Arc::clone(&written));
    let lines = 600_000;
    let writer = thread::spawn(move || {
        let mut file = fsx::open_append(&path).unwrap();
        for number in 0..lines {
            file.write_all(format!("line {number}\n").as_bytes())
                .unwrap();
            count.store(number + 1, Ordering::Release);
        }
    });
    let source = place.source();
    let follower = thread::spawn(move || {
        let mut reader = Reader::new(&source, 0).unwrap();
        let (mut bytes, mut block) = (Vec::new(), vec![0; 5000]);
        let whole = numbered(0, lines).len();
        while bytes.len() < whole {
            let filled = reader.read(&mut block).unwrap();
            bytes.extend_from_slice(&block[..filled]);
            assert_eq!(reader.take_passed_over(), 0);
        }
        bytes == numbered(0, lines).as_bytes()
    });
    let mut cuts = 0;
    while !writer.is_finished() {
        let before = place.head;
        assert!(place.rotate_until(&spec, Writers::Some, usize::MAX));
        cuts += u32::from(place.head != before);
        if place.head != before {
            let sure = written.load(Ordering::Acquire);
            let read = place.lines(Count::Last(1000));
            let first: u64 = read[0].strip_prefix("line ").unwrap().parse().unwrap();
            assert!(first + 1000 >= sure, "{first} {sure}");
            let expected = numbered(first, first + 1000);
            assert_eq!(read.join("\n") + "\n", expected);
        }
    }
    writer.join().unwrap();
    assert!(cuts > 2, "{cuts}");
    assert!(follower.join().unwrap());
    assert!(place.whole() == numbered(0, lines));
    assert_eq!(place.lines(Count::All).len() as u64, lines);
}

#[test]
fn at_full_speed_every_line_is_there_once_and_in_order() {
    flood(None);
}

#[test]
fn at_full_speed_every_line_is_there_once_where_only_holes_can_be_made() {
    flood(Some(CutWay::Punch));
}
