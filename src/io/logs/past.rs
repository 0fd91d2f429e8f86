//! The lines that are there already, those of the archives included, in pieces of bounded size.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io,
    path::PathBuf,
    str::FromStr,
};

use thiserror::Error;

use super::{
    archives::{Archive, archive},
    source::Source,
    walk::Walk,
};
use crate::{
    io::platform::fsx,
    model::{ServiceName, Stream, root::Root},
};

/// How much is read at once, in bytes.
const BLOCK: usize = 64 * 1024;
/// How often lines are looked for where the file is rotated meanwhile.
const ATTEMPTS: u32 = 100;

/// How many lines of a log are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Every line there is.
    All,
    /// So many, the newest ones.
    Last(u64),
}

impl FromStr for Count {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self::All);
        }
        let number = text.parse().map(Self::Last);
        number.map_err(|_no_number| "expected a number, or \"all\"".to_owned())
    }
}

/// What becomes of a last line that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unended {
    /// It is a line like the others.
    Shown,
    /// It is left to whoever goes on from there.
    Left,
}

/// Why the lines of a log did not arrive.
#[derive(Debug, Error)]
pub enum PastError {
    /// A file cannot be read.
    #[error("read {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Whoever was to take a line did not.
    #[error("pass a line on")]
    Take(#[source] io::Error),
}

/// Hands the last lines of one stream to `take`, oldest first and clean, and returns the position in
/// it where they end. The file is read from its end; the archives only where it holds too few lines.
/// A rotation meanwhile changes nothing.
///
/// # Errors
///
/// A file cannot be read, or `take` failed.
pub fn past(
    source: &Source,
    count: Count,
    unended: Unended,
    take: &mut dyn FnMut(String) -> io::Result<()>,
) -> Result<u64, PastError> {
    let mut walk = Walk::new(source, count, unended)?;
    while let Some(step) = walk.step()? {
        take(step.text).map_err(PastError::Take)?;
    }
    Ok(walk.end())
}

/// Finds the wanted lines, however often the file is rotated meanwhile.
pub(super) fn wanted(source: &Source, count: Count, unended: Unended) -> Result<Range, PastError> {
    for _ in 0..ATTEMPTS {
        if let Some(range) = range(source, count, unended)? {
            return Ok(range);
        }
    }
    Err(PastError::Read {
        path: source.log().to_owned(),
        source: io::Error::other("it is rotated faster than it can be read"),
    })
}

/// The lines that are wanted: between two positions, but for the first ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) start: u64,
    /// How many of the first lines are not wanted.
    pub(super) skip: u64,
    pub(super) end: u64,
}

/// Finds the wanted lines; `None` when the file was rotated meanwhile.
fn range(source: &Source, count: Count, unended: Unended) -> Result<Option<Range>, PastError> {
    let failed = |error| PastError::Read {
        path: source.log().to_owned(),
        source: error,
    };
    let live = source.open().map_err(failed)?;
    let (archives, place) = source.archives(live.as_ref()).map_err(failed)?;
    let (file, shift) = (live.as_ref(), place.base);
    let is_same = || {
        let now = file.map_or(Ok(place), |file| source.place(file));
        now.map(|now| (now.base, now.first, now.lost) == (place.base, place.first, place.lost))
    };
    let (first, len) = (place.first - shift, place.end - shift);
    let mut end = len;
    if let (Unended::Left, Some(file)) = (unended, file) {
        end = end_of_lines(file, first, len).map_err(failed)?;
    }
    let oldest = archives.last().map_or(place.first, |archive| archive.start);
    let end_pos = shift + end;
    let Count::Last(wanted) = count else {
        let is_same = is_same().map_err(failed)?;
        return Ok(is_same.then_some(Range {
            start: oldest,
            skip: 0,
            end: end_pos,
        }));
    };
    let mut missing = wanted;
    if let Some(file) = file {
        let found = last_lines(file, (first, end), wanted).map_err(failed)?;
        if !is_same().map_err(failed)? {
            return Ok(None);
        }
        match found {
            Found::At(at) => {
                return Ok(Some(Range {
                    start: shift + at,
                    skip: 0,
                    end: end_pos,
                }));
            }
            Found::Breaks(breaks) => missing -= breaks,
        }
    }
    let is_end = place.first == end_pos;
    let (start, skip) = in_archives(&archives, missing, is_end)?.unwrap_or((oldest, 0));
    Ok(Some(Range {
        start,
        skip,
        end: end_pos,
    }))
}

