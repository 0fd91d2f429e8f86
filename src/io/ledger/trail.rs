//! The ledger as its readers see it: line by line, and on as it grows. Nothing is written.

use std::{
    collections::VecDeque,
    fs::File,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{KEPT, aged};
use crate::{
    io::platform::{fsx, notice::Notices},
    model::Event,
};

/// How much is read at once, in bytes.
const BLOCK: usize = 64 * 1024;
/// A line longer than this is none of ours, in bytes.
const LINE_LIMIT: usize = 1024 * 1024;
/// The longest pause between two looks: a file that takes the place of another tells nobody.
const PAUSE: Duration = Duration::from_millis(250);

/// A place in the ledger, and what of it was read only in part.
pub struct Trail {
    path: PathBuf,
    /// Files that were rotated away and are still to be read, oldest first.
    older: VecDeque<PathBuf>,
    file: Option<File>,
    in_older: bool,
    at: u64,
    part: Vec<u8>,
    notices: Option<Notices>,
    watched: bool,
}

impl Trail {
    /// The ledger from its beginning, what was rotated away included.
    /// It may be missing, and come later.
    pub fn from_start(path: &Path) -> Self {
        let older = (1..=KEPT).rev().map(|age| aged(path, age));
        Self {
            path: path.to_owned(),
            older: older.filter(|path| path.exists()).collect(),
            file: None,
            in_older: false,
            at: 0,
            part: Vec::new(),
            notices: Notices::new().ok(),
            watched: false,
        }
    }

    /// The ledger from its end: only what is written from now on.
    ///
    /// # Errors
    ///
    /// It cannot be opened. One that is not there yet is no error.
    pub fn from_now(path: &Path) -> io::Result<Self> {
        let mut trail = Self::from_start(path);
        trail.older.clear();
        trail.open()?;
        if let Some(file) = &trail.file {
            trail.at = file.metadata()?.len();
        }
        Ok(trail)
    }

    /// Hands out every whole line that is there and was not handed out yet. A line that is no
    /// event, such as one that a crash has torn, is left out.
    ///
    /// # Errors
    ///
    /// It cannot be opened or read.
    pub fn read(&mut self, mut take: impl FnMut(Event)) -> io::Result<()> {
        loop {
            self.open()?;
            let Some(file) = &self.file else {
                return Ok(());
            };
            let mut block = vec![0; BLOCK];
            let filled = fsx::read_at(file, &mut block, self.at)?;
            block.truncate(filled);
            self.at = self.at.saturating_add(filled as u64);
            if filled == 0 {
                if !self.in_older && fsx::is_same_file(file, &self.path) {
                    return Ok(());
                }
                // It was rotated away: it has been read to its end.
                self.forget();
                if self.older.is_empty() && !self.path.exists() {
                    return Ok(());
                }
                continue;
            }
            self.split(&block, &mut take);
        }
    }

    /// Waits until there may be more to read, for at most a quarter of a second.
    pub async fn grown(&mut self) {
        if !self.watched
            && let (Some(notices), Some(file)) = (&mut self.notices, &self.file)
        {
            self.watched = notices.watch_file(file).is_ok();
            if self.watched {
                // What was written before the watch began has told nobody.
                return;
            }
        }
        match &mut self.notices {
            Some(notices) if self.watched => {
                if let Ok(Err(_broken)) = tokio::time::timeout(PAUSE, notices.noticed()).await {
                    tokio::time::sleep(PAUSE).await;
                }
                notices.drain();
            }
            Some(_) | None => tokio::time::sleep(PAUSE).await,
        }
    }

    fn open(&mut self) -> io::Result<()> {
        if let Some(file) = &self.file {
            if file.metadata()?.len() < self.at {
                self.at = 0;
                self.part.clear();
            }
            return Ok(());
        }
        let older = self.older.pop_front();
        self.in_older = older.is_some();
        match fsx::open_read(older.as_ref().unwrap_or(&self.path)) {
            Ok(file) => self.file = Some(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn forget(&mut self) {
        self.file = None;
        self.at = 0;
        self.part.clear();
        self.watched = false;
    }

    fn split(&mut self, block: &[u8], take: &mut impl FnMut(Event)) {
        let mut pieces = block.split(|byte| *byte == b'\n').peekable();
        while let Some(piece) = pieces.next() {
            if self.part.len() + piece.len() <= LINE_LIMIT {
                self.part.extend_from_slice(piece);
            }
            if pieces.peek().is_some() {
                if let Ok(event) = serde_json::from_slice(&self.part) {
                    take(event);
                }
                self.part.clear();
            }
        }
    }
}

#[cfg(test)]
#[path = "tests/trail.rs"]
mod tests;
