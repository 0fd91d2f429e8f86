//! `data/events.jsonl`: the append-only ledger of causes.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use thiserror::Error;

use super::platform::fsx;
use crate::model::{Event, Seq};

/// How much is read at once when the last line is looked for, in bytes.
const BLOCK: u64 = 64 * 1024;

/// How much of the end is looked through for the last events, in bytes.
const LATEST: u64 = 512 * 1024;

/// A line longer than this is none of ours.
const LINE_LIMIT: usize = 1024 * 1024;

/// Why the ledger could not be opened or written.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// It cannot be opened, or its end cannot be read.
    #[error("open the ledger {path}")]
    Open {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Lines could not be appended; they may stand there in part.
    #[error("write to the ledger {path}")]
    Append {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An event has no form in JSON.
    #[error("write to the ledger")]
    Encode(#[source] serde_json::Error),
}

/// The ledger, open for appending.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    file: File,
    tail: Tail,
}

/// How the ledger ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tail {
    /// With a line break, or it is empty.
    Whole,
    /// In the middle of a line that a crash or a full disk has cut.
    Torn,
}

impl Ledger {
    /// Opens the ledger, creates it when there is none, and finds the number of its last line.
    ///
    /// # Errors
    ///
    /// It cannot be opened or read.
    pub fn open(path: &Path) -> Result<(Self, Option<Seq>), LedgerError> {
        let opened = fsx::open_append(path).and_then(|file| {
            let end = last(&fsx::open_read(path)?)?;
            Ok((file, end))
        });
        let (file, (tail, seq)) = opened.map_err(|source| LedgerError::Open {
            path: path.to_owned(),
            source,
        })?;
        let ledger = Self {
            path: path.to_owned(),
            file,
            tail,
        };
        Ok((ledger, seq))
    }

    /// Appends a batch of events with one write.
    ///
    /// # Errors
    ///
    /// The batch may then stand there in part; the next one begins on a new line.
    pub fn append(&mut self, events: &[Event]) -> Result<(), LedgerError> {
        let mut bytes = Vec::new();
        if self.tail == Tail::Torn {
            bytes.push(b'\n');
        }
        for event in events {
            serde_json::to_writer(&mut bytes, event).map_err(LedgerError::Encode)?;
            bytes.push(b'\n');
        }
        if events.is_empty() {
            return Ok(());
        }
        self.tail = Tail::Torn;
        self.file
            .write_all(&bytes)
            .map_err(|source| LedgerError::Append {
                path: self.path.clone(),
                source,
            })?;
        self.tail = Tail::Whole;
        Ok(())
    }
}

/// The last events of a ledger, at most `count`, oldest first; of its last half mebibyte. Lines that
/// are none are left out.
///
/// # Errors
///
/// It cannot be opened or read.
pub fn latest(path: &Path, count: usize) -> io::Result<Vec<Event>> {
    let file = fsx::open_read(path)?;
    let end = file.metadata()?.len();
    let start = end.saturating_sub(LATEST);
    let mut bytes = vec![0; usize::try_from(end - start).unwrap_or(0)];
    let filled = fsx::read_at(&file, &mut bytes, start)?;
    bytes.truncate(filled);
    let lines = bytes.rsplit(|byte| *byte == b'\n');
    let events = lines.filter_map(|line| serde_json::from_slice(line).ok());
    let mut latest: Vec<Event> = events.take(count).collect();
    latest.reverse();
    Ok(latest)
}

/// The one key that is looked for.
#[derive(Deserialize)]
struct Numbered {
    seq: Seq,
}

/// How a ledger ends, and the number of its last line that has one. Reads backwards, block by
/// block.
fn last(file: &File) -> io::Result<(Tail, Option<Seq>)> {
    let mut end = file.metadata()?.len();
    let mut tail = Tail::Whole;
    let mut is_last_block = true;
    // The end of a line whose beginning lies in an earlier block.
    let mut rest: Vec<u8> = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(BLOCK);
        let mut block = vec![0; usize::try_from(end - start).unwrap_or(0)];
        let filled = fsx::read_at(file, &mut block, start)?;
        block.truncate(filled);
        if is_last_block && block.last().is_some_and(|byte| *byte != b'\n') {
            tail = Tail::Torn;
        }
        is_last_block = false;
        block.extend_from_slice(&rest);
        let mut lines = block.rsplit(|byte| *byte == b'\n').peekable();
        rest.clear();
        while let Some(line) = lines.next() {
            if lines.peek().is_none() && start > 0 {
                // A line that long is none of ours, and must not fill the memory.
                if line.len() <= LINE_LIMIT {
                    rest = line.to_vec();
                }
            } else if let Ok(Numbered { seq }) = serde_json::from_slice(line) {
                return Ok((tail, Some(seq)));
            }
        }
        end = start;
    }
    Ok((tail, None))
}

#[cfg(test)]
#[path = "tests/ledger.rs"]
mod tests;
