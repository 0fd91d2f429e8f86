//! Ledger lines from a number on, read forward in pieces of bounded size.

use std::{
    collections::VecDeque,
    ffi::OsString,
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
};

use super::platform::fsx;
use crate::model::{Event, Seq};

/// How much is read at once, in bytes.
const BLOCK: usize = 64 * 1024;
/// A line longer than this is none of ours.
const LINE_LIMIT: u64 = 1024 * 1024;
/// What every line of ours begins with.
const BEGIN: &[u8] = b"{\"seq\":";

/// Reads a ledger forward. A last line that is still being written is left to the next reader.
#[derive(Debug)]
pub struct Reader {
    files: VecDeque<BufReader<File>>,
    after: Seq,
}

impl Reader {
    /// A reader of everything after a line, what was rotated away included. A ledger that is not
    /// there has no lines.
    ///
    /// # Errors
    ///
    /// A file of it is there and cannot be opened.
    pub fn after(ledger: &Path, after: Seq) -> io::Result<Self> {
        let mut files = VecDeque::new();
        for path in files_of(ledger) {
            match fsx::open_read(&path) {
                Ok(file) => files.push_back(BufReader::with_capacity(BLOCK, file)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self { files, after })
    }

    /// The next lines, at most `count`, oldest first; none at the end. Lines that are none are left
    /// out. Blocks.
    ///
    /// # Errors
    ///
    /// A file cannot be read.
    pub fn next(&mut self, count: usize) -> io::Result<Vec<Event>> {
        let mut events = Vec::new();
        let mut line = Vec::new();
        while events.len() < count {
            let Some(file) = self.files.front_mut() else {
                break;
            };
            if !next_line(file, &mut line)? {
                self.files.pop_front();
                continue;
            }
            if number(&line).is_some_and(|seq| seq <= self.after) {
                continue;
            }
            let event: Option<Event> = serde_json::from_slice(&line).ok();
            if let Some(event) = event.filter(|event| event.seq > self.after) {
                self.after = event.seq;
                events.push(event);
            }
        }
        Ok(events)
    }
}

/// The files of a ledger, oldest first: those that were rotated away are numbered from 1, the newest.
fn files_of(ledger: &Path) -> Vec<PathBuf> {
    let rotated = |number: u32| {
        let mut name = OsString::from(ledger.as_os_str());
        name.push(format!(".{number}"));
        PathBuf::from(name)
    };
    let mut files = vec![ledger.to_owned()];
    files.extend((1..).map(rotated).take_while(|path| path.exists()));
    files.reverse();
    files
}

/// Reads a whole line, without its end; one that is too long comes out empty. `false` at the end.
fn next_line(file: &mut BufReader<File>, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    file.by_ref().take(LINE_LIMIT).read_until(b'\n', line)?;
    if line.ends_with(b"\n") {
        line.pop();
        return Ok(true);
    }
    if (line.len() as u64) < LINE_LIMIT {
        return Ok(false);
    }
    line.clear();
    file.skip_until(b'\n')?;
    Ok(true)
}

/// The number of a line, as far as it can be told without reading all of it.
fn number(line: &[u8]) -> Option<Seq> {
    let rest = line.strip_prefix(BEGIN)?;
    let digits = rest.split(|byte| !byte.is_ascii_digit()).next()?;
    let text = std::str::from_utf8(digits).ok()?;
    text.parse().ok().map(Seq)
}

#[cfg(test)]
#[path = "tests/events.rs"]
mod tests;
