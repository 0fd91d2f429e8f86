//! What is looked at.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{ago, name, now};
use crate::{
    model::{
        Action, Actor, Event, EventKind, LogLine, Outcome, Seq, ServiceName, Snapshot, Stream,
        health::HealthWord,
        metrics::{
            LastFailure, Past, Point, Quantiles, ServiceHistory, ServiceMetrics, Share, UpState,
        },
        run::Restarts,
    },
    tui::{
        state::UiState,
        trend::{Trends, index},
    },
};

/// What is looked at: every service with some output, and a few events.
pub(crate) fn ui(snapshot: &Snapshot, size: (u16, u16)) -> UiState {
    let mut ui = UiState {
        size,
        ..UiState::default()
    };
    for at in 0..40 {
        for name in snapshot.services.keys() {
            let ring = ui.logs.entry(name.clone()).or_default();
            ring.push(ui.arrived, line(name, at, 40));
            ui.arrived += 1;
        }
    }
    ui.trends = trends(snapshot);
    ui.cursor = snapshot.services.keys().next_back().cloned();
    ui.cursor_row = snapshot.services.len().saturating_sub(1);
    ui.events.extend(events().into_iter().map(Arc::new));
    ui
}

/// The last ten minutes of every service that lives: quiet, then a few failures of those in trouble.
fn trends(snapshot: &Snapshot) -> Trends {
    let mut trends = Trends::default();
    let living = snapshot.services.values().filter(|view| view.pid.is_some());
    let past = living.enumerate().map(|(at, view)| {
        let sick = view.health == HealthWord::Unhealthy;
        let cell = |ago: u32| Past {
            index: index(now()) - ago,
            longest_ms: Some(f64::from(
                (ago * 7 + u32::try_from(at).unwrap() * 13) % 90 + 4,
            )),
            failed: sick && ago < 12,
        };
        (view.name.clone(), (0..45).rev().map(cell).collect())
    });
    let past: Vec<(ServiceName, Vec<Past>)> = past.collect();
    trends.fill(&past);
    for minute in (0..40).rev() {
        let mut then = snapshot.clone();
        then.written_at = ago(minute * 60);
        trends.take(&then);
    }
    trends
}

/// The last lines of a service.
pub(crate) fn lines(service: &ServiceName, count: u32) -> Vec<LogLine> {
    (0..count).map(|at| line(service, at, count)).collect()
}

/// One of the last `count` lines of a service.
fn line(service: &ServiceName, at: u32, count: u32) -> LogLine {
    let (stream, text) = match at % 9 {
        6 => (Stream::Stderr, format!("slow query {} ms", 300 + at)),
        8 => (
            Stream::Oats,
            "probe GET /healthz failed: 503 (1 of 3)".to_owned(),
        ),
        4 => (
            Stream::Stdout,
            format!("\u{1b}[32mINFO\u{1b}[0m request {at} done in \u{1b}[1m2 ms\u{1b}[0m"),
        ),
        _ => (Stream::Stdout, format!("GET /work 200 {} ms", 1 + at % 7)),
    };
    LogLine {
        service: service.clone(),
        stream,
        at: (at > 1).then(|| ago(i64::from(count - at))),
        pos: (stream != Stream::Oats).then(|| u64::from(at) * 100),
        text,
    }
}

