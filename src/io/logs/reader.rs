//! Reads on and on in one stream, wherever its bytes lie by now.

use std::{
    fmt,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::source::{Got, Source};

/// Reads a stream from a position on: archives, then the file. What is gone is passed over.
pub struct Reader {
    source: Source,
    file: Option<File>,
    /// The archive that is being read.
    archive: Option<Box<dyn Read + Send>>,
    /// The file that is being read.
    path: PathBuf,
    /// Where the archive ends that is being read.
    archive_end: Option<u64>,
    pos: u64,
    passed_over: u64,
}

impl Reader {
    /// A reader that begins at a position.
    ///
    /// # Errors
    ///
    /// The file cannot be opened.
    pub fn new(source: &Source, pos: u64) -> io::Result<Self> {
        Ok(Self {
            source: source.clone(),
            file: source.open()?,
            archive: None,
            path: source.log().to_owned(),
            archive_end: None,
            pos,
            passed_over: 0,
        })
    }

    /// The position of the next byte.
    pub fn pos(&self) -> u64 {
        self.pos
    }

    /// Leaves an archive that cannot be read: what follows it is read next. Returns whether there was
    /// one.
    pub(super) fn leave_archive(&mut self) -> bool {
        self.archive = None;
        match self.archive_end.take() {
            Some(end) => {
                self.pos = end;
                true
            }
            None => false,
        }
    }

    /// The file that is being read: where an error comes from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it reads an archive, and not the file yet.
    pub fn is_in_archive(&self) -> bool {
        self.archive.is_some()
    }

    /// How many bytes had to be passed over since the last call, because no archive keeps them.
    pub fn take_passed_over(&mut self) -> u64 {
        std::mem::take(&mut self.passed_over)
    }

    /// Reads on; 0 at the end of what there is.
    ///
    /// # Errors
    ///
    /// A file cannot be read.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(archive) = &mut self.archive {
                let filled = match archive.read(buffer) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    read => read?,
                };
                if filled > 0 {
                    self.pos += filled as u64;
                    return Ok(filled);
                }
                self.archive = None;
                self.archive_end = None;
                self.path = self.source.log().to_owned();
            }
            if self.file.is_none() {
                // It may be there by now.
                self.file = self.source.open()?;
            }
            let first = match &self.file {
                Some(file) => match self.source.read(file, self.pos, buffer)? {
                    Got::Bytes(filled) => {
                        self.pos += filled as u64;
                        return Ok(filled);
                    }
                    Got::Gone(first) => Some(first),
                },
                None => None,
            };
            let Some(archive) = self.source.archived(self.pos)? else {
                match first.filter(|first| *first > self.pos) {
                    Some(first) => self.pass_over(first),
                    None => return Ok(0),
                }
                continue;
            };
            self.pass_over(self.pos.max(archive.start));
            self.path.clone_from(&archive.path);
            self.archive_end = Some(archive.end);
            self.archive = Some(Box::new(archive.read_from(self.pos)?));
        }
    }

    fn pass_over(&mut self, to: u64) {
        self.passed_over += to.saturating_sub(self.pos);
        self.pos = to;
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("pos", &self.pos)
            .finish_non_exhaustive()
    }
}
