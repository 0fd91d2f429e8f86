//! Output as a probe: whether a line of this run has matched.

use std::{io, path::PathBuf, time::Duration};

use unicode_width::UnicodeWidthChar;

use super::seen::{Seen, reason};
use crate::{
    io::{clock::Clock, platform::fsx},
    model::{ServiceName, Stream, clean, log::LogPositions, pattern::Pattern, root::Root},
};

/// How much is read at once, in bytes.
const CHUNK: u64 = 256 * 1024;
/// How much of a line is matched, in bytes.
const LINE: usize = 64 * 1024;
/// How wide a detail may be, in cells.
const DETAIL: usize = 80;

/// The output of one run, up to the first line that matches.
#[derive(Debug)]
pub struct LogWatch {
    pattern: Pattern,
    streams: [Reader; 2],
    /// What was said about the line that matched: nothing is read after it.
    matched: Option<String>,
}

/// One stream, as far as it was read.
#[derive(Debug)]
struct Reader {
    path: PathBuf,
    /// How much was ever written before what is read next, in bytes.
    at: u64,
    /// The beginning of a line that has not ended, at most [`LINE`] bytes.
    held: Vec<u8>,
    /// Whether there is nothing more to read.
    at_end: bool,
}

impl LogWatch {
    /// A watch over a run whose output begins at these positions.
    pub fn new(pattern: Pattern, root: &Root, service: &ServiceName, start: LogPositions) -> Self {
        let reader = |stream, at| Reader {
            path: root.log_file(service, stream).unwrap_or_default(),
            at,
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
    /// over; then the next look goes on. `base` is what rotations have taken off the files. Blocks.
    pub fn look(&mut self, base: LogPositions, limit: Duration) -> Seen {
        let begin = Clock.now().mono;
        let detail = self.search(base, limit);
        Seen {
            ok: self.matched.is_some(),
            detail,
            latency: Clock.now().mono.since(begin),
        }
    }

    fn search(&mut self, base: LogPositions, limit: Duration) -> String {
        if let Some(said) = &self.matched {
            return said.clone();
        }
        let until = Clock.now().mono.after(limit);
        let [stdout, stderr] = &mut self.streams;
        let mut turns = [(stdout, base.stdout), (stderr, base.stderr)];
        loop {
            for (reader, base) in &mut turns {
                match reader.step(*base, &self.pattern) {
                    Ok(None) => {}
                    Ok(Some(line)) => {
                        let said = cut(&format!("matched: {line}"));
                        self.matched = Some(said.clone());
                        return said;
                    }
                    Err(error) => return format!("could not read its log: {}", reason(&error)),
                }
            }
            if turns.iter().all(|(reader, _)| reader.at_end) {
                return "no line matches yet".to_owned();
            }
            if Clock.now().mono >= until {
                return "no line matches yet, and there is more to read".to_owned();
            }
        }
    }
}

impl Reader {
    /// Reads on a little; the first line that matches.
    fn step(&mut self, base: u64, pattern: &Pattern) -> io::Result<Option<String>> {
        self.at_end = true;
        let file = match fsx::open_read(&self.path) {
            // Nobody has written yet.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        let len = file.metadata()?.len();
        let mut offset = self.at.saturating_sub(base);
        if offset > len || self.at < base {
            // The file was cut, or what comes next was taken off: the held line has lost its end.
            self.held.clear();
            offset = if offset > len { 0 } else { offset };
        }
        let mut bytes = vec![0; usize::try_from((len - offset).min(CHUNK)).unwrap_or(0)];
        let filled = fsx::read_at(&file, &mut bytes, offset)?;
        bytes.truncate(filled);
        let end = offset + filled as u64;
        self.at = base + end;
        self.at_end = filled == 0 || end >= len;
        Ok(self.feed(&bytes, pattern))
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
