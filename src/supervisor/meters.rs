//! How services fared: the owner notes it, anybody may look, and whoever looks does the counting.
//!
//! Nothing is published: a window that asks for metrics computes them on its own thread, service by
//! service, and the owner waits for it no longer than that takes for one.

use std::{collections::BTreeMap, sync::Arc};

use tokio::sync::watch;

use crate::{
    core::{
        metrics::{Metrics, Open, latencies},
        rng::Rng,
    },
    io::{history, ledger},
    model::{
        Event, Moment, ProbeOutcome, Seq, ServiceName, ServiceView, Snapshot, Wall,
        health::HealthWord,
        metrics::{
            BUCKET, Bucket, Latency, METRICS_SCHEMA, MetricsReport, Point, ServiceHistory,
            ServiceMetrics,
        },
        root::Root,
    },
};

/// Points of a history.
const POINTS: u32 = 360;
/// Buckets of ten minutes, and of an hour.
const TEN_MINUTES: u32 = 60;
const HOUR: u32 = 360;

/// How far back a history goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// An hour, in steps of ten seconds.
    Hour,
    /// 24 hours, in steps of four minutes.
    Day,
}

impl Span {
    /// Buckets of one step.
    fn buckets(self) -> u32 {
        match self {
            Self::Hour => 1,
            Self::Day => 24,
        }
    }
}

/// What is kept in memory.
#[derive(Debug)]
struct Books {
    metrics: Metrics,
    /// Lines that came before the past was read; `None` since then.
    waiting: Option<Vec<Arc<Event>>>,
    /// Which ten seconds are being measured.
    index: u32,
    open: BTreeMap<ServiceName, Open>,
    /// The bucket before: it may not be on disk yet.
    before: BTreeMap<ServiceName, Bucket>,
    rng: Rng,
}

/// The end that notes.
#[derive(Debug, Clone)]
pub struct Meter {
    books: watch::Sender<Books>,
}

/// The end that looks.
#[derive(Debug, Clone)]
pub struct Meters {
    books: watch::Receiver<Books>,
}

impl Default for Meter {
    fn default() -> Self {
        let (books, _) = watch::channel(Books {
            metrics: Metrics::default(),
            waiting: Some(Vec::new()),
            index: 0,
            open: BTreeMap::new(),
            before: BTreeMap::new(),
            rng: Rng::seeded(0),
        });
        Self { books }
    }
}

impl Meter {
    /// A way to look at what is noted.
    pub fn meters(&self) -> Meters {
        Meters {
            books: self.books.subscribe(),
        }
    }

    /// Changes the books; nobody waits for that.
    fn change(&self, change: impl FnOnce(&mut Books)) {
        self.books.send_if_modified(|books| {
            change(books);
            false
        });
    }

    /// Takes new lines of the ledger.
    pub(super) fn take(&self, events: &[Arc<Event>]) {
        self.change(|books| match &mut books.waiting {
            Some(waiting) => waiting.extend(events.iter().cloned()),
            None => events.iter().for_each(|event| books.metrics.take(event)),
        });
    }

    /// Reads what the owners before wrote, up to line `before`; the last of them was there until
    /// `alive_at`. Takes as long as the disk does.
    pub(super) fn read_past(&self, root: &Root, before: Seq, alive_at: Option<Wall>) {
        let mut metrics = Metrics::default();
        let read = ledger::read_back(root, ledger::FULL, before, |event| metrics.take(&event));
        if let Err(error) = read {
            tracing::warn!(target: "files", "could not read the ledger: {error}");
        }
        if let Some(alive_at) = alive_at {
            metrics.alive_at(alive_at);
        }
        self.change(|books| {
            for event in books.waiting.take().into_iter().flatten() {
                metrics.take(&event);
            }
            books.metrics = metrics;
        });
    }

    /// A probe has ended.
    pub(super) fn probed(&self, service: &ServiceName, outcome: &ProbeOutcome) {
        self.change(|books| {
            if books.index == 0 {
                books.index = Open::index(outcome.at);
            }
            let (index, rng) = (books.index, &mut books.rng);
            opened(&mut books.open, service, index).probed(outcome, rng);
        });
    }

    /// A beat: what was measured of each service with a process. Returns the buckets that are over.
    pub(super) fn beat<'a>(
        &self,
        now: Wall,
        seen: impl Iterator<Item = (&'a ServiceName, Beat)>,
    ) -> Vec<(ServiceName, Bucket)> {
        let mut over = Vec::new();
        self.change(|books| {
            let index = Open::index(now);
            if index != books.index {
                over = books.close();
                books.index = index;
            }
            for (name, beat) in seen {
                let open = opened(&mut books.open, name, index);
                open.beat(beat.health, beat.cpu_pct, beat.mem_bytes);
            }
        });
        over
    }

    /// Closes what is being measured.
    pub(super) fn close(&self) -> Vec<(ServiceName, Bucket)> {
        let mut over = Vec::new();
        self.change(|books| over = books.close());
        over
    }
}

/// The open bucket of a service.
fn opened<'a>(
    open: &'a mut BTreeMap<ServiceName, Open>,
    name: &ServiceName,
    index: u32,
) -> &'a mut Open {
    open.entry(name.clone()).or_insert_with(|| Open::new(index))
}

