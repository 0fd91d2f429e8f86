//! All of `/proc` in one pass: one folder handle, one buffer, no allocation per process.

use std::{collections::BTreeMap, fmt::Write as _, str};

use rustix::{
    buffer::spare_capacity,
    fd::OwnedFd,
    fs::{Mode, OFlags, RawDir, open, openat},
    io::{Errno, read},
};

use super::proc::{Stat, Tag};
use crate::model::Pid;

/// How many bytes the names of a folder are read in.
const FOLDER_BYTES: usize = 16 * 1024;

/// How many bytes a file is read in: most environments fit.
const FILE_BYTES: usize = 32 * 1024;

/// A pass over `/proc`.
pub struct Scan {
    proc: OwnedFd,
    path: String,
    data: Vec<u8>,
}

impl Scan {
    /// Ready to look; `None` without a `/proc`.
    pub fn open() -> Option<Self> {
        Some(Self {
            proc: open("/proc", FOLDER, Mode::empty()).ok()?,
            path: String::with_capacity(32),
            data: Vec::with_capacity(FILE_BYTES),
        })
    }

    /// Every process at this moment, zombies included.
    pub fn table(&mut self) -> BTreeMap<Pid, Stat> {
        let pids = self.pids();
        let stats = pids.into_iter().filter_map(|pid| self.stat(pid));
        stats.map(|stat| (stat.pid, stat)).collect()
    }

    /// The stat of a process; `None` when there is none.
    pub fn stat(&mut self, pid: Pid) -> Option<Stat> {
        self.read(pid, "stat").ok()?;
        match str::from_utf8(&self.data) {
            Ok(text) => Stat::parse(text),
            Err(_) => Stat::parse(&String::from_utf8_lossy(&self.data)),
        }
    }

    /// The tag of a process; `None` when it has none, or when it may not be read.
    pub fn tag(&mut self, stat: &Stat) -> Option<Tag> {
        // Kernel threads have no memory, zombies no environment.
        if stat.is_over() || (stat.rss_pages == 0 && stat.group == Pid(0)) {
            return None;
        }
        if stat.is_zombie() {
            // The leader thread has ended; its other threads still show the environment.
            return Tag::read(stat.pid);
        }
        self.read(stat.pid, "environ").ok()?;
        Tag::parse(&self.data)
    }

    /// The number of every process.
    fn pids(&mut self) -> Vec<Pid> {
        // Opened anew, so that it is read from its beginning.
        let Ok(folder) = openat(&self.proc, ".", FOLDER, Mode::empty()) else {
            return Vec::new();
        };
        let mut buffer: Vec<u8> = Vec::with_capacity(FOLDER_BYTES);
        let mut entries = RawDir::new(folder, buffer.spare_capacity_mut());
        let mut pids = Vec::with_capacity(512);
        while let Some(Ok(entry)) = entries.next() {
            let name = entry.file_name().to_str().unwrap_or_default();
            pids.extend(name.parse().map(Pid).ok());
        }
        pids
    }

    /// Reads a file of a process into the buffer.
    fn read(&mut self, pid: Pid, name: &str) -> Result<(), Errno> {
        self.path.clear();
        self.data.clear();
        // Writing into a String cannot fail.
        let _ = write!(self.path, "{pid}/{name}");
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let file = openat(&self.proc, self.path.as_str(), flags, Mode::empty())?;
        loop {
            let room = self.data.capacity() - self.data.len();
            let got = read(&file, spare_capacity(&mut self.data))?;
            // Files of /proc end where a read comes back short.
            if got < room {
                return Ok(());
            }
            self.data.reserve(FILE_BYTES);
        }
    }
}

/// How a folder is opened.
const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::CLOEXEC);
