//! Looking for a line through a whole log.

use std::ops::{ControlFlow, Range};

use super::{
    Book, BookError, Extent, Spot, Towards,
    cut::Cutter,
    order::{self, Key, set},
    sieve::Sieve,
    volume::Volume,
};
use crate::io::logs::times::Times;
use crate::model::{
    Stream,
    log::LogPositions,
    reading::{Level, Needle},
};

/// How much is looked through at once, in bytes: after each such piece the search can be stopped.
const SLICE: u64 = 512 * 1024;

/// What a line must have to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// What stands in it.
    pub needle: Option<Needle>,
    /// How serious it is at least.
    pub level: Option<Level>,
}

/// How far a search is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that were looked through.
    pub done: u64,
    /// Bytes that are looked through in all, unless something is found.
    pub of: u64,
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// With the nearest such line.
    Line {
        /// Its stream.
        stream: Stream,
        /// Where it begins.
        pos: u64,
    },
    /// There is no such line in this direction.
    Nothing,
    /// It was stopped.
    Stopped,
}

impl Book {
    /// Looks for the nearest line from a spot on; where that is a line, it does not count itself.
    /// `watch` is told after each piece, and can stop it.
    ///
    /// # Errors
    ///
    /// A file cannot be read.
    pub fn search(
        &mut self,
        streams: Option<Stream>,
        spot: Spot,
        towards: Towards,
        sought: &Sought,
        watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Found, BookError> {
        let extent = self.extent()?;
        let mut at = self.place(spot, &extent)?;
        if let (Spot::Line { stream, .. }, Towards::Newer) = (spot, towards) {
            self.skip_line(&mut at, stream, &extent)?;
        }
        let sieve = Sieve::new(sought);
        let Self { volumes, times, .. } = self;
        let mut fronts = fronts(volumes, streams, at, towards, &extent);
        let of = fronts.iter().map(Front::left).sum();
        let mut best: Option<(Key, Stream, u64)> = None;
        while let Some(front) = nearest(&mut fronts, times) {
            let key = front.key(times);
            if best.is_some_and(|(found, ..)| !is_nearer(towards, key, found)) {
                break;
            }
            if let Some(pos) = front.step(&sieve)? {
                let stream = front.volume.stream();
                let key = order::key(times, stream, pos);
                if best.is_none_or(|(found, ..)| is_nearer(towards, key, found)) {
                    best = Some((key, stream, pos));
                }
                front.finish();
            }
            let done = of - fronts.iter().map(Front::left).sum::<u64>();
            if watch(Progress { done, of }).is_break() && best.is_none() {
                return Ok(Found::Stopped);
            }
        }
        Ok(match best {
            Some((_, stream, pos)) => Found::Line { stream, pos },
            None => Found::Nothing,
        })
    }

    /// Goes behind the line of this stream that begins at a place.
    fn skip_line(
        &mut self,
        at: &mut LogPositions,
        stream: Stream,
        extent: &Extent,
    ) -> Result<(), BookError> {
        for volume in &mut self.volumes {
            if volume.stream() == stream {
                let line = Cutter::new(volume, extent.of(stream)).line_at(at.of(stream))?;
                if let Some(line) = line {
                    set(at, stream, line.next);
                }
            }
        }
        Ok(())
    }
}

/// The streams that are looked through, from a place on.
fn fronts<'a>(
    volumes: &'a mut [Volume],
    streams: Option<Stream>,
    at: LogPositions,
    towards: Towards,
    extent: &Extent,
) -> Vec<Front<'a>> {
    let mut fronts = Vec::new();
    for volume in volumes {
        let stream = volume.stream();
        if streams.is_none_or(|only| only == stream) {
            fronts.push(Front {
                all: extent.of(stream),
                at: at.of(stream),
                volume,
                towards,
                buffer: Vec::new(),
                is_finished: false,
            });
        }
    }
    fronts
}

/// How far one stream is looked through.
struct Front<'a> {
    volume: &'a mut Volume,
    all: Range<u64>,
    at: u64,
    towards: Towards,
    buffer: Vec<u8>,
    /// It has found something: what follows is further away.
    is_finished: bool,
}

