//! How a service was, as a row of spans.

use std::collections::VecDeque;

use super::DAY;
use crate::model::metrics::UpState;

/// Spans that are kept. A service that changes more often than every 20 s has a shorter memory.
const SPANS: usize = 4096;

/// The spans of the last day, oldest first; each ends where the next one begins. Before the first,
/// nothing is known.
#[derive(Debug, Clone, Default)]
pub(super) struct Track {
    spans: VecDeque<(u64, UpState)>,
    /// Milliseconds it was unhealthy or down, ever, up to the beginning of the last span.
    bad: u64,
}

/// Milliseconds of a window, by how it was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// Wanted and healthy.
    pub healthy: u64,
    /// Wanted and not.
    pub bad: u64,
    /// Nothing is known.
    pub unknown: u64,
}

impl Track {
    /// From this time on it is so.
    pub(super) fn enter(&mut self, at: u64, state: UpState) {
        if let Some((since, now)) = self.spans.back().copied() {
            if now == state {
                return;
            }
            let at = at.max(since);
            if is_bad(now) {
                self.bad += at - since;
            }
            if at == since {
                self.spans.pop_back();
            }
        }
        let at = self.spans.back().map_or(at, |(since, _)| at.max(*since));
        if self.spans.back().is_none_or(|(_, now)| *now != state) {
            self.spans.push_back((at, state));
        } else if let Some((since, _)) = self.spans.back()
            && is_bad(state)
        {
            // The span goes on that a moment has interrupted: its time is counted at its end.
            self.bad = self.bad.saturating_sub(at - since);
        }
        let old = at.saturating_sub(DAY);
        while self.spans.len() > SPANS || self.spans.get(1).is_some_and(|(at, _)| *at <= old) {
            self.spans.pop_front();
        }
    }

    /// Milliseconds it was unhealthy or down until then, ever.
    pub(super) fn bad_until(&self, at: u64) -> u64 {
        match self.spans.back() {
            Some((since, state)) if is_bad(*state) => self.bad + at.saturating_sub(*since),
            Some(_) | None => self.bad,
        }
    }

    /// How it was from `from` until `to`, which is after everything that is known.
    pub(super) fn sums(&self, from: u64, to: u64) -> Sums {
        let mut sums = Sums::default();
        let mut end = to;
        for (since, state) in self.spans.iter().rev() {
            let begin = (*since).max(from);
            let length = end.saturating_sub(begin);
            match state {
                UpState::Healthy => sums.healthy += length,
                UpState::Unhealthy | UpState::Down => sums.bad += length,
                UpState::Unknown => sums.unknown += length,
                UpState::Unwanted => {}
            }
            end = end.min(begin);
            if *since <= from {
                return sums;
            }
        }
        sums.unknown += end.saturating_sub(from);
        sums
    }

    /// The worst it was in each step of the time that ends with `to`, oldest first.
    pub(super) fn strip(&self, to: u64, step: u64, count: usize) -> Vec<UpState> {
        let step = step.max(1);
        let mut cells = vec![None; count];
        let mut end = to;
        let unknown_before = std::iter::once((0, UpState::Unknown));
        let spans = self.spans.iter().rev().copied();
        for (since, state) in spans.chain(unknown_before) {
            // Cell 0 is the last one.
            let newest = (to - end.min(to)) / step;
            let oldest = to.saturating_sub(since + 1) / step;
            let touched = cells
                .iter_mut()
                .rev()
                .skip(usize::try_from(newest).unwrap_or(count));
            let many = usize::try_from(oldest.saturating_sub(newest)).unwrap_or(count);
            for cell in touched.take(many.saturating_add(1)) {
                *cell = (*cell).max(Some(state));
            }
            end = end.min(since);
            if to.saturating_sub(since) / step > count as u64 {
                break;
            }
        }
        cells.into_iter().map(Option::unwrap_or_default).collect()
    }
}

/// Whether it was wanted, and not well.
fn is_bad(state: UpState) -> bool {
    match state {
        UpState::Unhealthy | UpState::Down => true,
        UpState::Unwanted | UpState::Unknown | UpState::Healthy => false,
    }
}
