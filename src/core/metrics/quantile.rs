//! Quantiles of the latencies that buckets keep.

use std::time::Duration;

use crate::model::metrics::{Bucket, Quantiles};

/// Codes of a doubling: neighbours differ by 0.034 %.
const FINE: f64 = 2048.0;

/// A latency as a number that is larger for longer ones, never 0. A microsecond and less is 1; an hour
/// and more has the largest.
pub fn coded(latency: Duration) -> u16 {
    let micros = latency.as_secs_f64() * 1e6;
    let code = micros.max(1.0).log2() * FINE + 1.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounded on both sides"
    )]
    let code = code.round().clamp(1.0, f64::from(u16::MAX)) as u16;
    code
}

/// A coded latency, in milliseconds.
pub fn millis(code: u16) -> f64 {
    ((f64::from(code) - 1.0) / FINE).exp2() / 1000.0
}

/// The quantiles of all buckets together, by nearest rank; `None` when no probe was timed. A bucket
/// that has kept only a sample counts for as many as it was of.
pub fn latencies<'a>(buckets: impl IntoIterator<Item = &'a Bucket>) -> Option<Quantiles> {
    let mut all: Vec<(u16, f64)> = Vec::new();
    let (mut count, mut longest) = (0, 0);
    for bucket in buckets {
        let kept: Vec<u16> = bucket
            .latencies
            .iter()
            .copied()
            .filter(|it| *it > 0)
            .collect();
        let Ok(many) = u16::try_from(kept.len()) else {
            continue;
        };
        let weight = f64::from(bucket.timed) / f64::from(many.max(1));
        count += u64::from(bucket.timed);
        longest = longest.max(bucket.longest);
        all.extend(kept.into_iter().map(|code| (code, weight)));
    }
    all.sort_unstable_by_key(|(code, _)| *code);
    let total: f64 = all.iter().map(|(_, weight)| weight).sum();
    let (last, _) = *all.last()?;
    let rank = |share: f64| {
        let mut sum = 0.0;
        let at = all.iter().find(|(_, weight)| {
            sum += weight;
            // Sums of weights are not exact.
            sum >= total * share - 1e-6
        });
        millis(at.map_or(last, |(code, _)| *code))
    };
    Some(Quantiles {
        count,
        p50_ms: rank(0.5),
        p95_ms: rank(0.95),
        p99_ms: rank(0.99),
        max_ms: millis(longest),
    })
}
