//! The only place that reads a clock.

use std::time::{SystemTime, UNIX_EPOCH};

use super::platform::time;
use crate::model::{Moment, Mono, Wall};

/// The right to read the clocks. Costs nothing to hand on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Clock;

impl Clock {
    /// This moment on both clocks.
    pub fn now(self) -> Moment {
        Moment {
            mono: Mono(time::since_boot()),
            wall: wall(),
        }
    }
}

/// The time of the day; 1970 where the clock is set before that.
fn wall() -> Wall {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads a clock"
    )]
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Wall::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_and_is_of_this_century() {
        let first = Clock.now();
        let second = Clock.now();
        assert!(first.mono.0 > std::time::Duration::ZERO);
        assert!(second.mono >= first.mono);
        assert!(first.wall.to_string().starts_with("20"));
    }
}
