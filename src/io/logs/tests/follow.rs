use std::{
    fs::{self, File},
    io::Write,
    sync::atomic::AtomicBool,
    thread,
};

use tokio::time::timeout;

use super::*;
use crate::{
    io::{
        files,
        logs::{
            rotate::{Rotation, Writers},
            times::{Growth, append},
        },
        records,
    },
    model::{
        RunRecord,
        log::{LogHead, LogPositions},
        service::LogSpec,
    },
};

#[path = "follow_rotated.rs"]
mod rotated;

/// Longer than anything here takes, on the busiest machine.
const DEADLINE: Duration = Duration::from_secs(20);

struct Place {
    _dir: tempfile::TempDir,
    root: Root,
    follower: Follower,
    seen: Vec<LogLine>,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::new(dir.path());
        fs::create_dir(&root.log_dir).unwrap();
        let follower = Follower::new(&root).unwrap();
        Self {
            _dir: dir,
            root,
            follower,
            seen: Vec::new(),
        }
    }

    fn watch(&mut self, names: &[&str]) {
        let set = names.iter().map(|name| name.parse().unwrap()).collect();
        self.follower.watch(set);
    }

    fn open(&self, name: &str, stream: Stream) -> File {
        let path = self.root.log_file(&name.parse().unwrap(), stream).unwrap();
        let options = File::options().append(true).create(true).open(path);
        options.unwrap()
    }

    fn write(&self, name: &str, stream: Stream, text: &str) {
        let mut file = self.open(name, stream);
        file.write_all(text.as_bytes()).unwrap();
    }

    /// Follows until this line has come.
    async fn until(&mut self, text: &str) {
        let arrival = async {
            while !self.seen.iter().any(|line| line.text == text) {
                let lines = self.follower.next().await;
                assert!(!lines.is_empty());
                self.seen.extend(lines);
            }
        };
        let came = timeout(DEADLINE, arrival).await.is_ok();
        assert!(came, "{text:?} did not come; seen: {:?}", self.texts());
    }

    fn texts(&self) -> Vec<&str> {
        self.seen.iter().map(|line| line.text.as_str()).collect()
    }
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(test);
}

fn numbered(word: &str, count: usize) -> String {
    let lines: Vec<String> = (0..count).map(|n| format!("{word} {n}\n")).collect();
    lines.concat()
}

#[test]
fn old_lines_have_no_time_and_new_ones_do() {
    run(async {
        let mut place = Place::new();
        place.write("web", Stream::Stdout, "old\nolder\n");
        place.watch(&["web"]);
        place.until("older").await;
        place.write("web", Stream::Stdout, "new\x1b[2J\n");
        place.until("new").await;
        assert_eq!(place.texts(), ["old", "older", "new"]);
        let times: Vec<bool> = place.seen.iter().map(|line| line.at.is_some()).collect();
        assert_eq!(times, [false, false, true]);
        assert!(place.seen.iter().all(|line| line.stream == Stream::Stdout));
    });
}

#[test]
fn each_line_says_where_it_begins_in_all_that_was_ever_written() {
    run(async {
        let mut place = Place::new();
        let name: ServiceName = "web".parse().unwrap();
        let base = LogPositions {
            stdout: 1000,
            stderr: 0,
        };
        files::prepare(&place.root).unwrap();
        records::write(&place.root, &RunRecord::plain(name, base)).unwrap();
        place.write("web", Stream::Stdout, "old\nolder\n");
        place.watch(&["web"]);
        place.write("web", Stream::Stdout, "new\n50 %");
        place.until("50 %").await;
        place.write("web", Stream::Stdout, " done\nlast\n");
        place.write("web", Stream::Stderr, "other\n");
        place.until("other").await;
        place.until("last").await;
        let pos = |text| {
            place
                .seen
                .iter()
                .find(|line| line.text == text)
                .unwrap()
                .pos
        };
        let texts = ["old", "older", "new", "50 %", " done", "last", "other"];
        let expected = [1000, 1004, 1010, 1014].map(Some);
        assert_eq!(texts.map(pos)[..4], expected);
        assert_eq!(texts.map(pos)[4..], [None, Some(1024), Some(0)]);
    });
}