/// A little history of the shop, oldest first.
pub(crate) fn events() -> Vec<Event> {
    let by = |kind, actor: Option<Actor>, action, service: &str, age| Event {
        seq: Seq(u64::try_from(1000 - age).unwrap()),
        at: ago(age),
        mono_ms: 0,
        boot_id: "b".to_owned(),
        kind,
        service: (!service.is_empty()).then(|| name(service)),
        run: None,
        actor,
        action,
        cause: None,
        result: None,
        code: None,
        reason: None,
        duration_ms: None,
        log_at: None,
        data: Value::Null,
    };
    let human = || Some(Actor::HUMAN);
    let start = Some(Action::Start);
    let mut done = by(EventKind::Result, human(), start, "gateway", 336);
    done.result = Some(Outcome::Done);
    done.duration_ms = Some(58);
    done.cause = Some(Seq(663));
    let mut killed = by(EventKind::Exit, None, None, "inventory", 202);
    killed.data = json!({"code": null, "signal": "SIGKILL"});
    let mut again = by(EventKind::Result, human(), start, "inventory", 199);
    again.result = Some(Outcome::Done);
    again.duration_ms = Some(61);
    let mut refused = by(
        EventKind::Refusal,
        human(),
        Some(Action::Recover),
        "auth",
        60,
    );
    refused.reason = Some("Recover disabled: service is not running.".to_owned());
    let mut sick = by(EventKind::Health, None, None, "payments", 3);
    sick.data = json!({"from": "healthy", "to": "unhealthy"});
    sick.reason = Some("GET /healthz answered 503 (3 of 3)".to_owned());
    let mut owner = by(EventKind::Owner, None, None, "", 900);
    owner.data = json!({"pid": 47_000, "mode": "console"});
    vec![
        owner,
        by(EventKind::Ask, human(), start, "gateway", 337),
        done,
        killed,
        again,
        refused,
        sick,
        by(
            EventKind::Ask,
            human(),
            Some(Action::Recover),
            "payments",
            1,
        ),
    ]
}

/// How a service fared in the last hour: it came up 40 minutes ago, was sick for a while, died, and was
/// not watched for five minutes.
pub(crate) fn charts(service: &str) -> ServiceHistory {
    let point = |at: u32| {
        let wave = f64::from(at % 40) / 10.0;
        let state = match at {
            0..120 => UpState::Unwanted,
            120..126 | 250..262 => UpState::Down,
            200..220 => UpState::Unhealthy,
            300..330 => UpState::Unknown,
            _ => UpState::Healthy,
        };
        let up = matches!(state, UpState::Healthy | UpState::Unhealthy);
        Point {
            state,
            p50_ms: up.then_some(2.0 + wave),
            p95_ms: up.then_some(if at == 207 { 480.0 } else { 60.0 + 40.0 * wave }),
            max_ms: up.then_some(500.0),
            cpu_pct: up.then_some(1.0 + 4.0 * wave),
            mem_bytes: up.then_some((40 << 20) + (u64::from(at) << 18)),
            probes: 10,
            failed: 0,
        }
    };
    ServiceHistory {
        schema: 1,
        service: name(service),
        at: now(),
        span_s: 3600,
        step_s: 10,
        metrics: metrics(),
        points: (0..360).map(point).collect(),
    }
}

fn metrics() -> ServiceMetrics {
    let share = |ratio| Share {
        ratio: Some(ratio),
        healthy_s: 1800.0,
        wanted_s: 2100.0,
        unknown_s: 300.0,
    };
    let mut metrics = ServiceMetrics {
        uptime_s: Some(980),
        cpu_pct: Some(2.4),
        mem_bytes: Some(120 << 20),
        failures: 2,
        repairs: 2,
        mttr_s: Some(130.5),
        mtbf_s: Some(900.0),
        restarts: Restarts {
            manual: 2,
            policy: 3,
            arena: 0,
        },
        last_failure: Some(LastFailure {
            at: ago(1100),
            seq: Seq(940),
            reason: "killed by SIGKILL".to_owned(),
        }),
        ..ServiceMetrics::default()
    };
    metrics.availability.ten_minutes = share(1.0);
    metrics.availability.hour = share(0.857_14);
    metrics.availability.day = share(0.999_99);
    metrics.latency.hour = Some(Quantiles {
        count: 2000,
        p50_ms: 2.4,
        p95_ms: 180.0,
        p99_ms: 300.0,
        max_ms: 500.0,
    });
    metrics
}
