//! Latencies in buckets, and their quantiles.

use proptest::prelude::*;

use super::*;
use crate::{
    core::{
        metrics::{Open, coded, latencies, millis},
        rng::Rng,
    },
    model::{ProbeOutcome, health::HealthWord, metrics::Bucket},
};

fn probe(latency_us: u64, ok: bool) -> ProbeOutcome {
    ProbeOutcome {
        ok,
        detail: String::new(),
        latency: Some(Duration::from_micros(latency_us)),
        at: Wall::from_millis(0),
        witness: None,
    }
}

fn bucket(latencies_us: &[u64]) -> Bucket {
    let mut rng = Rng::seeded(3);
    let mut open = Open::new(7);
    for latency in latencies_us {
        open.probed(&probe(*latency, true), &mut rng);
    }
    open.bucket()
}

#[test]
fn a_bucket_holds_means_and_mosts() {
    let mut rng = Rng::seeded(1);
    let mut open = Open::new(Open::index(Wall::from_millis(25_000)));
    assert_eq!(open.bucket().index, 2);
    assert_eq!(
        (open.bucket().cpu_pct, open.bucket().mem_bytes),
        (None, None)
    );
    open.beat(HealthWord::Unknown, None, Some(5));
    open.beat(HealthWord::Healthy, Some(10.0), Some(9));
    open.beat(HealthWord::Unhealthy, Some(30.0), Some(7));
    open.probed(&probe(100, true), &mut rng);
    open.probed(&probe(900, false), &mut rng);
    open.probed(
        &ProbeOutcome {
            latency: None,
            ..probe(0, true)
        },
        &mut rng,
    );
    let bucket = open.bucket();
    assert_eq!((bucket.cpu_pct, bucket.mem_bytes), (Some(20.0), Some(9)));
    assert_eq!((bucket.probes, bucket.failed, bucket.timed), (3, 1, 2));
    let beats = bucket.beats;
    assert_eq!((beats.healthy, beats.unhealthy, beats.unknown), (1, 1, 1));
    let quantiles = latencies([&bucket]).unwrap();
    assert!((quantiles.max_ms - 0.9).abs() < 0.001, "{quantiles:?}");
    assert_eq!(quantiles.count, 2);
}

#[test]
fn no_probe_has_no_quantiles() {
    assert_eq!(latencies([]), None);
    assert_eq!(latencies([&bucket(&[])]), None);
}

#[test]
fn the_longest_latency_is_never_lost_in_a_sample() {
    let mut all = vec![100; 500];
    all[137] = 80_000;
    let quantiles = latencies([&bucket(&all)]).unwrap();
    assert!((quantiles.max_ms - 80.0).abs() < 0.1);
    assert_eq!(quantiles.count, 500);
    assert!((quantiles.p50_ms - 0.1).abs() < 0.001);
}

#[test]
fn a_bucket_with_more_probes_weighs_more() {
    let fast = bucket(&vec![1000; 90]);
    let slow = bucket(&[50_000; 10]);
    let quantiles = latencies([&fast, &slow]).unwrap();
    assert!((quantiles.p50_ms - 1.0).abs() < 0.01);
    assert!((quantiles.p95_ms - 50.0).abs() < 0.1);
}

proptest! {
    #[test]
    fn a_coded_latency_is_off_by_less_than_a_fortieth_per_cent(micros in 1_u64..3_600_000_000) {
        let shown = millis(coded(Duration::from_micros(micros))) * 1000.0;
        #[expect(clippy::cast_precision_loss, reason = "an hour of microseconds")]
        let exact = micros as f64;
        prop_assert!((shown / exact - 1.0).abs() < 0.00025, "{micros} became {shown}");
    }

    #[test]
    fn quantiles_of_few_latencies_are_exact(
        buckets in prop::collection::vec(prop::collection::vec(1_u64..10_000_000, 0..=15), 1..8)
    ) {
        let mut all: Vec<u64> = buckets.concat();
        all.sort_unstable();
        let made: Vec<Bucket> = buckets.iter().map(|it| bucket(it)).collect();
        let found = latencies(&made);
        prop_assert_eq!(found.is_none(), all.is_empty());
        if let Some(found) = found {
            for (percent, shown) in [(50, found.p50_ms), (95, found.p95_ms), (99, found.p99_ms), (100, found.max_ms)] {
                let exact = all[(all.len() * percent).div_ceil(100) - 1];
                #[expect(clippy::cast_precision_loss, reason = "ten seconds of microseconds")]
                let exact = exact as f64 / 1000.0;
                prop_assert!((shown / exact - 1.0).abs() < 0.0003, "p{} {} {}", percent, shown, exact);
            }
        }
    }
}
