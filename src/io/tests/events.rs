#![expect(
    clippy::disallowed_methods,
    reason = "a test puts down what it looks at"
)]

use std::fs;

use serde_json::json;

use super::*;

fn line(seq: u64) -> String {
    let event = json!({
        "seq": seq, "at": "2026-01-01T00:00:00.000Z", "mono_ms": 1, "boot_id": "b", "kind": "owner",
        "service": null, "run": null, "actor": null, "action": null, "cause": null, "result": null,
        "code": null, "reason": "came", "duration_ms": null, "log_at": null, "data": {},
    });
    // As the ledger writes it: with its keys in their order.
    let event: Event = serde_json::from_value(event).unwrap();
    serde_json::to_string(&event).unwrap() + "\n"
}

fn lines(seqs: impl IntoIterator<Item = u64>) -> String {
    seqs.into_iter().map(line).collect()
}

/// Everything that a reader tells, in pieces of two.
fn read(ledger: &Path, after: u64) -> Vec<u64> {
    let mut reader = Reader::after(ledger, Seq(after)).unwrap();
    let mut found = Vec::new();
    loop {
        let piece = reader.next(2).unwrap();
        assert!(piece.len() <= 2);
        if piece.is_empty() {
            return found;
        }
        found.extend(piece.iter().map(|event| event.seq.0));
    }
}

#[test]
fn a_ledger_is_read_from_a_number_on_with_what_was_rotated_away() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = dir.path().join("events.jsonl");
    assert_eq!(read(&ledger, 0), [0_u64; 0]);
    fs::write(dir.path().join("events.jsonl.2"), lines(1..=3)).unwrap();
    fs::write(dir.path().join("events.jsonl.1"), lines(4..=5)).unwrap();
    fs::write(&ledger, lines(6..=8)).unwrap();
    assert_eq!(read(&ledger, 0), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(read(&ledger, 4), [5, 6, 7, 8]);
    assert_eq!(read(&ledger, 8), [0_u64; 0]);
}

#[test]
fn torn_foreign_and_endless_lines_are_left_out_and_nothing_comes_twice() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = dir.path().join("events.jsonl");
    let endless = "x".repeat(3 * 1024 * 1024);
    let torn = line(9);
    let torn = torn.get(..40).unwrap();
    let text = format!(
        "{}{torn}\nnot json\n{endless}\n\n{}{}{}",
        lines(1..=2),
        lines(2..=3),
        lines(4..=4),
        line(5).trim_end()
    );
    fs::write(&ledger, text).unwrap();
    assert_eq!(read(&ledger, 0), [1, 2, 3, 4], "line 5 has not ended");
}
