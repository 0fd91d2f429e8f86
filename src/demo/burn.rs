//! The fault that burns processor time.

use std::{hint, time::Duration};

use tokio::time::Instant;

use super::worker::Shift;

/// In each slice of this length the share is kept.
const SLICE: Duration = Duration::from_millis(10);

/// So much of one core.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Burn {
    /// In percent, 1 to 100.
    pub(super) cores_pct: u64,
}

impl Burn {
    /// Burns until told to stop.
    pub(super) fn run(self, shift: &Shift) {
        let percent = u32::try_from(self.cores_pct).unwrap_or(100).min(100);
        let busy = SLICE * percent / 100;
        while shift.rest(SLICE.saturating_sub(busy)) {
            let start = Instant::now();
            while start.elapsed() < busy {
                hint::spin_loop();
            }
        }
    }
}
