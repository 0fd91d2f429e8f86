//! How often clients may act.

use std::time::Duration;

use crate::model::Mono;

/// Actions at once.
const BURST: f64 = 40.0;
/// Actions a second in the long run.
const PER_SECOND: f64 = 20.0;

/// What is left to be acted.
#[derive(Debug)]
pub(super) struct Bucket {
    tokens: f64,
    at: Mono,
}

impl Bucket {
    /// A full one.
    pub(super) fn full(now: Mono) -> Self {
        Self {
            tokens: BURST,
            at: now,
        }
    }

    /// Takes one.
    ///
    /// # Errors
    ///
    /// How long until there is one.
    pub(super) fn take(&mut self, now: Mono) -> Result<(), Duration> {
        let more = now.since(self.at).as_secs_f64() * PER_SECOND;
        self.tokens = (self.tokens + more).min(BURST);
        self.at = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - self.tokens) / PER_SECOND))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_only_so_many_a_second() {
        let mut now = Mono(Duration::from_secs(100));
        let mut bucket = Bucket::full(now);
        let passed = (0..100).filter(|_| bucket.take(now).is_ok()).count();
        assert_eq!(passed, 40);
        let wait = bucket.take(now).unwrap_err();
        assert!(wait > Duration::ZERO && wait <= Duration::from_millis(50));
        now = now.after(Duration::from_secs(1));
        let passed = (0..100).filter(|_| bucket.take(now).is_ok()).count();
        assert_eq!(passed, 20);
        now = now.after(Duration::from_hours(1));
        let passed = (0..100).filter(|_| bucket.take(now).is_ok()).count();
        assert_eq!(passed, 40, "an hour of quiet is no licence for more");
    }
}
