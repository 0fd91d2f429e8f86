//! How services fared: what is measured of them, as it is kept, told and drawn. `docs/metrics.md`
//! defines every number.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    action::Action,
    ids::{Seq, ServiceName},
    run::Restarts,
    time::Wall,
};

/// The schema number of the metrics documents.
pub const METRICS_SCHEMA: u32 = 1;

/// How long one bucket of samples is.
pub const BUCKET: Duration = Duration::from_secs(10);

/// How many latencies of a bucket are kept.
pub const LATENCIES: usize = 15;

/// What was measured of one service in ten seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// Which ten seconds: whole ones since 1970.
    pub index: u32,
    /// Mean CPU of its tree; 100 is one core.
    pub cpu_pct: Option<f32>,
    /// The most resident memory of its tree, in bytes.
    pub mem_bytes: Option<u64>,
    /// Probes that ended.
    pub probes: u16,
    /// Of them, those that failed.
    pub failed: u16,
    /// Of them, those that took a measured time.
    pub timed: u16,
    /// How it was, once a second.
    pub beats: Beats,
    /// The longest latency, coded; 0 without one.
    pub longest: u16,
    /// Up to [`LATENCIES`] latencies, coded: all, or a uniform sample of them. 0 stands for none.
    pub latencies: [u16; LATENCIES],
}

/// How a service was, in beats of a second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Beats {
    /// Running and healthy.
    pub healthy: u8,
    /// Running and unhealthy.
    pub unhealthy: u8,
    /// With a process, and not judged.
    pub unknown: u8,
}

/// How a service was for some time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpState {
    /// Nobody wanted it.
    Unwanted,
    /// Nobody watched, or it was not judged yet after an owner has found it.
    #[default]
    Unknown,
    /// Wanted, running and healthy.
    Healthy,
    /// Wanted, running and unhealthy.
    Unhealthy,
    /// Wanted, and not up: dead, or not yet healthy.
    Down,
}

/// `GET /api/metrics`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricsReport {
    /// [`METRICS_SCHEMA`].
    pub schema: u32,
    /// Of which moment.
    pub at: Wall,
    /// Every service, by name.
    pub services: BTreeMap<ServiceName, ServiceMetrics>,
}

/// How one service fared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ServiceMetrics {
    /// Since the spawn of its process, in seconds.
    pub uptime_s: Option<u64>,
    /// CPU of its tree now; 100 is one core.
    pub cpu_pct: Option<f64>,
    /// Resident memory of its tree now, in bytes.
    pub mem_bytes: Option<u64>,
    /// How much of the time in which it was wanted it was healthy.
    pub availability: Availability,
    /// Failures of the last 24 hours.
    pub failures: u64,
    /// Failures of the last 24 hours that ended with it being healthy.
    pub repairs: u64,
    /// Mean time from a failure to healthy again, in seconds, over the last 24 hours.
    pub mttr_s: Option<f64>,
    /// Mean healthy time per failure, in seconds, over the last 24 hours.
    pub mtbf_s: Option<f64>,
    /// The last failure that is known.
    pub last_failure: Option<LastFailure>,
    /// How often it was restarted, by whom; ever.
    pub restarts: Restarts,
    /// The same in the last 24 hours.
    pub restarts_24h: Restarts,
    /// How its probes fared.
    pub latency: Latency,
    /// How long actions took, of those that were ever asked for.
    pub actions: BTreeMap<Action, ActionTimes>,
}

/// Availability over three windows that end now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Availability {
    /// Ten minutes.
    #[serde(rename = "10m")]
    pub ten_minutes: Share,
    /// An hour.
    #[serde(rename = "1h")]
    pub hour: Share,
    /// 24 hours.
    #[serde(rename = "24h")]
    pub day: Share,
}

/// How much of a window a service was available.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// `healthy_s / wanted_s`; `None` when it was not wanted at all.
    pub ratio: Option<f64>,
    /// Seconds in which it was wanted and healthy.
    pub healthy_s: f64,
    /// Seconds in which it was known to be wanted.
    pub wanted_s: f64,
    /// Seconds of which nothing is known.
    pub unknown_s: f64,
}

/// A failure: an exit that nobody asked for, or a verdict that became unhealthy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LastFailure {
    /// When.
    pub at: Wall,
    /// Its line in the ledger.
    pub seq: Seq,
    /// What happened.
    pub reason: String,
}

/// Quantiles of probe latencies over two windows that end now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// Ten minutes.
    #[serde(rename = "10m")]
    pub ten_minutes: Option<Quantiles>,
    /// An hour.
    #[serde(rename = "1h")]
    pub hour: Option<Quantiles>,
}

/// Quantiles of latencies, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Quantiles {
    /// How many probes were timed.
    pub count: u64,
    /// Half of them took no longer.
    pub p50_ms: f64,
    /// 95 in a hundred took no longer.
    pub p95_ms: f64,
    /// 99 in a hundred took no longer.
    pub p99_ms: f64,
    /// The longest.
    pub max_ms: f64,
}

/// How long an action took, when it was done: the last 128 times, of at most 24 hours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionTimes {
    /// How often it was done.
    pub done: u64,
    /// How often it failed or was superseded.
    pub not_done: u64,
    /// Half of those that were done took no longer, in milliseconds.
    pub p50_ms: Option<u64>,
    /// 95 in a hundred took no longer.
    pub p95_ms: Option<u64>,
    /// The longest.
    pub max_ms: Option<u64>,
}

/// `GET /api/metrics/{name}/history`: what charts are drawn from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceHistory {
    /// [`METRICS_SCHEMA`].
    pub schema: u32,
    /// Which service.
    pub service: ServiceName,
    /// The end of the last point.
    pub at: Wall,
    /// How far back it goes, in seconds.
    pub span_s: u64,
    /// How long one point is, in seconds.
    pub step_s: u64,
    /// How it fared.
    pub metrics: ServiceMetrics,
    /// One for each step, oldest first.
    pub points: Vec<Point>,
}

/// What was measured in one step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The worst that it was.
    pub state: UpState,
    /// Half of the probes took no longer, in milliseconds.
    pub p50_ms: Option<f64>,
    /// 95 in a hundred took no longer.
    pub p95_ms: Option<f64>,
    /// The longest.
    pub max_ms: Option<f64>,
    /// Mean CPU of its tree; 100 is one core.
    pub cpu_pct: Option<f64>,
    /// The most resident memory of its tree, in bytes.
    pub mem_bytes: Option<u64>,
    /// Probes that ended.
    pub probes: u64,
    /// Of them, those that failed.
    pub failed: u64,
}

/// The probes of ten seconds, in short.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Past {
    /// Which ten seconds: whole ones since 1970.
    pub index: u32,
    /// The longest that passed or failed, in milliseconds.
    pub longest_ms: Option<f64>,
    /// Whether one failed.
    pub failed: bool,
}
