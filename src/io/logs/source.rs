//! One stream of a service, by positions: bytes ever written to it. Whoever reads by positions does
//! not see that the file is rotated meanwhile.
//!
//! Where the file begins is in the run record, which is replaced as a whole. A reader looks there
//! before he reads and again afterwards: what he has read counts when it says the same both times.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use super::archives::{self, Archive};
use crate::{
    io::{platform::fsx, records},
    model::{
        ServiceName, Stream,
        log::{Cut, CutStep, CutWay, LogHead},
        root::Root,
    },
};

/// How often a reader looks again while a log is being rotated.
const ATTEMPTS: u32 = 200;
/// How long he waits before he does.
const WAIT: Duration = Duration::from_millis(5);

/// One stream of a service.
#[derive(Debug, Clone)]
pub struct Source {
    root: Root,
    service: ServiceName,
    stream: Stream,
    log: PathBuf,
}

/// Where the file of a stream lies in it at one moment, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// The position of the first byte of the file.
    pub base: u64,
    /// The position of the first byte that is to be read in it; what is before is in the archives.
    pub first: u64,
    /// The position of its end.
    pub end: u64,
    /// How much of the stream went because somebody else cut the file.
    pub lost: u64,
}

/// How far somebody has read a stream, also where somebody else cuts its file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cursor {
    /// The position of what is read next.
    pub pos: u64,
    /// What was lost at the last look.
    lost: Option<u64>,
    /// The file was cut, and the owner has not said yet which position it begins at.
    is_adrift: bool,
}

impl Cursor {
    /// At a position.
    pub fn at(pos: u64) -> Self {
        Self {
            pos,
            ..Self::default()
        }
    }

    /// The position, where it is known.
    pub fn known(&self) -> Option<u64> {
        Some(self.pos).filter(|_| !self.is_adrift)
    }

    /// Looks whether the file was cut by somebody else; `end` is where it ended at the last look, at
    /// least. Then what follows does not join on, and is read from the beginning of the file.
    pub fn settle(&mut self, place: &Place, end: u64) -> bool {
        let lost = place.lost.saturating_sub(self.lost.unwrap_or(place.lost));
        self.lost = Some(place.lost);
        if lost > 0 && self.is_adrift {
            // Now it is known where it has been read since.
            self.pos += lost;
            self.is_adrift = false;
            return false;
        }
        let is_cut = lost > 0 || place.end < self.pos.max(end);
        if is_cut {
            self.pos = place.base;
            self.is_adrift = lost == 0;
        }
        is_cut
    }
}

/// What was read at a position.
#[derive(Debug)]
pub(super) enum Got {
    /// So many bytes; none at the end.
    Bytes(usize),
    /// It is not in the file any more, which begins here by now.
    Gone(u64),
}

impl Source {
    /// A stream of a service.
    pub fn new(root: &Root, service: &ServiceName, stream: Stream) -> Self {
        Self {
            root: root.clone(),
            service: service.clone(),
            stream,
            log: root.log_file(service, stream).unwrap_or_default(),
        }
    }

    /// Its file.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// What the run record says about where the file begins. Without a record it begins behind what
    /// the archives hold.
    fn head(&self) -> LogHead {
        let head = records::log_head(&self.root, &self.service, self.stream);
        head.unwrap_or_else(|| LogHead {
            base: archives::held(&self.log),
            ..LogHead::default()
        })
    }

    /// Where the file lies now. May wait a moment while it is rotated.
    ///
    /// # Errors
    ///
    /// The file cannot be asked.
    pub fn place(&self, file: &File) -> io::Result<Place> {
        self.unmoved(|head| place(head, file))
    }

