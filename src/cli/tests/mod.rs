//! What the tests of the command line share: services and ledger lines made up.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::model::{Event, ServiceName, ServiceView, Snapshot, Wall};

/// A service that was never started, with these keys of status.json set otherwise.
pub(super) fn view(name: &str, changes: &Value) -> ServiceView {
    let verdict =
        json!({"allowed": true, "code": null, "reason": null, "hint": null, "hint_action": null});
    let mut view = json!({
        "name": name, "description": null, "group": null, "phase": "stopped", "phase_since": null,
        "want": "down", "health": "unknown", "health_reason": null,
        "probe": {"kind": "http", "ok": null, "detail": null, "latency_ms": null, "at": null, "failures": 0},
        "pid": null, "start_ticks": null, "run": null, "adopted": false, "started_at": null,
        "uptime_s": null, "waiting_for": [], "retry": null, "last_exit": null, "port": null,
        "holder": null, "survivors": [], "restarts": {"manual": 0, "policy": 0, "arena": 0},
        "cpu_pct": null, "mem_bytes": null, "processes": 0, "depends_on": [], "needed_by": [],
        "logs": {"stdout": "o", "stderr": "e"}, "pending": null, "last_action": null,
        "actions": {"start": verdict, "stop": verdict, "kill": verdict, "restart": verdict,
            "recover": verdict, "free_port": verdict},
    });
    for (key, value) in changes.as_object().unwrap() {
        view[key] = value.clone();
    }
    serde_json::from_value(view).unwrap()
}

/// A root of these services.
pub(super) fn snapshot(views: Vec<ServiceView>) -> Snapshot {
    let mut snapshot: Snapshot = serde_json::from_value(json!({
        "schema": 1, "source": "look", "api": null, "socket": null, "root": "/r", "seq": 1,
        "written_at": "2026-01-01T12:00:00.000Z", "boot_id": "b", "owner": null, "problems": [],
        "services": {},
    }))
    .unwrap();
    for view in views {
        snapshot.services.insert(view.name.clone(), Arc::new(view));
    }
    snapshot
}

/// A ledger line with these keys set.
pub(super) fn event(seq: u64, kind: &str, changes: &Value) -> Event {
    let mut event = json!({
        "seq": seq, "at": "2026-01-01T12:00:00.000Z", "mono_ms": 0, "boot_id": "b", "kind": kind,
        "service": null, "run": null, "actor": null, "action": null, "cause": null, "result": null,
        "code": null, "reason": null, "duration_ms": null, "log_at": null, "data": null,
    });
    for (key, value) in changes.as_object().unwrap() {
        event[key] = value.clone();
    }
    serde_json::from_value(event).unwrap()
}

/// A name.
pub(super) fn name(text: &str) -> ServiceName {
    text.parse().unwrap()
}

/// The time of all of it.
pub(super) fn now() -> Wall {
    serde_json::from_value(json!("2026-01-01T12:00:00.000Z")).unwrap()
}
