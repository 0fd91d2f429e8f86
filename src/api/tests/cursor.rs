#![expect(
    clippy::disallowed_methods,
    reason = "a test puts down what it looks at"
)]

use std::fs;

use serde_json::json;
use tokio::sync::{mpsc, watch};

use super::*;
use crate::{
    model::{
        Snapshot, Wall,
        snapshot::{STATUS_SCHEMA, Source},
    },
    supervisor::Recorders,
};

fn event(seq: u64) -> Event {
    let event = json!({
        "seq": seq, "at": "2026-01-01T00:00:00.000Z", "mono_ms": 1, "boot_id": "b", "kind": "owner",
        "service": null, "run": null, "actor": null, "action": null, "cause": null, "result": null,
        "code": null, "reason": "came", "duration_ms": null, "log_at": null, "data": {},
    });
    serde_json::from_value(event).unwrap()
}

/// An owner that writes what it is told to, on its tape and into its ledger.
struct Owner {
    dir: tempfile::TempDir,
    recorders: Recorders,
    handle: Handle,
}

impl Owner {
    fn new() -> Self {
        let empty = Snapshot {
            schema: STATUS_SCHEMA,
            source: Source::Owner,
            api: None,
            socket: None,
            root: String::new(),
            seq: Seq(0),
            written_at: Wall::from_millis(0),
            boot_id: String::new(),
            owner: None,
            problems: Vec::new(),
            services: std::collections::BTreeMap::new(),
        };
        let recorders = Recorders::default();
        let (inbox, _) = mpsc::channel(1);
        let (_, truth) = watch::channel(Arc::new(empty));
        let handle = Handle::new(inbox, truth, &recorders);
        Self {
            dir: tempfile::tempdir().unwrap(),
            recorders,
            handle,
        }
    }

    fn ledger(&self) -> PathBuf {
        self.dir.path().join("events.jsonl")
    }

    fn write(&self, seqs: impl IntoIterator<Item = u64>) {
        let mut text = fs::read_to_string(self.ledger()).unwrap_or_default();
        for seq in seqs {
            text += &(serde_json::to_string(&event(seq)).unwrap() + "\n");
        }
        fs::write(self.ledger(), text).unwrap();
    }

    fn record(&self, seqs: impl IntoIterator<Item = u64>) {
        let events = seqs.into_iter().map(|seq| Arc::new(event(seq)));
        self.recorders.events.record(events);
    }

    fn cursor(&self, since: Option<u64>) -> Cursor {
        Cursor::new(&self.handle, self.ledger(), since.map(Seq))
    }
}

/// News as numbers: a line as itself, a gap below zero.
fn numbers(news: Vec<News>) -> Vec<i64> {
    let number = |news| match news {
        News::Line(event) => i64::try_from(event.seq.0).unwrap(),
        News::Gap(missed) => -i64::try_from(missed).unwrap(),
    };
    news.into_iter().map(number).collect()
}

async fn past(cursor: &mut Cursor) -> Vec<i64> {
    let mut found = Vec::new();
    while let Some(news) = cursor.past().await {
        found.extend(numbers(news));
    }
    found
}

#[tokio::test]
async fn what_is_older_comes_from_the_files_and_what_is_newer_from_the_owner() {
    let owner = Owner::new();
    owner.write(1..=600);
    owner.record(400..=600);
    let mut cursor = owner.cursor(Some(100));
    let expected: Vec<i64> = (101..=600).collect();
    assert_eq!(past(&mut cursor).await, expected);
    owner.record([601, 602]);
    assert_eq!(numbers(cursor.next().await.unwrap()), [601, 602]);
    let mut from_now = owner.cursor(None);
    assert_eq!(past(&mut from_now).await, [0_i64; 0]);
    owner.record([603]);
    assert_eq!(numbers(from_now.next().await.unwrap()), [603]);
}

#[tokio::test]
async fn a_line_that_is_in_the_file_already_and_comes_on_the_tape_later_is_told_once() {
    let owner = Owner::new();
    owner.write(1..=5);
    let mut cursor = owner.cursor(Some(0));
    owner.record([4, 5, 6]);
    assert_eq!(past(&mut cursor).await, [1, 2, 3, 4, 5]);
    assert_eq!(numbers(cursor.next().await.unwrap()), [6]);
}

#[tokio::test]
async fn a_reader_that_falls_behind_the_tape_reads_the_files_and_is_told_what_is_gone() {
    let owner = Owner::new();
    owner.record([1]);
    let mut cursor = owner.cursor(Some(0));
    assert_eq!(numbers(cursor.next().await.unwrap()), [1]);
    owner.record(2..=10_000);
    // Two and three are lost; the rest lies in the ledger.
    owner.write(4..=10_000);
    let mut found = Vec::new();
    while found.last() != Some(&10_000) {
        found.extend(numbers(cursor.next().await.unwrap()));
    }
    let expected: Vec<i64> = std::iter::once(-2).chain(4..=10_000).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn lines_that_the_writer_has_not_written_yet_are_waited_for() {
    let owner = Owner::new();
    owner.write(1..=2);
    owner.record([5]);
    let mut cursor = owner.cursor(Some(0));
    assert_eq!(numbers(cursor.next().await.unwrap()), [1, 2]);
    assert_eq!(cursor.past().await, Some(Vec::new()), "it waits");
    owner.write(3..=4);
    assert_eq!(past(&mut cursor).await, [3, 4, 5]);
}

#[tokio::test]
async fn numbers_that_a_crash_has_freed_are_no_reason_to_be_told_nothing() {
    let owner = Owner::new();
    owner.write(1..=9);
    owner.record([10, 11]);
    let mut cursor = owner.cursor(Some(15));
    assert_eq!(past(&mut cursor).await, [10, 11]);
    let owner = Owner::new();
    owner.write(1..=9);
    let mut cursor = owner.cursor(Some(15));
    assert_eq!(past(&mut cursor).await, [0_i64; 0]);
    owner.record([10]);
    assert_eq!(numbers(cursor.next().await.unwrap()), [10]);
}
