//! Lines of one log that lie far back: what the view of the log shows instead of those that are kept.

use std::{collections::BTreeMap, ops::Range};

use super::state::{LogRing, RING_BYTES, RING_LINES, Tally};
use crate::{
    model::{LogLine, ServiceName, Stream, log::LogPositions},
    supervisor::book::{Extent, Page, Progress, Spot},
};

/// The number of the first kept line in a window: lines before it have smaller ones.
const KEPT: u64 = 1 << 40;
/// The number of the first line of a window that does not reach to the kept lines.
const FIRST: u64 = 1 << 35;

/// What is read far back, and what was asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Book {
    /// What is shown of it.
    pub window: Option<Window>,
    /// The piece that was asked for: the number of the request, and what it is.
    pub asked: Option<(u64, Piece)>,
    /// A search through the files.
    pub search: Option<Searching>,
    /// The number of the last request.
    pub last: u64,
    /// There is nothing before the kept lines of this service: this was found out.
    pub whole: Option<ServiceName>,
}

impl Book {
    /// The number of the next request.
    pub(super) fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
}

/// What a piece is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// The first lines of all.
    First,
    /// Lines before those that are shown.
    Older,
    /// Lines behind those that are shown.
    Newer,
}

/// A search that goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Searching {
    /// The number of the request.
    pub number: u64,
    /// How far it is.
    pub progress: Progress,
    /// What is said when there is nothing.
    pub nothing: String,
}

/// A piece of a log.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Its lines, as the kept ones of a service.
    pub logs: BTreeMap<ServiceName, LogRing>,
    /// Where older lines end.
    pub older: Spot,
    /// Whether there are none.
    pub is_first: bool,
    /// Where newer lines begin; `None`: the kept lines are part of it.
    pub newer: Option<Spot>,
    /// What can be read at all.
    pub extent: Extent,
    /// The numbers that its kept lines have among those of the service.
    kept: Vec<u64>,
    /// How many lines of the service had ever arrived up to its last one; `None`: not known.
    pub ever: Option<Tally>,
}

impl Window {
    /// A window that shows a page.
    pub(super) fn of(service: &ServiceName, page: Page, ring: Option<&LogRing>) -> Self {
        let mut window = Self {
            logs: BTreeMap::new(),
            older: Spot::At(page.from),
            is_first: page.from == page.extent.first,
            newer: Some(Spot::At(page.to)),
            extent: page.extent,
            kept: Vec::new(),
            ever: None,
        };
        let mut lines: Vec<_> = (FIRST..).zip(page.lines).collect();
        window.join(&mut lines, ring);
        window.fill(service, lines);
        window
    }

    /// A window that shows the kept lines, and a page before them.
    pub(super) fn before(service: &ServiceName, page: Page, ring: &LogRing) -> Self {
        let mut window = Self {
            logs: BTreeMap::new(),
            older: Spot::At(page.from),
            is_first: page.from == page.extent.first,
            newer: None,
            extent: page.extent,
            kept: ring.lines.iter().map(|kept| kept.number).collect(),
            ever: None,
        };
        let count = page.lines.len() as u64;
        let mut lines: Vec<_> = (KEPT - count..).zip(page.lines).collect();
        let kept = ring.lines.iter().map(|kept| kept.line.clone());
        lines.extend((KEPT..).zip(kept));
        window.shorten(&mut lines, Piece::Older);
        window.fill(service, lines);
        window
    }

