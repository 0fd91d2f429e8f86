use std::fs;

use serde_json::{Value, json};

use super::*;
use crate::model::{EventKind, Wall};

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

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("events.jsonl")
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

#[test]
fn numbers_go_on_over_owners() {
    let place = Place::new();
    let (mut first, seq) = Ledger::open(&place.path()).unwrap();
    assert_eq!(seq, None);
    first.append(&[event(1), event(2)]).unwrap();
    first.append(&[]).unwrap();
    first.append(&[event(3)]).unwrap();
    drop(first);
    let (_, seq) = Ledger::open(&place.path()).unwrap();
    assert_eq!(seq, Some(Seq(3)));
    assert_eq!(place.lines(), (vec![1, 2, 3], 0));
}

#[test]
fn a_line_torn_at_any_byte_costs_at_most_itself() {
    let place = Place::new();
    let one = |seq| {
        let mut line = serde_json::to_vec(&event(seq)).unwrap();
        line.push(b'\n');
        line
    };
    let (first, second) = (one(1), one(2));
    let whole = [first.clone(), second.clone()].concat();
    for length in 0..=whole.len() {
        place.put(&whole[..length]);
        let (mut ledger, seq) = Ledger::open(&place.path()).unwrap();
        // A line is whole even when only its line break is missing.
        let expected = match length {
            _ if length < first.len() - 1 => None,
            _ if length < whole.len() - 1 => Some(Seq(1)),
            _ => Some(Seq(2)),
        };
        assert_eq!(seq, expected, "cut at {length}");
        ledger.append(&[event(9)]).unwrap();
        let (lines, bad) = place.lines();
        assert_eq!(lines.last(), Some(&9), "cut at {length}");
        assert!(bad <= 1);
    }
}

#[test]
fn the_last_number_is_found_behind_rubbish_longer_than_a_block() {
    let place = Place::new();
    let mut bytes = serde_json::to_vec(&event(5)).unwrap();
    for length in [100, 70_000, 3_000_000] {
        bytes.push(b'\n');
        bytes.extend(vec![b'x'; length]);
    }
    place.put(&bytes);
    let (_, seq) = Ledger::open(&place.path()).unwrap();
    assert_eq!(seq, Some(Seq(5)));
}

#[test]
fn a_line_that_lies_across_blocks_is_found() {
    let place = Place::new();
    let mut long = event(7);
    long.data = Value::String("y".repeat(200_000));
    let (mut ledger, _) = Ledger::open(&place.path()).unwrap();
    ledger.append(&[event(6), long]).unwrap();
    let (_, seq) = Ledger::open(&place.path()).unwrap();
    assert_eq!(seq, Some(Seq(7)));
}

#[test]
fn the_latest_events_are_read_oldest_first_and_torn_lines_are_left_out() {
    let place = Place::new();
    let (mut ledger, _) = Ledger::open(&place.path()).unwrap();
    assert_eq!(latest(&place.path(), 5).unwrap(), []);
    let events: Vec<Event> = (1..=9).map(event).collect();
    ledger.append(&events).unwrap();
    let mut file = fsx::open_append(&place.path()).unwrap();
    file.write_all(b"{\"seq\":10,\"at\"").unwrap();
    assert_eq!(latest(&place.path(), 3).unwrap(), events[6..]);
    assert_eq!(latest(&place.path(), 100).unwrap(), events);
    // Only the end of a long one is looked through; its first line there is cut.
    let mut long = event(11);
    long.reason = Some("x".repeat(usize::try_from(LATEST).unwrap() - 300));
    ledger.append(&[long.clone(), event(12)]).unwrap();
    assert_eq!(latest(&place.path(), 100).unwrap(), [event(12)]);
    assert!(latest(&place.0.path().join("none"), 1).is_err());
}