/// Where the missing lines begin: an archive, and how many of its lines are not wanted. `None` where
/// there are fewer. `is_end`: nothing follows the archives.
fn in_archives(
    archives: &[Archive],
    mut missing: u64,
    mut is_end: bool,
) -> Result<Option<(u64, u64)>, PastError> {
    for archive in archives {
        let counted = archive.count_lines();
        let (breaks, is_ended) = counted.map_err(|error| PastError::Read {
            path: archive.path.clone(),
            source: error,
        })?;
        // The line break that ends all of it begins no line.
        let breaks = breaks - u64::from(is_end && is_ended && breaks > 0);
        is_end = false;
        if breaks >= missing {
            return Ok(Some((archive.start, breaks - missing + 1)));
        }
        missing -= breaks;
    }
    Ok(None)
}

/// The services of which there is a log, or the archive of one.
pub fn services_with_logs(root: &Root) -> BTreeSet<ServiceName> {
    let entries = fs::read_dir(&root.log_dir).into_iter().flatten();
    let names = entries.filter_map(|entry| {
        let name = entry.ok()?.file_name();
        let (stem, _) = name.to_str()?.rsplit_once(".log")?;
        let service = stem
            .strip_suffix("_stdout")
            .or_else(|| stem.strip_suffix("_stderr"))?;
        service.parse().ok()
    });
    names.collect()
}

/// Whether there is a log of this stream, or the archive of one.
pub fn has_log(root: &Root, service: &ServiceName, stream: Stream) -> bool {
    let Some(log) = root.log_file(service, stream) else {
        return false;
    };
    log.exists() || archive(&log, 1).exists()
}

/// Where the last line ends that has ended; `first` is where the file begins.
fn end_of_lines(file: &File, first: u64, len: u64) -> io::Result<u64> {
    let mut last = [0];
    let filled = fsx::read_at(file, &mut last, len.saturating_sub(1))?;
    if filled == 0 || len <= first || last == *b"\n" {
        return Ok(len);
    }
    match last_lines(file, (first, len), 1)? {
        Found::At(at) => Ok(at),
        Found::Breaks(_) => Ok(first),
    }
}

/// What was found in a file.
enum Found {
    /// Where the wanted lines begin.
    At(u64),
    /// There are fewer: so many line breaks, that of the last line not counted.
    Breaks(u64),
}

/// Where the last lines of a part of a file begin, so many as are wanted.
fn last_lines(file: &File, (first, end): (u64, u64), wanted: u64) -> io::Result<Found> {
    if wanted == 0 {
        return Ok(Found::At(end));
    }
    let (mut at, mut breaks) = (end, 0);
    let mut block = vec![0; BLOCK];
    while at > first {
        let start = at.saturating_sub(BLOCK as u64).max(first);
        let want = usize::try_from(at - start).unwrap_or(BLOCK);
        let part = block.get_mut(..want).unwrap_or_default();
        let filled = fsx::read_at(file, part, start)?;
        let part = part.get(..filled).unwrap_or_default();
        let places = part.iter().enumerate().rev();
        for (index, _) in places.filter(|(_, byte)| **byte == b'\n') {
            let begin = start + index as u64 + 1;
            // The end of the last line begins no other one.
            if begin != end {
                breaks += 1;
                if breaks == wanted {
                    return Ok(Found::At(begin));
                }
            }
        }
        at = start;
    }
    Ok(Found::Breaks(breaks))
}

#[cfg(test)]
#[path = "tests/past.rs"]
mod tests;
