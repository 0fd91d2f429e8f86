use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use super::*;
use crate::model::clean;

struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir(place.root().log_dir).unwrap();
        place
    }

    fn log(&self) -> PathBuf {
        self.root()
            .log_file(&"web".parse().unwrap(), Stream::Stdout)
            .unwrap()
    }

    fn root(&self) -> Root {
        Root::new(self.dir.path())
    }

    fn source(&self) -> Source {
        Source::new(&self.root(), &"web".parse().unwrap(), Stream::Stdout)
    }

    fn write(&self, bytes: &[u8]) {
        File::create(self.log()).unwrap().write_all(bytes).unwrap();
    }

    fn archive(&self, number: u32, bytes: &[u8]) {
        let file = File::create(archive(&self.log(), number)).unwrap();
        let mut encoder = GzEncoder::new(file, Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap();
    }

    fn read(&self, count: Count, unended: Unended) -> (Vec<String>, u64) {
        let mut lines = Vec::new();
        let end = past(&self.source(), count, unended, &mut |line| {
            lines.push(line);
            Ok(())
        });
        (lines, end.unwrap())
    }

    fn last(&self, count: u64) -> Vec<String> {
        self.read(Count::Last(count), Unended::Shown).0
    }

    fn all(&self) -> Vec<String> {
        self.read(Count::All, Unended::Shown).0
    }
}

fn numbered(from: usize, to: usize) -> String {
    let lines = (from..to).map(|number| {
        format!(
            "line {number}
"
        )
    });
    lines.collect::<Vec<_>>().concat()
}

#[test]
fn the_last_lines_are_found_from_the_end_however_long_the_file_is() {
    let place = Place::new();
    place.write(numbered(0, 200_000).as_bytes());
    assert_eq!(place.last(2), ["line 199998", "line 199999"]);
    assert_eq!(place.last(0), Vec::<String>::new());
    let many = place.last(100_000);
    assert_eq!((many.len(), many[0].as_str()), (100_000, "line 100000"));
    assert_eq!(place.last(300_000).len(), 200_000);
    assert_eq!(place.all().len(), 200_000);
}

#[test]
fn empty_lines_and_a_last_line_without_end_are_lines() {
    let place = Place::new();
    place.write(b"a\n\nb\n\nopen");
    assert_eq!(place.last(1), ["open"]);
    assert_eq!(place.last(3), ["b", "", "open"]);
    assert_eq!(place.last(9), ["a", "", "b", "", "open"]);
    let (lines, end) = place.read(Count::Last(2), Unended::Left);
    assert_eq!((lines, end), (vec!["b".to_owned(), String::new()], 6));
    place.write(b"open");
    assert_eq!(place.read(Count::All, Unended::Left), (Vec::new(), 0));
    place.write(b"\n");
    assert_eq!(place.last(5), [""]);
    place.write(b"");
    assert_eq!(place.last(5), Vec::<String>::new());
}

#[test]
fn archives_are_read_only_as_far_as_lines_are_missing() {
    let place = Place::new();
    place.archive(3, b"not gzip at all, and too old to be read\n");
    File::create(archive(&place.log(), 3))
        .unwrap()
        .write_all(b"not gzip")
        .unwrap();
    place.archive(2, numbered(0, 10).as_bytes());
    // A cut may fall into the middle of a line.
    place.archive(1, b"line 10\nline 1");
    place.write(b"1\nline 12\nline 13\n");
    assert_eq!(place.last(2), ["line 12", "line 13"]);
    assert_eq!(place.last(3), ["line 11", "line 12", "line 13"]);
    let expected: Vec<String> = (9..14).map(|number| format!("line {number}")).collect();
    assert_eq!(place.last(5), expected);
    let wrong = past(&place.source(), Count::All, Unended::Shown, &mut |_| Ok(())).unwrap_err();
    assert!(
        wrong.to_string().ends_with("web_stdout.log.3.gz"),
        "{wrong}"
    );
    std::fs::remove_file(archive(&place.log(), 3)).unwrap();
    assert_eq!(place.all().len(), 14);
    std::fs::remove_file(place.log()).unwrap();
    assert_eq!(place.last(1), ["line 1"]);
    place.archive(1, b"line 10\nline 11\n");
    assert_eq!(place.last(1), ["line 11"]);
    assert_eq!(place.last(2), ["line 10", "line 11"]);
}

#[test]
fn a_long_line_is_cut_with_a_mark_and_every_line_is_clean() {
    let place = Place::new();
    let long = [
        vec![b'x'; 300_000],
        b"\n\x1b[2Jnext \xff\x1b[31m!\n".to_vec(),
    ]
    .concat();
    place.write(&long);
    let lines = place.last(2);
    assert_eq!(lines.len(), 2);
    let expected = format!("… +{} bytes", 300_000 - clean::LINE_LIMIT);
    assert!(lines[0].ends_with(&expected));
    assert_eq!(lines[1], "next \u{fffd}\u{1b}[31m!");
}

#[test]
fn whoever_takes_no_more_lines_ends_it() {
    let place = Place::new();
    place.write(numbered(0, 10).as_bytes());
    let mut taken = 0;
    let ended = past(&place.source(), Count::All, Unended::Shown, &mut |_| {
        taken += 1;
        if taken < 3 {
            Ok(())
        } else {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    });
    assert!(matches!(ended, Err(PastError::Take(_))));
    assert_eq!(taken, 3);
}

#[test]
fn services_are_known_by_their_logs() {
    let dir = tempfile::tempdir().unwrap();
    let root = Root::new(dir.path());
    assert!(services_with_logs(&root).is_empty());
    std::fs::create_dir(&root.log_dir).unwrap();
    for name in [
        "web_stdout.log",
        "old_stderr.log.2.gz",
        "notes.txt",
        "X_stdout.log",
        "x.log",
    ] {
        File::create(root.log_dir.join(name)).unwrap();
    }
    let names = services_with_logs(&root);
    let names: Vec<&str> = names.iter().map(ServiceName::as_str).collect();
    assert_eq!(names, ["old", "web"]);
}

#[test]
fn a_count_is_a_number_or_all() {
    assert_eq!("all".parse(), Ok(Count::All));
    assert_eq!("0".parse(), Ok(Count::Last(0)));
    assert!("-1".parse::<Count>().is_err() && "many".parse::<Count>().is_err());
}
