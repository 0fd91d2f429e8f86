#![expect(
    clippy::disallowed_methods,
    reason = "a test puts down what it looks at"
)]

use std::{fs, io::Write as _};

use super::*;

fn line(seq: u64) -> String {
    format!(
        "{{\"seq\":{seq},\"at\":\"2026-01-01T00:00:00.000Z\",\"mono_ms\":1,\"boot_id\":\"b\",\"kind\":\"owner\",\
         \"service\":null,\"run\":null,\"actor\":null,\"action\":null,\"cause\":null,\"result\":null,\
         \"code\":null,\"reason\":null,\"duration_ms\":null,\"log_at\":null,\"data\":null}}\n"
    )
}

fn numbers(trail: &mut Trail) -> Vec<u64> {
    let mut found = Vec::new();
    trail.read(|event| found.push(event.seq.0)).unwrap();
    found
}

#[test]
fn whole_lines_are_handed_out_once_and_torn_ones_when_they_are_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("events.jsonl");
    let mut trail = Trail::from_start(&path);
    assert_eq!(numbers(&mut trail), [0; 0], "it is not there yet");
    let mut file = fs::File::create(&path).unwrap();
    let third = line(3);
    let (head, rest) = third.split_at(20);
    write!(file, "{}{{\"torn\n{}{head}", line(1), line(2)).unwrap();
    assert_eq!(numbers(&mut trail), [1, 2]);
    write!(file, "{rest}").unwrap();
    assert_eq!(numbers(&mut trail), [3]);
    assert_eq!(numbers(&mut trail), [0; 0]);
}

#[test]
fn what_was_rotated_away_comes_first() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("events.jsonl");
    fs::write(dir.path().join("events.2.jsonl"), line(1)).unwrap();
    fs::write(dir.path().join("events.1.jsonl"), line(2) + &line(3)).unwrap();
    fs::write(&path, line(4)).unwrap();
    assert_eq!(numbers(&mut Trail::from_start(&path)), [1, 2, 3, 4]);
}

#[test]
fn a_reader_from_now_on_sees_no_past_and_follows_to_the_next_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("events.jsonl");
    fs::write(&path, line(1)).unwrap();
    let mut trail = Trail::from_now(&path).unwrap();
    assert_eq!(numbers(&mut trail), [0; 0]);
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    write!(file, "{}", line(2)).unwrap();
    fs::rename(&path, dir.path().join("older")).unwrap();
    fs::write(&path, line(3)).unwrap();
    assert_eq!(numbers(&mut trail), [2, 3]);
}
