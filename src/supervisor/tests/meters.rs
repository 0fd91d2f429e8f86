use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::{
    io::ledger::Ledger,
    model::{EventKind, Mono},
};

const BEGIN: i64 = 1_700_000_000_000;

/// A root with one service, `orders`, that runs.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(place.root().data_dir).unwrap();
        place
    }

    fn root(&self) -> Root {
        Root::new(self.0.path())
    }
}

fn name() -> ServiceName {
    "orders".parse().unwrap()
}

fn moment(seconds: u64) -> Moment {
    Moment {
        mono: Mono(Duration::from_secs(seconds)),
        wall: Wall::from_millis(BEGIN).after(Duration::from_secs(seconds)),
    }
}

fn event(seq: u64, seconds: u64, kind: EventKind, data: Value) -> Event {
    let now = moment(seconds);
    Event {
        seq: Seq(seq),
        at: now.wall,
        mono_ms: seconds * 1000,
        boot_id: "b".to_owned(),
        kind,
        service: (kind != EventKind::Owner).then(name),
        run: None,
        actor: None,
        action: None,
        cause: None,
        result: None,
        code: None,
        reason: Some("came".to_owned()),
        duration_ms: None,
        log_at: None,
        data,
    }
}

fn health(seq: u64, seconds: u64, to: &str) -> Event {
    event(seq, seconds, EventKind::Health, json!({ "to": to }))
}

fn owner(seq: u64, seconds: u64) -> Event {
    event(seq, seconds, EventKind::Owner, Value::Null)
}

fn snapshot() -> Snapshot {
    let verdict = json!({"allowed": true, "code": null, "reason": null, "hint": null,
        "hint_action": null});
    let service = json!({
        "name": "orders", "description": null, "group": null, "phase": "running",
        "phase_since": null, "want": "up", "health": "healthy", "health_reason": null,
        "probe": {"kind": "http", "ok": true, "detail": null, "latency_ms": null, "at": null,
            "failures": 0},
        "pid": 7, "start_ticks": 1, "run": null, "adopted": false, "started_at": null,
        "uptime_s": 12, "waiting_for": [], "retry": null, "last_exit": null, "port": null,
        "holder": null, "survivors": [], "restarts": {"manual": 1, "policy": 2, "arena": 3},
        "cpu_pct": 25.0, "mem_bytes": 1024, "processes": 2, "depends_on": [], "needed_by": [],
        "logs": {"stdout": "", "stderr": ""}, "pending": null, "last_action": null,
        "actions": {"start": verdict, "stop": verdict, "kill": verdict, "restart": verdict,
            "recover": verdict, "free_port": verdict},
    });
    serde_json::from_value(json!({
        "schema": 1, "source": "owner", "api": null, "socket": null, "root": "/r", "seq": 1,
        "written_at": "2026-01-01T00:00:00.000Z", "boot_id": "b", "owner": null,
        "problems": [], "services": {"orders": service},
    }))
    .unwrap()
}

fn beat(meter: &Meter, seconds: u64, cpu: f64) -> Vec<(ServiceName, Bucket)> {
    let beat = Beat {
        health: HealthWord::Healthy,
        cpu_pct: Some(cpu),
        mem_bytes: Some(1 << 20),
    };
    meter.beat(moment(seconds).wall, std::iter::once((&name(), beat)))
}

fn probe(meter: &Meter, millis: u64) {
    let outcome = ProbeOutcome {
        ok: true,
        detail: String::new(),
        latency: Some(Duration::from_millis(millis)),
        at: moment(0).wall,
        witness: None,
    };
    meter.probed(&name(), &outcome);
}

#[test]
fn lines_that_come_while_the_past_is_read_count_after_it() {
    let place = Place::new();
    let (mut ledger, _) = Ledger::open(&place.root().ledger_file()).unwrap();
    let past = [
        owner(1, 0),
        health(2, 0, "healthy"),
        health(3, 10, "unhealthy"),
    ];
    ledger.append(&past).unwrap();
    let new = [owner(4, 30), health(5, 30, "healthy")].map(Arc::new);
    // The new lines may be in the file already when it is read.
    ledger.append(&[owner(4, 30)]).unwrap();
    let meter = Meter::default();
    meter.take(&new[..1]);
    meter.read_past(&place.root(), Seq(4), Some(moment(20).wall));
    meter.take(&new[1..]);
    let report = meter
        .meters()
        .report(&snapshot(), &place.root(), moment(40));
    let orders = &report.services[&name()];
    assert_eq!((orders.failures, orders.repairs), (1, 1));
    let share = orders.availability.ten_minutes;
    // 10 s healthy, 10 s not, 10 s unwatched, 10 s healthy.
    assert_eq!((share.healthy_s, share.wanted_s), (20.0, 30.0));
    // What only the run record counts comes from the published truth.
    assert_eq!((orders.restarts.arena, orders.uptime_s), (3, Some(12)));
}

