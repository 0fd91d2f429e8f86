//! Each fault, seen from outside.

use std::{
    fs, io,
    net::{TcpListener, TcpStream},
    os::unix::process::ExitStatusExt,
    time::Duration,
};

use oats::{
    io::platform::proc::{self, Stat},
    model::Pid,
};
use rustix::process::{Signal, kill_process};
use serde_json::json;

use crate::running::{Running, eventually};

/// The headers that a fault needs.
const RIGHT: [&str; 2] = ["X-Oats-Fault: 1", "Content-Type: application/json"];

#[test]
fn no_fault_is_taken_without_leave() {
    let service = Running::start("payments", &[]);
    let told = service.fault(r#"{"fault":"crash"}"#).teaches(403);
    assert!(told.contains("--allow-faults"), "{told}");
    assert_eq!(service.ask("GET", "/healthz").status, 200);
}

#[test]
fn no_web_page_can_send_a_fault() {
    let service = Running::faulty("payments");
    let [header, json] = RIGHT;
    for (headers, status, part) in [
        (vec![json], 403, "X-Oats-Fault: 1"),
        (vec!["X-Oats-Fault: 0", json], 403, "X-Oats-Fault: 1"),
        (vec![header], 415, "application/json"),
        (
            vec![header, "Content-Type: text/plain"],
            415,
            "application/json",
        ),
        (
            vec![header, json, "Host: evil.example:8105"],
            403,
            "this machine",
        ),
    ] {
        let mut talk = service.talk().unwrap();
        let body = r#"{"fault":"refuse_health"}"#;
        let reply = talk.ask("POST", "/fault", &headers, body).unwrap();
        let told = reply.teaches(status);
        assert!(told.contains(part), "{headers:?}: {told}");
    }
    assert_eq!(service.ask("GET", "/status").json()["faults"], json!([]));
}

#[test]
fn a_fault_that_makes_no_sense_is_refused_with_what_would() {
    let service = Running::faulty("payments");
    for (body, part) in [
        ("{\"fault\"", "JSON"),
        (r#"{"fault":"smell"}"#, "refuse_health"),
        (r#"{"fault":"hang","code":1}"#, "for_ms"),
    ] {
        let told = service.fault(body).teaches(400);
        assert!(told.contains(part), "{body}: {told}");
    }
}

#[test]
fn crash_ends_with_the_code_that_was_asked_for() {
    for (body, code) in [
        (r#"{"fault":"crash"}"#, 1),
        (r#"{"fault":"crash","code":42,"after_ms":0}"#, 42),
    ] {
        let mut service = Running::faulty("payments");
        assert_eq!(service.fault(body).status, 200);
        assert_eq!(service.exit().code(), Some(code));
        assert!(!service.stdout().contains("stopping"));
        assert_eq!(service.stderr(), "fault crash on\n");
    }
}

#[test]
fn crash_ends_by_the_signal_that_was_asked_for() {
    for (name, signal) in [
        ("ABRT", Signal::ABORT),
        ("SIGSEGV", Signal::SEGV),
        ("kill", Signal::KILL),
    ] {
        let mut service = Running::faulty("payments");
        let body = format!(r#"{{"fault":"crash","signal":"{name}"}}"#);
        assert_eq!(service.fault(&body).status, 200);
        assert_eq!(service.exit().signal(), Some(signal.as_raw()), "{name}");
    }
}

#[test]
fn hang_takes_connections_and_answers_nobody_not_even_recover() {
    let mut service = Running::faulty("payments");
    assert_eq!(service.fault(r#"{"fault":"hang"}"#).status, 200);
    for (method, path) in [
        ("GET", "/healthz"),
        ("POST", "/recover"),
        ("GET", "/nothing"),
    ] {
        let mut talk = service.talk().unwrap();
        talk.patience(Duration::from_millis(200));
        let error = talk.ask(method, path, &[], "").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock, "{path}: {error}");
    }
    service.signal(Signal::TERM);
    assert_eq!(service.exit().code(), Some(0));
}

#[test]
fn a_hang_that_ends_answers_those_who_waited() {
    let service = Running::faulty("payments");
    service.fault(r#"{"fault":"hang","for_ms":300}"#);
    assert_eq!(service.ask("GET", "/healthz").status, 200);
    assert_eq!(service.stderr(), "fault hang on\nfault hang off\n");
}

#[test]
fn refuse_health_lasts_until_recover() {
    let service = Running::faulty("payments");
    let reply = service.fault(r#"{"fault":"refuse_health"}"#);
    assert_eq!(
        reply.json(),
        json!({"fault": "refuse_health", "for_ms": null})
    );
    service.ask("GET", "/healthz").teaches(503);
    service.ask("POST", "/charge").teaches(503);
    assert_eq!(
        service.ask("GET", "/status").json()["faults"],
        json!(["refuse_health"])
    );

    let reply = service.ask("POST", "/recover");
    assert_eq!(
        reply.json(),
        json!({"cleared": ["refuse_health"], "kept": []})
    );
    assert_eq!(service.ask("GET", "/healthz").status, 200);
    assert_eq!(
        service.stderr(),
        "fault refuse_health on\nfault refuse_health off\n"
    );
}

#[test]
fn a_fault_laid_again_forgets_the_time_of_the_first() {
    let service = Running::faulty("payments");
    service.fault(r#"{"fault":"refuse_health","for_ms":200}"#);
    service.fault(r#"{"fault":"refuse_health"}"#);
    // This one's end comes later than the first one's would have come.
    service.fault(r#"{"fault":"ignore_term","for_ms":400}"#);
    service.await_complaint("fault ignore_term off");
    service.ask("GET", "/healthz").teaches(503);
}

#[test]
fn ignore_term_goes_on_until_recover() {
    let mut service = Running::faulty("payments");
    service.fault(r#"{"fault":"ignore_term"}"#);
    service.signal(Signal::TERM);
    service.await_complaint("SIGTERM ignored: fault ignore_term");
    assert!(service.is_running());
    assert_eq!(service.ask("GET", "/healthz").status, 200);

    let reply = service.ask("POST", "/recover");
    assert_eq!(reply.json()["cleared"], json!(["ignore_term"]));
    service.signal(Signal::TERM);
    assert_eq!(service.exit().code(), Some(0));
}

#[test]
fn release_port_frees_the_port_and_lives_on() {
    let mut service = Running::faulty("payments");
    let mut kept = service.talk().unwrap();
    kept.ask("GET", "/healthz", &[], "").unwrap();
    let body = r#"{"fault":"release_port"}"#;
    assert_eq!(service.fault(body).status, 200);
    let refused = TcpStream::connect(service.address()).unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    assert!(service.is_running());

    // Over a kept connection recover still arrives; it fails while somebody else has the port.
    let imposter = TcpListener::bind(service.address()).unwrap();
    let told = kept.ask("POST", "/recover", &[], "").unwrap().teaches(500);
    assert!(
        told.contains("release_port") && told.contains("in use"),
        "{told}"
    );
    drop(imposter);
    let reply = kept.ask("POST", "/recover", &[], "").unwrap();
    assert_eq!(
        reply.json(),
        json!({"cleared": ["release_port"], "kept": []})
    );
    assert_eq!(service.ask("GET", "/healthz").status, 200);
}

#[test]
fn a_released_port_is_taken_back_after_its_time_once_it_is_free() {
    let service = Running::faulty("payments");
    service.fault(r#"{"fault":"release_port","for_ms":2000}"#);
    let imposter = TcpListener::bind(service.address()).unwrap();
    service.await_complaint("fault release_port stays: address already in use");
    drop(imposter);
    service.await_complaint("fault release_port off");
    assert_eq!(service.ask("GET", "/healthz").status, 200);
}

/// Children of a service; killed when the test is over.
struct Children(Vec<(String, Pid)>);

impl Children {
    fn of(service: &Running, body: &str) -> Self {
        let reply = service.fault(body);
        assert_eq!(reply.status, 200, "{reply:?}");
        let json = reply.json();
        let pid = |pid: &serde_json::Value| Pid(pid.as_u64().unwrap().try_into().unwrap());
        let children = json.get("children").unwrap().as_object().unwrap().iter();
        Self(children.map(|(kind, id)| (kind.clone(), pid(id))).collect())
    }

    fn kill(&self) {
        for (_, pid) in &self.0 {
            // Started by the service of this test, and checked to be what it says it is.
            let ours = proc::command(*pid).is_some_and(|command| command.contains("--child"));
            if let Some(known) = rustix::process::Pid::from_raw(pid.0.cast_signed())
                && ours
            {
                kill_process(known, Signal::KILL).ok();
            }
        }
    }
}

impl Drop for Children {
    fn drop(&mut self) {
        self.kill();
    }
}

#[test]
fn fork_children_makes_five_kinds_that_live_until_they_are_killed() {
    let mut service = Running::faulty("payments");
    let children = Children::of(&service, r#"{"fault":"fork_children"}"#);
    let own = Stat::read(Pid(service.pid())).unwrap();
    let mut kinds = Vec::new();
    for (kind, pid) in &children.0 {
        let stat = Stat::read(*pid).unwrap();
        let seen = (
            stat.parent == own.pid,
            stat.group == own.group,
            stat.session == own.session,
        );
        kinds.push((kind.as_str(), seen));
    }
    assert_eq!(
        kinds,
        [
            ("both", (false, false, false)),
            ("own_group", (true, false, true)),
            ("own_session", (true, false, false)),
            ("plain", (true, true, true)),
            ("reparented", (false, true, true)),
        ]
    );
    assert_eq!(
        service.ask("GET", "/status").json()["faults"],
        json!(["fork_children"])
    );
    let reply = service.ask("POST", "/recover");
    assert_eq!(
        reply.json(),
        json!({"cleared": [], "kept": ["fork_children"]})
    );

    // They outlive the service, and nothing but a signal ends them.
    service.signal(Signal::TERM);
    assert_eq!(service.exit().code(), Some(0));
    assert!(children.0.iter().all(|(_, pid)| !proc::is_dead(*pid)));
    children.kill();
    eventually("all children are gone", || {
        children
            .0
            .iter()
            .all(|(_, pid)| proc::is_dead(*pid))
            .then_some(())
    });
}

#[test]
fn dead_children_are_reaped_and_no_fault_any_more() {
    let service = Running::faulty("payments");
    let body = r#"{"fault":"fork_children","kinds":["plain","own_group"]}"#;
    let children = Children::of(&service, body);
    assert_eq!(children.0.len(), 2);
    children.kill();
    eventually("no zombie is left", || {
        children
            .0
            .iter()
            .all(|(_, pid)| Stat::read(*pid).is_none())
            .then_some(())
    });
    assert_eq!(service.ask("GET", "/status").json()["faults"], json!([]));
}

#[test]
fn children_carry_the_environment_unless_told_not_to() {
    let service = Running::faulty("payments");
    for (body, inherited) in [
        (
            r#"{"fault":"fork_children","kinds":["plain","both"]}"#,
            true,
        ),
        (
            r#"{"fault":"fork_children","kinds":["plain","both"],"empty_env":true}"#,
            false,
        ),
    ] {
        for (kind, pid) in &Children::of(&service, body).0 {
            let environment = fs::read(proc::file(*pid, "environ")).unwrap();
            assert_eq!(!environment.is_empty(), inherited, "{kind}");
        }
    }
}
