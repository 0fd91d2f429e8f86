use std::{fs::File, io::Write};

use super::*;
use crate::{
    io::{files, platform::fsx::plant},
    model::{
        Action, Phase, Seq, Wall, Want,
        health::HealthWord,
        refusal::Refusal,
        run::Restarts,
        snapshot::{Actions, LogFiles, ProbeView, Source, Verdict},
    },
};

fn view(name: &str) -> Arc<ServiceView> {
    let verdict = || Verdict::refused(Action::Stop, &Refusal::NotRunning(Action::Stop));
    Arc::new(ServiceView {
        name: name.parse().unwrap(),
        description: Some("says \"hi\"".to_owned()),
        group: None,
        phase: Phase::Stopped,
        phase_since: None,
        want: Want::Down,
        health: HealthWord::Unknown,
        health_reason: None,
        probe: ProbeView {
            kind: "none".to_owned(),
            ok: None,
            detail: None,
            latency_ms: Some(0.1 + 0.2),
            at: None,
            failures: 0,
            limit_ms: None,
        },
        pid: None,
        start_ticks: None,
        run: None,
        adopted: false,
        started_at: None,
        uptime_s: None,
        waiting_for: Vec::new(),
        retry: None,
        last_exit: None,
        port: None,
        holder: None,
        survivors: Vec::new(),
        restarts: Restarts::default(),
        cpu_pct: Some(1.0),
        mem_bytes: None,
        processes: 0,
        depends_on: Vec::new(),
        needed_by: Vec::new(),
        logs: LogFiles {
            stdout: "out".to_owned(),
            stderr: "err".to_owned(),
        },
        pending: None,
        last_action: None,
        actions: Actions {
            start: Verdict::allowed(None),
            stop: verdict(),
            kill: verdict(),
            restart: verdict(),
            recover: verdict(),
            free_port: verdict(),
        },
        pending_changes: Vec::new(),
    })
}

fn snapshot(seq: u64, views: &[&Arc<ServiceView>]) -> Snapshot {
    Snapshot {
        schema: STATUS_SCHEMA,
        source: Source::Owner,
        api: None,
        socket: Some("data/run/oats.sock".to_owned()),
        root: "/r".to_owned(),
        seq: Seq(seq),
        written_at: Wall::from_millis(1_700_000_000_000),
        boot_id: "b".to_owned(),
        owner: None,
        problems: Vec::new(),
        services: views
            .iter()
            .map(|view| (view.name.clone(), Arc::clone(view)))
            .collect(),
    }
}

#[test]
fn the_encoder_writes_what_serde_json_writes_however_services_come_and_go() {
    let (a, b, c) = (view("a"), view("b-1"), view("c"));
    let mut changed = ServiceView::clone(&b);
    changed.phase = Phase::Failed;
    let changed = Arc::new(changed);
    let mut encoder = StatusEncoder::new();
    let rounds: [&[&Arc<ServiceView>]; 6] =
        [&[], &[&a, &b], &[&a, &changed, &c], &[&c], &[], &[&b, &c]];
    for (seq, views) in (1..).zip(rounds) {
        let snapshot = snapshot(seq, views);
        assert_eq!(
            String::from_utf8(encoder.encode(&snapshot).unwrap()).unwrap(),
            String::from_utf8(encode(&snapshot).unwrap()).unwrap()
        );
    }
}

#[test]
fn only_a_service_that_changed_is_written_anew() {
    let (a, b) = (view("a"), view("b"));
    let mut encoder = StatusEncoder::new();
    encoder.encode(&snapshot(1, &[&a, &b])).unwrap();
    // Spoil what is remembered: it shows up again only where it is used again.
    for encoded in encoder.services.values_mut() {
        encoded.bytes = b"\"remembered\"".to_vec();
    }
    let fresh = Arc::new(ServiceView::clone(&b));
    let bytes = encoder.encode(&snapshot(2, &[&a, &fresh])).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(json["services"]["a"], "remembered");
    assert_eq!(json["services"]["b"]["name"], "b");
}

#[test]
fn a_status_survives_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("status.json");
    let written = snapshot(7, &[&view("a"), &view("b")]);
    files::replace(&path, &encode(&written).unwrap()).unwrap();
    assert_eq!(read(&path).unwrap(), written);
}

#[test]
fn what_is_no_status_is_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &[u8]| {
        let path = dir.path().join(name);
        File::create(&path).unwrap().write_all(text).unwrap();
        path
    };
    let missing = dir.path().join("missing");
    assert!(matches!(read(&missing), Err(StatusError::Missing { .. })));
    let newer = file("newer", br#"{"schema":2,"other":true}"#);
    assert!(matches!(
        read(&newer),
        Err(StatusError::Schema { found: 2, .. })
    ));
    let whole = encode(&snapshot(1, &[&view("a")])).unwrap();
    for length in [0, 1, whole.len() / 2, whole.len() - 1] {
        let cut = file("cut", &whole[..length]);
        assert!(matches!(read(&cut), Err(StatusError::Parse { .. })));
    }
    let folder = dir.path().join("folder");
    std::fs::create_dir(&folder).unwrap();
    let pipe = dir.path().join("pipe");
    plant::pipe(&pipe);
    let link = dir.path().join("link");
    plant::link(&newer, &link);
    for path in [folder, pipe, link] {
        assert!(matches!(read(&path), Err(StatusError::Read { .. })));
    }
}
