//! Output as a probe: whether a line of this run has matched.

use std::{io, time::Duration};

use unicode_width::UnicodeWidthChar;

use super::seen::{Seen, reason};
use crate::{
    io::{
        clock::Clock,
        logs::{Reader, Source, source::Cursor},
    },
    model::{ServiceName, Stream, clean, log::LogPositions, pattern::Pattern, root::Root},
};

/// How much is read at once, in bytes.
const CHUNK: usize = 256 * 1024;
/// How much of a line is matched, in bytes.
const LINE: usize = 64 * 1024;
/// How wide a detail may be, in cells.
const DETAIL: usize = 80;

/// The output of one run, up to the first line that matches.
#[derive(Debug)]
pub struct LogWatch {
    pattern: Pattern,
    streams: [Strand; 2],
    /// What was said about the line that matched: nothing is read after it.
    matched: Option<String>,
}

/// One stream, as far as it was read.
#[derive(Debug)]
struct Strand {
    source: Source,
    cursor: Cursor,
    /// What reads, during a look.
    reader: Option<Reader>,
    /// The beginning of a line that has not ended, at most [`LINE`] bytes.
    held: Vec<u8>,
    /// Whether there is nothing more to read.
    at_end: bool,
}

impl LogWatch {
    /// A watch over a run whose output begins at these positions.
    pub fn new(pattern: Pattern, root: &Root, service: &ServiceName, start: LogPositions) -> Self {
        let reader = |stream, at| Strand {
            source: Source::new(root, service, stream),
            cursor: Cursor::at(at),
            reader: None,
            held: Vec::new(),
            at_end: false,
        };
        Self {
            pattern,
            streams: [
                reader(Stream::Stdout, start.stdout),
                reader(Stream::Stderr, start.stderr),
            ],
            matched: None,
        }
    }

    /// What a line has to match.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// Reads what is new, both streams in turn, until a line matches, there is no more, or `limit` is
    /// over; then the next look goes on. Blocks.
    pub fn look(&mut self, limit: Duration) -> Seen {
        let begin = Clock.now().mono;
        let detail = self.search(limit);
        Seen {
            ok: self.matched.is_some(),
            detail,
            latency: Clock.now().mono.since(begin),
        }
    }

    fn search(&mut self, limit: Duration) -> String {
        if let Some(said) = &self.matched {
            return said.clone();
        }
        let until = Clock.now().mono.after(limit);
        loop {
            for reader in &mut self.streams {
                match reader.step(&self.pattern) {
                    Ok(None) => {}
                    Ok(Some(line)) => {
                        let said = cut(&format!("matched: {line}"));
                        self.matched = Some(said.clone());
                        return said;
                    }
                    Err(error) => return format!("could not read its log: {}", reason(&error)),
                }
            }
            if self.streams.iter().all(|reader| reader.at_end) {
                return "no line matches yet".to_owned();
            }
            if Clock.now().mono >= until {
                return "no line matches yet, and there is more to read".to_owned();
            }
        }
    }
}

impl Strand {
    /// Reads on a little; the first line that matches.
    fn step(&mut self, pattern: &Pattern) -> io::Result<Option<String>> {
        self.at_end = true;
        let Some(mut reader) = self
            .reader
            .take()
            .map_or_else(|| self.open(), |it| Ok(Some(it)))?
        else {
            return Ok(None);
        };
        let mut bytes = vec![0; CHUNK];
        let filled = reader.read(&mut bytes)?;
        bytes.truncate(filled);
        if reader.take_passed_over() > 0 {
            // The held line has lost its end.
            self.held.clear();
        }
        self.cursor.pos = reader.pos();
        self.at_end = filled < CHUNK && !reader.is_in_archive();
        // Nothing is kept open between two looks.
        self.reader = Some(reader).filter(|_| !self.at_end);
        Ok(self.feed(&bytes, pattern))
    }

    /// Goes on where the last look ended; `None` where nobody has written yet.
    fn open(&mut self) -> io::Result<Option<Reader>> {
        let Some(file) = self.source.open()? else {
            return Ok(None);
        };
        let place = self.source.place(&file)?;
        if self.cursor.settle(&place, self.cursor.pos) {
            self.held.clear();
        }
        Reader::new(&self.source, self.cursor.pos).map(Some)
    }

    /// Takes bytes; the first line that matches, the last one even before it has ended.
    fn feed(&mut self, bytes: &[u8], pattern: &Pattern) -> Option<String> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let Some(end) = piece.strip_suffix(b"\n") else {
                self.hold(piece);
                break;
            };
            let found = if self.held.is_empty() {
                matching(end, pattern)
            } else {
                self.hold(end);
                matching(&self.held, pattern)
            };
            self.held.clear();
            if found.is_some() {
                return found;
            }
        }
        if self.at_end && !bytes.is_empty() && !self.held.is_empty() {
            matching(&self.held, pattern)
        } else {
            None
        }
    }

    fn hold(&mut self, bytes: &[u8]) {
        let room = LINE - self.held.len();
        self.held
            .extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }
}

/// A line as it is seen, when it matches.
fn matching(line: &[u8], pattern: &Pattern) -> Option<String> {
    let text = clean::searchable(line.get(..LINE).unwrap_or(line));
    pattern.matches(&text).then_some(text)
}

/// A text that is at most so wide as a detail may be.
fn cut(text: &str) -> String {
    let width = |c: char| c.width().unwrap_or(0);
    if text.chars().map(width).sum::<usize>() <= DETAIL {
        return text.to_owned();
    }
    let mut room = DETAIL - 1;
    let fits = |c: &char| {
        let fits = width(*c) <= room;
        room = room.saturating_sub(width(*c));
        fits
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

#[cfg(test)]
#[path = "tests/log.rs"]
mod tests;
