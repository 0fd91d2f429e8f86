//! The log of one service, read at any place: in files and archives far larger than what is kept in
//! memory.
//!
//! A place is how many bytes had been written to a stream before it, so it stays the same over
//! rotations. Everything here may take long and blocks: it is used on a thread of its own.

mod cut;
mod order;
mod packed;
mod search;
mod sieve;
mod volume;

use std::{
    io,
    ops::Range,
    path::{Path, PathBuf},
};

use thiserror::Error;

pub use search::{Found, Progress, Sought};

use self::{
    cut::{Cutter, Line},
    order::set,
    volume::Volume,
};
use super::times::Times;
use crate::model::{LogLine, ServiceName, Stream, log::LogPositions, root::Root};

/// How much is read for one page of one stream, in bytes; more only to show one line.
const PAGE_BYTES: u64 = 4 * 1024 * 1024;

/// Why a log cannot be read far back.
#[derive(Debug, Error)]
pub enum BookError {
    /// A file cannot be read.
    #[error("read {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What is asked for was dropped with its archive.
    #[error("read lines that were dropped with their archive by now")]
    Gone,
}

impl BookError {
    fn read(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        Self::Read { path, source }
    }
}

/// In which direction one reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Towards {
    /// To lines that were written earlier.
    Older,
    /// To lines that were written later.
    Newer,
}

/// Where one begins to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// Before everything that can be read.
    Start,
    /// Behind everything.
    End,
    /// Between lines of both streams: before the lines that begin here or later.
    At(LogPositions),
    /// Before this line of one stream; where that lies in the other is looked up by time.
    Line {
        /// Its stream.
        stream: Stream,
        /// Where it begins.
        pos: u64,
    },
}

/// Lines that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The lines, oldest first.
    pub lines: Vec<LogLine>,
    /// The place before the first of them.
    pub from: LogPositions,
    /// The place behind the last of them.
    pub to: LogPositions,
    /// What can be read at all.
    pub extent: Extent,
}

/// The places between which a log can be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    /// Before its first line.
    pub first: LogPositions,
    /// Behind its last one.
    pub last: LogPositions,
}

impl Extent {
    /// Bytes of one stream.
    fn of(&self, stream: Stream) -> Range<u64> {
        self.first.of(stream)..self.last.of(stream)
    }

    /// Bytes of these streams in all.
    pub fn bytes(&self, streams: Option<Stream>) -> u64 {
        let shown = |stream: &Stream| streams.is_none_or(|only| only == *stream);
        let all = [Stream::Stdout, Stream::Stderr].into_iter().filter(shown);
        all.map(|stream| self.last.of(stream).saturating_sub(self.first.of(stream)))
            .sum()
    }
}

/// The log of one service.
#[derive(Debug)]
pub struct Book {
    service: ServiceName,
    volumes: [Volume; 2],
    root: Root,
    /// As they were noted when it was last read.
    times: Times,
}

impl Book {
    /// The log of that service; nothing is opened yet.
    pub fn new(root: &Root, service: &ServiceName) -> Self {
        let volume = |stream| Volume::new(root, service, stream);
        Self {
            service: service.clone(),
            volumes: [volume(Stream::Stdout), volume(Stream::Stderr)],
            root: root.clone(),
            times: Times::default(),
        }
    }

    /// Whose it is.
    pub fn service(&self) -> &ServiceName {
        &self.service
    }

    /// Between which places it can be read now.
    ///
    /// # Errors
    ///
    /// A file cannot be read.
    pub fn extent(&mut self) -> Result<Extent, BookError> {
        // Without times there is still an order: it is no reason to show nothing.
        self.times = Times::read(&self.root, &self.service).unwrap_or_default();
        let mut extent = Extent::default();
        for volume in &mut self.volumes {
            let range = volume.extent()?;
            set(&mut extent.first, volume.stream(), range.start);
            set(&mut extent.last, volume.stream(), range.end);
        }
        Ok(extent)
    }

    /// At most so many lines from a spot on, of one stream or of both; fewer where lines are very
    /// long, and none only at the end.
    ///
    /// # Errors
    ///
    /// A file cannot be read.
    pub fn page(
        &mut self,
        streams: Option<Stream>,
        spot: Spot,
        towards: Towards,
        most: usize,
    ) -> Result<Page, BookError> {
        let extent = self.extent()?;
        let at = self.place(spot, &extent)?;
        let mut heaps = Vec::new();
        for volume in &mut self.volumes {
            let stream = volume.stream();
            if streams.is_none_or(|only| only == stream) {
                let mut cutter = Cutter::new(volume, extent.of(stream));
                heaps.push(Heap::gather(
                    &mut cutter,
                    stream,
                    at.of(stream),
                    towards,
                    most,
                )?);
            }
        }
        let mut taken = merge(&self.times, heaps, towards, most);
        let mut far = at;
        for (stream, line) in &taken {
            let place = match towards {
                Towards::Older => line.start,
                Towards::Newer => line.next,
            };
            set(&mut far, *stream, place);
        }
        let (from, to) = match towards {
            Towards::Older => {
                taken.reverse();
                (far, at)
            }
            Towards::Newer => (at, far),
        };
        let lines = self.lines(&taken, &extent)?;
        Ok(Page {
            lines,
            from,
            to,
            extent,
        })
    }

