//! One time for lines of several boots: milliseconds that never go back.
//!
//! Inside a boot `mono_ms` counts, which no change of the wall clock disturbs; from one boot to the
//! next only the wall clock can tell.

use crate::model::{Event, Moment, Wall};

/// Where the time stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Timeline {
    last: Option<Anchor>,
}

/// One point of time on all clocks.
#[derive(Debug, Clone)]
struct Anchor {
    boot_id: String,
    mono: u64,
    wall: i64,
    time: u64,
}

impl Timeline {
    /// The time of a line, which is the last one from now on.
    pub(super) fn of(&mut self, event: &Event) -> u64 {
        let wall = event.at.millis();
        let time = match &self.last {
            None => u64::try_from(wall).unwrap_or(0),
            Some(last) if last.boot_id == event.boot_id => {
                last.time + event.mono_ms.saturating_sub(last.mono)
            }
            Some(last) => {
                let passed = u64::try_from(wall.saturating_sub(last.wall)).unwrap_or(0);
                last.time + passed
            }
        };
        if let Some(last) = &mut self.last
            && last.boot_id == event.boot_id
        {
            last.mono = last.mono.max(event.mono_ms);
            last.wall = wall;
            last.time = time;
        } else {
            self.last = Some(Anchor {
                boot_id: event.boot_id.clone(),
                mono: event.mono_ms,
                wall,
                time,
            });
        }
        time
    }

    /// It goes on at least until this time of the same boot.
    pub(super) fn reaches(&mut self, wall: Wall) {
        if let Some(last) = &mut self.last {
            let passed = u64::try_from(wall.millis().saturating_sub(last.wall)).unwrap_or(0);
            last.time += passed;
            last.mono += passed;
            last.wall += i64::try_from(passed).unwrap_or(0);
        }
    }

    /// The last time that is known.
    pub(super) fn last(&self) -> u64 {
        self.last.as_ref().map_or(0, |last| last.time)
    }

    /// Whether a line is of another boot than the one before.
    pub(super) fn is_other_boot(&self, boot_id: &str) -> bool {
        self.last
            .as_ref()
            .is_some_and(|last| last.boot_id != boot_id)
    }

    /// The time of this moment, which is of the same boot as the last line.
    pub(super) fn now(&self, now: Moment) -> u64 {
        let mono = u64::try_from(now.mono.0.as_millis()).unwrap_or(u64::MAX);
        self.last
            .as_ref()
            .map_or(0, |last| last.time + mono.saturating_sub(last.mono))
    }
}
