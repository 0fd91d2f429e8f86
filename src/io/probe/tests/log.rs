use std::{
    fs::{self, File},
    io::Write as _,
};

use tempfile::TempDir;

use super::*;
use crate::{
    io::{files, records},
    model::RunRecord,
};

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(20);

/// A service whose two logs can be written to.
struct Bench {
    dir: TempDir,
    root: Root,
    service: ServiceName,
}

impl Bench {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let root = Root::new(dir.path());
        files::prepare(&root).unwrap();
        let service = "orders".parse().unwrap();
        Self { dir, root, service }
    }

    fn watch(&self, pattern: &str, start: LogPositions) -> LogWatch {
        let pattern = Pattern::new(pattern).unwrap();
        LogWatch::new(pattern, &self.root, &self.service, start)
    }

    /// One look with time enough, where rotations have taken so much off.
    fn look(&self, watch: &mut LogWatch, base: LogPositions) -> (bool, String) {
        let record = RunRecord::plain(self.service.clone(), base);
        records::write(&self.root, &record).unwrap();
        let seen = watch.look(LONG);
        (seen.ok, seen.detail)
    }

    fn write(&self, stream: Stream, bytes: &[u8]) {
        let path = self.root.log_file(&self.service, stream).unwrap();
        let mut file = File::options()
            .create(true)
            .append(true)
            .open(path)
            .unwrap();
        file.write_all(bytes).unwrap();
    }

    fn overwrite(&self, stream: Stream, bytes: &[u8]) {
        let path = self.root.log_file(&self.service, stream).unwrap();
        File::create(path).unwrap().write_all(bytes).unwrap();
    }
}

fn at(stdout: u64, stderr: u64) -> LogPositions {
    LogPositions { stdout, stderr }
}

fn no() -> (bool, String) {
    (false, "no line matches yet".to_owned())
}

#[test]
fn the_first_line_of_this_run_that_matches_is_ready_and_nothing_is_read_after_it() {
    let bench = Bench::new();
    bench.write(Stream::Stdout, b"ready, said the run before\n");
    let mut watch = bench.watch("ready", at(27, 0));
    assert_eq!(bench.look(&mut watch, at(0, 0)), no());
    bench.write(Stream::Stdout, b"starting\n");
    assert_eq!(bench.look(&mut watch, at(0, 0)), no());
    bench.write(Stream::Stderr, b"warn\nI am ready now\nready again\n");
    let yes = (true, "matched: I am ready now".to_owned());
    assert_eq!(bench.look(&mut watch, at(0, 0)), yes);
    fs::remove_dir_all(bench.dir.path().join("service_logs")).unwrap();
    assert_eq!(bench.look(&mut watch, at(0, 0)), yes);
}

#[test]
fn a_line_may_come_in_pieces_and_need_not_end() {
    let bench = Bench::new();
    let mut watch = bench.watch("^Listening on 80$", at(0, 0));
    for piece in [b"noise\nListe".as_slice(), b"ning on"] {
        bench.write(Stream::Stdout, piece);
        assert_eq!(bench.look(&mut watch, at(0, 0)), no());
    }
    bench.write(Stream::Stdout, b" 80");
    assert!(bench.look(&mut watch, at(0, 0)).0);
}

#[test]
fn escapes_and_odd_bytes_do_not_hide_a_match() {
    let bench = Bench::new();
    let mut watch = bench.watch("^ready on port 80$", at(0, 0));
    bench.write(
        Stream::Stdout,
        b"\x1b[32mready\x1b[0m on \x1b]8;;http://x\x1b\\port\x1b]8;;\x1b\\ 80\r\n",
    );
    assert_eq!(
        bench.look(&mut watch, at(0, 0)),
        (true, "matched: ready on port 80".to_owned())
    );
    let mut watch = bench.watch("né.$", at(0, 0));
    bench.write(Stream::Stderr, b"n\xc3\xa9\xff\n");
    assert!(bench.look(&mut watch, at(0, 0)).0);
}

#[test]
fn rotations_do_not_move_the_place_where_it_reads() {
    let bench = Bench::new();
    // 100 bytes were taken off; of this run, 10 have been read.
    bench.write(Stream::Stdout, b"ready old\n");
    let mut watch = bench.watch("ready", at(110, 0));
    assert_eq!(bench.look(&mut watch, at(100, 0)), no());
    bench.write(Stream::Stdout, b"waiting..\n");
    assert_eq!(bench.look(&mut watch, at(100, 0)), no());
    // A rotation takes 10 more off while it runs.
    bench.overwrite(Stream::Stdout, b"waiting..\n");
    assert_eq!(bench.look(&mut watch, at(110, 0)), no());
    bench.write(Stream::Stdout, b"ready new\n");
    assert_eq!(bench.look(&mut watch, at(110, 0)).1, "matched: ready new");
    // Somebody empties a file: it is read from its new beginning.
    let mut watch = bench.watch("ready", at(130, 0));
    assert_eq!(bench.look(&mut watch, at(110, 0)), no());
    bench.overwrite(Stream::Stdout, b"ready!\n");
    assert_eq!(bench.look(&mut watch, at(110, 0)).1, "matched: ready!");
}

#[test]
fn a_flood_is_read_to_its_end_over_several_looks() {
    let bench = Bench::new();
    let mut flood = b"all work and no play\n".repeat(100_000);
    flood.extend_from_slice(b"ready at last\n");
    bench.write(Stream::Stdout, &flood);
    let mut watch = bench.watch("^ready", at(0, 0));
    let (mut looks, mut last) = (0, no());
    while !last.0 {
        let seen = watch.look(Duration::ZERO);
        last = (seen.ok, seen.detail);
        looks += 1;
        assert!(looks < 1000);
    }
    assert_eq!(last.1, "matched: ready at last");
    assert!(looks > 1, "one look is bounded");
}

#[test]
fn a_flood_on_one_stream_does_not_hide_the_other() {
    let bench = Bench::new();
    bench.write(Stream::Stdout, &b"noise\n".repeat(500_000));
    bench.write(Stream::Stderr, b"ready\n");
    let mut watch = bench.watch("ready", at(0, 0));
    assert!(watch.look(Duration::ZERO).ok);
}

#[test]
fn of_a_long_line_the_beginning_is_matched() {
    let bench = Bench::new();
    let mut watch = bench.watch("ready", at(0, 0));
    let long = vec![b'x'; 3 * LINE];
    bench.write(Stream::Stdout, &[&long, b"ready\n".as_slice()].concat());
    assert_eq!(bench.look(&mut watch, at(0, 0)), no());
    bench.write(Stream::Stderr, &[b"ready", long.as_slice()].concat());
    let (ok, detail) = bench.look(&mut watch, at(0, 0));
    assert!(ok && detail.starts_with("matched: readyxxx") && detail.ends_with("x…"));
    assert_eq!(detail.chars().count(), 80);
}

#[test]
fn a_log_that_is_no_file_says_so() {
    let bench = Bench::new();
    fs::create_dir(bench.root.log_file(&bench.service, Stream::Stdout).unwrap()).unwrap();
    let (ok, detail) = bench.look(&mut bench.watch("x", at(0, 0)), at(0, 0));
    assert!(
        !ok && detail.starts_with("could not read its log"),
        "{detail}"
    );
}