#[test]
fn both_streams_of_every_service_that_is_looked_at_come_in_order() {
    run(async {
        let mut place = Place::new();
        place.watch(&["web", "db"]);
        place.write("web", Stream::Stdout, "1\n");
        place.until("1").await;
        place.write("web", Stream::Stderr, "2\n");
        place.until("2").await;
        place.write("db", Stream::Stdout, "3\n");
        place.until("3").await;
        place.write("web", Stream::Stdout, "4\n");
        place.write("other", Stream::Stdout, "nobody looks\n");
        place.until("4").await;
        assert_eq!(place.texts(), ["1", "2", "3", "4"]);
        let streams: Vec<_> = place
            .seen
            .iter()
            .map(|l| (l.service.as_str(), l.stream))
            .collect();
        assert_eq!(streams[1], ("web", Stream::Stderr));
        assert_eq!(streams[2], ("db", Stream::Stdout));
    });
}

#[test]
fn two_streams_written_between_two_looks_come_in_the_order_of_their_writes() {
    run(async {
        let mut place = Place::new();
        for stream in [Stream::Stdout, Stream::Stderr] {
            place.write("web", stream, "");
        }
        place.watch(&["web"]);
        place.write("web", Stream::Stderr, "first\n");
        place.write("web", Stream::Stdout, "second\n");
        place.until("second").await;
        assert_eq!(place.texts(), ["first", "second"]);
    });
}

#[test]
fn a_log_that_nobody_looks_at_any_more_is_silent_and_comes_back_with_its_history() {
    run(async {
        let mut place = Place::new();
        place.watch(&["web", "db"]);
        place.write("web", Stream::Stdout, "a\n");
        place.until("a").await;
        place.watch(&["db"]);
        place.write("web", Stream::Stdout, "b\n");
        place.write("db", Stream::Stdout, "mark\n");
        place.until("mark").await;
        assert_eq!(place.texts(), ["a", "mark"]);
        place.watch(&["web"]);
        place.until("b").await;
        assert_eq!(place.texts(), ["a", "mark", "a", "b"]);
    });
}

#[test]
fn a_line_without_end_is_shown_when_it_is_quiet() {
    run(async {
        let mut place = Place::new();
        place.watch(&["web"]);
        place.write("web", Stream::Stdout, "Password: ");
        place.until("Password: ").await;
        place.write("web", Stream::Stdout, "\nthanks\n");
        place.until("thanks").await;
        assert_eq!(place.texts(), ["Password: ", "thanks"]);
    });
}

#[test]
fn a_log_that_was_cut_is_read_from_its_beginning() {
    run(async {
        let mut place = Place::new();
        place.watch(&["web"]);
        place.write("web", Stream::Stdout, "a long line before the cut\n");
        place.until("a long line before the cut").await;
        place.open("web", Stream::Stdout).set_len(0).unwrap();
        place.write("web", Stream::Stdout, "after\n");
        place.until("after").await;
    });
}

#[test]
fn a_log_that_was_replaced_is_read_to_its_end_and_then_the_new_one() {
    run(async {
        let mut place = Place::new();
        place.watch(&["web"]);
        place.write("web", Stream::Stdout, "one\n");
        place.until("one").await;
        let old = place.open("web", Stream::Stdout);
        let path = place.root.log_dir.join("web_stdout.log");
        fs::rename(&path, place.root.log_dir.join("web_stdout.log.1")).unwrap();
        (&old).write_all(b"two\n").unwrap();
        place.write("web", Stream::Stdout, "three\n");
        place.until("three").await;
        assert_eq!(place.texts(), ["one", "two", "three"]);
    });
}

#[test]
fn a_folder_that_comes_late_or_comes_back_is_found() {
    run(async {
        let mut place = Place::new();
        fs::remove_dir(&place.root.log_dir).unwrap();
        place.watch(&["web"]);
        fs::create_dir(&place.root.log_dir).unwrap();
        place.write("web", Stream::Stdout, "late\n");
        place.until("late").await;
        fs::remove_dir_all(&place.root.log_dir).unwrap();
        fs::create_dir(&place.root.log_dir).unwrap();
        place.write("web", Stream::Stdout, "back\n");
        place.until("back").await;
    });
}

