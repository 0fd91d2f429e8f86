//! The measures of the faults that change answers, and how far they are used up.

use std::time::Duration;

/// What stands behind a fault, beside its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Measure {
    /// Nothing: that it is there is enough.
    None,
    /// How late answers come.
    Slow(Slowness),
    /// How much work fails.
    Errors(Share),
    /// How many more times recover fails; `None` for every time.
    Failures(Option<u64>),
}

/// How late answers come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slowness {
    delay_ms: u64,
    jitter_ms: u64,
    /// Whether `/healthz` is late too.
    pub(super) health: bool,
    drawn: u64,
}

impl Slowness {
    /// This late, and up to so much more.
    pub(super) fn new(delay_ms: u64, jitter_ms: u64, health: bool) -> Self {
        Self {
            delay_ms,
            jitter_ms,
            health,
            drawn: 0,
        }
    }

    /// How late the next answer comes. The same row of delays after each start.
    pub(super) fn next(&mut self) -> Duration {
        self.drawn += 1;
        let more = scattered(self.drawn).checked_rem(self.jitter_ms);
        Duration::from_millis(self.delay_ms.saturating_add(more.unwrap_or(0)))
    }
}

/// A number without any likeness to its neighbours' (the last step of SplitMix64).
fn scattered(number: u64) -> u64 {
    let mut z = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// So many of a hundred, evenly spread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Share {
    percent: u64,
    owed: u64,
}

impl Share {
    /// So many of a hundred.
    pub(super) fn new(percent: u64) -> Self {
        Self { percent, owed: 0 }
    }

    /// Whether the next one belongs to the share.
    pub(super) fn next(&mut self) -> bool {
        self.owed += self.percent;
        let due = self.owed >= 100;
        if due {
            self.owed -= 100;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_a_hundred_is_exactly_that_many_and_evenly_spread() {
        for percent in 1..=100 {
            let mut share = Share::new(percent);
            let hits = (0..100).filter(|_| share.next()).count();
            assert_eq!(u64::try_from(hits), Ok(percent));
        }
        let mut half = Share::new(50);
        let first: Vec<bool> = (0..4).map(|_| half.next()).collect();
        assert_eq!(first, [false, true, false, true]);
    }

    #[test]
    fn jitter_adds_up_to_its_bound_and_differs() {
        let mut slow = Slowness::new(100, 50, false);
        let mut delays: Vec<u128> = (0..1000).map(|_| slow.next().as_millis()).collect();
        delays.sort_unstable();
        delays.dedup();
        assert_eq!(delays, (100..150).collect::<Vec<_>>());
        let mut steady = Slowness::new(100, 0, false);
        assert!((0..10).all(|_| steady.next() == Duration::from_millis(100)));
    }
}
