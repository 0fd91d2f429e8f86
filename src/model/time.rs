//! Two clocks: one to decide with, one to show.

use std::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Time since boot, suspended time included (`CLOCK_BOOTTIME`). Decisions use this clock only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mono(pub Duration);

impl Mono {
    /// This time and so much more.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(wait))
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// The next multiple of `grid` after this time, so that equal intervals share one wake-up.
    #[must_use]
    pub fn next_on_grid(self, grid: Duration) -> Self {
        let grid_ns = grid.as_nanos().max(1);
        let next = (self.0.as_nanos() / grid_ns + 1) * grid_ns;
        Self(Duration::from_nanos(
            u64::try_from(next).unwrap_or(u64::MAX),
        ))
    }
}

/// The time people read: milliseconds since 1970, UTC. Printed as RFC 3339.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wall {
    millis: i64,
}

impl Wall {
    /// The time so many milliseconds after 1970-01-01T00:00:00Z.
    pub fn from_millis(millis: i64) -> Self {
        Self { millis }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn millis(self) -> i64 {
        self.millis
    }

    /// This time and so much more.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        Self {
            millis: self.millis.saturating_add(wait),
        }
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    pub fn since(self, earlier: Self) -> Duration {
        let millis = self.millis.saturating_sub(earlier.millis);
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }
}

impl fmt::Display for Wall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.millis) {
            Ok(timestamp) => write!(f, "{timestamp:.3}"),
            Err(_) => write!(f, "{}ms", self.millis),
        }
    }
}

impl Serialize for Wall {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Wall {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let timestamp: jiff::Timestamp = text.parse().map_err(de::Error::custom)?;
        Ok(Self::from_millis(timestamp.as_millisecond()))
    }
}

/// One moment on both clocks, read together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment {
    /// For decisions.
    pub mono: Mono,
    /// For people.
    pub wall: Wall,
}

impl Moment {
    /// The wall time at which the deadline `mono` is due.
    pub fn wall_at(&self, mono: Mono) -> Wall {
        self.wall.after(mono.since(self.mono))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_is_strictly_ahead() {
        let second = Duration::from_secs(1);
        let at = |ms| Mono(Duration::from_millis(ms));
        assert_eq!(at(1).next_on_grid(second), at(1000));
        assert_eq!(at(1000).next_on_grid(second), at(2000));
        assert_eq!(at(1999).next_on_grid(second), at(2000));
        assert!(at(5).next_on_grid(Duration::ZERO) > at(5));
    }

    #[test]
    fn wall_time_is_rfc_3339_in_milliseconds() {
        let wall = Wall::from_millis(1_700_000_000_007);
        assert_eq!(wall.to_string(), "2023-11-14T22:13:20.007Z");
        let json = serde_json::to_string(&wall).unwrap();
        assert_eq!(serde_json::from_str::<Wall>(&json).unwrap(), wall);
    }
}
