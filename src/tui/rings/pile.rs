//! The lines of one service or of many, in the order in which they arrived.

use std::collections::{BTreeMap, VecDeque};

use super::{
    lane::{Lane, count},
    sieve::Sieve,
};
use crate::{
    model::{ServiceName, Snapshot, reading::Level},
    tui::state::{Kept, LogRing, LogView, MERGED, Streams},
};

/// The services whose logs are merged: all, or where they are too many, those with a process
/// first, in name order.
pub(crate) fn merged(snapshot: &Snapshot) -> Vec<&ServiceName> {
    let views = snapshot.services.values();
    let mut names: Vec<&ServiceName> = if snapshot.services.len() <= MERGED {
        views.map(|view| &view.name).collect()
    } else {
        let (alive, other): (Vec<_>, Vec<_>) = views.partition(|view| view.pid.is_some());
        let all = alive.into_iter().chain(other);
        all.take(MERGED).map(|view| &view.name).collect()
    };
    names.sort();
    names
}

/// The lines that a view of a log shows, wherever they are kept: the only way to see any.
pub(crate) struct Pile<'a> {
    lanes: Vec<Lane<'a>>,
    streams: Streams,
}

impl<'a> Pile<'a> {
    /// The lines that `view` shows.
    pub(crate) fn of(
        logs: &'a BTreeMap<ServiceName, LogRing>,
        snapshot: &Snapshot,
        view: &LogView,
    ) -> Self {
        let sieve = Sieve::of(view);
        let names = shown(snapshot, view).into_iter();
        let rings = names.filter_map(|name| logs.get(name));
        let lanes = rings.map(|ring| Lane {
            ring,
            sifted: sieve.as_ref().map(|sieve| ring.sifted(sieve)),
        });
        Self {
            lanes: lanes.collect(),
            streams: view.streams,
        }
    }

    /// All lines of the same services.
    pub(crate) fn unfiltered(&self) -> Self {
        let rings = self.lanes.iter().map(|lane| lane.ring);
        let lanes = rings.map(|ring| Lane { ring, sifted: None });
        Self {
            lanes: lanes.collect(),
            streams: Streams::Both,
        }
    }

    /// How many lines there are.
    pub(crate) fn count(&self) -> u64 {
        self.total(|lane| lane.count(self.streams))
    }

    /// How many have been dropped.
    pub(crate) fn dropped(&self) -> u64 {
        self.total(|lane| lane.gone(self.streams))
    }

    /// How many report an error.
    pub(crate) fn errors(&self) -> u64 {
        self.total(|lane| lane.errors(self.streams))
    }

    /// How many lines have ever arrived up to the one with this number.
    pub(crate) fn ever_to(&self, number: u64) -> u64 {
        self.total(|lane| lane.before(self.streams, lane.end_of(number)))
    }

    /// Which line this is of those that are there, from 1; 0 when it lies before all of them.
    pub(crate) fn rank(&self, number: u64) -> u64 {
        self.ever_to(number) - self.dropped()
    }

