//! The last lines of the services: what is kept, what is read of it, and in which order.

mod lane;
mod overlap;
mod pile;
mod sieve;

use std::{collections::BTreeMap, mem::size_of};

pub(super) use overlap::only_new;
pub(super) use pile::{Pile, shown};
pub(super) use sieve::{Open, Sieve, Sifted};

use super::state::{Kept, LogRing, RING_BYTES, RING_LINES, Tally};
use crate::model::{LogLine, ServiceName, reading::Level};

/// The least that is taken off a ring at a time, where all of them together are too large.
const SLICE: usize = 64 * 1024;

impl LogRing {
    /// Appends a line, the one with this number of all that arrived; the oldest ones leave. What is
    /// read after scrolling up stays in its place.
    pub fn push(&mut self, number: u64, line: LogLine) {
        let level = Level::of(&line.text);
        let weight = self.open.weight(line.stream, level, &line.text);
        let mut so_far = self.so_far();
        *so_far.stream(line.stream) += 1;
        if level == Some(Level::Error) {
            *self.errors.stream(line.stream) += 1;
        }
        self.bytes += line.text.len();
        self.lines.push_back(Kept {
            line,
            number,
            level,
            weight,
            so_far,
        });
        if self.behind > 0 {
            self.behind += 1;
        }
        while self.lines.len() > RING_LINES || self.bytes > RING_BYTES {
            self.drop_oldest();
        }
        self.behind = self.behind.min(self.lines.len().saturating_sub(1));
    }

    /// Lines that have ever arrived.
    pub fn so_far(&self) -> Tally {
        self.lines.back().map_or(self.gone, |kept| kept.so_far)
    }

    /// Bytes that all of it takes.
    pub fn weight(&self) -> usize {
        self.bytes + self.lines.len() * size_of::<Kept>()
    }

    fn drop_oldest(&mut self) {
        let Some(oldest) = self.lines.pop_front() else {
            return;
        };
        self.bytes -= oldest.line.text.len();
        self.gone = oldest.so_far;
        if oldest.level == Some(Level::Error) {
            *self.errors.stream(oldest.line.stream) -= 1;
        }
    }

    /// Scrolls towards older lines, at most so far that `rows` rows stay full.
    pub fn scroll_up(&mut self, by: usize, rows: usize) {
        let most = self.lines.len().saturating_sub(rows);
        self.behind = self.behind.saturating_add(by).min(most);
    }

    /// Scrolls towards newer lines; at the newest one it follows again.
    pub fn scroll_down(&mut self, by: usize) {
        self.behind = self.behind.saturating_sub(by);
    }

    /// Follows the newest line.
    pub fn follow(&mut self) {
        self.behind = 0;
    }
}