    /// A window that shows some of the kept lines, which will leave; `next` come behind all of them.
    pub(super) fn held(
        service: &ServiceName,
        ring: &LogRing,
        part: Range<usize>,
        next: &[&LogLine],
    ) -> Self {
        let behind = ring.lines.range(part.end..).map(|kept| &kept.line);
        let behind: Vec<&LogLine> = behind.chain(next.iter().copied()).collect();
        let held: Vec<_> = ring.lines.range(part).collect();
        let all = held.iter().map(|kept| &kept.line);
        // Behind the line that is the last one here, whatever was skipped of what follows it.
        let end = |stream: Stream| {
            let place = |line: &LogLine| line.pos.filter(|_| line.stream == stream);
            let last = all.clone().rev().find_map(place);
            let next = || behind.iter().find_map(|line| place(line));
            last.map(|pos| pos + 1).or_else(next).unwrap_or(u64::MAX)
        };
        let newest = |stream: Stream| {
            let mut of = behind.iter().rev().filter(|line| line.stream == stream);
            of.find_map(|line| line.pos).unwrap_or_default()
        };
        let of = |place: &dyn Fn(Stream) -> u64| LogPositions {
            stdout: place(Stream::Stdout),
            stderr: place(Stream::Stderr),
        };
        let mut window = Self {
            logs: BTreeMap::new(),
            older: Spot::Start,
            is_first: false,
            newer: Some(Spot::At(of(&end))),
            extent: Extent {
                first: LogPositions::default(),
                last: of(&newest),
            },
            kept: held.iter().map(|kept| kept.number).collect(),
            ever: held.last().map(|kept| kept.so_far),
        };
        let lines = held.iter().map(|kept| kept.line.clone());
        window.fill(service, (KEPT..).zip(lines).collect());
        let ring = window.logs.get(service);
        window.older = ring.and_then(top_of).unwrap_or(Spot::Start);
        window
    }

    /// Takes a page before or behind what is shown.
    pub(super) fn add(
        &mut self,
        service: &ServiceName,
        page: Page,
        piece: Piece,
        ring: Option<&LogRing>,
    ) {
        self.extent = page.extent;
        let mut lines = self.lines(service);
        match piece {
            Piece::First => return,
            Piece::Older => {
                self.older = Spot::At(page.from);
                self.is_first = page.from == page.extent.first || page.lines.is_empty();
                let next = lines.first().map_or(FIRST, |(number, _)| *number);
                let start = next.saturating_sub(page.lines.len() as u64);
                lines.splice(0..0, (start..).zip(page.lines));
            }
            Piece::Newer => {
                self.newer = Some(Spot::At(page.to));
                self.ever = None;
                let next = lines.last().map_or(FIRST, |(number, _)| number + 1);
                lines.extend((next..).zip(page.lines));
                self.join(&mut lines, ring);
            }
        }
        self.shorten(&mut lines, piece);
        self.fill(service, lines);
    }

    /// The number that a kept line has here.
    pub(super) fn number_of(&self, kept: u64) -> Option<u64> {
        let at = self.kept.binary_search(&kept).ok()?;
        Some(KEPT + at as u64)
    }

    /// The number that a line has among the kept ones.
    pub(super) fn kept(&self, number: u64) -> Option<u64> {
        let at = usize::try_from(number.checked_sub(KEPT)?).ok()?;
        self.kept.get(at).copied()
    }

    /// The last line that is kept, by its number among the kept ones.
    pub(super) fn last_kept(&self) -> Option<u64> {
        self.kept.last().copied()
    }

    /// The number of the line that begins at a place.
    pub(super) fn find(&self, stream: Stream, pos: u64) -> Option<u64> {
        let mut lines = self.logs.values().flat_map(|ring| &ring.lines);
        let found = lines.find(|it| it.line.stream == stream && it.line.pos == Some(pos));
        found.map(|kept| kept.number)
    }

    /// Which part of its stream lies before a line, in hundredths.
    pub fn percent(&self, line: &LogLine) -> Option<u64> {
        let (first, last) = (self.extent.first, self.extent.last);
        let (first, last) = (first.of(line.stream), last.of(line.stream));
        let before = line.pos?.saturating_sub(first);
        Some((before * 100 / last.saturating_sub(first).max(1)).min(100))
    }

    fn lines(&mut self, service: &ServiceName) -> Vec<(u64, LogLine)> {
        let ring = self.logs.remove(service).unwrap_or_default();
        let lines = ring.lines.into_iter();
        lines.map(|kept| (kept.number, kept.line)).collect()
    }