    /// Where the stream begins and ends that can be read: what the archives hold, and the file.
    ///
    /// # Errors
    ///
    /// The file or an archive cannot be opened.
    pub fn extent(&self) -> io::Result<(u64, u64)> {
        let live = self.open()?;
        self.unmoved(|head| {
            let place = match &live {
                Some(file) => place(head, file)?,
                None => nothing(head),
            };
            let archives = archives::list(&self.log, head)?;
            let first = archives.last().map_or(place.first, |oldest| oldest.start);
            Ok((first, place.end))
        })
    }

    /// The file; `None` where there is none.
    ///
    /// # Errors
    ///
    /// It cannot be opened.
    pub fn open(&self) -> io::Result<Option<File>> {
        match fsx::open_read(&self.log) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads the file at a position in the stream.
    pub(super) fn read(&self, file: &File, pos: u64, buffer: &mut [u8]) -> io::Result<Got> {
        self.unmoved(|head| {
            let place = place(head, file)?;
            if pos < place.first {
                return Ok(Got::Gone(place.first));
            }
            Ok(Got::Bytes(fsx::read_at(file, buffer, pos - place.base)?))
        })
    }

    /// The archives, newest first, and where the file lies.
    pub(super) fn archives(&self, live: Option<&File>) -> io::Result<(Vec<Archive>, Place)> {
        self.unmoved(|head| {
            let place = match live {
                Some(file) => place(head, file)?,
                None => nothing(head),
            };
            let mut archives = archives::list(&self.log, head)?;
            // What lies in the file as well is read there.
            archives.retain(|archive| archive.end <= place.first);
            Ok((archives, place))
        })
    }

    /// The archive that holds what comes at a position; one that begins later where that is gone.
    /// `None` where none holds anything behind it.
    pub(super) fn archived(&self, pos: u64) -> io::Result<Option<Archive>> {
        let archives = self.unmoved(|head| archives::list(&self.log, head))?;
        Ok(archives.into_iter().rev().find(|archive| pos < archive.end))
    }

    /// Does something that only counts when the file has not been rotated meanwhile; again when it
    /// was.
    fn unmoved<T>(&self, mut body: impl FnMut(LogHead) -> io::Result<T>) -> io::Result<T> {
        let mut before = self.head();
        for _ in 0..ATTEMPTS {
            let done = body(before);
            let after = self.head();
            if after == before {
                return done;
            }
            before = after;
            wait();
        }
        Err(io::Error::other("it is rotated faster than it can be read"))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "another process may be at it: nothing tells when it is done"
)]
fn wait() {
    thread::sleep(WAIT);
}

/// Where a file lies. While it is cut, what is cut counts as archived.
fn place(head: LogHead, file: &File) -> io::Result<Place> {
    let Some(Cut { to, way, step }) = head.more.cut.filter(|cut| cut.step != CutStep::Archived)
    else {
        let len = file.metadata()?.len();
        // A file that is shorter than its hole was cut by somebody else.
        let hole = Some(head.more.hole).filter(|hole| *hole <= len);
        let first = head.base + hole.unwrap_or(0);
        return Ok(at(head, head.base, first, len));
    };
    let first = head.base + to;
    loop {
        let is_there = |len| match (way, step) {
            (CutWay::Collapse, CutStep::Emptied) => Ok(fsx::first_data(file)? >= to),
            (CutWay::Empty, _) => Ok(len >= to),
            (CutWay::Collapse | CutWay::Punch, _) => Ok::<_, io::Error>(true),
        };
        let before = is_there(file.metadata()?.len())?;
        let len = file.metadata()?.len();
        if is_there(len)? == before {
            let base = if before { head.base } else { first };
            return Ok(at(head, base, first, len));
        }
    }
}

fn at(head: LogHead, base: u64, first: u64, len: u64) -> Place {
    Place {
        base,
        first,
        end: base + len,
        lost: head.more.lost,
    }
}

/// Where a file lies that is not there.
fn nothing(head: LogHead) -> Place {
    let cut = head.more.cut.map_or(head.more.hole, |cut| cut.to);
    let base = head.base + cut;
    at(head, base, base, 0)
}
