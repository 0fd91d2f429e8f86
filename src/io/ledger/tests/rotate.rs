//! A ledger of several files reads like one.

use super::*;

/// Three files: 1 to 300 in the oldest, then to 600, then to 900; the files are long enough to be
/// searched instead of read through.
fn three_files(place: &Place) -> Ledger {
    let (mut ledger, _) = Ledger::open(&place.path()).unwrap();
    ledger.full = 100_000;
    for seq in 1..=900 {
        let mut event = event(seq);
        event.reason = Some("x".repeat(200));
        ledger.append(&[event]).unwrap();
        ledger.full = if seq % 300 == 0 { 0 } else { u64::MAX };
    }
    ledger
}

#[test]
fn a_full_file_is_moved_aside_and_numbers_go_on_across_files() {
    let place = Place::new();
    drop(three_files(&place));
    assert_eq!(place.lines().0, (601..=900).collect::<Vec<u64>>());
    assert!(place.old(2).exists() && !place.old(3).exists());
    let (mut ledger, seq) = Ledger::open(&place.path()).unwrap();
    assert_eq!(seq, Some(Seq(900)));
    // A new file without any line yet: the number is found in the one before.
    ledger.rotate().unwrap();
    drop(ledger);
    let (_, seq) = Ledger::open(&place.path()).unwrap();
    assert_eq!(seq, Some(Seq(900)));
}

#[test]
fn only_four_full_files_are_kept() {
    let place = Place::new();
    let (mut ledger, _) = Ledger::open(&place.path()).unwrap();
    for seq in 1..=9 {
        ledger.full = 0;
        ledger.append(&[event(seq)]).unwrap();
    }
    assert_eq!(place.lines().0, [9]);
    assert!(place.old(4).exists() && !place.old(5).exists());
    assert_eq!(
        numbers(&latest(&place.path(), 100).unwrap()),
        [5, 6, 7, 8, 9]
    );
}

#[test]
fn events_after_a_number_are_read_across_files_and_no_more_than_asked_for() {
    let place = Place::new();
    drop(three_files(&place));
    let root = place.root();
    for after in [0, 1, 150, 299, 300, 301, 450, 599, 600, 777, 899] {
        let found = numbers(&since(&root.ledger_file(), Seq(after), 1000).unwrap());
        assert_eq!(found, (after + 1..=900).collect::<Vec<u64>>());
        let found = numbers(&since(&root.ledger_file(), Seq(after), 5).unwrap());
        let upto = (after + 5).min(900);
        assert_eq!(found, (after + 1..=upto).collect::<Vec<u64>>());
    }
    assert_eq!(since(&root.ledger_file(), Seq(900), 5).unwrap(), []);
    assert_eq!(since(&root.ledger_file(), Seq(u64::MAX), 5).unwrap(), []);
    let nothing = Root::new(&place.0.path().join("elsewhere"));
    assert_eq!(since(&nothing.ledger_file(), Seq(0), 5).unwrap(), []);
    assert_eq!(
        numbers(&latest(&place.path(), 700).unwrap()),
        (201..=900).collect::<Vec<u64>>()
    );
}

#[test]
fn rubbish_between_and_after_lines_hides_none_of_them() {
    let place = Place::new();
    let mut bytes = Vec::new();
    for seq in 1..=400_u64 {
        if seq % 7 == 0 {
            bytes.extend(vec![b'x'; usize::try_from(seq).unwrap() * 40]);
            bytes.push(b'\n');
        }
        if seq == 200 {
            // Longer than any line of ours.
            bytes.extend(vec![b'y'; 3_000_000]);
            bytes.push(b'\n');
        }
        serde_json::to_writer(&mut bytes, &event(seq)).unwrap();
        bytes.push(b'\n');
    }
    bytes.extend(b"{\"seq\":401,\"at\":\"20");
    place.put(&bytes);
    for after in [0, 6, 7, 100, 199, 200, 201, 350, 400] {
        let found = numbers(&since(&place.root().ledger_file(), Seq(after), 1000).unwrap());
        assert_eq!(found, (after + 1..=400).collect::<Vec<u64>>(), "{after}");
    }
}

#[test]
fn the_end_of_a_ledger_is_read_forward_up_to_a_number() {
    let place = Place::new();
    drop(three_files(&place));
    let whole = |bytes, before| {
        let mut found = Vec::new();
        super::super::read_back(&place.root(), bytes, Seq(before), |event| {
            found.push(event.seq.0);
        })
        .unwrap();
        found
    };
    assert_eq!(whole(u64::MAX, 901), (1..=900).collect::<Vec<u64>>());
    assert_eq!(whole(u64::MAX, 450), (1..=449).collect::<Vec<u64>>());
    let newest = fs::metadata(place.path()).unwrap().len();
    let some = whole(newest + 3000, 901);
    assert!(some[0] > 580 && some[0] < 601, "{}", some[0]);
    assert_eq!(some.last(), Some(&900));
}

#[test]
fn a_ledger_that_cannot_be_moved_aside_goes_on() {
    let place = Place::new();
    let (mut ledger, _) = Ledger::open(&place.path()).unwrap();
    ledger.append(&[event(1)]).unwrap();
    // A file cannot take the place of a folder.
    fs::create_dir(place.old(4)).unwrap();
    File::create(place.old(3)).unwrap();
    ledger.full = 0;
    let error = ledger.append(&[event(2)]).unwrap_err().to_string();
    assert!(
        error.starts_with("begin a new file of the ledger"),
        "{error}"
    );
    // It is not tried again with the next line.
    ledger.append(&[event(3)]).unwrap();
    assert_eq!(place.lines().0, [1, 2, 3]);
}

#[test]
fn a_ledger_whose_file_was_taken_away_is_opened_anew() {
    let place = Place::new();
    let (mut ledger, _) = Ledger::open(&place.path()).unwrap();
    ledger.append(&[event(1)]).unwrap();
    assert!(!ledger.mend().unwrap());
    fs::remove_dir_all(place.root().data_dir).unwrap();
    assert!(ledger.mend().is_err());
    fs::create_dir(place.root().data_dir).unwrap();
    assert!(ledger.mend().unwrap());
    ledger.append(&[event(2)]).unwrap();
    assert_eq!(place.lines().0, [2]);
}
