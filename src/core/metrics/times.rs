//! How long actions took.

use std::collections::VecDeque;

use super::DAY;
use crate::model::{Outcome, metrics::ActionTimes};

/// Durations of an action that are kept.
const KEPT: usize = 128;

/// The ends of one action.
#[derive(Debug, Clone, Default)]
pub(super) struct Times {
    done: u64,
    not_done: u64,
    /// When it was done, and how long it took, in milliseconds.
    took: VecDeque<(u64, u64)>,
}

impl Times {
    /// It has ended so.
    pub(super) fn take(&mut self, at: u64, result: Outcome, took: u64) {
        match result {
            Outcome::Done => {
                self.done += 1;
                self.took.push_back((at, took));
                if self.took.len() > KEPT {
                    self.took.pop_front();
                }
            }
            Outcome::Failed | Outcome::Superseded => self.not_done += 1,
            Outcome::Refused => {}
        }
    }

    /// How long it takes.
    pub(super) fn report(&self, now: u64) -> ActionTimes {
        let recent = self.took.iter().filter(|(at, _)| at + DAY > now);
        let mut took: Vec<u64> = recent.map(|(_, took)| *took).collect();
        took.sort_unstable();
        let rank = |percent: usize| {
            let rank = (took.len() * percent).div_ceil(100).max(1);
            took.get(rank - 1).copied()
        };
        ActionTimes {
            done: self.done,
            not_done: self.not_done,
            p50_ms: rank(50),
            p95_ms: rank(95),
            max_ms: rank(100),
        }
    }
}
