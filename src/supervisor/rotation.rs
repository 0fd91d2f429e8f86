//! Once a second: how the logs of the services that run have grown. What has grown too long is
//! rotated, aside, one log at a time.

use std::{
    collections::BTreeMap,
    fs::File,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, SyncSender},
    },
    time::Duration,
};

use tokio::sync::watch;

use super::{hands::Hands, heads::Heads, writer::Job};
use crate::{
    core::World,
    io::{
        clock::Clock,
        logs::{
            rotate::{Rotation, Writers},
            times::Growth,
        },
        platform::fsx,
    },
    model::{
        Moment, Mono, RunId, ServiceDef, ServiceName, Stream,
        log::{LogHead, LogPositions},
        root::Root,
    },
};

/// When a log that could not be rotated is tried again.
const AGAIN: Duration = Duration::from_secs(30);
/// The streams that have files.
const STREAMS: [Stream; 2] = [Stream::Stdout, Stream::Stderr];

/// What is kept from one look at the logs to the next.
#[derive(Default)]
pub(super) struct LogLooks {
    kept: BTreeMap<ServiceName, Kept>,
    rotator: Arc<Rotator>,
}

/// The logs of one run.
struct Kept {
    run: RunId,
    /// Nobody has looked yet.
    is_new: bool,
    files: [Option<Log>; 2],
}

/// One log, open.
struct Log {
    file: File,
    /// The position of its end at the last look.
    end: u64,
    /// Whether it was told that the service cuts it.
    is_told: bool,
}

/// Whoever rotates.
#[derive(Default)]
pub(super) struct Rotator {
    is_busy: AtomicBool,
    stop: AtomicBool,
    /// Logs that could not be rotated, and when that was.
    failed: watch::Sender<BTreeMap<(ServiceName, Stream), Mono>>,
}

/// What a look has found.
#[derive(Default)]
pub(super) struct Looked {
    /// What oats says about it.
    pub(super) lines: Vec<(ServiceName, String)>,
    /// Services whose logs begin somewhere else.
    moved: Vec<ServiceName>,
    /// Services whose logs have grown, and how far.
    grown: Vec<Growth>,
    /// Logs that are too long.
    long: Vec<(Arc<ServiceDef>, Stream)>,
}

impl LogLooks {
    /// Nothing is rotated any more; what is being rotated ends soon.
    pub(super) fn stop(&self) {
        self.rotator.stop.store(true, Ordering::Relaxed);
    }
}

impl Hands {
    /// Looks at the logs of every service that has a process, once more at those of one that had.
    pub(super) fn look_at_logs(
        &mut self,
        world: &World,
        now: Moment,
    ) -> Vec<(ServiceName, String)> {
        let mut looked = Looked::default();
        let live: BTreeMap<ServiceName, RunId> = self
            .runs
            .iter_mut()
            .map(|(run, live)| (live.service.clone(), run))
            .collect();
        for (name, run) in &live {
            let kept = &mut self.log_looks.kept;
            if kept.get(name).is_none_or(|kept| kept.run != *run) {
                kept.insert(name.clone(), open(&self.root, &self.heads, name, *run));
                looked.grown.push(Growth {
                    service: name.clone(),
                    positions: self.runs.marks(name).at_start,
                    is_start: true,
                });
            }
        }
        for (name, kept) in &mut self.log_looks.kept {
            let Some(service) = world.services.get(name) else {
                continue;
            };
            look_at(&self.heads, &service.def, kept, &mut looked);
        }
        self.log_looks
            .kept
            .retain(|name, _| live.contains_key(name));
        for name in looked.moved {
            self.writer.send(Job::Head(name, None));
        }
        if !looked.grown.is_empty() {
            self.writer.send(Job::Times(now.wall, looked.grown));
        }
        self.rotate(looked.long);
        looked.lines
    }

    /// Rotates these logs, unless some are being rotated.
    fn rotate(&self, logs: Vec<(Arc<ServiceDef>, Stream)>) {
        let rotator = Arc::clone(&self.log_looks.rotator);
        if logs.is_empty() || rotator.is_busy.swap(true, Ordering::Relaxed) {
            return;
        }
        let (root, heads, jobs) = (self.root.clone(), self.heads.clone(), self.writer.jobs());
        tokio::task::spawn_blocking(move || {
            for (def, stream) in logs {
                rotator.rotate(&root, &heads, &def, stream, &jobs);
            }
            rotator.is_busy.store(false, Ordering::Relaxed);
        });
    }
}

/// Opens the logs of a run.
fn open(root: &Root, heads: &Heads, name: &ServiceName, run: RunId) -> Kept {
    let told = heads.positions(root, name);
    let files = STREAMS.map(|stream| {
        let file = fsx::open_read(&root.log_file(name, stream)?).ok()?;
        Some(Log {
            file,
            end: told.of(stream),
            is_told: false,
        })
    });
    Kept {
        run,
        is_new: true,
        files,
    }
}

