//! What a service counts about itself.

use std::{collections::VecDeque, time::Duration};

use serde_json::{Value, json};

/// How many latencies are remembered.
const REMEMBERED: usize = 256;

/// Requests since the start, probes not counted.
#[derive(Debug, Default)]
pub(super) struct Tally {
    requests: u64,
    errors: u64,
    latencies: VecDeque<Duration>,
}

impl Tally {
    /// Counts one answered request.
    pub(super) fn count(&mut self, failed: bool, took: Duration) {
        self.requests += 1;
        self.errors += u64::from(failed);
        if self.latencies.len() == REMEMBERED {
            self.latencies.pop_front();
        }
        self.latencies.push_back(took);
    }

    /// How many requests were answered.
    pub(super) fn requests(&self) -> u64 {
        self.requests
    }

    /// How many of them with a 5xx.
    pub(super) fn errors(&self) -> u64 {
        self.errors
    }

    /// The latencies of the last requests, as JSON in milliseconds.
    pub(super) fn latency_ms(&self) -> Value {
        let mut sorted: Vec<Duration> = self.latencies.iter().copied().collect();
        sorted.sort_unstable();
        json!({
            "p50": percentile(&sorted, 50).map(millis),
            "p95": percentile(&sorted, 95).map(millis),
            "of": sorted.len(),
        })
    }
}

/// A duration as milliseconds with three decimals.
pub(super) fn millis(took: Duration) -> f64 {
    (took.as_secs_f64() * 1e6).round() / 1e3
}

/// The smallest value that at least so many per cent do not exceed.
fn percentile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let mut tally = Tally::default();
        assert_eq!(
            tally.latency_ms(),
            json!({"p50": null, "p95": null, "of": 0})
        );
        for ms in 1..=100 {
            tally.count(ms > 90, Duration::from_millis(ms));
        }
        assert_eq!(
            tally.latency_ms(),
            json!({"p50": 50.0, "p95": 95.0, "of": 100})
        );
        assert_eq!((tally.requests(), tally.errors()), (100, 10));
    }

    #[test]
    fn only_the_last_latencies_are_remembered() {
        let mut tally = Tally::default();
        for _ in 0..1000 {
            tally.count(false, Duration::from_millis(9));
        }
        assert_eq!(tally.latencies.len(), REMEMBERED);
        assert_eq!(tally.requests(), 1000);
    }
}
