//! Where lines begin and end in a row of bytes.

use std::ops::Range;

use super::{BookError, volume::Volume};
use crate::model::clean;

/// A line that goes on over a whole span between two multiples of this is cut at the second one, so
/// that where lines begin is found out without reading far back.
pub(super) const SPAN: u64 = 1024 * 1024;
/// How much is read at once, in bytes.
const BLOCK: u64 = 64 * 1024;

/// A line: where it begins, where its text ends, and where the next one begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) next: u64,
}

/// Lines of a volume, with the block that was read last.
pub(super) struct Cutter<'a> {
    volume: &'a mut Volume,
    extent: Range<u64>,
    from: u64,
    block: Vec<u8>,
    /// How many bytes were read.
    pub(super) cost: u64,
}

impl<'a> Cutter<'a> {
    pub(super) fn new(volume: &'a mut Volume, extent: Range<u64>) -> Self {
        Self {
            volume,
            extent,
            from: 0,
            block: Vec::new(),
            cost: 0,
        }
    }

    /// The line that begins here; `None` at the end.
    pub(super) fn line_at(&mut self, start: u64) -> Result<Option<Line>, BookError> {
        if start >= self.extent.end {
            return Ok(None);
        }
        let limit = self.limit(start)?;
        if let Some(end) = self.find(start..limit)? {
            let next = end + 1;
            return Ok(Some(Line { start, end, next }));
        }
        let (end, next) = (limit, limit);
        Ok((end > start).then_some(Line { start, end, next }))
    }

    /// The line before the one that begins here; `None` at the beginning.
    pub(super) fn line_before(&mut self, next: u64) -> Result<Option<Line>, BookError> {
        let next = next.min(self.extent.end);
        if next <= self.extent.start {
            return Ok(None);
        }
        let last = next - 1;
        let start = self.start_of(last)?;
        let is_ended = self.rfind(last..next)?.is_some();
        let end = if is_ended { last } else { next };
        Ok(Some(Line { start, end, next }))
    }

    /// Where the line begins in which this place lies.
    pub(super) fn start_of(&mut self, place: u64) -> Result<u64, BookError> {
        let first = self.extent.start;
        let place = place.clamp(first, self.extent.end);
        let multiple = (place / SPAN * SPAN).max(first);
        if let Some(at) = self.rfind(multiple..place)? {
            return Ok(at + 1);
        }
        if multiple == first {
            return Ok(first);
        }
        let before = (multiple - SPAN.min(multiple)).max(first);
        let found = self.rfind(before..multiple)?;
        Ok(found.map_or(multiple, |at| at + 1))
    }

    /// Where a line that begins here is cut at the latest.
    fn limit(&mut self, start: u64) -> Result<u64, BookError> {
        let multiple = start / SPAN * SPAN;
        let follows_line = start > self.extent.start && self.rfind(start - 1..start)?.is_some();
        let limit = if follows_line && start > multiple {
            multiple + 2 * SPAN
        } else {
            multiple + SPAN
        };
        Ok(limit.min(self.extent.end))
    }

    /// The text of a line, fit to be shown.
    pub(super) fn text(&mut self, line: Line) -> Result<String, BookError> {
        let most = line.start + clean::LINE_LIMIT as u64;
        let end = line.end.min(most);
        let mut bytes = Vec::new();
        let mut at = line.start;
        while at < end {
            let part = self.ahead(at, end)?;
            if part.is_empty() {
                break;
            }
            bytes.extend_from_slice(part);
            at += part.len() as u64;
        }
        let mut text = clean::line(&bytes);
        let over = usize::try_from(line.end - end).unwrap_or(usize::MAX);
        if over > 0 {
            text.push_str(&clean::cut_mark(over));
        }
        Ok(text)
    }

    /// The first end of a line in there.
    fn find(&mut self, range: Range<u64>) -> Result<Option<u64>, BookError> {
        let mut at = range.start;
        while at < range.end {
            let part = self.ahead(at, range.end)?;
            if part.is_empty() {
                return Ok(None);
            }
            if let Some(index) = part.iter().position(|byte| *byte == b'\n') {
                return Ok(Some(at + index as u64));
            }
            at += part.len() as u64;
        }
        Ok(None)
    }

    /// The last end of a line in there.
    fn rfind(&mut self, range: Range<u64>) -> Result<Option<u64>, BookError> {
        let mut end = range.end;
        while end > range.start {
            let (from, part) = self.behind(range.start, end)?;
            if let Some(index) = part.iter().rposition(|byte| *byte == b'\n') {
                return Ok(Some(from + index as u64));
            }
            if from >= end {
                return Ok(None);
            }
            end = from;
        }
        Ok(None)
    }

    /// Bytes from this place on, at most to `end`; some in any case unless nothing is there.
    fn ahead(&mut self, at: u64, end: u64) -> Result<&[u8], BookError> {
        if !(self.from..self.from + self.block.len() as u64).contains(&at) {
            let to = (at + BLOCK).min(self.extent.end);
            self.load(at, to)?;
        }
        Ok(self.part(at, end))
    }

    /// Bytes up to this place, at most back to `start`, and where they begin.
    fn behind(&mut self, start: u64, end: u64) -> Result<(u64, &[u8]), BookError> {
        if !(self.from + 1..=self.from + self.block.len() as u64).contains(&end) {
            let from = end.saturating_sub(BLOCK).max(self.extent.start);
            self.load(from, end)?;
        }
        let from = self.from.max(start);
        Ok((from, self.part(from, end)))
    }

    fn part(&self, from: u64, end: u64) -> &[u8] {
        let index = |at: u64| usize::try_from(at.saturating_sub(self.from)).unwrap_or(usize::MAX);
        let end = index(end).min(self.block.len());
        self.block.get(index(from)..end).unwrap_or_default()
    }

    fn load(&mut self, from: u64, to: u64) -> Result<(), BookError> {
        self.block
            .resize(usize::try_from(to.saturating_sub(from)).unwrap_or(0), 0);
        let filled = self.volume.read(from, &mut self.block);
        self.block.truncate(*filled.as_ref().unwrap_or(&0));
        self.from = from;
        self.cost += filled? as u64;
        Ok(())
    }
}
