//! What the restart policy does after a death.

use std::time::Duration;

use super::rng::Rng;
use crate::model::{Mono, service::RestartSpec};

/// What follows a death.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterDeath {
    /// Start again at once.
    Now,
    /// Start again after a pause.
    After(Duration),
    /// Too many deaths.
    GiveUp,
}

/// What follows the newest of `deaths` (in a row, oldest first).
///
/// The first restart in a row is immediate, the second waits `first_delay`, each later one twice as
/// long; with 20 % jitter either way, and never longer than `max_delay`.
pub fn after_death(spec: &RestartSpec, deaths: &[Mono], now: Mono, rng: &mut Rng) -> AfterDeath {
    let within = recent(spec, deaths, now);
    if within >= spec.give_up_deaths as usize {
        return AfterDeath::GiveUp;
    }
    let Some(doublings) = deaths.len().checked_sub(2) else {
        return AfterDeath::Now;
    };
    let factor = 1_u32
        .checked_shl(u32::try_from(doublings).unwrap_or(31))
        .unwrap_or(u32::MAX);
    let delay = spec.first_delay.saturating_mul(factor).min(spec.max_delay);
    AfterDeath::After(jitter(delay, rng).min(spec.max_delay))
}

/// How many of these deaths are recent enough to count for giving up.
pub fn recent(spec: &RestartSpec, deaths: &[Mono], now: Mono) -> usize {
    let counts = |at: &&Mono| now.since(**at) <= spec.give_up_within;
    deaths.iter().filter(counts).count()
}

/// The delay, up to 20 % shorter or longer.
fn jitter(delay: Duration, rng: &mut Rng) -> Duration {
    let per_mille = 800 + rng.per_mille() * 400 / 1000;
    delay.saturating_mul(per_mille) / 1000
}