    /// A line, and the lines around it: half of `most` before it.
    ///
    /// # Errors
    ///
    /// A file cannot be read.
    pub fn around(
        &mut self,
        streams: Option<Stream>,
        stream: Stream,
        pos: u64,
        most: usize,
    ) -> Result<Page, BookError> {
        let spot = Spot::Line { stream, pos };
        let older = self.page(streams, spot, Towards::Older, most / 2)?;
        let newer = Spot::At(older.to);
        let newer = self.page(streams, newer, Towards::Newer, (most - most / 2).max(1))?;
        let mut lines = older.lines;
        lines.extend(newer.lines);
        Ok(Page {
            lines,
            from: older.from,
            to: newer.to,
            extent: newer.extent,
        })
    }

    /// The place of a spot, at the beginning of a line of each stream.
    fn place(&mut self, spot: Spot, extent: &Extent) -> Result<LogPositions, BookError> {
        let at = match spot {
            Spot::Start => return Ok(extent.first),
            Spot::End => return Ok(extent.last),
            Spot::At(at) => at,
            Spot::Line { stream, pos } => {
                let other = match stream {
                    Stream::Stdout => Stream::Stderr,
                    Stream::Stderr | Stream::Oats => Stream::Stdout,
                };
                let mut at = LogPositions::default();
                set(&mut at, stream, pos);
                let place = order::beside(&self.times, (stream, pos), other, extent.of(other));
                set(&mut at, other, place);
                at
            }
        };
        let mut place = LogPositions::default();
        for volume in &mut self.volumes {
            let stream = volume.stream();
            let range = extent.of(stream);
            let at = at.of(stream);
            // The end is the beginning of the next line, whether the last one has ended or not.
            let start = if at >= range.end {
                range.end
            } else {
                Cutter::new(volume, range).start_of(at)?
            };
            set(&mut place, stream, start);
        }
        Ok(place)
    }

    /// The texts of lines.
    fn lines(
        &mut self,
        taken: &[(Stream, Line)],
        extent: &Extent,
    ) -> Result<Vec<LogLine>, BookError> {
        let mut lines: Vec<Option<LogLine>> = taken.iter().map(|_| None).collect();
        for volume in &mut self.volumes {
            let stream = volume.stream();
            let mut cutter = Cutter::new(volume, extent.of(stream));
            for ((of, line), slot) in taken.iter().zip(&mut lines) {
                if *of == stream {
                    *slot = Some(LogLine {
                        service: self.service.clone(),
                        stream,
                        at: self.times.of(stream, line.start),
                        pos: Some(line.start),
                        text: cutter.text(*line)?,
                    });
                }
            }
        }
        Ok(lines.into_iter().flatten().collect())
    }
}

/// The nearest lines of all streams, in the order in which they are read.
fn merge(times: &Times, heaps: Vec<Heap>, towards: Towards, most: usize) -> Vec<(Stream, Line)> {
    let mut heaps: Vec<_> = heaps
        .into_iter()
        .map(|heap| {
            (
                heap.stream,
                heap.is_whole,
                heap.lines.into_iter().peekable(),
            )
        })
        .collect();
    let mut taken = Vec::new();
    while taken.len() < most {
        let mut next: Option<(usize, order::Key)> = None;
        for (index, (stream, is_whole, lines)) in heaps.iter_mut().enumerate() {
            let Some(line) = lines.peek() else {
                if *is_whole {
                    continue;
                }
                // Its next line was not read, and may be nearer than any other.
                return taken;
            };
            let key = order::key(times, *stream, line.start);
            let is_nearer = next.is_none_or(|(_, best)| match towards {
                Towards::Older => key > best,
                Towards::Newer => key < best,
            });
            if is_nearer {
                next = Some((index, key));
            }
        }
        let Some((stream, _, lines)) = next.and_then(|(index, _)| heaps.get_mut(index)) else {
            break;
        };
        taken.extend(lines.next().map(|line| (*stream, line)));
    }
    taken
}

/// Lines of one stream, the nearest first.
struct Heap {
    stream: Stream,
    lines: Vec<Line>,
    /// Whether nothing follows them.
    is_whole: bool,
}

impl Heap {
    fn gather(
        cutter: &mut Cutter<'_>,
        stream: Stream,
        from: u64,
        towards: Towards,
        most: usize,
    ) -> Result<Self, BookError> {
        let (mut at, mut lines, mut is_whole) = (from, Vec::new(), false);
        while lines.len() < most && (lines.is_empty() || cutter.cost < PAGE_BYTES) {
            let line = match towards {
                Towards::Older => cutter.line_before(at)?,
                Towards::Newer => cutter.line_at(at)?,
            };
            let Some(line) = line else {
                is_whole = true;
                break;
            };
            at = match towards {
                Towards::Older => line.start,
                Towards::Newer => line.next,
            };
            lines.push(line);
        }
        Ok(Self {
            stream,
            lines,
            is_whole,
        })
    }
}

#[cfg(test)]
mod tests;
