//! When bytes were written: `data/logtimes/NAME.idx`. Once a second the owner notes how far the logs
//! of a service have grown, so a time is right to a second.
//!
//! ```text
//! 0   "oatslt1\n"
//! 8   length of a record in bytes (u32), 0 (u32)
//! 16  records: wall time in ms (i64), position of stdout (u64), position of stderr (u64)
//! ```
//!
//! All numbers are little-endian. Records are in order of time and of positions. A file that is not
//! like that is made anew; so is one that somebody has removed.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};

use super::source::Source;
use crate::{
    io::{files, platform::fsx},
    model::{ServiceName, Stream, Wall, log::LogPositions, root::Root},
};

const MAGIC: &[u8; 8] = b"oatslt1\n";
const HEADER: u64 = 16;
const RECORD: usize = 24;
/// So many records and the older ones go: eleven hours of a log that grows every second.
const MOST: u64 = 40_000;
/// How many of them stay then.
const STAY: usize = 30_000;

/// How far the logs of a service have grown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth {
    /// Of which service.
    pub service: ServiceName,
    /// How far.
    pub positions: LogPositions,
    /// Whether a run begins here: it is no mistake when less than was noted before.
    pub is_start: bool,
}

/// How far the logs had grown at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Wall,
    /// How far.
    pub positions: LogPositions,
}

/// When the bytes of the logs of one service were written, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Times {
    marks: Vec<Mark>,
}

impl Times {
    /// Reads what was noted of a service; nothing where nothing was.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn read(root: &Root, service: &ServiceName) -> io::Result<Self> {
        let file = match fsx::open_read(&root.log_times_file(service)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            opened => opened?,
        };
        let marks = if is_ours(&file)? {
            marks(&file)?
        } else {
            Vec::new()
        };
        Ok(Self { marks })
    }

    /// When the byte at a position was written, at the latest and right to a second; `None` for what
    /// is older than the first note or newer than the last.
    pub fn of(&self, stream: Stream, pos: u64) -> Option<Wall> {
        let after = |mark: &Mark| mark.positions.of(stream) <= pos;
        let next = self.marks.partition_point(after);
        // Before the first note nobody knows how old it is.
        self.marks
            .get(next)
            .filter(|_| next > 0)
            .map(|mark| mark.at)
    }

    /// The position up to which a stream had grown at a time: what was written later stands behind
    /// it. `None` before the first note.
    pub fn position_at(&self, stream: Stream, at: Wall) -> Option<u64> {
        let next = self.marks.partition_point(|mark| mark.at <= at);
        let last = self.marks.get(next.checked_sub(1)?)?;
        Some(last.positions.of(stream))
    }

    /// All notes, oldest first.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }
}

/// Notes how far logs have grown.
///
/// # Errors
///
/// A file cannot be written: the first error; the others are written.
pub fn append(root: &Root, at: Wall, grown: &[Growth]) -> io::Result<()> {
    let mut result = Ok(());
    for growth in grown {
        let appended = append_one(root, at, growth);
        result = result.and(appended);
    }
    result
}

fn append_one(root: &Root, at: Wall, growth: &Growth) -> io::Result<()> {
    let path = root.log_times_file(&growth.service);
    let mark = Mark {
        at,
        positions: growth.positions,
    };
    let mut file = fsx::open_update(&path)?;
    let mut len = file.metadata()?.len();
    if len > 0 && !is_ours(&file)? {
        len = 0;
    }
    // A crash may have left a part of a record.
    let records = len.saturating_sub(HEADER) / RECORD as u64;
    let last = last_mark(&file, records)?;
    let goes_back = last.is_some_and(|last| {
        let (new, old) = (mark.positions, last.positions);
        new.stdout < old.stdout || new.stderr < old.stderr || at < last.at
    });
    if goes_back && growth.is_start || last.is_some_and(|last| last.positions == mark.positions) {
        return Ok(());
    }
    if len == 0 || goes_back {
        return anew(&path, &[mark]);
    }
    let end = HEADER + records * RECORD as u64;
    fsx::write_at(&file, &bytes_of(&mark), end)?;
    if records + 1 > MOST {
        file.flush()?;
        shorten(root, &growth.service, &marks(&file)?)?;
    }
    Ok(())
}

/// Drops what is older than the oldest archive, and more where that is not enough.
fn shorten(root: &Root, service: &ServiceName, marks: &[Mark]) -> io::Result<()> {
    let first = |stream| Source::new(root, service, stream).extent().map(|it| it.0);
    let (stdout, stderr) = (first(Stream::Stdout)?, first(Stream::Stderr)?);
    let is_gone = |mark: &Mark| mark.positions.stdout < stdout && mark.positions.stderr < stderr;
    let gone = marks.partition_point(is_gone).saturating_sub(1);
    let from = gone.max(marks.len().saturating_sub(STAY));
    anew(
        &root.log_times_file(service),
        marks.get(from..).unwrap_or_default(),
    )
}

/// Writes the whole file.
fn anew(path: &Path, marks: &[Mark]) -> io::Result<()> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(u32::try_from(RECORD).unwrap_or(0).to_le_bytes());
    bytes.extend([0; 4]);
    for mark in marks {
        bytes.extend(bytes_of(mark));
    }
    files::replace(path, &bytes).map_err(io::Error::other)
}

fn is_ours(file: &File) -> io::Result<bool> {
    let mut header = [0; 12];
    let filled = fsx::read_at(file, &mut header, 0)?;
    let (magic, length) = header.split_at(MAGIC.len());
    let expected = u32::try_from(RECORD).unwrap_or(0).to_le_bytes();
    Ok(filled == header.len() && magic == MAGIC && length == expected)
}

fn last_mark(file: &File, records: u64) -> io::Result<Option<Mark>> {
    let Some(before) = records.checked_sub(1) else {
        return Ok(None);
    };
    let mut record = [0; RECORD];
    let filled = fsx::read_at(file, &mut record, HEADER + before * RECORD as u64)?;
    Ok(mark_of(record.get(..filled).unwrap_or_default()))
}

/// Every record of a file.
fn marks(file: &File) -> io::Result<Vec<Mark>> {
    let len = file.metadata()?.len().saturating_sub(HEADER);
    let most = (MOST + 1) * RECORD as u64;
    let mut bytes = vec![0; usize::try_from(len.min(most)).unwrap_or(0)];
    let filled = fsx::read_at(file, &mut bytes, HEADER)?;
    bytes.truncate(filled);
    Ok(bytes.chunks_exact(RECORD).filter_map(mark_of).collect())
}

fn bytes_of(mark: &Mark) -> [u8; RECORD] {
    let mut bytes = [0; RECORD];
    let numbers = [
        mark.at.millis().to_le_bytes(),
        mark.positions.stdout.to_le_bytes(),
        mark.positions.stderr.to_le_bytes(),
    ];
    for (place, number) in bytes.chunks_exact_mut(8).zip(numbers) {
        place.copy_from_slice(&number);
    }
    bytes
}

fn mark_of(record: &[u8]) -> Option<Mark> {
    let number = |at: usize| {
        let bytes = record.get(at..at + 8)?.try_into().ok()?;
        Some(u64::from_le_bytes(bytes))
    };
    Some(Mark {
        at: Wall::from_millis(number(0)?.cast_signed()),
        positions: LogPositions {
            stdout: number(8)?,
            stderr: number(16)?,
        },
    })
}

#[cfg(test)]
#[path = "tests/times.rs"]
mod tests;