    fn fill(&mut self, service: &ServiceName, lines: Vec<(u64, LogLine)>) {
        let mut ring = LogRing::default();
        for (number, line) in lines {
            ring.push(number, line);
        }
        self.logs.insert(service.clone(), ring);
    }

    /// Where the lines reach to one that is kept, the kept ones follow.
    fn join(&mut self, lines: &mut Vec<(u64, LogLine)>, ring: Option<&LogRing>) {
        let Some(ring) = ring else { return };
        let is_at = |line: &LogLine, of: &LogLine| line.stream == of.stream && line.pos == of.pos;
        let mut oldest = ring.lines.iter().filter(|kept| kept.line.pos.is_some());
        let Some(oldest) = oldest.next() else { return };
        let Some(at) = lines.iter().position(|(_, it)| is_at(it, &oldest.line)) else {
            return;
        };
        lines.truncate(at);
        self.kept = ring.lines.iter().map(|kept| kept.number).collect();
        let kept = ring.lines.iter().map(|kept| kept.line.clone());
        lines.extend((KEPT..).zip(kept));
        self.newer = None;
    }

    /// Takes off what is too much at the side that is not read.
    fn shorten(&mut self, lines: &mut Vec<(u64, LogLine)>, piece: Piece) {
        let mut bytes: usize = lines.iter().map(|(_, line)| line.text.len()).sum();
        let mut count = lines.len();
        let mut off = 0;
        let is_too_much = |count, bytes| count > RING_LINES || bytes > RING_BYTES;
        while is_too_much(count, bytes) && off < lines.len() {
            let at = match piece {
                Piece::Older => lines.len() - 1 - off,
                Piece::First | Piece::Newer => off,
            };
            bytes -= lines.get(at).map_or(0, |(_, line)| line.text.len());
            (count, off) = (count - 1, off + 1);
        }
        if off == 0 {
            return;
        }
        match piece {
            Piece::Older => {
                let dropped = lines.split_off(lines.len() - off);
                let end = match self.newer {
                    Some(Spot::At(end)) => end,
                    _ => LogPositions {
                        stdout: u64::MAX,
                        stderr: u64::MAX,
                    },
                };
                self.newer = Some(Spot::At(firsts(&dropped, end)));
            }
            Piece::First | Piece::Newer => {
                lines.drain(..off);
                let end = match self.newer {
                    Some(Spot::At(end)) => end,
                    _ => self.extent.last,
                };
                self.older = Spot::At(firsts(lines, end));
                self.is_first = false;
            }
        }
    }
}

/// Where the first line of each stream begins; `otherwise` where there is none.
fn firsts(lines: &[(u64, LogLine)], otherwise: LogPositions) -> LogPositions {
    let first = |stream: Stream| {
        let mut of = lines.iter().filter(|(_, line)| line.stream == stream);
        of.find_map(|(_, line)| line.pos)
    };
    LogPositions {
        stdout: first(Stream::Stdout).unwrap_or(otherwise.stdout),
        stderr: first(Stream::Stderr).unwrap_or(otherwise.stderr),
    }
}

/// The place before everything that is kept.
pub(super) fn top_of(ring: &LogRing) -> Option<Spot> {
    let first = |stream: Stream| {
        let mut of = ring.lines.iter().map(|kept| &kept.line);
        let is_of = |line: &&LogLine| line.stream == stream && line.pos.is_some();
        of.find(is_of).and_then(|line| line.pos)
    };
    match (first(Stream::Stdout), first(Stream::Stderr)) {
        (Some(stdout), Some(stderr)) => Some(Spot::At(LogPositions { stdout, stderr })),
        (Some(pos), None) => Some(Spot::Line {
            stream: Stream::Stdout,
            pos,
        }),
        (None, Some(pos)) => Some(Spot::Line {
            stream: Stream::Stderr,
            pos,
        }),
        (None, None) => None,
    }
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
