use std::{fs, io::Write as _};

use proptest::prelude::*;

use super::*;
use crate::model::metrics::{Beats, LATENCIES};

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn root(&self) -> Root {
        Root::new(self.0.path())
    }

    fn write(&self, indices: impl IntoIterator<Item = u32>) {
        let buckets: Vec<_> = indices.into_iter().map(|it| (name(), bucket(it))).collect();
        write(&self.root(), &buckets).unwrap();
    }

    fn read(&self, first: u32, last: u32) -> Vec<u32> {
        let found = read(&self.root(), &name(), first, last).unwrap();
        found.iter().map(|bucket| bucket.index).collect()
    }
}

fn put_bytes(path: &Path, bytes: &[u8]) {
    File::create(path).unwrap().write_all(bytes).unwrap();
}

fn name() -> ServiceName {
    "orders".parse().unwrap()
}

fn bucket(index: u32) -> Bucket {
    Bucket {
        index,
        cpu_pct: Some(12.5),
        mem_bytes: None,
        probes: 10,
        failed: 1,
        timed: 9,
        beats: Beats {
            healthy: 9,
            unhealthy: 1,
            unknown: 0,
        },
        longest: 700,
        latencies: [600; LATENCIES],
    }
}

#[test]
fn buckets_are_read_back_across_the_end_of_the_ring() {
    let place = Place::new();
    let begin = BUCKETS * 20_000 - 3;
    place.write(begin..begin + 6);
    assert_eq!(
        place.read(begin, begin + 5),
        (begin..begin + 6).collect::<Vec<_>>()
    );
    assert_eq!(place.read(begin + 2, begin + 3), [begin + 2, begin + 3]);
    let found = read(&place.root(), &name(), begin, begin).unwrap();
    assert_eq!(found, [bucket(begin)]);
    // The ring is asked for more than it holds, and has nothing of another day.
    assert_eq!(
        place.read(0, begin + 5),
        (begin..begin + 6).collect::<Vec<_>>()
    );
    assert_eq!(place.read(begin + BUCKETS, begin + BUCKETS + 5), [0; 0]);
}

#[test]
fn a_later_day_takes_the_place_of_the_one_before_and_the_file_does_not_grow() {
    let place = Place::new();
    let begin = BUCKETS * 20_000;
    place.write(begin..begin + BUCKETS);
    let size = fs::metadata(file(&place.root(), &name())).unwrap().len();
    assert_eq!(size, 64 + 72 * u64::from(BUCKETS));
    place.write([begin + BUCKETS, begin + BUCKETS + 1]);
    assert_eq!(
        fs::metadata(file(&place.root(), &name())).unwrap().len(),
        size
    );
    let found = place.read(0, begin + BUCKETS + 1);
    assert_eq!(found.len(), BUCKETS as usize);
    assert_eq!(found[0], begin + 2);
    // Whole seconds that nobody measured leave what is there untouched: it is of another day.
    place.write([begin + BUCKETS + 5]);
    let found = place.read(begin + BUCKETS, begin + BUCKETS + 9);
    assert_eq!(found, [0, 1, 5].map(|at| begin + BUCKETS + at));
}

#[test]
fn a_service_without_a_file_has_no_history() {
    assert_eq!(Place::new().read(0, 100), [0; 0]);
}

#[test]
fn a_file_that_is_none_of_ours_is_begun_anew() {
    for strange in [&b""[..], b"short", &[b'x'; 5000]] {
        let place = Place::new();
        fs::create_dir_all(folder(&place.root())).unwrap();
        put_bytes(&file(&place.root(), &name()), strange);
        assert_eq!(place.read(0, 100), [0; 0]);
        place.write([77]);
        assert_eq!(place.read(0, 100), [77]);
    }
}

#[test]
fn a_folder_that_was_taken_away_is_made_again() {
    let place = Place::new();
    place.write([5]);
    fs::remove_dir_all(place.root().data_dir).unwrap();
    place.write([6]);
    assert_eq!(place.read(0, 100), [6]);
}

proptest! {
    #[test]
    fn a_file_cut_or_scribbled_over_costs_only_what_was_hit(
        cut in 0_usize..72 * 12,
        scribble in 64_usize..64 + 72 * 10,
        byte: u8,
    ) {
        let place = Place::new();
        place.write(0..10);
        let path = file(&place.root(), &name());
        let mut bytes = fs::read(&path).unwrap();
        let before = bytes[scribble];
        bytes[scribble] = byte;
        bytes.truncate(64 + cut);
        put_bytes(&path, &bytes);
        let hit = u32::try_from((scribble - 64) / 72).unwrap();
        let whole = u32::try_from(cut / 72).unwrap().min(10);
        let expected: Vec<u32> = (0..whole).filter(|it| before == byte || *it != hit).collect();
        prop_assert_eq!(place.read(0, 20), expected);
        place.write([11]);
        prop_assert!(place.read(0, 20).contains(&11));
    }
}
