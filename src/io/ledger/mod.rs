//! `data/events.jsonl`: the append-only ledger of causes.
//!
//! When it has grown over [`FULL`], it is renamed to `events.1.jsonl`, the older ones move up by one,
//! and a new one begins; four old ones are kept. No line is ever rewritten.

mod find;
mod lines;
mod trail;

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

pub use find::{latest, read_back, since};
use thiserror::Error;
pub use trail::Trail;

use super::platform::fsx;
use crate::model::{Event, Seq};

/// The size over which the ledger begins a new file, in bytes.
pub const FULL: u64 = 16 * 1024 * 1024;

/// How many full files are kept beside the one that is written.
pub const KEPT: usize = 4;

/// How much more is written before a rotation that has failed is tried again, in bytes.
const TRY_AGAIN: u64 = 1024 * 1024;

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
    /// A full one could not be moved aside; it grows on.
    #[error("begin a new file of the ledger {path}")]
    Rotate {
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
    /// Bytes of the file.
    size: u64,
    /// The size over which the next file is begun.
    full: u64,
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
    /// Opens the ledger, creates it when there is none, and finds the number of its last line, in an
    /// older file where the newest has none.
    ///
    /// # Errors
    ///
    /// It cannot be opened or read.
    pub fn open(path: &Path) -> Result<(Self, Option<Seq>), LedgerError> {
        let opened = open_at_end(path).and_then(|file| Ok((file, find::last(path)?)));
        let ((file, size, tail), seq) = opened.map_err(|source| LedgerError::Open {
            path: path.to_owned(),
            source,
        })?;
        let ledger = Self {
            path: path.to_owned(),
            file,
            tail,
            size,
            full: FULL,
        };
        Ok((ledger, seq))
    }

    /// Appends a batch of events with one write, into a new file when the last one is full.
    ///
    /// # Errors
    ///
    /// The batch may then stand there in part; the next one begins on a new line. After
    /// [`LedgerError::Rotate`] all of it stands in the full file.
    pub fn append(&mut self, events: &[Event]) -> Result<(), LedgerError> {
        if events.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::new();
        let rotated = if self.size > self.full {
            self.rotate()
        } else {
            Ok(())
        };
        if self.tail == Tail::Torn {
            bytes.push(b'\n');
        }
        for event in events {
            serde_json::to_writer(&mut bytes, event).map_err(LedgerError::Encode)?;
            bytes.push(b'\n');
        }
        self.tail = Tail::Torn;
        self.file
            .write_all(&bytes)
            .map_err(|source| LedgerError::Append {
                path: self.path.clone(),
                source,
            })?;
        self.tail = Tail::Whole;
        self.size += bytes.len() as u64;
        rotated
    }

    /// Opens the ledger anew where somebody has moved or removed its file: what is appended to a file
    /// without a name is lost. Says whether that was so.
    ///
    /// # Errors
    ///
    /// There is no new one: it goes on in the old file.
    pub fn mend(&mut self) -> Result<bool, LedgerError> {
        if fsx::is_same_file(&self.file, &self.path) {
            return Ok(false);
        }
        self.reopen().map_err(|source| LedgerError::Open {
            path: self.path.clone(),
            source,
        })?;
        Ok(true)
    }

    /// Moves the full file aside and begins a new one.
    fn rotate(&mut self) -> Result<(), LedgerError> {
        let moved = shift(&self.path).and_then(|()| self.reopen());
        moved.map_err(|source| {
            self.full = self.size + TRY_AGAIN;
            LedgerError::Rotate {
                path: self.path.clone(),
                source,
            }
        })
    }

    fn reopen(&mut self) -> io::Result<()> {
        (self.file, self.size, self.tail) = open_at_end(&self.path)?;
        self.full = FULL;
        Ok(())
    }
}

/// The file for appending, its size, and how it ends.
fn open_at_end(path: &Path) -> io::Result<(File, u64, Tail)> {
    let file = fsx::open_append(path)?;
    let size = file.metadata()?.len();
    let mut last = [b'\n'];
    if size > 0 {
        fsx::read_at(&fsx::open_read(path)?, &mut last, size - 1)?;
    }
    let tail = if last == *b"\n" {
        Tail::Whole
    } else {
        Tail::Torn
    };
    Ok((file, size, tail))
}

/// Moves every file of the ledger up by one; the oldest falls off.
fn shift(path: &Path) -> io::Result<()> {
    for age in (0..KEPT).rev() {
        match fs::rename(aged(path, age), aged(path, age + 1)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && age > 0 => {}
            other => other?,
        }
    }
    Ok(())
}

/// The name of a file of the ledger: 0 is the one that is written, [`KEPT`] the oldest.
fn aged(path: &Path, age: usize) -> PathBuf {
    if age == 0 {
        return path.to_owned();
    }
    path.with_extension(format!("{age}.jsonl"))
}

#[cfg(test)]
mod tests;
