//! The lines of one service that a view of a log shows.

use std::sync::Arc;

use super::sieve::Sifted;
use crate::tui::state::{Kept, LogRing, Streams};

/// The lines of one service that a view shows, by their places from 0: those of some streams, or
/// those that went through a sieve.
#[derive(Debug, Clone)]
pub(super) struct Lane<'a> {
    pub(super) ring: &'a LogRing,
    pub(super) sifted: Option<Arc<Sifted>>,
}

impl<'a> Lane<'a> {
    /// The line at a place.
    pub(super) fn get(&self, place: usize) -> Option<&'a Kept> {
        match &self.sifted {
            None => self.ring.lines.get(place),
            Some(sifted) => self.ring.line(*sifted.shown.get(place)?),
        }
    }

    /// The place behind the line with this number.
    pub(super) fn end_of(&self, number: u64) -> usize {
        match &self.sifted {
            None => self.ring.place_from(number.saturating_add(1)),
            Some(sifted) => sifted.shown.partition_point(|it| *it <= number),
        }
    }

    /// How many shown lines have ever arrived before this place.
    pub(super) fn before(&self, streams: Streams, place: usize) -> u64 {
        match &self.sifted {
            None => self.ring.before(streams, place),
            Some(sifted) => sifted.gone + count(place),
        }
    }

    /// How many shown lines there are.
    pub(super) fn count(&self, streams: Streams) -> u64 {
        match &self.sifted {
            None => self.ring.so_far().of(streams) - self.ring.gone.of(streams),
            Some(sifted) => count(sifted.shown.len()),
        }
    }

    /// How many shown lines have left.
    pub(super) fn gone(&self, streams: Streams) -> u64 {
        match &self.sifted {
            None => self.ring.gone.of(streams),
            Some(sifted) => sifted.gone,
        }
    }

    /// How many shown lines report an error.
    pub(super) fn errors(&self, streams: Streams) -> u64 {
        match &self.sifted {
            None => self.ring.errors.of(streams),
            Some(sifted) => count(sifted.errors.len()),
        }
    }

    /// The last shown line before a place.
    pub(super) fn last_before(&self, streams: Streams, end: usize) -> Option<usize> {
        match &self.sifted {
            None => self.ring.last_before(streams, end),
            Some(_) => end.checked_sub(1),
        }
    }

    /// The first shown line from a place on.
    pub(super) fn first_from(&self, streams: Streams, start: usize) -> Option<usize> {
        match &self.sifted {
            None => self.ring.first_from(streams, start),
            Some(sifted) => (start < sifted.shown.len()).then_some(start),
        }
    }
}

/// A number of lines.
pub(super) fn count(lines: usize) -> u64 {
    u64::try_from(lines).unwrap_or(u64::MAX)
}

impl LogRing {
    /// The place of the first line whose number is at least this.
    pub(super) fn place_from(&self, number: u64) -> usize {
        let newest = self.lines.back();
        if newest.is_some_and(|newest| newest.number < number) {
            return self.lines.len();
        }
        self.lines.partition_point(|kept| kept.number < number)
    }

    /// The line with this number.
    fn line(&self, number: u64) -> Option<&Kept> {
        let kept = self.lines.get(self.place_from(number))?;
        (kept.number == number).then_some(kept)
    }

    /// How many lines of these streams have ever arrived before this place.
    fn before(&self, streams: Streams, place: usize) -> u64 {
        let last = place.checked_sub(1).and_then(|at| self.lines.get(at));
        last.map_or(self.gone, |kept| kept.so_far).of(streams)
    }

    /// The last line of these streams before a place.
    fn last_before(&self, streams: Streams, end: usize) -> Option<usize> {
        let last = end.checked_sub(1)?;
        if streams.show(self.lines.get(last)?.line.stream) {
            return Some(last);
        }
        let count = self.before(streams, end);
        let is_there = count > self.gone.of(streams);
        is_there.then(|| {
            self.lines
                .partition_point(|kept| kept.so_far.of(streams) < count)
        })
    }

    /// The first line of these streams from a place on.
    fn first_from(&self, streams: Streams, start: usize) -> Option<usize> {
        if streams.show(self.lines.get(start)?.line.stream) {
            return Some(start);
        }
        let count = self.before(streams, start);
        let place = self
            .lines
            .partition_point(|kept| kept.so_far.of(streams) <= count);
        (place < self.lines.len()).then_some(place)
    }
}
