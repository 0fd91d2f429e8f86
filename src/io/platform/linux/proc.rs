//! What `/proc` tells about processes.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    io::BufRead as _,
    os::unix::ffi::OsStrExt as _,
    path::PathBuf,
    str::{self, FromStr},
};

use super::scan::Scan;
use crate::model::{Pid, RunId, ServiceName};

/// The fields of `/proc/PID/stat` that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// The process.
    pub pid: Pid,
    /// State letter: `R`, `S`, `D`, `T`, `Z`.
    pub state: char,
    /// Its parent.
    pub parent: Pid,
    /// Its process group.
    pub group: Pid,
    /// Its session.
    pub session: Pid,
    /// User and system time, in clock ticks.
    pub cpu_ticks: u64,
    /// How many threads it has.
    pub threads: u32,
    /// Start time in clock ticks since boot (field 22).
    pub start_ticks: u64,
    /// Resident memory in pages.
    pub rss_pages: u64,
    /// Wait status (field 52): meaningful while it is a zombie, and only where we may see it.
    pub exit_code: Option<i32>,
}

impl Stat {
    /// The fields in the text of a stat file; `None` when it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        // The command name stands in parentheses and may itself hold spaces and parentheses.
        let (pid, rest) = text.split_once(" (")?;
        let (_, rest) = rest.rsplit_once(") ")?;
        let mut stat = Self {
            pid: Pid(pid.parse().ok()?),
            state: rest.chars().next()?,
            parent: Pid(0),
            group: Pid(0),
            session: Pid(0),
            cpu_ticks: 0,
            threads: 0,
            start_ticks: 0,
            rss_pages: 0,
            exit_code: None,
        };
        let mut last = 0;
        // The rest begins with field 3 of proc_pid_stat(5).
        for (field, value) in (3..).zip(rest.split_ascii_whitespace()) {
            match field {
                4 => stat.parent = pid_from(value)?,
                5 => stat.group = pid_from(value)?,
                6 => stat.session = pid_from(value)?,
                14 | 15 => stat.cpu_ticks += value.parse::<u64>().ok()?,
                20 => stat.threads = value.parse().ok()?,
                22 => stat.start_ticks = value.parse().ok()?,
                24 => stat.rss_pages = value.parse().ok()?,
                52 => stat.exit_code = value.parse().ok(),
                _ => {}
            }
            last = field;
        }
        (last >= 24).then_some(stat)
    }

    /// The stat of a process; `None` when there is none.
    pub fn read(pid: Pid) -> Option<Self> {
        Self::parse(&String::from_utf8_lossy(&fs::read(file(pid, "stat")).ok()?))
    }

    /// Whether the state reads as ended. That alone does not mean dead: see [`Stat::is_over`].
    pub fn is_zombie(&self) -> bool {
        matches!(self.state, 'Z' | 'X')
    }

    /// Whether it has ended and waits to be reaped. A leader thread that ended while others live
    /// reads as a zombie too, but is not over.
    pub fn is_over(&self) -> bool {
        self.is_zombie() && self.threads <= 1
    }
}

/// A process number as stat files write it: -1 and 0 mean none.
fn pid_from(value: &str) -> Option<Pid> {
    Some(Pid(u32::try_from(value.parse::<i64>().ok()?).unwrap_or(0)))
}

/// Whether a process has ended: gone, or a zombie without living threads.
pub fn is_dead(pid: Pid) -> bool {
    Stat::read(pid).is_none_or(|stat| stat.is_over())
}

/// The threads of a process.
fn threads(pid: Pid) -> Vec<u32> {
    numbers_in(file(pid, "task"))
}

/// The tag that oats writes into the environment of every service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// `OATS_RUN`.
    pub run: RunId,
    /// `OATS_ROOT`.
    pub root: PathBuf,
    /// `OATS_SERVICE`.
    pub service: ServiceName,
}

impl Tag {
    /// The tag in the text of an environ file.
    pub fn parse(environ: &[u8]) -> Option<Self> {
        let (mut run, mut root, mut service) = (None, None, None);
        let mut rest = environ;
        while !rest.is_empty() {
            // `strip_prefix` on the whole rest: most entries are dismissed by their first bytes.
            if let Some(entry) = rest.strip_prefix(b"OATS_") {
                let entry = entry.split(|byte| *byte == 0).next().unwrap_or_default();
                if let Some(value) = entry.strip_prefix(b"RUN=") {
                    run = parsed(value);
                } else if let Some(value) = entry.strip_prefix(b"ROOT=") {
                    root = Some(PathBuf::from(OsStr::from_bytes(value)));
                } else if let Some(value) = entry.strip_prefix(b"SERVICE=") {
                    service = parsed(value);
                }
            }
            if rest.skip_until(0).is_err() {
                break;
            }
        }
        Some(Self {
            run: run?,
            root: root?,
            service: service?,
        })
    }

