use std::io::{Read, Write};

use super::*;
use crate::io::platform::fsx::plant;

const SPEC: LogSpec = LogSpec {
    max_bytes: 10,
    keep: 2,
};

struct Place {
    _dir: tempfile::TempDir,
    root: Root,
    name: ServiceName,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::new(dir.path());
        fs::create_dir(&root.log_dir).unwrap();
        let name = "web".parse().unwrap();
        Self {
            _dir: dir,
            root,
            name,
        }
    }

    fn log(&self) -> PathBuf {
        self.root.log_file(&self.name, Stream::Stdout).unwrap()
    }

    fn write(&self, text: &str) {
        let mut file = fsx::open_append(&self.log()).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn rotate(&self, spec: &LogSpec) -> u64 {
        let (taken, errors) = before_spawn(&self.root, &self.name, spec);
        assert!(errors.is_empty(), "{errors:?}");
        taken.stdout
    }

    fn read(&self, number: u32) -> Option<String> {
        let mut text = String::new();
        let file = File::open(archive(&self.log(), number)).ok()?;
        flate2::read::GzDecoder::new(file)
            .read_to_string(&mut text)
            .unwrap();
        Some(text)
    }

    /// Everything that is left, oldest first.
    fn whole(&self) -> String {
        let archives = (0..9).rev().filter_map(|number| self.read(number));
        let live = fs::read_to_string(self.log()).unwrap();
        archives.chain([live]).collect()
    }
}

#[test]
fn a_log_within_its_size_stays() {
    let place = Place::new();
    assert_eq!(place.rotate(&SPEC), 0);
    place.write("0123456789");
    assert_eq!(place.rotate(&SPEC), 0);
    assert_eq!(place.whole(), "0123456789");
}

#[test]
fn archives_move_up_and_the_oldest_is_dropped() {
    let place = Place::new();
    for number in 1..=3 {
        let text = format!("run {number}, long enough\n");
        place.write(&text);
        assert_eq!(place.rotate(&SPEC), text.len() as u64);
        assert_eq!(fs::read(place.log()).unwrap(), b"");
    }
    assert_eq!(place.read(1).unwrap(), "run 3, long enough\n");
    assert_eq!(place.read(2).unwrap(), "run 2, long enough\n");
    assert_eq!(place.read(3), None);
    assert_eq!(place.read(0), None);
    assert_eq!(plant::mode(&archive(&place.log(), 1)), 0o600);
}

#[test]
fn fewer_archives_are_kept_when_fewer_are_asked_for() {
    let place = Place::new();
    let spec = |keep| LogSpec {
        max_bytes: 10,
        keep,
    };
    for _ in 0..5 {
        place.write("long enough to be cut");
        place.rotate(&spec(5));
    }
    place.write("long enough to be cut");
    place.rotate(&spec(1));
    let kept: Vec<u32> = (0..9).filter(|n| place.read(*n).is_some()).collect();
    assert_eq!(kept, [1]);
}

#[test]
fn without_archives_the_log_is_only_cut() {
    let place = Place::new();
    place.write("long enough to be cut");
    let spec = LogSpec {
        max_bytes: 10,
        keep: 0,
    };
    assert_eq!(place.rotate(&spec), 21);
    assert_eq!(place.whole(), "");
    assert_eq!(fs::read_dir(&place.root.log_dir).unwrap().count(), 1);
}

#[test]
fn a_log_longer_than_a_block_is_archived_whole() {
    let place = Place::new();
    let lines: Vec<String> = (0..50_000)
        .map(|number| format!("line {number}\n"))
        .collect();
    let text = lines.concat();
    place.write(&text);
    assert_eq!(place.rotate(&SPEC), text.len() as u64);
    assert_eq!(place.read(1).unwrap(), text);
}

#[test]
fn a_crash_while_the_archive_is_written_costs_nothing() {
    let place = Place::new();
    place.write("all of the first run\n");
    let half = with_ending(&archive(&place.log(), 0), "tmp");
    File::create(half).unwrap().write_all(b"half").unwrap();
    place.rotate(&SPEC);
    assert_eq!(place.whole(), "all of the first run\n");
}

/// The state of a crash after the archive became whole.
fn crashed(place: &Place, text: &str) {
    place.write(text);
    let log = fsx::open_read(&place.log()).unwrap();
    compress(&log, 0, &archive(&place.log(), 0)).unwrap();
}

#[test]
fn a_crash_before_the_log_is_cut_doubles_nothing() {
    let place = Place::new();
    let first = "all of the first run\n";
    crashed(&place, first);
    assert_eq!(place.rotate(&SPEC), first.len() as u64);
    assert_eq!(place.whole(), first);
    assert_eq!(place.read(1).unwrap(), first);

    // The log went on growing after the crash.
    let place = Place::new();
    crashed(&place, first);
    place.write("and a second");
    assert_eq!(place.rotate(&SPEC), first.len() as u64 + 12);
    assert_eq!(place.whole(), "all of the first run\nand a second");
    assert_eq!(place.read(1).unwrap(), "and a second");
}

#[test]
fn a_crash_after_the_log_was_cut_loses_nothing() {
    let place = Place::new();
    let first = "all of the first run\n";
    crashed(&place, first);
    fsx::open_write(&place.log()).unwrap().set_len(0).unwrap();
    place.write("short");
    assert_eq!(place.rotate(&SPEC), 0);
    assert_eq!(place.whole(), "all of the first run\nshort");
    place.write(", and then long enough");
    place.rotate(&SPEC);
    assert_eq!(
        place.whole(),
        "all of the first run\nshort, and then long enough"
    );
}

#[test]
fn a_log_that_cannot_be_archived_stays_whole_and_is_told() {
    let place = Place::new();
    place.write("all of the first run\n");
    fs::create_dir(with_ending(&archive(&place.log(), 0), "tmp")).unwrap();
    let (taken, errors) = before_spawn(&place.root, &place.name, &SPEC);
    assert_eq!((taken, errors.len()), (LogPositions::default(), 1));
    assert!(errors[0].to_string().ends_with("web_stdout.log"));
    assert_eq!(fs::read(place.log()).unwrap(), b"all of the first run\n");
}
