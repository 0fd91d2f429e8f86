//! The lines that are there already, those of the archives included, in pieces of bounded size.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read, Seek},
    path::{Path, PathBuf},
    str::FromStr,
};

use flate2::read::MultiGzDecoder;
use thiserror::Error;

use super::rotate;
use crate::{
    io::platform::fsx,
    model::{ServiceName, Stream, clean, root::Root},
};

/// How much is read at once, in bytes.
const BLOCK: usize = 64 * 1024;

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

/// Hands the last lines of one log to `take`, oldest first and clean, and returns where in its file
/// they end. The file is read from its end; the archives only where it holds too few lines.
///
/// # Errors
///
/// A file cannot be read, or `take` failed.
pub fn past(
    log: &Path,
    count: Count,
    unended: Unended,
    take: &mut dyn FnMut(String) -> io::Result<()>,
) -> Result<u64, PastError> {
    let live = found(log)?;
    let failed = |source| PastError::Read {
        path: log.to_owned(),
        source,
    };
    let (start, end, lines) = match &live {
        Some(file) => range(file, count, unended).map_err(failed)?,
        None => (0, 0, 0),
    };
    let missing = match count {
        Count::All => Count::All,
        Count::Last(wanted) => Count::Last(wanted.saturating_sub(lines)),
    };
    for part in archives(log, live.as_ref(), missing)?.into_iter().rev() {
        part.hand_over(take)?;
    }
    if let Some(file) = live {
        let part = Part {
            path: log.to_owned(),
            skip: 0,
            file,
        };
        part.hand_over_range(start, end, take)?;
    }
    Ok(end)
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
    log.exists() || rotate::archive(&log, 1).exists()
}