    /// The tag of a process; `None` when it has none, or when it may not be read.
    pub fn read(pid: Pid) -> Option<Self> {
        let environ = fs::read(file(pid, "environ")).unwrap_or_default();
        if let Some(tag) = Self::parse(&environ) {
            return Some(tag);
        }
        if !environ.is_empty() {
            return None;
        }
        // A leader thread that has ended hides the environment; its other threads still show it.
        threads(pid).into_iter().find_map(|thread| {
            Self::parse(&fs::read(file(pid, &format!("task/{thread}/environ"))).ok()?)
        })
    }
}

/// What a value of the environment says; `None` when it does not make sense.
fn parsed<T: FromStr>(value: &[u8]) -> Option<T> {
    str::from_utf8(value).ok()?.parse().ok()
}

/// The full command line of a process, arguments joined by spaces; its name in brackets where it
/// has none (kernel threads, zombies).
pub fn command(pid: Pid) -> Option<String> {
    let raw = fs::read(file(pid, "cmdline")).ok()?;
    let text = String::from_utf8_lossy(&raw);
    let joined = text.trim_end_matches('\0').replace('\0', " ");
    if !joined.trim().is_empty() {
        return Some(joined);
    }
    let name = fs::read_to_string(file(pid, "comm")).ok()?;
    Some(format!("[{}]", name.trim_end()))
}

/// The working folder of a process, where it may be seen.
pub fn cwd(pid: Pid) -> Option<PathBuf> {
    fs::read_link(file(pid, "cwd")).ok()
}

/// Every process of the machine at one moment.
pub fn table() -> BTreeMap<Pid, Stat> {
    Scan::open()
        .map(|mut scan| scan.table())
        .unwrap_or_default()
}

/// The children of this process, its other threads' included.
pub fn own_children() -> Vec<Pid> {
    let threads = numbers_in(PathBuf::from("/proc/self/task"));
    let lists: Vec<String> = threads
        .into_iter()
        .filter_map(|thread| fs::read_to_string(format!("/proc/self/task/{thread}/children")).ok())
        .collect();
    if lists.is_empty() {
        // A kernel built without CONFIG_PROC_CHILDREN.
        let me = Pid(std::process::id());
        let all = table().into_values();
        return all
            .filter(|stat| stat.parent == me)
            .map(|stat| stat.pid)
            .collect();
    }
    let pids = lists.iter().flat_map(|list| list.split_ascii_whitespace());
    pids.filter_map(|pid| pid.parse().ok()).map(Pid).collect()
}

/// The name of this boot.
pub fn boot_id() -> String {
    let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    text.trim().to_owned()
}

/// A file of a process.
pub fn file(pid: Pid, name: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/{name}"))
}

/// The entries of a folder whose names are numbers.
pub fn numbers_in(folder: PathBuf) -> Vec<u32> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_name_with_parentheses_and_spaces_does_not_shift_the_fields() {
        let text = format!(
            "12 (a) (b c) S 1 2 3 4 5 6 7 8 9 10 40 2 {} 777 0 9",
            "0 0 0 0 7 0"
        );
        let stat = Stat::parse(&text).unwrap();
        assert_eq!((stat.pid, stat.state, stat.parent), (Pid(12), 'S', Pid(1)));
        assert_eq!(
            (stat.cpu_ticks, stat.start_ticks, stat.rss_pages),
            (42, 777, 9)
        );
        assert_eq!((stat.threads, stat.exit_code), (7, None));
        assert_eq!(Stat::parse("nonsense"), None);
    }

    #[test]
    fn this_process_is_seen_alive_with_its_command() {
        let me = Pid(std::process::id());
        assert!(!is_dead(me));
        assert!(command(me).is_some_and(|command| !command.is_empty()));
        assert!(table().contains_key(&me));
        assert!(!boot_id().is_empty());
    }

    #[test]
    fn a_tag_needs_all_three_parts() {
        let run = RunId::from_random(1);
        let whole = format!("A=1\0OATS_RUN={run}\0OATS_ROOT=/r\0OATS_SERVICE=web\0");
        let tag = Tag::parse(whole.as_bytes()).unwrap();
        assert_eq!((tag.run, tag.service.as_str()), (run, "web"));
        assert_eq!(Tag::parse(format!("OATS_RUN={run}\0").as_bytes()), None);
    }
}
