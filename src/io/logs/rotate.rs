//! Logs that have grown too long become archives: before a run begins, and while it writes.
//!
//! ```text
//! NAME_stdout.log ─► NAME_stdout.log.0.gz.tmp ─► .0.gz ─► .1.gz ─► .2.gz ─► …
//!    its head             being written          whole
//! ```
//!
//! What holds at any time, for whoever reads:
//!
//! - The archives numbered 1 (the newest) upward hold, in order, the bytes just before the first one
//!   that is to be read in the file.
//! - Offset 0 of the file is position `log_base` of the stream. A file may begin with a hole (where
//!   the file system cannot move what follows to the front): its bytes are in the archives, and
//!   reading begins at `log_base` + hole. So a position is always `log_base` + offset, and the bytes
//!   ever written are `log_base` + size.
//! - While a cut is being made, the run record says so ([`Cut`]), and the newest archive ends where
//!   the cut ends. [`super::source::Source`] reads all that right.
//!
//! Each step is written down before it is made, and can be made again: a crash loses nothing and
//! doubles nothing. Before the head is taken off it is made a hole. So it can be told later whether
//! it was taken off, whatever was written meanwhile.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use flate2::{Compression, Crc, write::GzEncoder};
use thiserror::Error;

use super::archives::{archive, shift, with_ending};
use crate::{
    io::{files, platform::fsx},
    model::{
        log::{Cut, CutStep, CutWay, LogHead},
        service::LogSpec,
    },
};

/// How much is copied at once, in bytes.
const BLOCK: usize = 64 * 1024;
/// How much stays in a file that is rotated while somebody writes, in bytes: its last lines are at
/// hand without unpacking an archive. Of a short one an eighth stays.
const STAYS: u64 = 512 * 1024;
/// How much goes into one archive, in bytes: an archive can tell its length up to 4 GiB.
const MOST: u64 = 2 << 30;

/// Why a log could not be rotated. It is whole, and goes on growing.
#[derive(Debug, Error)]
#[error("rotate {path}")]
pub struct RotateError {
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// Whether somebody may write to the log while it is rotated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writers {
    /// Nobody: the service does not run.
    None,
    /// The service.
    Some,
}

/// The rotation of one log.
pub struct Rotation<'a> {
    /// Its file.
    pub log: &'a Path,
    /// How long it may grow.
    pub spec: &'a LogSpec,
    /// Who else writes.
    pub writers: Writers,
    /// Set by whoever cannot wait any longer.
    pub stop: &'a AtomicBool,
    /// How its head is taken off; `None`: as the file system can.
    pub way: Option<CutWay>,
}

