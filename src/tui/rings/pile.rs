//! The lines of one service or of many, in the order in which they arrived.

use std::collections::BTreeMap;

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

/// The lines that a view of a log shows, wherever they are kept.
pub(crate) struct Pile<'a> {
    rings: Vec<&'a LogRing>,
    streams: Streams,
}

impl<'a> Pile<'a> {
    /// The lines that `view` shows.
    pub(crate) fn of(
        logs: &'a BTreeMap<ServiceName, LogRing>,
        snapshot: &Snapshot,
        view: &LogView,
    ) -> Self {
        let names = match &view.service {
            Some(service) => vec![service],
            None => merged(snapshot),
        };
        let rings = names.into_iter().filter_map(|name| logs.get(name));
        Self {
            rings: rings.collect(),
            streams: view.streams,
        }
    }

    /// The same services with other streams.
    pub(crate) fn with(&self, streams: Streams) -> Self {
        Self {
            rings: self.rings.clone(),
            streams,
        }
    }

    /// How many lines there are.
    pub(crate) fn count(&self) -> u64 {
        self.total(|ring| ring.so_far().of(self.streams) - ring.gone.of(self.streams))
    }

    /// How many have been dropped.
    pub(crate) fn dropped(&self) -> u64 {
        self.total(|ring| ring.gone.of(self.streams))
    }

    /// How many report an error.
    pub(crate) fn errors(&self) -> u64 {
        self.total(|ring| ring.errors.of(self.streams))
    }

    /// How many lines have ever arrived up to the one with this number.
    pub(crate) fn ever_to(&self, number: u64) -> u64 {
        self.total(|ring| ring.before(self.streams, ring.end_of(number)))
    }

    /// Which line this is of those that are there, from 1; 0 when it lies before all of them.
    pub(crate) fn rank(&self, number: u64) -> u64 {
        self.ever_to(number) - self.dropped()
    }

    /// The lines from the one with this number on backwards.
    pub(crate) fn back_from(&self, number: u64) -> Back<'a> {
        let heads = self.rings.iter().filter_map(|ring| {
            let at = ring.last_before(self.streams, ring.end_of(number))?;
            Some((*ring, at))
        });
        Back {
            streams: self.streams,
            heads: heads.collect(),
        }
    }

    /// The lines behind the one with this number; all of them without one.
    pub(crate) fn on_from(&self, number: Option<u64>) -> On<'a> {
        let heads = self.rings.iter().filter_map(|ring| {
            let start = number.map_or(0, |number| ring.end_of(number));
            Some((*ring, ring.first_from(self.streams, start)?))
        });
        On {
            streams: self.streams,
            heads: heads.collect(),
        }
    }

    /// The lines that fit into `rows` rows, oldest first: up to the anchor, or up to the newest.
    /// Where everything up to the anchor is gone, the oldest ones that are left.
    pub(crate) fn page(&self, anchor: Option<u64>, rows: usize) -> Vec<&'a Kept> {
        let back = self.back_from(anchor.unwrap_or(u64::MAX));
        let mut page: Vec<&Kept> = back.take(rows).collect();
        page.reverse();
        if page.is_empty() {
            page.extend(self.on_from(None).take(rows));
        }
        page
    }

    /// The lowest line of the oldest page that is full: nobody scrolls up further.
    pub(crate) fn top(&self, rows: usize) -> Option<&'a Kept> {
        self.on_from(None).take(rows.max(1)).last()
    }

    /// The first line with an error behind this number.
    pub(crate) fn error_after(&self, number: Option<u64>) -> Option<u64> {
        let found = self.rings.iter().filter_map(|ring| {
            let start = number.map_or(0, |number| ring.end_of(number));
            let mut lines = ring.lines.range(start..);
            lines.find(|kept| self.is_error(kept))
        });
        found.map(|kept| kept.number).min()
    }

    /// The last line with an error before this number.
    pub(crate) fn error_before(&self, number: u64) -> Option<u64> {
        let found = self.rings.iter().filter_map(|ring| {
            let end = number.checked_sub(1).map_or(0, |last| ring.end_of(last));
            let mut lines = ring.lines.range(..end).rev();
            lines.find(|kept| self.is_error(kept))
        });
        found.map(|kept| kept.number).max()
    }

    fn is_error(&self, kept: &Kept) -> bool {
        kept.level == Some(Level::Error) && self.streams.show(kept.line.stream)
    }

    fn total(&self, of: impl Fn(&LogRing) -> u64) -> u64 {
        self.rings.iter().map(|ring| of(ring)).sum()
    }
}

impl LogRing {
    /// The place behind the line with this number.
    fn end_of(&self, number: u64) -> usize {
        if self
            .lines
            .back()
            .is_some_and(|newest| newest.number <= number)
        {
            return self.lines.len();
        }
        self.lines.partition_point(|kept| kept.number <= number)
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

/// Lines, the newest first. A step costs one look at each service.
pub(crate) struct Back<'a> {
    streams: Streams,
    /// The next line of each service that has one.
    heads: Vec<(&'a LogRing, usize)>,
}

impl<'a> Iterator for Back<'a> {
    type Item = &'a Kept;

    fn next(&mut self) -> Option<&'a Kept> {
        let heads = self.heads.iter().enumerate();
        let lines = heads.filter_map(|(at, (ring, line))| Some((at, ring.lines.get(*line)?)));
        let (at, kept) = lines.max_by_key(|(_, kept)| kept.number)?;
        let (ring, line) = self.heads.get_mut(at)?;
        match ring.last_before(self.streams, *line) {
            Some(older) => *line = older,
            None => drop(self.heads.swap_remove(at)),
        }
        Some(kept)
    }
}

/// Lines, the oldest first. A step costs one look at each service.
pub(crate) struct On<'a> {
    streams: Streams,
    /// The next line of each service that has one.
    heads: Vec<(&'a LogRing, usize)>,
}

impl<'a> Iterator for On<'a> {
    type Item = &'a Kept;

    fn next(&mut self) -> Option<&'a Kept> {
        let heads = self.heads.iter().enumerate();
        let lines = heads.filter_map(|(at, (ring, line))| Some((at, ring.lines.get(*line)?)));
        let (at, kept) = lines.min_by_key(|(_, kept)| kept.number)?;
        let (ring, line) = self.heads.get_mut(at)?;
        match ring.first_from(self.streams, *line + 1) {
            Some(newer) => *line = newer,
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
            rows in 0..20_usize,
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
            let pile = Pile { rings: rings.iter().collect(), streams };
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
            let page = numbers(pile.page(Some(from), rows));
            let start = upto.len().saturating_sub(rows);
            if upto.is_empty() {
                prop_assert_eq!(page.len(), rows.min(flat.len()));
            } else {
                prop_assert_eq!(&page, &upto[start..]);
            }
        }
    }
}
