//! One archive, read at any place in it.

use std::{
    fs::File,
    io::{self, Read, Seek},
    ops::Range,
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;

use crate::io::logs::archives::Archive;

/// How much of what an archive holds is kept unpacked, in bytes; twice as much for a moment.
const KEPT: usize = 8 * 1024 * 1024;
/// How much is unpacked at once, in bytes.
const BLOCK: usize = 64 * 1024;

/// An archive, with the part of it that was read last.
#[derive(Debug)]
pub(super) struct Packed {
    path: PathBuf,
    file: File,
    range: Range<u64>,
    decoder: MultiGzDecoder<File>,
    /// The place where `kept` begins.
    from: u64,
    kept: Vec<u8>,
}

impl Packed {
    /// An archive of which nothing has been read.
    pub(super) fn new(archive: Archive) -> io::Result<Self> {
        let Archive {
            path,
            file,
            start,
            end,
        } = archive;
        Ok(Self {
            path,
            decoder: MultiGzDecoder::new(file.try_clone()?),
            file,
            range: start..end,
            from: start,
            kept: Vec::new(),
        })
    }

    /// Its path, as it was when it was opened.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it holds what comes at a place of the stream.
    pub(super) fn holds(&self, place: u64) -> bool {
        self.range.contains(&place)
    }

    /// Reads from a place on that it holds; less than asked for only at its end.
    pub(super) fn read(&mut self, place: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if place < self.from {
            self.file.rewind()?;
            self.decoder = MultiGzDecoder::new(self.file.try_clone()?);
            self.kept.clear();
            self.from = self.range.start;
        }
        self.unpack_to((place + buffer.len() as u64).min(self.range.end))?;
        let start = usize::try_from(place - self.from).unwrap_or(usize::MAX);
        let there = self.kept.get(start..).unwrap_or_default();
        let filled = there.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..filled), there.get(..filled)) {
            to.copy_from_slice(from);
        }
        if filled == 0 {
            let why = "it holds less than it says";
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        Ok(filled)
    }

    /// Unpacks up to this place. What lies before it is kept too, as far as there is room: whoever
    /// reads backwards wants it next.
    fn unpack_to(&mut self, goal: u64) -> io::Result<()> {
        while self.from + (self.kept.len() as u64) < goal {
            if self.kept.len() >= 2 * KEPT {
                let over = self.kept.len() - KEPT;
                self.kept.drain(..over);
                self.from += over as u64;
            }
            let start = self.kept.len();
            self.kept.resize(start + BLOCK, 0);
            let room = self.kept.get_mut(start..).unwrap_or_default();
            let read = self.decoder.read(room);
            let filled = *read.as_ref().unwrap_or(&0);
            self.kept.truncate(start + filled);
            match read {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
