//! The logs that are looked at, as they grow.

use std::{
    collections::{BTreeMap, BTreeSet},
    future, io, mem,
    time::Duration,
};

use thiserror::Error;
use tokio::{task::yield_now, time::sleep};

use super::{
    followed::{Followed, Pace},
    times::Times,
};
use crate::{
    io::{
        clock::Clock,
        platform::notice::{Notice, Notices, WatchId},
    },
    model::{LogLine, Mono, ServiceName, Stream, Wall, root::Root},
};

/// Time in which notices are left unread, so that the kernel merges them.
const REST: Duration = Duration::from_millis(33);
/// How long a line that does not end is held.
const QUIET: Duration = Duration::from_millis(200);
/// How often a folder that is not there is looked for.
const RETRY: Duration = Duration::from_secs(1);
/// Lines of a service that are shown when it is first looked at.
const HISTORY_LINES: u64 = 2000;
/// The same in bytes.
const HISTORY_BYTES: u64 = 512 * 1024;

/// Why logs cannot be followed.
#[derive(Debug, Error)]
#[error("follow the logs")]
pub struct FollowError(#[source] io::Error);

/// Follows the logs of the services that are looked at. It costs nothing while they are quiet, and
/// wakes at most 30 times a second when they are not.
#[derive(Debug)]
pub struct Follower {
    root: Root,
    notices: Notices,
    folder: Option<WatchId>,
    /// When names are looked at again without a notice, because the folder or a file is not there.
    look_at: Option<Mono>,
    services: BTreeMap<ServiceName, [Followed; 2]>,
    /// Lines that nobody has taken yet.
    ready: Vec<LogLine>,
    rest_until: Mono,
}

impl Follower {
    /// A follower that looks at nothing yet.
    ///
    /// # Errors
    ///
    /// The user has too many queues for notices of the kernel.
    pub fn new(root: &Root) -> Result<Self, FollowError> {
        Ok(Self {
            root: root.clone(),
            notices: Notices::new().map_err(FollowError)?,
            folder: None,
            look_at: None,
            services: BTreeMap::new(),
            ready: Vec::new(),
            rest_until: Mono::default(),
        })
    }

    /// Looks at the logs of these services, and of no others. A service that is new comes with its
    /// last lines, with their times as far as these were noted.
    pub fn watch(&mut self, set: BTreeSet<ServiceName>) {
        let (kept, dropped) = mem::take(&mut self.services)
            .into_iter()
            .partition(|(name, _)| set.contains(name));
        self.services = kept;
        for mut log in dropped.into_values().flatten() {
            log.close(&mut self.notices);
        }
        self.ready.retain(|line| set.contains(&line.service));
        if set.is_empty() {
            self.look_at = None;
            if let Some(folder) = self.folder.take() {
                self.notices.forget(folder);
            }
        } else if self.folder.is_none() {
            self.find_folder();
        }
        for name in set {
            if !self.services.contains_key(&name) {
                self.begin(name);
            }
        }
    }

    /// Looks at the logs of one more service, from these positions in its stdout and its
    /// stderr on. Nothing is skipped, however late it is shown: what nobody has taken yet stays in
    /// the files.
    pub fn go_on(&mut self, name: ServiceName, from: [u64; 2]) {
        // Before the files are opened: one that comes later is told by its folder.
        if self.folder.is_none() {
            self.find_folder();
        }
        let now = Clock.now();
        let [stdout, stderr] = from;
        let logs = [(Stream::Stdout, stdout), (Stream::Stderr, stderr)].map(|(stream, from)| {
            let mut log = Followed::new(&self.root, name.clone(), stream, Pace::Everything);
            self.ready.extend(log.open(&mut self.notices));
            log.go_on_from(from);
            log.read(now, &mut self.ready);
            log
        });
        self.services.insert(name, logs);
    }

    /// The next lines, stdout and stderr in the order in which they arrived. Waits until there are
    /// some; nothing is lost when the wait is dropped.
    pub async fn next(&mut self) -> Vec<LogLine> {
        loop {
            if !self.ready.is_empty() {
                return mem::take(&mut self.ready);
            }
            if self.services.values().flatten().any(Followed::is_behind) {
                // Whoever else waits in this thread gets his turn.
                yield_now().await;
                self.catch_up();
                continue;
            }
            let now = Clock.now().mono;
            let rest = self.rest_until.since(now);
            let due = self.due().map(|due| due.since(now));
            tokio::select! {
                () = noticed(&self.notices, rest) => self.round(),
                () = after(due) => self.on_time(),
            }
        }
    }

    /// Looks at a service for the first time.
    fn begin(&mut self, name: ServiceName) {
        let now = Clock.now().mono;
        let mut logs = [Stream::Stdout, Stream::Stderr].map(|stream| {
            let mut log = Followed::new(&self.root, name.clone(), stream, Pace::Newest);
            self.ready.extend(log.open(&mut self.notices));
            log
        });
        let [stdout, stderr] = &mut logs;
        let ((out_size, out_age), (err_size, err_age)) =
            (stdout.size_and_age(), stderr.size_and_age());
        // They may have grown since: what was seen bounds only the other one.
        let half = HISTORY_BYTES / 2;
        let out_bytes = HISTORY_BYTES - err_size.min(half);
        let err_bytes = HISTORY_BYTES - out_size.min(half);
        let mut out = stdout.history(out_bytes, now);
        let mut err = stderr.history(err_bytes, now);
        let (out_lines, err_lines) = share(out.len() as u64, err.len() as u64, HISTORY_LINES);
        keep_last(&mut out, out_lines);
        keep_last(&mut err, err_lines);
        // Within a second nobody knows how lines lay in time; the stream that was written to last
        // ends them.
        let (older, newer) = if out_age > err_age {
            (err, out)
        } else {
            (out, err)
        };
        // Without notes they only have no time.
        let times = Times::read(&self.root, &name).unwrap_or_default();
        self.ready.extend(in_order(&times, [older, newer]));
        self.services.insert(name, logs);
    }

    /// Reads on where more was written than is read at once.
    fn catch_up(&mut self) {
        let now = Clock.now();
        let logs = self.services.values_mut().flatten();
        for log in logs.filter(|log| log.is_behind()) {
            log.read(now, &mut self.ready);
        }
        self.round();
    }

    /// Takes the notices that have come, and reads what they are about.
    fn round(&mut self) {
        let now = Clock.now();
        self.rest_until = now.mono.after(REST);
        for notice in self.notices.drain() {
            match notice {
                Notice::Overflow => self.renew(),
                Notice::Changed(watch) if self.folder.as_ref() == Some(&watch) => self.renew(),
                Notice::Gone(watch) if self.folder.as_ref() == Some(&watch) => {
                    self.folder = None;
                    self.renew();
                }
                Notice::Changed(watch) => {
                    let mut logs = self.services.values_mut().flatten();
                    if let Some(log) = logs.find(|log| log.is_watched_by(&watch)) {
                        log.read(now, &mut self.ready);
                    }
                }
                // The file has no name any more; whoever has it open may still write to it.
                Notice::Gone(_) => {}
            }
        }
    }

    /// Looks anew which files have the names, and reads them.
    fn renew(&mut self) {
        let now = Clock.now();
        self.find_folder();
        for log in self.services.values_mut().flatten() {
            log.renew(&mut self.notices, now, &mut self.ready);
        }
        if self.services.values().flatten().any(Followed::is_astray) {
            self.look_at = Some(now.mono.after(RETRY));
        }
    }

    /// Watches the folder that has the name now.
    fn find_folder(&mut self) {
        let found = self.notices.watch_folder(&self.root.log_dir).ok();
        if found != self.folder
            && let Some(old) = mem::replace(&mut self.folder, found)
        {
            self.notices.forget(old);
        }
        let is_missing = self.folder.is_none();
        self.look_at = is_missing.then(|| Clock.now().mono.after(RETRY));
    }

    /// When something is due without a notice.
    fn due(&self) -> Option<Mono> {
        let logs = self.services.values().flatten();
        let quiet = logs.filter_map(Followed::waiting_since).min();
        let quiet = quiet.map(|since| since.after(QUIET));
        quiet.into_iter().chain(self.look_at).min()
    }

    /// Shows lines that do not end, and looks for what is not there.
    fn on_time(&mut self) {
        let now = Clock.now().mono;
        for log in self.services.values_mut().flatten() {
            if log
                .waiting_since()
                .is_some_and(|since| since.after(QUIET) <= now)
            {
                log.flush(&mut self.ready);
            }
        }
        if self.look_at.is_some_and(|at| at <= now) {
            self.renew();
        }
    }
}

/// Waits `rest`, then until there is a notice.
async fn noticed(notices: &Notices, rest: Duration) {
    if !rest.is_zero() {
        sleep(rest).await;
    }
    if notices.noticed().await.is_err() {
        sleep(RETRY).await;
    }
}

/// Waits so long; for ever without a time.
async fn after(wait: Option<Duration>) {
    match wait {
        Some(wait) => sleep(wait).await,
        None => future::pending().await,
    }
}

/// Gives lines that were there already the time at which they were written, right to a second, as
/// far as it was noted; those of two streams in the order of these times.
fn in_order(times: &Times, streams: [Vec<LogLine>; 2]) -> Vec<LogLine> {
    let mut lines = Vec::new();
    for stream in streams {
        // Before the first note.
        let mut key = Wall::from_millis(i64::MIN);
        for mut line in stream {
            if let Some(pos) = line.pos {
                line.at = times.of(line.stream, pos);
                let last = times.marks().last();
                let is_newest = last.is_some_and(|last| pos >= last.positions.of(line.stream));
                key = match line.at {
                    Some(at) => at,
                    None if is_newest => Wall::from_millis(i64::MAX),
                    None => key,
                };
            }
            lines.push((key, line));
        }
    }
    lines.sort_by_key(|(key, _)| *key);
    lines.into_iter().map(|(_, line)| line).collect()
}

/// Shares `total` between two that want so much: half for each, and what one leaves for the other.
fn share(a: u64, b: u64, total: u64) -> (u64, u64) {
    let half = total / 2;
    let for_a = a.min(total - b.min(half));
    (for_a, b.min(total - for_a))
}

fn keep_last(lines: &mut Vec<LogLine>, count: u64) {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    lines.drain(..lines.len().saturating_sub(count));
}

#[cfg(test)]
#[path = "tests/follow.rs"]
mod tests;
