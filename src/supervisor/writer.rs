//! The one thread that writes: status.json, the ledger, the run records, and the rotation before a
//! spawn. A slow disk delays nobody but the spawn that waits for its record.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::AtomicBool,
        mpsc::{self, Receiver, SyncSender, TrySendError},
    },
    thread::JoinHandle,
};

use tokio::sync::oneshot;

use super::{heads::Heads, rotation};
use crate::{
    io::{
        files, history,
        ledger::Ledger,
        logs::{
            self,
            rotate::Writers,
            times::{self, Growth},
        },
        records,
        status::StatusEncoder,
    },
    model::{
        Event, RunRecord, ServiceDef, ServiceName, Snapshot, Stream, Wall, metrics::Bucket,
        root::Root,
    },
};

/// How many jobs may lie before the thread. Whoever finds the queue full keeps his job.
const QUEUE: usize = 4096;

/// Something to write.
pub(super) enum Job {
    /// The truth; only the newest matters.
    Status(Arc<Snapshot>),
    /// Lines for the ledger.
    Events(Vec<Event>),
    /// The folder was made anew: the ledger begins anew, before the next line.
    Anew,
    /// What was measured in ten seconds that are over.
    Buckets(Vec<(ServiceName, Bucket)>),
    /// A run record.
    Record(Box<RunRecord>),
    /// The run record of a service anew, because the head of a log has moved; who waits for that.
    Head(ServiceName, Option<SyncSender<Result<(), String>>>),
    /// How far the logs of these services had grown at this time.
    Times(Wall, Vec<Growth>),
    /// Before a spawn: rotate what is too long, then write the intent.
    Intent {
        /// The service.
        def: Arc<ServiceDef>,
        /// The record; where its logs begin is put in.
        record: Box<RunRecord>,
        /// Where the bases go, or why it could not be written.
        reply: oneshot::Sender<Result<RunRecord, String>>,
    },
}

/// The way to the writer.
pub(super) struct Writer {
    jobs: SyncSender<Job>,
    /// Jobs that found the queue full, in order.
    kept: Vec<Job>,
    thread: JoinHandle<()>,
}

impl Writer {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// The system has no thread left.
    pub(super) fn start(
        root: Arc<Root>,
        ledger: Ledger,
        heads: Arc<Heads>,
        known: Vec<RunRecord>,
    ) -> std::io::Result<Self> {
        let known = known.into_iter();
        let records = Records {
            root: Arc::clone(&root),
            heads,
            last: known
                .map(|record| (record.service.clone(), record))
                .collect(),
        };
        let (jobs, queue) = mpsc::sync_channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("oats-writer".to_owned())
            .spawn(move || work(&root, ledger, records, &queue))?;
        Ok(Self {
            jobs,
            kept: Vec::new(),
            thread,
        })
    }

    /// Hands a job over. Never blocks: what finds the queue full is kept and goes first next time;
    /// of snapshots only the newest is.
    pub(super) fn send(&mut self, job: Job) {
        if matches!(job, Job::Status(_)) {
            self.kept.retain(|kept| !matches!(kept, Job::Status(_)));
        }
        self.kept.push(job);
        let mut waiting = std::mem::take(&mut self.kept).into_iter();
        while let Some(job) = waiting.next() {
            match self.jobs.try_send(job) {
                Ok(()) => {}
                Err(TrySendError::Full(job)) => {
                    self.kept.push(job);
                    self.kept.extend(waiting);
                    return;
                }
                // The thread panicked, and the panic has ended oats.
                Err(TrySendError::Disconnected(_)) => return,
            }
        }
    }

    /// A way in for another thread, who waits when the queue is full. The writer ends only after it
    /// is dropped.
    pub(super) fn jobs(&self) -> SyncSender<Job> {
        self.jobs.clone()
    }

    /// Lets go of everything that is not written yet: the folder is somebody else's by now.
    pub(super) fn abandon(self) {
        // The thread ends with its queue; what it has begun, it has.
        let Self { jobs, thread, .. } = self;
        drop((jobs, thread));
    }

    /// Waits until everything is written. Blocks.
    pub(super) fn finish(self) {
        let Self { jobs, kept, thread } = self;
        for job in kept {
            if jobs.send(job).is_err() {
                break;
            }
        }
        drop(jobs);
        // A panic there was reported where it happened.
        let _ = thread.join();
    }
}

