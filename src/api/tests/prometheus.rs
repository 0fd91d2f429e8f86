use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::*;
use crate::model::{
    Action, Wall,
    metrics::{ActionTimes, METRICS_SCHEMA, Quantiles},
};

/// One sample as a reader of the format takes it.
type Parsed = (String, BTreeMap<String, String>, f64);

/// Reads the format as its documentation tells; fails on anything else.
fn parse(text: &str) -> Vec<Parsed> {
    assert!(text.ends_with('\n'));
    let (mut typed, mut samples) = (BTreeSet::new(), Vec::new());
    let mut helped = String::new();
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, _) = help.split_once(' ').unwrap();
            name.clone_into(&mut helped);
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            assert_eq!(name, helped, "its help comes before its type");
            assert!(["gauge", "counter"].contains(&kind));
            assert_eq!(kind == "counter", name.ends_with("_total"));
            assert!(typed.insert(name.to_owned()), "{name} comes in two groups");
        } else {
            let (name, rest) = line.split_once('{').unwrap();
            assert_eq!(name, helped, "it stands below its type");
            let (labels, value) = labels(rest);
            samples.push((name.to_owned(), labels, value.parse().unwrap()));
        }
    }
    samples
}

fn labels(mut rest: &str) -> (BTreeMap<String, String>, &str) {
    let mut found = BTreeMap::new();
    loop {
        let (name, after) = rest.split_once("=\"").unwrap();
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
        let mut text = String::new();
        let mut chars = after.char_indices();
        let end = loop {
            match chars.next().unwrap() {
                (at, '"') => break at + 1,
                (_, '\\') => text.push(match chars.next().unwrap().1 {
                    'n' => '\n',
                    other => other,
                }),
                (_, other) => text.push(other),
            }
        };
        found.insert(name.to_owned(), text);
        rest = after.get(end..).unwrap();
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => return (found, rest.strip_prefix("} ").unwrap()),
        }
    }
}

fn snapshot() -> Snapshot {
    let verdict =
        json!({"allowed": true, "code": null, "reason": null, "hint": null, "hint_action": null});
    let service = json!({
        "name": "orders", "description": null, "group": null, "phase": "running",
        "phase_since": null, "want": "up", "health": "unhealthy", "health_reason": null,
        "probe": {"kind": "http", "ok": false, "detail": null, "latency_ms": null, "at": null,
            "failures": 3},
        "pid": 7, "start_ticks": 1, "run": null, "adopted": false, "started_at": null,
        "uptime_s": 12, "waiting_for": [], "retry": null, "last_exit": null, "port": null,
        "holder": null, "survivors": [], "restarts": {"manual": 1, "policy": 2, "arena": 0},
        "cpu_pct": 25.0, "mem_bytes": 1024, "processes": 2, "depends_on": [], "needed_by": [],
        "logs": {"stdout": "", "stderr": ""}, "pending": null, "last_action": null,
        "actions": {"start": verdict, "stop": verdict, "kill": verdict, "restart": verdict,
            "recover": verdict, "free_port": verdict},
    });
    serde_json::from_value(json!({
        "schema": 1, "source": "owner", "api": null, "socket": null, "root": "/r", "seq": 1,
        "written_at": "2026-01-01T00:00:00.000Z", "boot_id": "b",
        "owner": {"pid": 1, "start_ticks": 1, "started_at": "2026-01-01T00:00:00.000Z",
            "mode": "serve", "version": "1.0 \"odd\\\n"},
        "problems": [], "services": {"orders": service},
    }))
    .unwrap()
}

fn report(metrics: ServiceMetrics) -> MetricsReport {
    MetricsReport {
        schema: METRICS_SCHEMA,
        at: Wall::from_millis(0),
        services: BTreeMap::from([("orders".parse().unwrap(), metrics)]),
    }
}

/// Something of each kind is known.
fn known() -> ServiceMetrics {
    let mut metrics = ServiceMetrics {
        uptime_s: Some(12),
        cpu_pct: Some(25.0),
        mem_bytes: Some(1024),
        mttr_s: Some(2.5),
        ..ServiceMetrics::default()
    };
    metrics.availability.hour.ratio = Some(0.75);
    metrics.restarts.policy = 2;
    metrics.latency.ten_minutes = Some(Quantiles {
        p95_ms: 40.0,
        ..Quantiles::default()
    });
    metrics.actions.insert(
        Action::Start,
        ActionTimes {
            done: 1,
            p50_ms: Some(58),
            ..ActionTimes::default()
        },
    );
    metrics
}

#[test]
fn the_text_is_what_a_reader_of_the_format_expects() {
    let samples = parse(&text(&snapshot(), &report(known())));
    let value = |name: &str, wanted: &[(&str, &str)]| {
        let mut matching = samples.iter().filter(|(it, labels, _)| {
            let has = |(label, text): &(&str, &str)| {
                labels.get(*label).map(String::as_str) == Some(*text)
            };
            it == name && wanted.iter().all(has)
        });
        let found = matching.next().map(|(_, _, value)| *value);
        assert!(
            matching.next().is_none(),
            "{name} {wanted:?} is there twice"
        );
        found
    };
    let orders = ("service", "orders");
    for (name, labels, expected) in [
        ("oats_service_wanted", vec![orders], 1.0),
        ("oats_service_healthy", vec![orders], 0.0),
        ("oats_service_uptime_seconds", vec![orders], 12.0),
        ("oats_service_cpu_ratio", vec![orders], 0.25),
        ("oats_service_memory_bytes", vec![orders], 1024.0),
        (
            "oats_service_availability_ratio",
            vec![orders, ("window", "1h")],
            0.75,
        ),
        ("oats_service_repair_seconds_mean", vec![orders], 2.5),
        (
            "oats_service_restarts_total",
            vec![orders, ("by", "policy")],
            2.0,
        ),
        (
            "oats_service_probe_latency_seconds",
            vec![orders, ("quantile", "0.95")],
            0.04,
        ),
        (
            "oats_service_action_seconds",
            vec![orders, ("quantile", "0.5")],
            0.058,
        ),
        ("oats_build_info", vec![("version", "1.0 \"odd\\\n")], 1.0),
    ] {
        assert_eq!(value(name, &labels), Some(expected), "{name} {labels:?}");
    }
    // What is not known is not said.
    assert_eq!(
        value("oats_service_availability_ratio", &[("window", "10m")]),
        None
    );
    assert_eq!(
        value("oats_service_between_failures_seconds_mean", &[orders]),
        None
    );
}

#[test]
fn a_root_without_services_has_a_text_too() {
    let mut snapshot = snapshot();
    snapshot.services.clear();
    let report = MetricsReport {
        services: BTreeMap::new(),
        ..report(ServiceMetrics::default())
    };
    assert_eq!(parse(&text(&snapshot, &report)).len(), 1);
}