/// Looks at the logs of one service.
fn look_at(heads: &Heads, def: &Arc<ServiceDef>, kept: &mut Kept, looked: &mut Looked) {
    let (mut positions, mut has_grown) = (LogPositions::default(), kept.is_new);
    kept.is_new = false;
    for (log, stream) in kept.files.iter_mut().zip(STREAMS) {
        let Some(log) = log else { continue };
        let before = log.end;
        if !heads.is_claimed(&def.name, stream) {
            let head = heads.of(&def.name, stream);
            let Ok(len) = log.file.metadata().map(|it| it.len()) else {
                continue;
            };
            if heads.is_claimed(&def.name, stream) || heads.of(&def.name, stream) != head {
                continue;
            }
            if head.more.cut.is_some() || len.saturating_sub(head.more.hole) > def.logs.max_bytes {
                looked.long.push((Arc::clone(def), stream));
            }
            if head.more.cut.is_none() {
                log.look(heads, &def.name, stream, head, len, looked);
            }
        }
        has_grown |= log.end > before;
        match stream {
            Stream::Stdout => positions.stdout = log.end,
            Stream::Stderr => positions.stderr = log.end,
            Stream::Oats => {}
        }
    }
    if has_grown {
        looked.grown.push(Growth {
            service: def.name.clone(),
            positions,
            is_start: false,
        });
    }
}

impl Log {
    /// Looks whether it has grown, or was cut by somebody else.
    fn look(
        &mut self,
        heads: &Heads,
        name: &ServiceName,
        stream: Stream,
        mut head: LogHead,
        len: u64,
        looked: &mut Looked,
    ) {
        if head.base + len >= self.end {
            self.end = head.base + len;
            return;
        }
        // Positions go on: what was there is gone, and counts.
        let lost = self.end - head.base;
        head.base += lost;
        head.more.lost += lost;
        head.more.hole = 0;
        heads.set(name, stream, head);
        self.end = head.base + len;
        looked.moved.push(name.clone());
        let word = if stream == Stream::Stderr {
            "stderr"
        } else {
            "stdout"
        };
        if !std::mem::replace(&mut self.is_told, true) {
            let text = format!(
                "{name} cut its own log of {word} (a program opened /dev/{word} anew): {lost} bytes are gone"
            );
            looked.lines.push((name.clone(), text));
        }
    }
}

impl Rotator {
    /// Rotates one log; what goes wrong is told once, and tried again later.
    fn rotate(
        &self,
        root: &Root,
        heads: &Heads,
        def: &ServiceDef,
        stream: Stream,
        jobs: &SyncSender<Job>,
    ) {
        let log = (def.name.clone(), stream);
        let (last, now) = (self.failed.borrow().get(&log).copied(), Clock.now().mono);
        let is_early = last.is_some_and(|at| now.since(at) < AGAIN);
        if self.stop.load(Ordering::Relaxed) || is_early {
            return;
        }
        match rotate(
            root,
            heads,
            def,
            stream,
            Writers::Some,
            &self.stop,
            &mut |name| write(jobs, name),
        ) {
            Ok(()) => {
                self.failed
                    .send_if_modified(|failed| failed.remove(&log).is_some());
            }
            Err(_ended) if self.stop.load(Ordering::Relaxed) => {}
            Err(error) => {
                if last.is_none() {
                    tracing::error!(target: "files", "could not {error}");
                }
                self.failed
                    .send_if_modified(|failed| failed.insert(log, now).is_none());
            }
        }
    }
}

/// Rotates a log when it is too long; `write` writes the run record anew.
pub(super) fn rotate(
    root: &Root,
    heads: &Heads,
    def: &ServiceDef,
    stream: Stream,
    writers: Writers,
    stop: &AtomicBool,
    write: &mut dyn FnMut(&ServiceName) -> io::Result<()>,
) -> Result<(), String> {
    let Some(_claim) = heads.claim(&def.name, stream) else {
        return Ok(());
    };
    let rotation = Rotation {
        log: &root.log_file(&def.name, stream).unwrap_or_default(),
        spec: &def.logs,
        writers,
        stop,
        way: None,
    };
    let mut head = heads.of(&def.name, stream);
    let mut note = |head| {
        let before = heads.of(&def.name, stream);
        heads.set(&def.name, stream, head);
        // An intent that is not on disk is none; what was done already stays true.
        write(&def.name).inspect_err(|_| {
            if before.more.cut.is_none() {
                heads.set(&def.name, stream, before);
            }
        })
    };
    let rotated = rotation.run(&mut head, &mut note);
    rotated.map(drop).map_err(|error| {
        let why = std::error::Error::source(&error).map(ToString::to_string);
        format!("{error}: {}", why.unwrap_or_default())
    })
}

/// Has the writer write a run record anew, and waits for that.
fn write(jobs: &SyncSender<Job>, name: &ServiceName) -> io::Result<()> {
    let (reply, written) = mpsc::sync_channel(1);
    let gone = || io::Error::other("the writer of run records is gone");
    let job = Job::Head(name.clone(), Some(reply));
    jobs.send(job).map_err(|_gone| gone())?;
    let written = written.recv().map_err(|_gone| gone())?;
    written.map_err(io::Error::other)
}