#[test]
fn what_is_being_measured_is_told_before_it_is_on_disk_and_never_twice() {
    let place = Place::new();
    let meter = Meter::default();
    let points = |at: u64| {
        let meters = meter.meters();
        let history = meters.history(&snapshot(), &place.root(), &name(), Span::Hour, moment(at));
        let history = history.unwrap();
        let count = history.metrics.latency.hour.map_or(0, |it| it.count);
        let newest: Vec<(Option<f64>, u64)> = history.points[357..]
            .iter()
            .map(|point| (point.cpu_pct, point.probes))
            .collect();
        (count, newest)
    };
    // A probe may end before the first beat.
    probe(&meter, 5);
    assert!(beat(&meter, 0, 10.0).is_empty());
    assert!(beat(&meter, 9, 30.0).is_empty());
    assert_eq!(points(9), (1, vec![(None, 0), (None, 0), (Some(20.0), 1)]));
    let over = beat(&meter, 10, 50.0);
    assert_eq!(over.len(), 1);
    probe(&meter, 7);
    probe(&meter, 9);
    let expected = (3, vec![(None, 0), (Some(20.0), 1), (Some(50.0), 2)]);
    // It is over, and may not be on disk yet; then it is.
    assert_eq!(points(12), expected);
    history::write(&place.root(), &over).unwrap();
    assert_eq!(points(12), expected);
    history::write(&place.root(), &meter.close()).unwrap();
    assert_eq!(points(12), expected);
    // The next owner reads it back.
    let next = Meter::default().meters();
    let read = next.history(&snapshot(), &place.root(), &name(), Span::Day, moment(300));
    let read = read.unwrap();
    assert_eq!(read.points.iter().map(|point| point.probes).sum::<u64>(), 3);
    assert_eq!(read.metrics.latency.hour.unwrap().count, 3);
    assert!(read.metrics.latency.ten_minutes.unwrap().max_ms > 8.9);
}

#[test]
fn a_service_without_a_process_is_not_measured() {
    let meter = Meter::default();
    assert!(meter.beat(moment(0).wall, std::iter::empty()).is_empty());
    assert!(meter.close().is_empty());
    let unknown: ServiceName = "nobody".parse().unwrap();
    let place = Place::new();
    let none = meter
        .meters()
        .history(&snapshot(), &place.root(), &unknown, Span::Hour, moment(0));
    assert_eq!(none, None);
}

/// How long something takes that is done so often, on average.
#[expect(clippy::print_stderr, reason = "this is what it is for")]
fn timed(what: &str, times: u32, run: impl FnMut(u32)) {
    let clock = crate::io::clock::Clock;
    let before = clock.now().mono;
    (0..times).for_each(run);
    let took = clock.now().mono.since(before) / times;
    eprintln!("{what}: {took:?}");
}

/// What samples and metrics cost: `cargo test --release --lib what_measuring_costs -- --ignored
/// --nocapture`.
#[test]
#[ignore = "measures; run in a release build"]
fn what_measuring_costs() {
    let place = Place::new();
    let names: Vec<ServiceName> = (0..200)
        .map(|at| format!("s{at}").parse().unwrap())
        .collect();
    let meter = Meter::default();
    timed(
        "200 services, a beat and its share of writing",
        3600,
        |second| {
            let seen = names.iter().map(|name| {
                let beat = Beat {
                    health: HealthWord::Healthy,
                    cpu_pct: Some(1.0),
                    mem_bytes: Some(1),
                };
                (name, beat)
            });
            let over = meter.beat(moment(u64::from(second)).wall, seen);
            history::write(&place.root(), &over).unwrap();
        },
    );
    meter.read_past(&place.root(), Seq(1), None);
    timed("a line of the ledger", 100_000, |at| {
        let to = ["healthy", "unhealthy"][usize::from(at % 2 == 1)];
        meter.take(&[Arc::new(health(u64::from(at), u64::from(at), to))]);
    });
    let mut full = snapshot();
    let orders = full.services[&name()].as_ref().clone();
    for name in &names {
        let view = ServiceView {
            name: name.clone(),
            ..orders.clone()
        };
        full.services.insert(name.clone(), Arc::new(view));
    }
    let (meters, root, now) = (meter.meters(), place.root(), moment(3600));
    timed("a report of 201 services", 20, |_| {
        assert_eq!(meters.report(&full, &root, now).services.len(), 201);
    });
    timed("the last hour of one service", 200, |_| {
        let history = meters.history(&full, &root, &names[0], Span::Hour, now);
        assert!(history.is_some());
    });
    let (mut ledger, _) = Ledger::open(&root.ledger_file()).unwrap();
    let mut seq = 0;
    while std::fs::metadata(root.ledger_file()).unwrap().len() < ledger::FULL {
        let many: Vec<Event> = (0..1000)
            .map(|at| health(seq + at, seq + at, "healthy"))
            .collect();
        seq += 1000;
        ledger.append(&many).unwrap();
    }
    timed("a full ledger read back", 1, |_| {
        Meter::default().read_past(&root, Seq(u64::MAX), None);
    });
}