impl Rotation<'_> {
    /// Ends a cut that a crash has left, then rotates the log when it is too long. `head` says where
    /// it begins; each change of that is handed to `note`, which must write it down. Returns whether
    /// anything was taken off.
    ///
    /// # Errors
    ///
    /// A file cannot be read or written, or `note` failed: nothing is lost, and the next call goes on.
    pub fn run(
        &self,
        head: &mut LogHead,
        note: &mut dyn FnMut(LogHead) -> io::Result<()>,
    ) -> Result<bool, RotateError> {
        self.steps(head, note).map_err(|source| RotateError {
            path: self.log.to_owned(),
            source,
        })
    }

    fn steps(
        &self,
        head: &mut LogHead,
        note: &mut dyn FnMut(LogHead) -> io::Result<()>,
    ) -> io::Result<bool> {
        let file = match fsx::open_existing(self.log) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            opened => opened?,
        };
        let mut is_cut = false;
        loop {
            while let Some(cut) = head.more.cut {
                let next = self.advance(&file, *head, cut)?;
                *head = next;
                note(next)?;
                is_cut = true;
            }
            let Some(cut) = self.begin(&file, *head)? else {
                return Ok(is_cut);
            };
            let mut next = *head;
            next.more.cut = Some(cut);
            note(next)?;
            *head = next;
        }
    }

    /// Copies the head of a log that is too long into an archive; the cut that follows.
    fn begin(&self, file: &File, head: LogHead) -> io::Result<Option<Cut>> {
        let len = file.metadata()?.len();
        let hole = if len < head.more.hole {
            0
        } else {
            head.more.hole
        };
        if len - hole <= self.spec.max_bytes {
            return Ok(None);
        }
        let (way, to) = match self.writers {
            Writers::None => (CutWay::Empty, len),
            Writers::Some => {
                let Some(way) = self
                    .way
                    .map_or_else(|| self.possible(), |way| Ok(Some(way)))?
                else {
                    return Ok(None);
                };
                let stays = STAYS.min(self.spec.max_bytes / 8);
                let block = fsx::block_size(file)?;
                let to = len.saturating_sub(stays.max(1)).min(hole + MOST);
                (way, to / block * block)
            }
        };
        if to <= hole {
            return Ok(None);
        }
        if self.spec.keep > 0 {
            let fresh = archive(self.log, 0);
            let temporary = with_ending(&fresh, "tmp");
            self.compress(file, (hole, to), &temporary)
                .and_then(|()| fs::rename(&temporary, &fresh))
                .inspect_err(|_| files::discard(&temporary))?;
        }
        // What lies unwritten would be written while the service waits.
        file.sync_data()?;
        if file.metadata()?.len() < to {
            return Err(io::Error::other("it was cut by somebody else"));
        }
        let step = CutStep::Archived;
        Ok(Some(Cut { to, way, step }))
    }

    /// Makes one step of a cut; where the log begins after it.
    fn advance(&self, file: &File, mut head: LogHead, cut: Cut) -> io::Result<LogHead> {
        let step = |step| Some(Cut { step, ..cut });
        let len = file.metadata()?.len();
        match (cut.step, cut.way) {
            (CutStep::Archived, _) => {
                shift(self.log, self.spec.keep)?;
                head.more.cut = step(CutStep::Numbered);
                return Ok(head);
            }
            (CutStep::Numbered, CutWay::Collapse) => {
                if len > cut.to {
                    fsx::punch(file, 0, cut.to)?;
                }
                head.more.cut = step(CutStep::Emptied);
                return Ok(head);
            }
            (CutStep::Numbered, CutWay::Punch) => {
                fsx::punch(file, head.more.hole, cut.to)?;
                head.more.hole = cut.to;
                head.more.cut = None;
                return Ok(head);
            }
            (CutStep::Emptied, CutWay::Collapse) => {
                if len > cut.to && fsx::first_data(file)? >= cut.to {
                    fsx::collapse(file, cut.to)?;
                }
            }
            (_, CutWay::Empty) => {
                let is_there =
                    len >= cut.to && begins_with(file, head.more.hole, &archive(self.log, 1))?;
                if is_there && len > cut.to {
                    // Somebody writes after all.
                    fsx::punch(file, head.more.hole, cut.to)?;
                    head.more.hole = cut.to;
                    head.more.cut = None;
                    return Ok(head);
                }
                if is_there {
                    file.set_len(0)?;
                }
            }
            (CutStep::Emptied, CutWay::Punch) => {}
        }
        head.base += cut.to;
        head.more.hole = 0;
        head.more.cut = None;
        Ok(head)
    }

    /// How the file system can take off the head of a file: tried with one of its own.
    fn possible(&self) -> io::Result<Option<CutWay>> {
        let path = with_ending(&archive(self.log, 0), "tmp");
        let trial = files::create_over(&path)?;
        let tried = trial_of(&trial);
        files::discard(&path);
        tried
    }

    /// Compresses a part of a log.
    fn compress(&self, log: &File, (from, to): (u64, u64), path: &Path) -> io::Result<()> {
        let mut encoder = GzEncoder::new(files::create_over(path)?, Compression::fast());
        copy(log, from, to, |block| {
            if self.stop.load(Ordering::Relaxed) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            encoder.write_all(block)
        })?;
        encoder.finish()?.sync_data()
    }
}

fn trial_of(trial: &File) -> io::Result<Option<CutWay>> {
    let block = fsx::block_size(trial)?;
    let bytes = vec![1; usize::try_from(block).unwrap_or(4096) * 2];
    fsx::write_at(trial, &bytes, 0)?;
    if fsx::punch(trial, 0, block).is_err() || fsx::first_data(trial)? != block {
        return Ok(None);
    }
    let is_movable = fsx::collapse(trial, block).is_ok();
    Ok(Some(if is_movable {
        CutWay::Collapse
    } else {
        CutWay::Punch
    }))
}

/// Whether a log has, behind its hole, what an archive holds: where there is none, nobody can tell,
/// and it has.
fn begins_with(log: &File, hole: u64, archive: &Path) -> io::Result<bool> {
    let archive = match fsx::open_read(archive) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        opened => opened?,
    };
    // A gzip file ends with the checksum and the length of what it holds.
    let mut trailer = [0; 8];
    let at = archive.metadata()?.len().saturating_sub(8);
    fsx::read_at(&archive, &mut trailer, at)?;
    let [a, b, c, d, rest @ ..] = trailer;
    let (sum, held) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes(rest));
    let mut checksum = Crc::new();
    copy(log, hole, hole + u64::from(held), |block| {
        checksum.update(block);
        Ok(())
    })?;
    Ok(checksum.sum() == sum)
}

/// Hands the bytes of a part of a file to `take`.
fn copy(
    file: &File,
    from: u64,
    to: u64,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut buffer = vec![0; BLOCK];
    let mut at = from;
    while at < to {
        let want = usize::try_from(to - at).unwrap_or(BLOCK).min(BLOCK);
        let part = buffer.get_mut(..want).unwrap_or_default();
        let filled = fsx::read_at(file, part, at)?;
        if filled == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        take(part.get(..filled).unwrap_or_default())?;
        at += filled as u64;
    }
    Ok(())
}

#[cfg(test)]
#[path = "tests/rotate.rs"]
mod tests;
