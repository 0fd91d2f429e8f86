//! The lines of one file, forward, in blocks.

use std::{fs::File, io};

use super::super::platform::fsx;

/// How much is read at once, in bytes.
pub(super) const BLOCK: usize = 64 * 1024;

/// A line longer than this is none of ours.
pub(super) const LINE_LIMIT: usize = 1024 * 1024;

/// Reads lines from a place on. A line without its end is read as well.
pub(super) struct Lines<'a> {
    file: &'a File,
    /// Where the next block is.
    next: u64,
    /// What was read and not yet taken, from `taken` on.
    buffer: Vec<u8>,
    taken: usize,
    over: bool,
}

impl<'a> Lines<'a> {
    /// The lines from a place on, which is the beginning of one.
    pub(super) fn from(file: &'a File, offset: u64) -> Self {
        Self {
            file,
            next: offset,
            buffer: Vec::new(),
            taken: 0,
            over: false,
        }
    }

    /// The lines after the first line break from a place on.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub(super) fn after(file: &'a File, offset: u64) -> io::Result<Self> {
        let Some(before) = offset.checked_sub(1) else {
            return Ok(Self::from(file, 0));
        };
        let mut lines = Self::from(file, before);
        lines.next()?;
        Ok(lines)
    }

    /// Where the next line begins.
    pub(super) fn place(&self) -> u64 {
        self.next - (self.buffer.len() - self.taken) as u64
    }

    /// The next line, without its break; an empty one for a line that is too long. `None` at the end.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub(super) fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut searched = self.taken;
        let mut too_long = false;
        loop {
            let unread = self.buffer.get(searched..).unwrap_or_default();
            if let Some(at) = unread.iter().position(|byte| *byte == b'\n') {
                let end = searched + at;
                let line = self.buffer.get(self.taken..end).unwrap_or_default();
                let line = if too_long { Vec::new() } else { line.to_vec() };
                self.taken = end + 1;
                return Ok(Some(line));
            }
            if self.over {
                let rest = self.buffer.split_off(self.taken);
                self.buffer.clear();
                self.taken = 0;
                let is_line = !rest.is_empty() && !too_long;
                return Ok(is_line.then_some(rest));
            }
            self.buffer.drain(..self.taken);
            self.taken = 0;
            if self.buffer.len() > LINE_LIMIT {
                too_long = true;
                self.buffer.clear();
            }
            searched = self.buffer.len();
            self.fill()?;
        }
    }

    /// Reads one block more.
    fn fill(&mut self) -> io::Result<()> {
        let filled = self.buffer.len();
        self.buffer.resize(filled + BLOCK, 0);
        let room = self.buffer.get_mut(filled..).unwrap_or_default();
        let count = fsx::read_at(self.file, room, self.next)?;
        self.buffer.truncate(filled + count);
        self.next += count as u64;
        self.over = count < BLOCK;
        Ok(())
    }
}
