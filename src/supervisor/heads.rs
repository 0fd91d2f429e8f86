//! Where the logs of each service begin, as the owner knows it; the run records say the same.

use std::collections::{BTreeMap, BTreeSet};

use tokio::sync::watch;

use crate::{
    io::logs,
    model::{
        RunRecord, ServiceName, Stream,
        log::{CutStep, LogHead, LogPositions},
        root::Root,
    },
};

/// Shared by the actor, who asks, and by whoever rotates, who changes it.
#[derive(Default)]
pub(super) struct Heads(watch::Sender<Inner>);

#[derive(Default)]
struct Inner {
    services: BTreeMap<ServiceName, Logs>,
    /// Logs that somebody is at.
    claimed: BTreeSet<(ServiceName, Stream)>,
}

#[derive(Default, Clone, Copy)]
struct Logs {
    heads: [LogHead; 2],
    /// The positions that were told last: they never go back.
    told: LogPositions,
}

/// Nobody else rotates this log meanwhile.
pub(super) struct Claim<'a> {
    heads: &'a Heads,
    log: (ServiceName, Stream),
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.heads.change(|inner| inner.claimed.remove(&self.log));
    }
}

impl Heads {
    /// What the run records say.
    pub(super) fn new(records: &[RunRecord]) -> Self {
        let heads = Self::default();
        for record in records {
            heads.learn(record);
        }
        heads
    }

    /// Takes what a run record says, where nothing is known yet.
    pub(super) fn learn(&self, record: &RunRecord) {
        let heads = [Stream::Stdout, Stream::Stderr].map(|stream| record.log_head(stream));
        let logs = Logs {
            heads,
            told: LogPositions::default(),
        };
        self.change(|inner| {
            let entry = inner.services.entry(record.service.clone());
            *entry.or_insert(logs)
        });
    }

    /// Where a log begins.
    pub(super) fn of(&self, service: &ServiceName, stream: Stream) -> LogHead {
        let logs = self.0.borrow().services.get(service).copied();
        let logs = logs.unwrap_or_default();
        let [stdout, stderr] = logs.heads;
        if stream == Stream::Stderr {
            stderr
        } else {
            stdout
        }
    }

    /// A log begins here from now on.
    pub(super) fn set(&self, service: &ServiceName, stream: Stream, head: LogHead) {
        self.change(|inner| {
            let [stdout, stderr] = &mut inner.services.entry(service.clone()).or_default().heads;
            match stream {
                Stream::Stdout => *stdout = head,
                Stream::Stderr => *stderr = head,
                Stream::Oats => {}
            }
        });
    }

    /// Bytes that were taken off the logs of a service.
    pub(super) fn bases(&self, service: &ServiceName) -> LogPositions {
        LogPositions {
            stdout: self.of(service, Stream::Stdout).base,
            stderr: self.of(service, Stream::Stderr).base,
        }
    }

    /// Puts into a record what is true now.
    pub(super) fn fill(&self, record: &mut RunRecord) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            record.set_log_head(stream, self.of(&record.service, stream));
        }
    }

    /// How much each stream of a service has ever written. It never goes back.
    pub(super) fn positions(&self, root: &Root, service: &ServiceName) -> LogPositions {
        let now = logs::positions(root, service, self.bases(service));
        // While a head is taken off nobody knows the size: what was told last holds.
        let is_known = |stream| {
            let cut = self.of(service, stream).more.cut;
            cut.is_none_or(|cut| cut.step != CutStep::Emptied)
        };
        let known = [Stream::Stdout, Stream::Stderr].map(is_known);
        let [stdout, stderr] = known;
        self.change(|inner| {
            let told = &mut inner.services.entry(service.clone()).or_default().told;
            if stdout {
                told.stdout = told.stdout.max(now.stdout);
            }
            if stderr {
                told.stderr = told.stderr.max(now.stderr);
            }
            *told
        })
    }

    /// Keeps everybody else from rotating a log; `None` when somebody is at it.
    pub(super) fn claim(&self, service: &ServiceName, stream: Stream) -> Option<Claim<'_>> {
        let log = (service.clone(), stream);
        let is_free = self.change(|inner| inner.claimed.insert(log.clone()));
        is_free.then_some(Claim { heads: self, log })
    }

    /// Changes something, all of it at once; what `body` returns.
    fn change<T: Default>(&self, body: impl FnOnce(&mut Inner) -> T) -> T {
        let mut result = T::default();
        self.0.send_modify(|inner| result = body(inner));
        result
    }

    /// Whether somebody is at a log.
    pub(super) fn is_claimed(&self, service: &ServiceName, stream: Stream) -> bool {
        let log = (service.clone(), stream);
        self.0.borrow().claimed.contains(&log)
    }
}
