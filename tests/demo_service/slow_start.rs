//! A run that starts late, and the run before it that wanted so.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use serde_json::json;

use crate::running::Running;

/// Starts a service that has this folder for its notes.
fn with_state(folder: &Path) -> Running {
    let folder = folder.to_str().unwrap();
    Running::start("payments", &["--allow-faults", "--state-dir", folder])
}

#[test]
fn a_slow_start_listens_only_after_its_time_and_says_so() {
    let start = Instant::now();
    let service = Running::start("payments", &["--slow-start-ms", "300"]);
    assert!(start.elapsed() >= Duration::from_millis(300));
    assert_eq!(service.stderr(), "slow start: listens in 300 ms\n");
    assert_eq!(service.ask("GET", "/healthz").status, 200);
}

#[test]
fn a_slow_start_can_be_ended() {
    let mut service = Running::spawn("payments", &["--port", "0", "--slow-start-ms", "600000"]);
    service.await_complaint("slow start: listens in 600000 ms");
    service.signal(Signal::TERM);
    assert_eq!(service.exit().code(), Some(0));
}

#[test]
fn the_next_run_starts_slowly_and_only_that_one() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let mut first = with_state(&state);
    let reply = first.fault(r#"{"fault":"slow_start","ms":300}"#).json();
    assert_eq!(
        (&reply["fault"], &reply["ms"]),
        (&json!("slow_start"), &json!(300))
    );
    assert!(Path::new(reply["note"].as_str().unwrap()).exists());
    assert_eq!(
        first.ask("GET", "/status").json()["faults"],
        json!(["slow_start"])
    );
    assert_eq!(first.stderr(), "fault slow_start on\n");
    first.signal(Signal::KILL);
    first.exit();

    let start = Instant::now();
    let mut second = with_state(&state);
    assert!(start.elapsed() >= Duration::from_millis(300));
    assert_eq!(second.stderr(), "slow start: listens in 300 ms\n");
    assert_eq!(second.ask("GET", "/status").json()["faults"], json!([]));
    second.signal(Signal::TERM);
    second.exit();
    assert_eq!(with_state(&state).stderr(), "");
}

#[test]
fn recover_takes_a_slow_start_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = with_state(folder.path());
    first.fault(r#"{"fault":"slow_start","ms":600000}"#);
    let reply = first.ask("POST", "/recover").json();
    assert_eq!(reply, json!({"cleared": ["slow_start"], "kept": []}));
    assert_eq!(
        first.stderr(),
        "fault slow_start on\nfault slow_start off\n"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    first.signal(Signal::TERM);
    first.exit();
    assert_eq!(with_state(folder.path()).stderr(), "");
}

#[test]
fn a_slow_start_without_a_place_for_its_note_is_refused() {
    let service = Running::faulty("payments");
    let told = service.fault(r#"{"fault":"slow_start"}"#).teaches(409);
    assert!(told.contains("--state-dir"), "{told}");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let service = with_state(&file);
    let told = service.fault(r#"{"fault":"slow_start"}"#).teaches(500);
    assert!(told.contains("payments.slow_start"), "{told}");
    assert_eq!(service.ask("GET", "/status").json()["faults"], json!([]));
}