    /// The lines from the one with this number on backwards.
    pub(crate) fn back_from(&self, number: u64) -> Back<'a> {
        let heads = self.lanes.iter().filter_map(|lane| {
            let at = lane.last_before(self.streams, lane.end_of(number))?;
            Some((lane.clone(), at))
        });
        Back {
            streams: self.streams,
            heads: heads.collect(),
        }
    }

    /// The lines behind the one with this number; all of them without one.
    pub(crate) fn on_from(&self, number: Option<u64>) -> On<'a> {
        let heads = self.lanes.iter().filter_map(|lane| {
            let start = number.map_or(0, |number| lane.end_of(number));
            Some((lane.clone(), lane.first_from(self.streams, start)?))
        });
        On {
            streams: self.streams,
            heads: heads.collect(),
        }
    }

    /// The first line with an error behind this number.
    pub(crate) fn error_after(&self, number: Option<u64>) -> Option<u64> {
        let found = self.lanes.iter().filter_map(|lane| {
            let Some(sifted) = &lane.sifted else {
                let mut lines = lane.ring.lines.range(lane.end(number)..);
                return lines
                    .find(|kept| self.is_error(kept))
                    .map(|kept| kept.number);
            };
            after(&sifted.errors, number)
        });
        found.min()
    }

    /// The last line with an error before this number.
    pub(crate) fn error_before(&self, number: u64) -> Option<u64> {
        let found = self.lanes.iter().filter_map(|lane| {
            let Some(sifted) = &lane.sifted else {
                let end = lane.end(number.checked_sub(1));
                let mut lines = lane.ring.lines.range(..end).rev();
                return lines
                    .find(|kept| self.is_error(kept))
                    .map(|kept| kept.number);
            };
            before(&sifted.errors, number)
        });
        found.max()
    }

    /// How many lines hold what is looked for.
    pub(crate) fn hits(&self) -> u64 {
        self.total(|lane| lane.sifted.as_ref().map_or(0, |it| count(it.hits.len())))
    }

    /// How many of them there are up to this number.
    pub(crate) fn hits_to(&self, number: u64) -> u64 {
        self.total(|lane| {
            let hits = lane.sifted.as_ref().map(|sifted| &sifted.hits);
            hits.map_or(0, |hits| count(hits.partition_point(|it| *it <= number)))
        })
    }

    /// The first line behind this number that holds what is looked for.
    pub(crate) fn hit_after(&self, number: Option<u64>) -> Option<u64> {
        let sifted = self.lanes.iter().filter_map(|lane| lane.sifted.as_ref());
        sifted.filter_map(|it| after(&it.hits, number)).min()
    }

    /// The last line before this number that holds what is looked for.
    pub(crate) fn hit_before(&self, number: u64) -> Option<u64> {
        let sifted = self.lanes.iter().filter_map(|lane| lane.sifted.as_ref());
        sifted.filter_map(|it| before(&it.hits, number)).max()
    }

    fn is_error(&self, kept: &Kept) -> bool {
        kept.level == Some(Level::Error) && self.streams.show(kept.line.stream)
    }

    fn total(&self, of: impl Fn(&Lane<'a>) -> u64) -> u64 {
        self.lanes.iter().map(of).sum()
    }
}

impl Lane<'_> {
    /// The place behind the line with this number; the first place without one.
    fn end(&self, number: Option<u64>) -> usize {
        number.map_or(0, |number| self.end_of(number))
    }
}

/// The first number behind another one.
fn after(numbers: &VecDeque<u64>, number: Option<u64>) -> Option<u64> {
    let at = number.map_or(0, |number| numbers.partition_point(|it| *it <= number));
    numbers.get(at).copied()
}

/// The last number before another one.
fn before(numbers: &VecDeque<u64>, number: u64) -> Option<u64> {
    let at = numbers.partition_point(|it| *it < number);
    numbers.get(at.checked_sub(1)?).copied()
}

/// The services whose lines a view shows.
pub(crate) fn shown<'a>(snapshot: &'a Snapshot, view: &'a LogView) -> Vec<&'a ServiceName> {
    match &view.service {
        Some(service) => vec![service],
        None if view.chosen.is_empty() => merged(snapshot),
        None => view.chosen.iter().collect(),
    }
}

/// Lines, the newest first. A step costs one look at each service.
pub(crate) struct Back<'a> {
    streams: Streams,
    /// The next line of each service that has one.
    heads: Vec<(Lane<'a>, usize)>,
}

impl<'a> Iterator for Back<'a> {
    type Item = &'a Kept;

    fn next(&mut self) -> Option<&'a Kept> {
        let heads = self.heads.iter().enumerate();
        let lines = heads.filter_map(|(at, (lane, line))| Some((at, lane.get(*line)?)));
        let (at, kept) = lines.max_by_key(|(_, kept)| kept.number)?;
        let (lane, place) = self.heads.get_mut(at)?;
        match lane.last_before(self.streams, *place) {
            Some(older) => *place = older,
            None => drop(self.heads.swap_remove(at)),
        }
        Some(kept)
    }
}

/// Lines, the oldest first.
pub(crate) struct On<'a> {
    streams: Streams,
    /// The next line of each service that has one.
    heads: Vec<(Lane<'a>, usize)>,
}