/// A file that may be missing.
fn found(path: &Path) -> Result<Option<File>, PastError> {
    match fsx::open_read(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(PastError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Where in a file the wanted lines begin and end, and how many of them it has. All of them begin
/// at its beginning and are not counted.
fn range(file: &File, count: Count, unended: Unended) -> io::Result<(u64, u64, u64)> {
    let len = file.metadata()?.len();
    let end = match unended {
        Unended::Shown => len,
        Unended::Left => end_of_lines(file, len)?,
    };
    match count {
        Count::All => Ok((0, end, 0)),
        Count::Last(wanted) => {
            let (start, lines) = last_lines(file, end, wanted)?;
            Ok((start, end, lines))
        }
    }
}

/// Where the last line ends that has ended.
fn end_of_lines(file: &File, len: u64) -> io::Result<u64> {
    let mut last = [0];
    let filled = fsx::read_at(file, &mut last, len.saturating_sub(1))?;
    if filled == 0 || last == *b"\n" {
        return Ok(len);
    }
    Ok(last_lines(file, len, 1)?.0)
}

/// Where the last lines before `end` begin, at most `wanted` of them, and how many there are.
fn last_lines(file: &File, end: u64, wanted: u64) -> io::Result<(u64, u64)> {
    if wanted == 0 || end == 0 {
        return Ok((end, 0));
    }
    let (mut at, mut lines) = (end, 0);
    let mut block = vec![0; BLOCK];
    while at > 0 {
        let start = at.saturating_sub(BLOCK as u64);
        let want = usize::try_from(at - start).unwrap_or(BLOCK);
        let part = block.get_mut(..want).unwrap_or_default();
        let filled = fsx::read_at(file, part, start)?;
        let part = part.get(..filled).unwrap_or_default();
        for (index, _) in part
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, byte)| **byte == b'\n')
        {
            let begin = start + index as u64 + 1;
            // The end of the last line begins no other one.
            if begin != end {
                lines += 1;
                if lines == wanted {
                    return Ok((begin, lines));
                }
            }
        }
        at = start;
    }
    Ok((0, lines + 1))
}

/// The archives that hold the missing lines, newest first.
fn archives(log: &Path, live: Option<&File>, missing: Count) -> Result<Vec<Part>, PastError> {
    let mut parts = Vec::new();
    let mut missing = missing;
    // One that a crash has left counts only when the log was cut after it.
    let fresh = rotate::archive(log, 0);
    let is_cut = live.is_none_or(|file| {
        rotate::archived_before(file, &fresh).is_ok_and(|same| same.is_none_or(|bytes| bytes == 0))
    });
    let first = u32::from(!is_cut || !fresh.exists());
    for number in first.. {
        if missing == Count::Last(0) {
            break;
        }
        let path = rotate::archive(log, number);
        let Some(file) = found(&path)? else { break };
        let mut part = Part {
            path,
            file,
            skip: 0,
        };
        if let Count::Last(wanted) = missing {
            let lines = part.count()?;
            part.skip = lines.saturating_sub(wanted);
            missing = Count::Last(wanted.saturating_sub(lines));
        }
        parts.push(part);
    }
    Ok(parts)
}

/// A file of which lines are wanted.
struct Part {
    path: PathBuf,
    file: File,
    /// How many of its first lines are not.
    skip: u64,
}

impl Part {
    fn failed(&self, source: io::Error) -> PastError {
        PastError::Read {
            path: self.path.clone(),
            source,
        }
    }

    /// How many lines an archive holds.
    fn count(&self) -> Result<u64, PastError> {
        let (mut lines, mut last) = (0, b'\n');
        self.unpack(&mut |bytes| {
            lines += bytes
                .iter()
                .map(|byte| u64::from(*byte == b'\n'))
                .sum::<u64>();
            last = bytes.last().copied().unwrap_or(last);
            Ok(())
        })?;
        Ok(lines + u64::from(last != b'\n'))
    }

    /// Hands over the lines of an archive.
    fn hand_over(&self, take: &mut dyn FnMut(String) -> io::Result<()>) -> Result<(), PastError> {
        let mut lines = Lines::skipping(self.skip);
        self.unpack(&mut |bytes| lines.feed(bytes, take))?;
        lines.end(take).map_err(PastError::Take)
    }

    /// Reads what an archive holds.
    fn unpack(&self, take: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> Result<(), PastError> {
        (&self.file).rewind().map_err(|error| self.failed(error))?;
        let mut decoder = MultiGzDecoder::new(&self.file);
        let mut block = vec![0; BLOCK];
        loop {
            match decoder.read(&mut block) {
                Ok(0) => return Ok(()),
                Ok(filled) => {
                    take(block.get(..filled).unwrap_or_default()).map_err(PastError::Take)?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed(error)),
            }
        }
    }

    /// Hands over the lines between two places of a plain file.
    fn hand_over_range(
        &self,
        start: u64,
        end: u64,
        take: &mut dyn FnMut(String) -> io::Result<()>,
    ) -> Result<(), PastError> {
        let mut lines = Lines::skipping(0);
        let mut block = vec![0; BLOCK];
        let mut at = start;
        while at < end {
            let want = usize::try_from(end - at).unwrap_or(BLOCK).min(BLOCK);
            let part = block.get_mut(..want).unwrap_or_default();
            let filled = fsx::read_at(&self.file, part, at).map_err(|error| self.failed(error))?;
            if filled == 0 {
                // It was cut meanwhile.
                break;
            }
            let bytes = part.get(..filled).unwrap_or_default();
            lines.feed(bytes, take).map_err(PastError::Take)?;
            at += filled as u64;
        }
        lines.end(take).map_err(PastError::Take)
    }
}

/// Bytes on their way to lines; holds no more than a line may be long.
struct Lines {
    skip: u64,
    held: Vec<u8>,
    over: usize,
}

impl Lines {
    fn skipping(skip: u64) -> Self {
        Self {
            skip,
            held: Vec::new(),
            over: 0,
        }
    }

    fn feed(
        &mut self,
        bytes: &[u8],
        take: &mut dyn FnMut(String) -> io::Result<()>,
    ) -> io::Result<()> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let ended = piece.strip_suffix(b"\n");
            if self.skip > 0 {
                self.skip -= u64::from(ended.is_some());
                continue;
            }
            let text = ended.unwrap_or(piece);
            let room = clean::LINE_LIMIT.saturating_sub(self.held.len());
            let kept = text.get(..room).unwrap_or(text);
            self.held.extend_from_slice(kept);
            self.over += text.len() - kept.len();
            if ended.is_some() {
                take(self.line())?;
            }
        }
        Ok(())
    }

    /// Hands over a last line that has not ended.
    fn end(&mut self, take: &mut dyn FnMut(String) -> io::Result<()>) -> io::Result<()> {
        if self.held.is_empty() && self.over == 0 {
            return Ok(());
        }
        take(self.line())
    }

    /// The line that is held, clean.
    fn line(&mut self) -> String {
        let mut text = clean::line(&self.held);
        if self.over > 0 {
            text.push_str(&clean::cut_mark(self.over));
        }
        self.held.clear();
        self.over = 0;
        text
    }
}

#[cfg(test)]
#[path = "tests/past.rs"]
mod tests;
