//! A search through the descriptors of processes for sockets.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt::Write as _,
    fs, mem,
    path::PathBuf,
    str,
};

use rustix::fs::{CWD, FileType, Mode, OFlags, RawDir, openat, readlinkat_raw};

use super::{
    identity::own_pid,
    proc::{Stat, file, numbers_in},
};
use crate::model::Pid;

/// How many bytes the names of a folder are read in.
const FOLDER_BYTES: usize = 8 * 1024;

/// A descriptor that is a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hold {
    /// Whose.
    pub(super) pid: Pid,
    /// Its link under `/proc`.
    pub(super) link: String,
}

/// A search for the holders of sockets.
pub(super) struct Finder {
    wanted: BTreeSet<u32>,
    found: BTreeMap<u32, Vec<Hold>>,
    looked: BTreeSet<Pid>,
    /// Those who showed no descriptor at all.
    silent: Vec<Pid>,
    folder: String,
    entries: Vec<u8>,
}

impl Finder {
    /// A search for these sockets.
    pub(super) fn new(wanted: &BTreeSet<u32>) -> Self {
        Self {
            wanted: wanted.clone(),
            found: BTreeMap::new(),
            looked: BTreeSet::new(),
            silent: Vec::new(),
            folder: String::with_capacity(32),
            entries: Vec::with_capacity(FOLDER_BYTES),
        }
    }

    /// Whether every socket has a holder.
    pub(super) fn is_done(&self) -> bool {
        self.wanted
            .iter()
            .all(|inode| self.found.contains_key(inode))
    }

    /// Who holds which of the sockets.
    pub(super) fn into_found(self) -> BTreeMap<u32, Vec<Hold>> {
        self.found
    }

    /// Does not look into these.
    pub(super) fn skip<'a>(&mut self, pids: impl IntoIterator<Item = &'a Pid>) {
        self.looked.extend(pids);
    }

    /// Looks into these and their descendants until every socket has a holder, then into the
    /// relatives of the holders.
    pub(super) fn look_into_likely(&mut self, likely: impl Iterator<Item = Pid>) {
        let mut queue = VecDeque::new();
        for pid in likely {
            if self.is_done() {
                break;
            }
            self.look_into(pid);
            queue.push_back(pid);
        }
        while !self.is_done()
            && let Some(pid) = queue.pop_front()
        {
            for child in children(pid) {
                if !self.looked.contains(&child) {
                    self.look_into(child);
                    queue.push_back(child);
                }
            }
        }
        let holders = self.found.values().flatten().map(|hold| hold.pid);
        self.look_into_kin(holders.collect());
    }

    /// Looks into the parents and children of these, and of those who hold something, and so on:
    /// a socket is inherited, so its holders are related through holders.
    pub(super) fn look_into_kin(&mut self, mut holders: VecDeque<Pid>) {
        // Neither init nor we share sockets with a service, and both have many descriptors.
        let away = [Pid(0), Pid(1), own_pid()];
        while let Some(pid) = holders.pop_front() {
            let parent = Stat::read(pid).map(|stat| stat.parent);
            let parent = parent.filter(|parent| !away.contains(parent));
            for relative in parent.into_iter().chain(children(pid)) {
                if !self.looked.contains(&relative) && self.look_into(relative) {
                    holders.push_back(relative);
                }
            }
        }
    }

    /// Looks into everybody, for these sockets too: it costs no more.
    pub(super) fn look_into_all(&mut self, also: &BTreeSet<u32>) {
        if !also.is_subset(&self.wanted) {
            self.wanted.extend(also);
            self.looked.clear();
        }
        for pid in numbers_in(PathBuf::from("/proc")).into_iter().map(Pid) {
            if !self.looked.contains(&pid) {
                self.look_into(pid);
            }
        }
        for pid in mem::take(&mut self.silent) {
            if self.is_done() {
                return;
            }
            self.look_into_threads(pid);
        }
    }

    /// Looks into one process; whether it holds one of the sockets.
    fn look_into(&mut self, pid: Pid) -> bool {
        self.looked.insert(pid);
        self.folder.clear();
        // Writing into a String cannot fail.
        let _ = write!(self.folder, "/proc/{pid}/fd/");
        self.look_into_folder(pid)
    }

    /// A leader thread that has ended shows no descriptors; the other threads still do.
    fn look_into_threads(&mut self, pid: Pid) {
        let threads = numbers_in(file(pid, "task"));
        let Some(thread) = threads.into_iter().find(|thread| *thread != pid.0) else {
            return;
        };
        self.folder.clear();
        let _ = write!(self.folder, "/proc/{pid}/task/{thread}/fd/");
        self.look_into_folder(pid);
    }

    fn look_into_folder(&mut self, pid: Pid) -> bool {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let Ok(folder) = openat(CWD, self.folder.as_str(), flags, Mode::empty()) else {
            return false;
        };
        let (mut silent, mut holds) = (true, false);
        let mut target = [0_u8; 32];
        let mut entries = RawDir::new(&folder, self.entries.spare_capacity_mut());
        while let Some(Ok(entry)) = entries.next() {
            if entry.file_type() != FileType::Symlink {
                continue;
            }
            silent = false;
            let Ok(length) = readlinkat_raw(&folder, entry.file_name(), &mut target[..]) else {
                continue;
            };
            let Some(inode) = target.get(..length).and_then(socket_inode) else {
                continue;
            };
            if !self.wanted.contains(&inode) {
                continue;
            }
            holds = true;
            let known = self.found.entry(inode).or_default();
            if known.iter().all(|hold| hold.pid != pid) {
                let name = entry.file_name().to_str().unwrap_or_default();
                let link = format!("{}{name}", self.folder);
                known.push(Hold { pid, link });
            }
        }
        if silent {
            self.silent.push(pid);
        }
        holds
    }
}

/// The inode in a link like `socket:[1234]`.
pub(super) fn socket_inode(link: &[u8]) -> Option<u32> {
    let digits = link.strip_prefix(b"socket:[")?.strip_suffix(b"]")?;
    str::from_utf8(digits).ok()?.parse().ok()
}

/// The children of a process, those of all its threads.
fn children(pid: Pid) -> Vec<Pid> {
    let of_thread = |thread: u32| {
        let list = fs::read_to_string(file(pid, &format!("task/{thread}/children")));
        let list = list.unwrap_or_default();
        let pids = list.split_ascii_whitespace();
        pids.filter_map(|pid| pid.parse().ok().map(Pid))
            .collect::<Vec<Pid>>()
    };
    let threads = numbers_in(file(pid, "task"));
    threads.into_iter().flat_map(of_thread).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_to_sockets_have_an_inode() {
        assert_eq!(socket_inode(b"socket:[42]"), Some(42));
        for other in ["pipe:[42]", "/dev/null", "socket:[x]", "socket:[42", ""] {
            assert_eq!(socket_inode(other.as_bytes()), None, "{other}");
        }
    }
}