/// Takes the oldest lines off the largest rings until all together take at most `most` bytes: who
/// says little keeps most of it.
pub(super) fn trim(rings: &mut BTreeMap<ServiceName, LogRing>, most: usize) {
    let mut total: usize = rings.values().map(LogRing::weight).sum();
    while total > most {
        let Some(largest) = rings.values_mut().max_by_key(|ring| ring.weight()) else {
            return;
        };
        let before = largest.weight();
        let goal = before.saturating_sub(SLICE.min(total - most));
        while largest.weight() > goal {
            largest.drop_oldest();
        }
        largest.lines.shrink_to(largest.lines.len() * 2);
        largest.behind = largest.behind.min(largest.lines.len().saturating_sub(1));
        total -= before - largest.weight();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Stream, tui::state::Streams};

    fn line(text: String) -> LogLine {
        LogLine {
            service: "a".parse().unwrap(),
            stream: Stream::Stdout,
            at: None,
            pos: None,
            text,
        }
    }

    /// Appends lines with these texts, numbered as they come.
    fn fill(ring: &mut LogRing, texts: impl Iterator<Item = String>) {
        for text in texts {
            ring.push(ring.so_far().of(Streams::Both), line(text));
        }
    }

    /// The newest line that is shown.
    fn seen(ring: &LogRing) -> &str {
        &ring.lines[ring.lines.len() - 1 - ring.behind].line.text
    }

    #[test]
    fn lines_and_bytes_are_bounded_and_the_oldest_leave() {
        let mut ring = LogRing::default();
        fill(&mut ring, (0..RING_LINES + 5).map(|n| n.to_string()));
        assert_eq!(
            (ring.lines.len(), ring.lines[0].line.text.as_str()),
            (RING_LINES, "5")
        );
        fill(&mut ring, (0..3).map(|_| "x".repeat(RING_BYTES / 2)));
        assert_eq!(ring.lines.len(), 2);
        let bytes: usize = ring.lines.iter().map(|kept| kept.line.text.len()).sum();
        assert_eq!(ring.bytes, bytes);
        fill(&mut ring, ["y".repeat(RING_BYTES * 2)].into_iter());
        assert_eq!((ring.lines.len(), ring.bytes), (0, 0));
    }

    #[test]
    fn what_is_read_stays_in_its_place_while_new_lines_arrive() {
        let mut ring = LogRing::default();
        fill(&mut ring, (0..100).map(|n| n.to_string()));
        ring.scroll_up(10, 20);
        assert_eq!(seen(&ring), "89");
        fill(&mut ring, (100..150).map(|n| n.to_string()));
        assert_eq!(seen(&ring), "89");
        ring.follow();
        fill(&mut ring, ["last".to_owned()].into_iter());
        assert_eq!(seen(&ring), "last");
    }

    #[test]
    fn scrolling_stops_at_both_ends() {
        let mut ring = LogRing::default();
        ring.scroll_up(5, 20);
        assert_eq!(ring.behind, 0);
        fill(&mut ring, (0..30).map(|n| n.to_string()));
        ring.scroll_up(1000, 20);
        assert_eq!(ring.behind, 10);
        ring.scroll_down(3);
        assert_eq!(ring.behind, 7);
        ring.scroll_down(100);
        assert_eq!(ring.behind, 0);
    }

    #[test]
    fn what_left_and_what_is_an_error_is_counted() {
        let mut ring = LogRing::default();
        fill(&mut ring, (0..RING_LINES).map(|_| "ERROR x".to_owned()));
        assert_eq!(ring.errors.of(Streams::Both), RING_LINES as u64);
        assert_eq!(ring.gone, Tally::default());
        fill(&mut ring, (0..7).map(|n| n.to_string()));
        assert_eq!(ring.errors.stdout, RING_LINES as u64 - 7);
        assert_eq!(ring.gone.stdout, 7);
        assert_eq!(ring.so_far().stdout, RING_LINES as u64 + 7);
    }

    #[test]
    fn together_the_rings_are_bounded_and_the_quietest_keep_most() {
        let mut rings = BTreeMap::new();
        for (service, count) in [("loud", 9000), ("louder", 9500), ("quiet", 50)] {
            let ring: &mut LogRing = rings.entry(service.parse().unwrap()).or_default();
            fill(ring, (0..count).map(|n| format!("{n:0100}")));
            ring.behind = 40;
        }
        let most = 1 << 20;
        trim(&mut rings, most);
        let total: usize = rings.values().map(LogRing::weight).sum();
        assert!(total <= most && total > most / 2, "{total}");
        let count = |service: &str| rings[&service.parse().unwrap()].lines.len();
        assert_eq!(count("quiet"), 50);
        let (loud, louder) = (count("loud"), count("louder"));
        assert!(
            loud.abs_diff(louder) * size_of::<Kept>() < 2 * SLICE,
            "{loud} {louder}"
        );
        for ring in rings.values() {
            let bytes: usize = ring.lines.iter().map(|kept| kept.line.text.len()).sum();
            assert_eq!((ring.bytes, ring.behind), (bytes, 40));
        }
        trim(&mut rings, 0);
        assert!(
            rings
                .values()
                .all(|ring| ring.lines.is_empty() && ring.behind == 0)
        );
    }
}
