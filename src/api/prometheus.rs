//! Metrics in the text format of Prometheus, version 0.0.4.

use std::fmt::Write as _;

use crate::model::{
    Phase, ServiceName, ServiceView, Snapshot, Want,
    health::HealthWord,
    metrics::{MetricsReport, ServiceMetrics},
};

/// What the text is.
pub(super) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// One family of samples.
struct Family {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    samples: fn(&ServiceView, &ServiceMetrics) -> Vec<Sample>,
}

/// Labels beside the service, and the value.
type Sample = (Vec<(&'static str, String)>, f64);

const FAMILIES: [Family; 16] = [
    Family {
        name: "oats_service_wanted",
        kind: "gauge",
        help: "Whether the service is wanted up.",
        samples: |view, _| one(flag(view.want == Want::Up)),
    },
    Family {
        name: "oats_service_running",
        kind: "gauge",
        help: "Whether the service is in the phase running.",
        samples: |view, _| one(flag(view.phase == Phase::Running)),
    },
    Family {
        name: "oats_service_healthy",
        kind: "gauge",
        help: "Whether the service is healthy.",
        samples: |view, _| one(flag(view.health == HealthWord::Healthy)),
    },
    Family {
        name: "oats_service_uptime_seconds",
        kind: "gauge",
        help: "Time since the process of the service was spawned.",
        samples: |_, metrics| some(metrics.uptime_s.map(whole)),
    },
    Family {
        name: "oats_service_cpu_ratio",
        kind: "gauge",
        help: "CPU of the process tree of the service; 1 is one core.",
        samples: |_, metrics| some(metrics.cpu_pct.map(|percent| percent / 100.0)),
    },
    Family {
        name: "oats_service_memory_bytes",
        kind: "gauge",
        help: "Resident memory of the process tree of the service.",
        samples: |_, metrics| some(metrics.mem_bytes.map(whole)),
    },
    Family {
        name: "oats_service_processes",
        kind: "gauge",
        help: "Processes of the tree of the service.",
        samples: |view, _| one(f64::from(view.processes)),
    },
    Family {
        name: "oats_service_availability_ratio",
        kind: "gauge",
        help: "Share of the known wanted time of the window in which the service was healthy.",
        samples: |_, metrics| {
            let windows = &metrics.availability;
            let shares = [
                ("10m", windows.ten_minutes),
                ("1h", windows.hour),
                ("24h", windows.day),
            ];
            let known = shares.into_iter().filter_map(|(window, share)| {
                share
                    .ratio
                    .map(|it| (vec![("window", window.to_owned())], it))
            });
            known.collect()
        },
    },
    Family {
        name: "oats_service_failures",
        kind: "gauge",
        help: "Failures in the last 24 hours.",
        samples: |_, metrics| one(whole(metrics.failures)),
    },
    Family {
        name: "oats_service_repair_seconds_mean",
        kind: "gauge",
        help: "Mean time from a failure to healthy again in the last 24 hours.",
        samples: |_, metrics| some(metrics.mttr_s),
    },
    Family {
        name: "oats_service_between_failures_seconds_mean",
        kind: "gauge",
        help: "Mean healthy time per failure in the last 24 hours.",
        samples: |_, metrics| some(metrics.mtbf_s),
    },
    Family {
        name: "oats_service_restarts_total",
        kind: "counter",
        help: "Restarts of the service, by who caused them.",
        samples: |_, metrics| {
            let restarts = metrics.restarts;
            let counts = [
                ("manual", restarts.manual),
                ("policy", restarts.policy),
                ("arena", restarts.arena),
            ];
            let labelled = counts.map(|(by, count)| (vec![("by", by.to_owned())], whole(count)));
            labelled.into()
        },
    },
    Family {
        name: "oats_service_probe_latency_seconds",
        kind: "gauge",
        help: "Quantiles of the latency of probes over the last 10 minutes; 1 is the longest.",
        samples: |_, metrics| {
            let latency = metrics.latency.ten_minutes;
            let quantiles = latency.map(|it| {
                [
                    ("0.5", it.p50_ms),
                    ("0.95", it.p95_ms),
                    ("0.99", it.p99_ms),
                    ("1", it.max_ms),
                ]
            });
            let each = quantiles.into_iter().flatten();
            each.map(|(quantile, ms)| (vec![("quantile", quantile.to_owned())], ms / 1000.0))
                .collect()
        },
    },
    Family {
        name: "oats_service_probe_failures",
        kind: "gauge",
        help: "Failed probes in a row.",
        samples: |view, _| one(f64::from(view.probe.failures)),
    },
    Family {
        name: "oats_service_actions",
        kind: "gauge",
        help: "Actions that have ended, as far back as the ledger was read.",
        samples: |_, metrics| {
            let actions = metrics.actions.iter();
            let both = actions.flat_map(|(action, times)| {
                let ends = [("done", times.done), ("not_done", times.not_done)];
                ends.map(|(result, count)| {
                    let action = ("action", action.id().to_owned());
                    (vec![action, ("result", result.to_owned())], whole(count))
                })
            });
            both.collect()
        },
    },
    Family {
        name: "oats_service_action_seconds",
        kind: "gauge",
        help: "Quantiles of the durations of actions that were done; 1 is the longest.",
        samples: |_, metrics| {
            let actions = metrics.actions.iter();
            let all = actions.flat_map(|(action, times)| {
                let quantiles = [
                    ("0.5", times.p50_ms),
                    ("0.95", times.p95_ms),
                    ("1", times.max_ms),
                ];
                quantiles.into_iter().filter_map(|(quantile, ms)| {
                    let action = ("action", action.id().to_owned());
                    let quantile = ("quantile", quantile.to_owned());
                    ms.map(|ms| (vec![action, quantile], whole(ms) / 1000.0))
                })
            });
            all.collect()
        },
    },
];

/// The whole text.
pub(super) fn text(snapshot: &Snapshot, report: &MetricsReport) -> String {
    let mut out = String::new();
    let owner = snapshot.owner.as_ref();
    if let Some(owner) = owner {
        let version = escaped(&owner.version);
        let _ = write!(
            out,
            "# HELP oats_build_info The oats that owns the root; always 1.\n\
             # TYPE oats_build_info gauge\n\
             oats_build_info{{version=\"{version}\"}} 1\n"
        );
    }
    for family in &FAMILIES {
        let Family {
            name, kind, help, ..
        } = family;
        let mut lines = String::new();
        for (service, metrics) in &report.services {
            if let Some(view) = snapshot.services.get(service) {
                for (labels, value) in (family.samples)(view, metrics) {
                    line(&mut lines, name, service, &labels, value);
                }
            }
        }
        if !lines.is_empty() {
            let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n{lines}");
        }
    }
    out
}

fn line(
    out: &mut String,
    name: &str,
    service: &ServiceName,
    labels: &[(&'static str, String)],
    value: f64,
) {
    let _ = write!(out, "{name}{{service=\"{}\"", escaped(service.as_str()));
    for (label, text) in labels {
        let _ = write!(out, ",{label}=\"{}\"", escaped(text));
    }
    let _ = writeln!(out, "}} {value}");
}

/// The text of a label, as the format wants it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

fn one(value: f64) -> Vec<Sample> {
    vec![(Vec::new(), value)]
}

fn some(value: Option<f64>) -> Vec<Sample> {
    value.into_iter().flat_map(one).collect()
}

fn flag(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
fn whole(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
#[path = "tests/prometheus.rs"]
mod tests;
