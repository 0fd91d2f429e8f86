//! The clock to decide with.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Time since boot, suspended time included.
pub fn since_boot() -> Duration {
    let time = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanos = u32::try_from(time.tv_nsec).unwrap_or(0);
    Duration::new(seconds, nanos)
}