impl<'a> Iterator for On<'a> {
    type Item = &'a Kept;

    fn next(&mut self) -> Option<&'a Kept> {
        let heads = self.heads.iter().enumerate();
        let lines = heads.filter_map(|(at, (lane, line))| Some((at, lane.get(*line)?)));
        let (at, kept) = lines.min_by_key(|(_, kept)| kept.number)?;
        let (lane, place) = self.heads.get_mut(at)?;
        match lane.first_from(self.streams, *place + 1) {
            Some(newer) => *place = newer,
            None => drop(self.heads.swap_remove(at)),
        }
        Some(kept)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        model::{LogLine, Stream},
        tui::samples,
    };

    const STREAMS: [Stream; 3] = [Stream::Stdout, Stream::Stderr, Stream::Oats];
    const SHOWN: [Streams; 3] = [Streams::Both, Streams::Stderr, Streams::Stdout];

    fn line(service: &str, stream: Stream, text: &str) -> LogLine {
        LogLine {
            service: samples::name(service),
            stream,
            at: None,
            pos: None,
            text: text.to_owned(),
        }
    }

    #[test]
    fn where_there_are_too_many_services_those_that_run_come_first() {
        let many = samples::many(500);
        let names = merged(&many);
        assert_eq!(names.len(), MERGED);
        let left_out = many
            .services
            .values()
            .filter(|view| !names.contains(&&view.name));
        let alive = |name: &&&ServiceName| many.services[**name].pid.is_some();
        let shown_dead = names.iter().filter(|name| !alive(name)).count();
        let left_alive = left_out.filter(|view| view.pid.is_some()).count();
        assert!(shown_dead == 0 || left_alive == 0);
        assert_eq!(merged(&samples::fifty()).len(), 50);
    }

    proptest! {
        /// Against the same lines in one list.
        #[test]
        fn lines_come_in_the_order_in_which_they_arrived(
            arrivals in prop::collection::vec((0..4_usize, 0..3_usize, 0..5_u8), 0..60),
            gone in prop::collection::vec(0..9_usize, 4),
            shown in 0..3_usize,
            from in 0..70_u64,
        ) {
            let names = ["a", "b", "c", "d"];
            let mut rings = vec![LogRing::default(); 4];
            let mut flat: Vec<(u64, usize, Stream, bool)> = Vec::new();
            for (number, (service, stream, kind)) in (0..).zip(arrivals) {
                let text = if kind == 0 { "ERROR" } else { "fine" };
                rings[service].push(number, line(names[service], STREAMS[stream], text));
                flat.push((number, service, STREAMS[stream], kind == 0));
            }
            for (service, gone) in gone.into_iter().enumerate() {
                for _ in 0..gone {
                    rings[service].drop_oldest();
                    if let Some(at) = flat.iter().position(|it| it.1 == service) {
                        flat.remove(at);
                    }
                }
            }
            let streams = SHOWN[shown];
            flat.retain(|it| streams.show(it.2));
            let lanes = rings.iter().map(|ring| Lane { ring, sifted: None }).collect();
            let pile = Pile { lanes, streams };
            let numbers = |lines: Vec<&Kept>| lines.iter().map(|it| it.number).collect::<Vec<_>>();
            let upto: Vec<u64> = flat.iter().map(|it| it.0).filter(|it| *it <= from).collect();
            let behind: Vec<u64> = flat.iter().map(|it| it.0).filter(|it| *it > from).collect();
            prop_assert_eq!(pile.count(), flat.len() as u64);
            prop_assert_eq!(pile.rank(from), upto.len() as u64);
            prop_assert_eq!(numbers(pile.back_from(from).collect()), upto.iter().rev().copied().collect::<Vec<_>>());
            prop_assert_eq!(numbers(pile.on_from(Some(from)).collect()), behind);
            let errors = || flat.iter().filter(|it| it.3).map(|it| it.0);
            prop_assert_eq!(pile.errors(), errors().count() as u64);
            prop_assert_eq!(pile.error_after(Some(from)), errors().find(|it| *it > from));
            prop_assert_eq!(pile.error_before(from), errors().rfind(|it| *it < from));
        }
    }
}
