//! Logs that have grown too long become archives, before a run begins.
//!
//! ```text
//! NAME_stdout.log ─► NAME_stdout.log.0.gz.tmp ─► NAME_stdout.log.0.gz ─► .1.gz ─► .2.gz ─► …
//!                    being written               whole; the log is cut now
//! ```
//!
//! A `.0.gz` that is found when a rotation begins was left by a crash. Whether the log was cut
//! after it is told by the log itself: it begins with what the archive holds, or it does not. So a
//! crash loses nothing and doubles nothing.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use flate2::{Compression, Crc, write::GzEncoder};
use thiserror::Error;

use crate::{
    io::{files, platform::fsx},
    model::{ServiceName, Stream, log::LogPositions, root::Root, service::LogSpec},
};

/// How much is copied at once, in bytes.
const BLOCK: usize = 64 * 1024;

/// Why a log could not be rotated. It is whole, and goes on growing.
#[derive(Debug, Error)]
#[error("rotate {path}")]
pub struct RotateError {
    path: PathBuf,
    source: io::Error,
}

/// Rotates the logs of a service that are over their size. Call it while the service does not run.
/// Returns how many bytes were taken off the head of each stream, and what went wrong.
pub fn before_spawn(
    root: &Root,
    service: &ServiceName,
    spec: &LogSpec,
) -> (LogPositions, Vec<RotateError>) {
    let mut errors = Vec::new();
    let mut rotate = |stream| {
        let path = root.log_file(service, stream).unwrap_or_default();
        rotate(&path, spec).unwrap_or_else(|source| {
            errors.push(RotateError { path, source });
            0
        })
    };
    let taken = LogPositions {
        stdout: rotate(Stream::Stdout),
        stderr: rotate(Stream::Stderr),
    };
    (taken, errors)
}

/// Rotates one log; returns how many bytes were taken off its head.
fn rotate(log: &Path, spec: &LogSpec) -> io::Result<u64> {
    let file = match fsx::open_read(log) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        opened => opened?,
    };
    let fresh = archive(log, 0);
    let len = file.metadata()?.len();
    let start = match archived_before(&file, &fresh)? {
        None if len <= spec.max_bytes => return Ok(0),
        None => 0,
        // The crash came just before the cut.
        Some(archived) if archived == len && len > 0 => {
            cut(log, spec.keep)?;
            return Ok(len);
        }
        Some(archived) => {
            shift(log, spec.keep)?;
            if archived == 0 && len <= spec.max_bytes {
                return Ok(0);
            }
            archived
        }
    };
    let mut end = len;
    if spec.keep > 0 {
        let temporary = with_ending(&fresh, "tmp");
        end = compress(&file, start, &temporary)
            .and_then(|end| fs::rename(&temporary, &fresh).map(|()| end))
            .inspect_err(|_| files::discard(&temporary))?;
    }
    cut(log, spec.keep)?;
    Ok(end)
}

/// Cuts a log whose bytes are safe in `.0.gz`, then gives that its number.
fn cut(log: &Path, keep: u32) -> io::Result<()> {
    fsx::open_write(log)?.set_len(0)?;
    shift(log, keep)
}

/// How much of the head of a log lies in the archive that a crash has left; `None` without one.
pub(super) fn archived_before(log: &File, fresh: &Path) -> io::Result<Option<u64>> {
    let archive = match fsx::open_read(fresh) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    // A gzip file ends with the checksum and the length of what it holds.
    let mut trailer = [0; 8];
    let at = archive.metadata()?.len().saturating_sub(8);
    fsx::read_at(&archive, &mut trailer, at)?;
    let [a, b, c, d, rest @ ..] = trailer;
    let (sum, held) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes(rest));
    let mut checksum = Crc::new();
    let is_same = copy(log, 0, Some(u64::from(held)), |block| {
        checksum.update(block);
        Ok(())
    })? == u64::from(held)
        && checksum.sum() == sum;
    Ok(Some(if is_same { u64::from(held) } else { 0 }))
}

/// Compresses a log from `start` to its end; returns where that end was.
fn compress(log: &File, start: u64, to: &Path) -> io::Result<u64> {
    let mut encoder = GzEncoder::new(files::create_over(to)?, Compression::fast());
    let end = copy(log, start, None, |block| {
        io::Write::write_all(&mut encoder, block)
    })?;
    encoder.finish()?;
    Ok(end)
}

/// Hands the bytes of a file from `start` to its end, or to `limit`, to `take`; returns where it
/// stopped.
fn copy(
    file: &File,
    start: u64,
    limit: Option<u64>,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<u64> {
    let mut buffer = vec![0; BLOCK];
    let mut at = start;
    loop {
        let left = limit.map_or(u64::MAX, |limit| limit.saturating_sub(at));
        let want = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
        let part = buffer.get_mut(..want).unwrap_or_default();
        let filled = fsx::read_at(file, part, at)?;
        take(part.get(..filled).unwrap_or_default())?;
        at += filled as u64;
        if filled < BLOCK {
            return Ok(at);
        }
    }
}

/// Makes room for the newest archive and gives it its number; what is beyond `keep` is dropped.
fn shift(log: &Path, keep: u32) -> io::Result<()> {
    for number in keep.. {
        let is_gone = missing_is_fine(fs::remove_file(archive(log, number)))?;
        if is_gone && number > keep {
            break;
        }
    }
    for number in (0..keep).rev() {
        let (from, to) = (archive(log, number), archive(log, number + 1));
        missing_is_fine(fs::rename(from, to))?;
    }
    Ok(())
}

/// Whether there was nothing to move or remove.
fn missing_is_fine(result: io::Result<()>) -> io::Result<bool> {
    match result {
        Ok(()) => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

/// The archive of a log with this number; 1 is the newest.
pub(super) fn archive(log: &Path, number: u32) -> PathBuf {
    with_ending(log, &format!("{number}.gz"))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}

#[cfg(test)]
#[path = "tests/rotate.rs"]
mod tests;
