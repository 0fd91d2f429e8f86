//! Real files: appended to, torn, rotated, read.

mod append;
mod rotate;

use std::{
    fs::{self, File},
    io::Write as _,
    path::PathBuf,
};

use serde_json::{Value, json};

use super::{Ledger, latest, since};
use crate::model::{Event, EventKind, Seq, Wall, root::Root};

/// A line with this number.
fn event(seq: u64) -> Event {
    Event {
        seq: Seq(seq),
        at: Wall::from_millis(0),
        mono_ms: 0,
        boot_id: "b".to_owned(),
        kind: EventKind::Owner,
        service: None,
        run: None,
        actor: None,
        action: None,
        cause: None,
        result: None,
        code: None,
        reason: Some("two\nlines".to_owned()),
        duration_ms: None,
        log_at: None,
        data: json!({"pid": 1}),
    }
}

/// A root of its own.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::create_dir(place.root().data_dir).unwrap();
        place
    }

    fn root(&self) -> Root {
        Root::new(self.0.path())
    }

    fn path(&self) -> PathBuf {
        self.root().ledger_file()
    }

    fn old(&self, age: usize) -> PathBuf {
        super::aged(&self.path(), age)
    }

    fn put(&self, bytes: &[u8]) {
        File::create(self.path()).unwrap().write_all(bytes).unwrap();
    }

    /// The numbers of the lines that are whole, and how many lines are not.
    fn lines(&self) -> (Vec<u64>, usize) {
        let text = fs::read(self.path()).unwrap();
        assert!(text.is_empty() || text.ends_with(b"\n"));
        let parsed: Vec<Option<u64>> = text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice::<Value>(line).ok()?["seq"].as_u64())
            .collect();
        let bad = parsed.iter().filter(|seq| seq.is_none()).count();
        (parsed.into_iter().flatten().collect(), bad)
    }
}

/// The numbers of events.
fn numbers(events: &[Event]) -> Vec<u64> {
    events.iter().map(|event| event.seq.0).collect()
}
