//! One stream of a service, with its archives, as one row of bytes.

use std::{io, ops::Range};

use super::{BookError, packed::Packed};
use crate::{
    io::logs::source::{Got, Source},
    model::{ServiceName, Stream, root::Root},
};

/// One stream of a service. A place in it is how many bytes had been written to it before, so that
/// it stays the same when they move into an archive.
#[derive(Debug)]
pub(super) struct Volume {
    stream: Stream,
    source: Source,
    /// The archive that was read last.
    packed: Option<Packed>,
}

impl Volume {
    /// That stream; nothing is opened yet.
    pub(super) fn new(root: &Root, service: &ServiceName, stream: Stream) -> Self {
        Self {
            stream,
            source: Source::new(root, service, stream),
            packed: None,
        }
    }

    /// Which stream it is.
    pub(super) fn stream(&self) -> Stream {
        self.stream
    }

    /// The first place that can be read, and the one behind the last.
    pub(super) fn extent(&mut self) -> Result<Range<u64>, BookError> {
        let extent = self.source.extent();
        let (first, end) = extent.map_err(|source| self.failed(source))?;
        Ok(first..end.max(first))
    }

    /// Reads from a place on; less than asked for only at the end. What cannot be read any more, since
    /// its archive was dropped, is [`BookError::Gone`].
    pub(super) fn read(&mut self, at: u64, buffer: &mut [u8]) -> Result<usize, BookError> {
        let mut filled = 0;
        loop {
            let place = at + filled as u64;
            let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) else {
                return Ok(filled);
            };
            if let Some(packed) = self.packed.as_mut().filter(|packed| packed.holds(place)) {
                let read = packed.read(place, room);
                filled += read.map_err(|source| BookError::read(packed.path(), source))?;
                continue;
            }
            match self
                .read_live(place, room)
                .map_err(|why| self.failed(why))?
            {
                Some(read) => return Ok(filled + read),
                None => self.open_archive(place)?,
            }
        }
    }

    /// Reads the file; `None` where an archive holds the place.
    fn read_live(&self, place: u64, room: &mut [u8]) -> io::Result<Option<usize>> {
        let Some(live) = self.source.open()? else {
            let (_, end) = self.source.extent()?;
            return Ok((place >= end).then_some(0));
        };
        Ok(match self.source.read(&live, place, room)? {
            Got::Bytes(read) => Some(read),
            Got::Gone(_) => None,
        })
    }

    /// Opens the archive that holds a place.
    fn open_archive(&mut self, place: u64) -> Result<(), BookError> {
        let found = self.source.archived(place);
        let found = found.map_err(|source| self.failed(source))?;
        let Some(archive) = found.filter(|archive| archive.start <= place) else {
            return Err(BookError::Gone);
        };
        let packed = Packed::new(archive).map_err(|source| self.failed(source))?;
        self.packed = Some(packed);
        Ok(())
    }

    fn failed(&self, source: io::Error) -> BookError {
        BookError::read(self.source.log(), source)
    }
}