#[test]
fn a_flood_skips_ahead_and_says_so() {
    run(async {
        let mut place = Place::new();
        place.write("web", Stream::Stdout, "");
        place.watch(&["web"]);
        let text = numbered("line", 500_000);
        place.write("web", Stream::Stdout, &text);
        place.until("line 499999").await;
        let told = place.seen.iter().find(|line| line.stream == Stream::Oats);
        let told = told.expect("the skip was not told").text.clone();
        let skipped: usize = told.split(' ').nth(1).unwrap().parse().unwrap();
        assert!(told.ends_with("bytes of stdout skipped"));
        let shown: usize = place
            .seen
            .iter()
            .filter(|line| line.stream == Stream::Stdout)
            .map(|line| line.text.len() + 1)
            .sum();
        assert_eq!(skipped + shown, text.len());
    });
}

#[test]
fn history_is_bounded_and_shared_between_the_streams() {
    run(async {
        let mut place = Place::new();
        place.write("web", Stream::Stdout, &numbered("out", 5000));
        place.write("web", Stream::Stderr, &numbered("err", 5000));
        place.write("db", Stream::Stdout, &numbered("db", 5000));
        place.watch(&["web"]);
        place.until("out 4999").await;
        assert_eq!(place.seen.len(), 2000);
        assert!(place.texts().contains(&"err 4000"));
        assert!(!place.texts().contains(&"err 3999"));
        place.seen.clear();
        place.watch(&["db"]);
        place.until("db 4999").await;
        assert_eq!(place.seen.len(), 2000);
    });
}

#[test]
fn a_wait_that_is_dropped_loses_nothing() {
    run(async {
        let mut place = Place::new();
        place.watch(&["web"]);
        let mut expected = Vec::new();
        for number in 0..50 {
            let text = format!("line {number}");
            place.write("web", Stream::Stdout, &format!("{text}\n"));
            let lines = timeout(Duration::from_millis(1), place.follower.next()).await;
            place.seen.extend(lines.unwrap_or_default());
            expected.push(text);
        }
        place.until("line 49").await;
        assert_eq!(place.texts(), expected);
    });
}

#[test]
fn a_share_is_never_more_than_there_is() {
    for (a, b) in [(0, 0), (3, 3), (20, 3), (3, 20), (20, 20), (5, 20), (20, 5)] {
        let (for_a, for_b) = share(a, b, 10);
        assert!(for_a <= a && for_b <= b && for_a + for_b <= 10);
        assert_eq!(for_a + for_b, (a + b).min(10));
    }
    assert_eq!(share(20, 20, 10), (5, 5));
}

#[test]
fn a_wait_may_move_between_threads() {
    fn is_send(_: impl Send) {}
    let mut place = Place::new();
    is_send(place.follower.next());
}

#[test]
fn who_goes_on_from_a_place_gets_everything_and_in_bounded_pieces() {
    run(async {
        let mut place = Place::new();
        place.write("web", Stream::Stdout, "old\nshown\n");
        let begin = "old\n".len() as u64;
        place.follower.go_on("web".parse().unwrap(), [begin, 0]);
        place.until("shown").await;
        assert_eq!(place.texts(), ["shown"]);
        let flood = numbered("x", 400_000) + "last\n";
        place.write("web", Stream::Stdout, &flood);
        place.seen.clear();
        place.until("last").await;
        let expected: Vec<&str> = flood.lines().collect();
        assert!(place.texts() == expected, "something was lost");
        // A stream that is new, and one that is cut.
        place.write("web", Stream::Stderr, "first\n");
        place.until("first").await;
        place.open("web", Stream::Stdout).set_len(0).unwrap();
        place.write("web", Stream::Stdout, "after\n");
        place.until("after").await;
    });
}

#[test]
fn what_a_cut_takes_from_who_is_behind_is_told() {
    run(async {
        let mut place = Place::new();
        let flood = numbered("x", 100_000);
        place.write("web", Stream::Stdout, &flood);
        // One piece is read at once; the rest is not asked for before the cut.
        place.follower.go_on("web".parse().unwrap(), [0, 0]);
        place.open("web", Stream::Stdout).set_len(0).unwrap();
        place.write("web", Stream::Stdout, "after\n");
        place.until("after").await;
        let told = place.texts().into_iter().find(|text| text.starts_with('…'));
        let missing = flood.len() - 64 * 1024;
        assert_eq!(
            told,
            Some(format!("… {missing} bytes of stdout skipped").as_str())
        );
    });
}
