//! A note from one run of a service to its next: start late, once.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    time::Duration,
};

use super::wish::DELAY_MAX_MS;
use crate::{
    io::files::{self, FileError},
    model::ServiceName,
};

/// The file that holds the delay, in milliseconds.
pub(super) struct Note {
    path: PathBuf,
}

impl Note {
    /// The note of this service in that folder.
    pub(super) fn new(folder: &Path, service: &ServiceName) -> Self {
        Self {
            path: folder.join(format!("{service}.slow_start")),
        }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves it, in the place of an earlier one. Makes the folder.
    pub(super) fn leave(&self, delay: Duration) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let text = format!("{}\n", delay.as_millis());
        files::replace(&self.path, text.as_bytes()).map_err(|error| match error {
            FileError::Folder { source, .. }
            | FileError::Write { source, .. }
            | FileError::Rename { source, .. } => source,
        })
    }

    /// Takes it away, if it is there.
    pub(super) fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    /// Reads it and takes it away, so that it is heeded once; no delay when there is none. One that
    /// cannot be taken away is an error, or it would be heeded for ever.
    pub(super) fn heed(&self) -> io::Result<Duration> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Duration::ZERO),
            Err(error) => return Err(error),
        };
        self.remove()?;
        match text.trim().parse() {
            Ok(ms) if ms <= DELAY_MAX_MS => Ok(Duration::from_millis(ms)),
            Ok(_) | Err(_) => Err(io::Error::other(format!(
                "it holds no number up to {DELAY_MAX_MS}"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(folder: &Path) -> Note {
        Note::new(&folder.join("state"), &"payments".parse().unwrap())
    }

    #[test]
    fn a_note_is_heeded_once() {
        let folder = tempfile::tempdir().unwrap();
        let note = note(folder.path());
        assert_eq!(note.heed().unwrap(), Duration::ZERO);
        note.leave(Duration::from_secs(9)).unwrap();
        note.leave(Duration::from_millis(70)).unwrap();
        assert_eq!(note.heed().unwrap(), Duration::from_millis(70));
        assert_eq!(note.heed().unwrap(), Duration::ZERO);
        note.remove().unwrap();
    }

    #[test]
    fn a_note_that_makes_no_sense_is_said_once() {
        let folder = tempfile::tempdir().unwrap();
        let note = note(folder.path());
        note.leave(Duration::from_millis(DELAY_MAX_MS + 1)).unwrap();
        assert!(note.heed().unwrap_err().to_string().contains("no number"));
        assert_eq!(note.heed().unwrap(), Duration::ZERO);
    }
}
