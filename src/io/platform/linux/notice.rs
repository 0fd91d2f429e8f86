//! Notices of the kernel that files were written to (inotify).

use std::{
    ffi::OsString,
    fmt,
    fs::File,
    io,
    os::fd::{AsFd, AsRawFd},
    path::Path,
};

use inotify::{EventMask, Inotify, WatchDescriptor, WatchMask};
use tokio::io::{Interest, unix::AsyncFd};

/// How many buffers one round reads at most: more than the queue of the kernel holds.
const READS_A_ROUND: usize = 64;
/// Size of the buffer, in bytes.
const BUFFER: usize = 16 * 1024;

/// One thing that is watched.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WatchId(WatchDescriptor);

/// Something happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// This file was written to or cut, or a name in this folder came or went.
    Changed(WatchId),
    /// This watch has ended: the thing itself is gone.
    Gone(WatchId),
    /// So much happened that the kernel dropped notices: anything may have changed.
    Overflow,
}

/// Something happened to a name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameNotice {
    /// The file of this name came, went, or was written and closed.
    Changed(WatchId, OsString),
    /// This watch has ended: the folder is gone.
    Gone(WatchId),
    /// So much happened that the kernel dropped notices: anything may have changed.
    Overflow,
}

/// A queue of notices. The kernel merges equal ones only while they lie unread, so it pays to
/// leave it alone between two rounds: while nobody waits for it, it wakes nobody.
pub struct Notices {
    inotify: Inotify,
    buffer: Vec<u8>,
}

impl Notices {
    /// An empty queue.
    ///
    /// # Errors
    ///
    /// The user has too many of them.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            inotify: Inotify::init()?,
            buffer: vec![0; BUFFER],
        })
    }

    /// Watches names come and go in a folder. Its own end may go unnoticed while a file that was
    /// in it is open. The same folder has the same watch.
    ///
    /// # Errors
    ///
    /// There is no such folder, or the user has too many watches.
    pub fn watch_folder(&mut self, path: &Path) -> io::Result<WatchId> {
        let mask = WatchMask::CREATE
            | WatchMask::DELETE
            | WatchMask::MOVED_FROM
            | WatchMask::MOVED_TO
            | WatchMask::DELETE_SELF
            | WatchMask::MOVE_SELF
            | WatchMask::ONLYDIR;
        Ok(WatchId(self.inotify.watches().add(path, mask)?))
    }

    /// Watches files come, go and be written in a folder. The same folder has the same watch.
    ///
    /// # Errors
    ///
    /// There is no such folder, or the user has too many watches.
    pub fn watch_files(&mut self, path: &Path) -> io::Result<WatchId> {
        let mask = WatchMask::CREATE
            | WatchMask::DELETE
            | WatchMask::MOVED_FROM
            | WatchMask::MOVED_TO
            | WatchMask::CLOSE_WRITE
            | WatchMask::ATTRIB
            | WatchMask::DELETE_SELF
            | WatchMask::MOVE_SELF
            | WatchMask::ONLYDIR;
        Ok(WatchId(self.inotify.watches().add(path, mask)?))
    }

    /// Watches writes to exactly this open file, whatever its name is by now.
    ///
    /// # Errors
    ///
    /// The user has too many watches.
    pub fn watch_file(&mut self, file: &File) -> io::Result<WatchId> {
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        let watch = self.inotify.watches().add(path, WatchMask::MODIFY)?;
        Ok(WatchId(watch))
    }

    /// Ends a watch. One that has ended already is no error.
    pub fn forget(&mut self, watch: WatchId) {
        // The only failure is that the kernel has ended it before.
        drop(self.inotify.watches().remove(watch.0));
    }

    /// Waits until there is a notice. Reads none, so nothing is lost when the wait is dropped.
    ///
    /// # Errors
    ///
    /// The runtime cannot watch the queue.
    pub async fn noticed(&self) -> io::Result<()> {
        // Registered only while somebody waits: a flood of notices wakes nobody in between.
        #[expect(
            unsafe_code,
            reason = "the safe constructor is deprecated: it cannot tell who keeps a descriptor open"
        )]
        // SAFETY: the borrow of `self.inotify` keeps the descriptor open for as long as it is
        // registered, and its number always gives the same descriptor.
        let queue =
            unsafe { AsyncFd::register_with_interest(self.inotify.as_fd(), Interest::READABLE) }?;
        queue.readable().await?.retain_ready();
        Ok(())
    }

    /// Takes what has come so far to the folders of [`Self::watch_files`], in order.
    pub fn drain_names(&mut self) -> Vec<NameNotice> {
        let mut notices = Vec::new();
        for _ in 0..READS_A_ROUND {
            let Ok(events) = self.inotify.read_events(&mut self.buffer) else {
                break;
            };
            for event in events {
                let gone = EventMask::IGNORED | EventMask::DELETE_SELF | EventMask::MOVE_SELF;
                if event.mask.contains(EventMask::Q_OVERFLOW) {
                    notices.push(NameNotice::Overflow);
                } else if event.mask.intersects(gone) {
                    notices.push(NameNotice::Gone(WatchId(event.wd)));
                } else if let Some(name) = event.name {
                    let watch = WatchId(event.wd);
                    notices.push(NameNotice::Changed(watch, name.to_owned()));
                }
            }
        }
        notices
    }

    /// Takes what has come so far, in order, each thing once.
    pub fn drain(&mut self) -> Vec<Notice> {
        let mut notices = Vec::new();
        for _ in 0..READS_A_ROUND {
            let Ok(events) = self.inotify.read_events(&mut self.buffer) else {
                break;
            };
            for event in events {
                let watch = WatchId(event.wd);
                let notice = if event.mask.contains(EventMask::Q_OVERFLOW) {
                    Notice::Overflow
                } else if event
                    .mask
                    .intersects(EventMask::IGNORED | EventMask::DELETE_SELF | EventMask::MOVE_SELF)
                {
                    Notice::Gone(watch)
                } else {
                    Notice::Changed(watch)
                };
                if !notices.contains(&notice) {
                    notices.push(notice);
                }
            }
        }
        notices
    }
}

impl fmt::Debug for Notices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notices").finish_non_exhaustive()
    }
}