impl Front<'_> {
    /// How many bytes are left.
    fn left(&self) -> u64 {
        match self.towards {
            Towards::Older => self.at.saturating_sub(self.all.start),
            Towards::Newer => self.all.end.saturating_sub(self.at),
        }
    }

    fn finish(&mut self) {
        self.is_finished = true;
    }

    /// What sorts the next line that is looked at.
    fn key(&self, times: &Times) -> Key {
        let at = match self.towards {
            Towards::Older => self.at.saturating_sub(1),
            Towards::Newer => self.at,
        };
        order::key(times, self.volume.stream(), at)
    }

    /// Looks through the next piece; where the nearest line begins that was found.
    fn step(&mut self, sieve: &Sieve<'_>) -> Result<Option<u64>, BookError> {
        let piece = match self.towards {
            Towards::Older => self.at.saturating_sub(SLICE).max(self.all.start)..self.at,
            Towards::Newer => self.at..(self.at + SLICE).min(self.all.end),
        };
        let want = usize::try_from(piece.end - piece.start).unwrap_or(0);
        self.buffer.resize(want, 0);
        let filled = match self.volume.read(piece.start, &mut self.buffer) {
            Ok(filled) => filled,
            // What is dropped by now is not found.
            Err(BookError::Gone) => {
                self.finish();
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        self.buffer.truncate(filled);
        if filled < want {
            // The log was cut short this moment.
            self.finish();
        }
        let Some(lines) = self.whole_lines(&piece) else {
            return self.long_line(sieve);
        };
        let start = piece.start + lines.start as u64;
        self.at = match self.towards {
            Towards::Older => start,
            Towards::Newer => piece.start + lines.end as u64,
        };
        let bytes = self.buffer.get(lines).unwrap_or_default();
        let hit = sieve.find(bytes, self.towards);
        Ok(hit.map(|hit| start + hit as u64))
    }

    /// Which part of the buffer holds whole lines; `None` where one line is longer than that.
    fn whole_lines(&self, piece: &Range<u64>) -> Option<Range<usize>> {
        let len = self.buffer.len();
        let is_end = |byte: &u8| *byte == b'\n';
        match self.towards {
            Towards::Newer if piece.end >= self.all.end => Some(0..len),
            Towards::Newer => {
                let last = self.buffer.iter().rposition(is_end)?;
                Some(0..last + 1)
            }
            Towards::Older if piece.start <= self.all.start => Some(0..len),
            Towards::Older => {
                let first = self.buffer.iter().position(is_end)? + 1;
                (first < len).then_some(first..len)
            }
        }
    }

    /// Looks at one line that is longer than a piece.
    fn long_line(&mut self, sieve: &Sieve<'_>) -> Result<Option<u64>, BookError> {
        let mut cutter = Cutter::new(self.volume, self.all.clone());
        let line = match self.towards {
            Towards::Older => cutter.line_before(self.at)?,
            Towards::Newer => cutter.line_at(self.at)?,
        };
        let Some(line) = line else {
            self.finish();
            return Ok(None);
        };
        let is_hit = sieve.is_in(&cutter.text(line)?);
        self.at = match self.towards {
            Towards::Older => line.start,
            Towards::Newer => line.next,
        };
        Ok(is_hit.then_some(line.start))
    }
}

/// Whether one place is nearer than another to whoever reads in this direction.
fn is_nearer(towards: Towards, key: Key, than: Key) -> bool {
    match towards {
        Towards::Older => key > than,
        Towards::Newer => key < than,
    }
}

/// The stream whose next piece is nearest.
fn nearest<'a, 'b>(fronts: &'a mut [Front<'b>], times: &Times) -> Option<&'a mut Front<'b>> {
    let mut best: Option<(usize, Key)> = None;
    for (index, front) in fronts.iter().enumerate() {
        if front.is_finished || front.left() == 0 {
            continue;
        }
        let key = front.key(times);
        if best.is_none_or(|(_, found)| is_nearer(front.towards, key, found)) {
            best = Some((index, key));
        }
    }
    best.and_then(|(index, _)| fronts.get_mut(index))
}