/// What a beat has measured of one service.
pub(super) struct Beat {
    /// Its verdict.
    pub(super) health: HealthWord,
    /// CPU of its tree; 100 is one core.
    pub(super) cpu_pct: Option<f64>,
    /// Resident memory of its tree, in bytes.
    pub(super) mem_bytes: Option<u64>,
}

impl Books {
    fn close(&mut self) -> Vec<(ServiceName, Bucket)> {
        let open = std::mem::take(&mut self.open);
        let over: Vec<(ServiceName, Bucket)> = open
            .into_iter()
            .map(|(name, open)| (name, open.bucket()))
            .collect();
        self.before = over.iter().cloned().collect();
        over
    }
}

impl Meters {
    /// How every service fares. Reads files.
    pub fn report(&self, snapshot: &Snapshot, root: &Root, now: Moment) -> MetricsReport {
        let services = snapshot.services.iter();
        MetricsReport {
            schema: METRICS_SCHEMA,
            at: now.wall,
            services: services
                .map(|(name, view)| {
                    let last = Open::index(now.wall);
                    let buckets = self.buckets(root, name, last.saturating_sub(HOUR - 1), last);
                    (name.clone(), self.metrics(view, &buckets, now))
                })
                .collect(),
        }
    }

    /// How one service fared, step by step; `None` when there is no such service. Reads a file.
    pub fn history(
        &self,
        snapshot: &Snapshot,
        root: &Root,
        name: &ServiceName,
        span: Span,
        now: Moment,
    ) -> Option<ServiceHistory> {
        let view = snapshot.services.get(name)?;
        let step = span.buckets();
        let last = Open::index(now.wall);
        let first = (last + 1).saturating_sub(POINTS * step);
        let buckets = self.buckets(root, name, first, last);
        let step_s = u64::from(step) * BUCKET.as_secs();
        let states = {
            let books = self.books.borrow();
            books
                .metrics
                .strip(name, now, step_s * 1000, POINTS as usize)
        };
        let mut rest = buckets.as_slice();
        let points = states.into_iter().zip(0..).map(|(state, at)| {
            let end = first + (at + 1) * step;
            let many = rest.partition_point(|bucket| bucket.index < end);
            let (mine, later) = rest.split_at(many);
            rest = later;
            Point {
                state,
                ..point(mine)
            }
        });
        Some(ServiceHistory {
            schema: METRICS_SCHEMA,
            service: name.clone(),
            at: now.wall,
            span_s: u64::from(POINTS) * step_s,
            step_s,
            points: points.collect(),
            metrics: self.metrics(view, &buckets, now),
        })
    }

    /// What was measured from one bucket to another, oldest first.
    fn buckets(&self, root: &Root, name: &ServiceName, first: u32, last: u32) -> Vec<Bucket> {
        let (before, open) = {
            let books = self.books.borrow();
            let open = books.open.get(name).map(Open::bucket);
            (books.before.get(name).copied(), open)
        };
        let mut found = history::read(root, name, first, last).unwrap_or_else(|error| {
            tracing::warn!(target: "files", "could not read the history of {name}: {error}");
            Vec::new()
        });
        for bucket in [before, open].into_iter().flatten() {
            if (first..=last).contains(&bucket.index) {
                found.retain(|other| other.index != bucket.index);
                found.push(bucket);
            }
        }
        found.sort_unstable_by_key(|bucket| bucket.index);
        found
    }

    fn metrics(&self, view: &ServiceView, buckets: &[Bucket], now: Moment) -> ServiceMetrics {
        let told = self.books.borrow().metrics.report(&view.name, now);
        let last = Open::index(now.wall);
        let within = |many: u32| {
            let recent = move |bucket: &&Bucket| bucket.index > last.saturating_sub(many);
            latencies(buckets.iter().filter(recent))
        };
        ServiceMetrics {
            uptime_s: view.uptime_s,
            cpu_pct: view.cpu_pct,
            mem_bytes: view.mem_bytes,
            restarts: view.restarts,
            latency: Latency {
                ten_minutes: within(TEN_MINUTES),
                hour: within(HOUR),
            },
            ..told
        }
    }
}

/// What some buckets come to.
fn point(buckets: &[Bucket]) -> Point {
    let latency = latencies(buckets);
    let cpus: Vec<f64> = buckets
        .iter()
        .filter_map(|bucket| bucket.cpu_pct.map(f64::from))
        .collect();
    let count = u32::try_from(cpus.len()).unwrap_or(u32::MAX);
    let sum: f64 = cpus.iter().sum();
    let mean = (count > 0).then(|| (sum / f64::from(count) * 10.0).round() / 10.0);
    let millis = |of: f64| (of * 1000.0).round() / 1000.0;
    Point {
        p50_ms: latency.map(|it| millis(it.p50_ms)),
        p95_ms: latency.map(|it| millis(it.p95_ms)),
        max_ms: latency.map(|it| millis(it.max_ms)),
        cpu_pct: mean,
        mem_bytes: buckets.iter().filter_map(|bucket| bucket.mem_bytes).max(),
        probes: buckets.iter().map(|bucket| u64::from(bucket.probes)).sum(),
        failed: buckets.iter().map(|bucket| u64::from(bucket.failed)).sum(),
        ..Point::default()
    }
}

#[cfg(test)]
#[path = "tests/meters.rs"]
mod tests;
