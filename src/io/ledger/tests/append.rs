//! Lines are appended whole, whatever was cut before.

use super::*;
use crate::io::platform::fsx;

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
    assert!(latest(&place.0.path().join("none"), 1).is_err());
}