/// Takes jobs until nobody can send any more.
fn work(root: &Root, mut ledger: Ledger, mut records: Records, queue: &Receiver<Job>) {
    let mut encoder = StatusEncoder::default();
    while let Ok(first) = queue.recv() {
        let mut status = None;
        let mut events = Vec::new();
        for job in std::iter::once(first).chain(queue.try_iter()) {
            match job {
                Job::Status(snapshot) => status = Some(snapshot),
                Job::Events(lines) => events.extend(lines),
                Job::Anew => complain("begin the ledger anew", ledger.mend()),
                Job::Buckets(buckets) => {
                    complain("write samples", history::write(root, &buckets));
                }
                Job::Record(record) => {
                    complain("write a run record", records.write(*record));
                }
                Job::Head(service, reply) => {
                    let written = records.again(&service);
                    match reply {
                        // The asker may be gone: what is written is written.
                        Some(reply) => drop(reply.send(written)),
                        None => complain("write a run record", written),
                    }
                }
                Job::Times(at, grown) => {
                    complain("note how logs grow", times::append(root, at, &grown));
                }
                Job::Intent { def, record, reply } => {
                    // The asker may be gone: then nobody spawns.
                    let _ = reply.send(records.intent(&def, *record));
                }
            }
        }
        if status.is_some() {
            mend(root, &mut ledger);
        }
        if !events.is_empty() {
            complain("append to the ledger", ledger.append(&events));
        }
        if let Some(snapshot) = status {
            let written = encoder
                .encode(&snapshot)
                .map_err(|error| error.to_string())
                .and_then(|bytes| {
                    files::replace(&root.status_file(), &bytes).map_err(|error| error.to_string())
                });
            complain("write status.json", written);
        }
    }
}

/// Makes anew what somebody has taken away under a running owner: the ledger, and its folder.
fn mend(root: &Root, ledger: &mut Ledger) {
    let mended = ledger.mend().or_else(|_gone| {
        complain("make the folders of the root", files::prepare(root));
        ledger.mend()
    });
    if matches!(mended, Ok(true)) {
        tracing::warn!(target: "files", "the ledger was taken away; a new one was begun");
    }
    complain("go on with the ledger", mended);
}

/// The run records as they were written last.
struct Records {
    root: Arc<Root>,
    heads: Arc<Heads>,
    last: BTreeMap<ServiceName, RunRecord>,
}

impl Records {
    /// Writes a record; where its logs begin now is put in.
    fn write(&mut self, mut record: RunRecord) -> Result<(), String> {
        self.heads.fill(&mut record);
        let written = records::write(&self.root, &record).map_err(|error| error.to_string());
        self.last.insert(record.service.clone(), record);
        written
    }

    /// Writes the last record of a service anew.
    fn again(&mut self, service: &ServiceName) -> Result<(), String> {
        match self.last.get(service).cloned() {
            Some(record) => self.write(record),
            None => Err("there is no run record".to_owned()),
        }
    }

    /// Rotates what is too long, then writes the intent down.
    fn intent(&mut self, def: &ServiceDef, mut record: RunRecord) -> Result<RunRecord, String> {
        self.last.insert(def.name.clone(), record.clone());
        let heads = Arc::clone(&self.heads);
        for stream in [Stream::Stdout, Stream::Stderr] {
            let (root, stop) = (Arc::clone(&self.root), AtomicBool::new(false));
            let mut again = |name: &ServiceName| self.again(name).map_err(std::io::Error::other);
            let rotated =
                rotation::rotate(&root, &heads, def, stream, Writers::None, &stop, &mut again);
            if let Err(error) = rotated {
                // A log that cannot be rotated grows on; that is no reason not to start.
                tracing::error!(target: "files", "could not {error}");
            }
        }
        heads.fill(&mut record);
        record.log_at_start = logs::positions(&self.root, &def.name, record.log_base);
        match self.write(record.clone()) {
            Ok(()) => Ok(record),
            Err(error) => Err(format!("could not write the run record: {error}")),
        }
    }
}

/// Says in oats's own log that something could not be written.
fn complain<T, E: std::fmt::Display>(what: &str, result: Result<T, E>) {
    if let Err(error) = result {
        tracing::error!(target: "files", "could not {what}: {error}");
    }
}
