//! Finding lines in the files of the ledger, without reading more of them than is needed.

use std::{fs::File, io, path::Path};

use serde::Deserialize;

use super::{
    KEPT, aged,
    lines::{BLOCK, LINE_LIMIT, Lines},
};
use crate::{
    io::platform::fsx,
    model::{Event, Seq, root::Root},
};

/// Below this, a file is read through instead of searched, in bytes.
const NEAR: u64 = BLOCK as u64;

/// The one key that is looked for.
#[derive(Deserialize)]
struct Numbered {
    seq: Seq,
}

/// The number of a line, where it has one.
fn number(line: &[u8]) -> Option<Seq> {
    let parsed: Option<Numbered> = serde_json::from_slice(line).ok();
    parsed.map(|numbered| numbered.seq)
}

/// The files of a ledger that are there, the newest first. Opened in that order, a rotation meanwhile
/// can show one twice and hide none.
fn files(path: &Path) -> io::Result<Vec<File>> {
    let mut files = Vec::new();
    for age in 0..=KEPT {
        match fsx::open_read(&aged(path, age)) {
            Ok(file) => files.push(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(files)
}

/// The number of the last line of a ledger that has one.
///
/// # Errors
///
/// It cannot be read.
pub(super) fn last(path: &Path) -> io::Result<Option<Seq>> {
    for file in files(path)? {
        let mut found = None;
        backwards(&file, |line| {
            found = number(line);
            found.is_none()
        })?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The last events of a ledger, at most `count`, oldest first, across its files. Lines that are none
/// are left out.
///
/// # Errors
///
/// It is not there, or cannot be read.
pub fn latest(path: &Path, count: usize) -> io::Result<Vec<Event>> {
    fsx::open_read(path)?;
    let mut latest: Vec<Event> = Vec::new();
    for file in files(path)? {
        if latest.len() >= count {
            break;
        }
        backwards(&file, |line| {
            let event: Option<Event> = serde_json::from_slice(line).ok();
            let newer = latest.last().map(|event| event.seq);
            // A file that was moved while it was opened is there twice.
            let again = |event: &Event| newer.is_some_and(|newer| event.seq >= newer);
            latest.extend(event.filter(|event| !again(event)));
            latest.len() < count
        })?;
    }
    latest.reverse();
    Ok(latest)
}

/// The events after a number, oldest first, at most `limit`, across the files of the ledger. Lines
/// that are none are left out. A ledger that is not there has no events.
///
/// # Errors
///
/// It cannot be read.
pub fn since(path: &Path, seq: Seq, limit: usize) -> io::Result<Vec<Event>> {
    let files = files(path)?;
    let mut needed = Vec::new();
    for file in &files {
        needed.push(file);
        // What comes before its first line is not asked for.
        if first(file, 0)?.is_some_and(|(_, first)| first <= seq) {
            break;
        }
    }
    let mut found: Vec<Event> = Vec::new();
    for file in needed.into_iter().rev() {
        let mut lines = Lines::from(file, place_after(file, seq)?);
        while found.len() < limit
            && let Some(line) = lines.next()?
        {
            let event: Option<Event> = serde_json::from_slice(&line).ok();
            let after = found.last().map_or(seq, |event| event.seq);
            found.extend(event.filter(|event| event.seq > after));
        }
    }
    Ok(found)
}

/// Reads the last `bytes` of a ledger forward, across its files, and hands on each event with a number
/// below `before`.
///
/// # Errors
///
/// It cannot be read.
pub fn read_back(
    root: &Root,
    bytes: u64,
    before: Seq,
    mut each: impl FnMut(Event),
) -> io::Result<()> {
    let mut rest = bytes;
    let mut parts = Vec::new();
    for file in files(&root.ledger_file())? {
        let size = file.metadata()?.len();
        parts.push((file, size.saturating_sub(rest)));
        rest = rest.saturating_sub(size);
        if rest == 0 {
            break;
        }
    }
    let mut after = None;
    for (file, start) in parts.iter().rev() {
        let mut lines = Lines::after(file, *start)?;
        while let Some(line) = lines.next()? {
            let event: Option<Event> = serde_json::from_slice(&line).ok();
            let Some(event) = event else { continue };
            if event.seq >= before {
                return Ok(());
            }
            if after.is_none_or(|after| event.seq > after) {
                after = Some(event.seq);
                each(event);
            }
        }
    }
    Ok(())
}

/// The first numbered line from a place on: where it begins, and its number.
fn first(file: &File, from: u64) -> io::Result<Option<(u64, Seq)>> {
    let mut lines = Lines::after(file, from)?;
    loop {
        let place = lines.place();
        let Some(line) = lines.next()? else {
            return Ok(None);
        };
        if let Some(seq) = number(&line) {
            return Ok(Some((place, seq)));
        }
    }
}

/// A place at or before the first line after this number, and not far before it: the numbers of a file
/// only grow.
fn place_after(file: &File, seq: Seq) -> io::Result<u64> {
    let (mut low, mut high) = (0, file.metadata()?.len());
    while high.saturating_sub(low) > NEAR {
        let middle = low + (high - low) / 2;
        match first(file, middle)? {
            Some((place, found)) if found <= seq && place < high => low = place,
            Some(_) | None => high = middle,
        }
    }
    Ok(low)
}

/// Hands on each line of a file, the last one first, as long as `more` says so. Reads block by block.
fn backwards(file: &File, mut more: impl FnMut(&[u8]) -> bool) -> io::Result<()> {
    let mut end = file.metadata()?.len();
    // The end of a line whose beginning lies in an earlier block.
    let mut rest: Vec<u8> = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(BLOCK as u64);
        let mut block = vec![0; usize::try_from(end - start).unwrap_or(0)];
        let filled = fsx::read_at(file, &mut block, start)?;
        block.truncate(filled);
        block.extend_from_slice(&rest);
        rest.clear();
        let mut lines = block.rsplit(|byte| *byte == b'\n').peekable();
        while let Some(line) = lines.next() {
            if lines.peek().is_none() && start > 0 {
                // A line that long is none of ours, and must not fill the memory.
                if line.len() <= LINE_LIMIT {
                    rest = line.to_vec();
                }
            } else if !line.is_empty() && !more(line) {
                return Ok(());
            }
        }
        end = start;
    }
    Ok(())
}
