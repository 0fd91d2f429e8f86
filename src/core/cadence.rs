//! When each probe is due.
//!
//! While starting: 25 ms after the spawn, then twice as long each time, up to the interval. Once up:
//! on the multiples of the interval, so that all services with the same interval share one wake-up.

use std::time::Duration;

use super::life::{Streak, Watch};
use crate::model::{Mono, service::ProbeSpec};

/// The pause before the first probe of a run.
const FIRST: Duration = Duration::from_millis(25);

/// The watch of a run that was just spawned.
pub fn from_spawn(spec: &ProbeSpec, now: Mono) -> Watch {
    let first = FIRST.min(spec.interval);
    Watch {
        next: Some(now.after(first)),
        pause: first.saturating_mul(2).min(spec.interval),
        failures: 0,
        successes: 0,
        last: None,
        streak: Streak::Unknown,
        frozen: false,
    }
}

/// The watch of a run that was found alive: probed at once.
pub fn from_adoption(spec: &ProbeSpec, now: Mono) -> Watch {
    Watch {
        next: Some(now),
        ..from_spawn(spec, now)
    }
}

/// The next probe of a run that is starting; doubles the pause.
pub fn next_while_starting(spec: &ProbeSpec, watch: &mut Watch, now: Mono) {
    watch.next = Some(now.after(watch.pause));
    watch.pause = watch.pause.saturating_mul(2).min(spec.interval);
}

/// The next probe of a run that is up.
pub fn next_while_running(spec: &ProbeSpec, watch: &mut Watch, now: Mono) {
    watch.next = Some(now.next_on_grid(spec.interval));
}
