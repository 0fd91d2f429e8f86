//! Real sockets: who holds a port, and what that means for starting, health and recovering.

use std::{
    net::TcpListener,
    process::{Child, Command as Process, Stdio},
};

use crate::support::{fault, http, isolated, owner::Running, project::Project, wait_until};
use oats::{
    model::{Action, HolderClass, Phase, health::HealthWord},
    supervisor::Leaving,
};

/// A stranger in a process of its own that answers every request with 200.
fn stranger(port: u16) -> Child {
    let child = Process::new("python3")
        .args(["-c", STRANGER, &port.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until("the stranger listens", || {
        std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    child
}

/// A server that answers whatever is asked.
const STRANGER: &str = "
import http.server, sys
class Yes(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    do_POST = do_GET
    def log_message(self, *a): pass
http.server.HTTPServer.allow_reuse_address = True
http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Yes).serve_forever()
";

#[test]
fn a_start_onto_a_taken_port_is_refused_with_the_holder_by_name() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "");
        let mut stranger = stranger(port);
        let oats = Running::open(&project);
        let refusal = oats.ask("orders", Action::Start).unwrap_err();
        let pid = stranger.id();
        assert_eq!(refusal.code(), "port_held");
        assert!(
            refusal.sentence(Action::Start).starts_with(&format!(
                "Start disabled: port {port} is held by PID {pid} (python"
            )),
            "{}",
            refusal.sentence(Action::Start)
        );
        let view = oats.view("orders");
        let holder = view.holder.as_ref().unwrap();
        assert_eq!(holder.class, HolderClass::Stranger);
        let command = holder.processes[0].command.as_ref().unwrap();
        assert!(command.contains("allow_reuse_address"), "{command}");
        assert_eq!((view.phase, view.pid), (Phase::Stopped, None));
        stranger.kill().unwrap();
        let _ = stranger.wait();
        // Freed: the next start looks for itself.
        oats.act("orders", Action::Start);
        oats.wait_healthy("orders");
        oats.leave(Leaving::StopAll);
        let ledger = project.ledger();
        let refused = ledger
            .iter()
            .find(|line| line["kind"] == "refusal")
            .unwrap();
        assert_eq!(refused["code"], "port_held");
        assert_eq!(refused["data"]["holder"]["processes"][0]["pid"], pid);
    });
}

#[test]
fn an_imposter_on_the_port_is_named_and_recover_is_disabled() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "");
        let oats = Running::open(&project);
        oats.act("orders", Action::Start);
        let before = oats.wait_healthy("orders");
        assert_eq!(fault(port, r#"{"fault":"release_port"}"#).0, 200);
        wait_until("the port is free", || {
            TcpListener::bind(("127.0.0.1", port)).is_ok()
        });
        let mut imposter = stranger(port);
        assert_eq!(http(port, "GET", "/healthz", &[], "").0, 200);
        let held = format!("held by PID {}", imposter.id());
        let after = oats.wait("orders", "names the imposter", |view| {
            view.health == HealthWord::Unhealthy
                && view
                    .health_reason
                    .as_ref()
                    .is_some_and(|reason| reason.contains(&held))
        });
        assert_eq!((after.phase, after.pid), (Phase::Running, before.pid));
        let recover = &after.actions.recover;
        assert_eq!(
            (recover.allowed, recover.code.as_deref()),
            (false, Some("port_not_ours"))
        );
        assert!(recover.reason.as_ref().unwrap().contains(&held));
        imposter.kill().unwrap();
        let _ = imposter.wait();
        oats.leave(Leaving::KillAll);
    });
}

#[test]
fn another_service_of_ours_on_the_port_is_named_as_such() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "");
        let oats_path = env!("CARGO_BIN_EXE_oats");
        project.service(
            "squatter",
            &format!(
                "command = [\"{oats_path}\", \"demo-service\", \"plain\", \"--port\", \"{port}\"]\n"
            ),
        );
        let oats = Running::open(&project);
        oats.act("squatter", Action::Start);
        wait_until("the squatter listens", || {
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        let refusal = oats.ask("orders", Action::Start).unwrap_err();
        let pid = oats.view("squatter").pid.unwrap();
        assert_eq!(
            refusal.text(),
            format!("port {port} is held by service squatter (PID {pid})")
        );
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_listener_on_ipv6_only_is_a_holder_too() {
    isolated(|| {
        let Ok(listener) = TcpListener::bind(("::1", 0)) else {
            return;
        };
        let port = listener.local_addr().unwrap().port();
        let project = Project::new();
        project.service("six", &format!("shell = \"sleep 613\"\nport = {port}\n"));
        let oats = Running::open(&project);
        let refusal = oats.ask("six", Action::Start).unwrap_err();
        assert_eq!(refusal.code(), "port_held");
        let view = oats.view("six");
        let process = &view.holder.as_ref().unwrap().processes[0];
        assert_eq!(process.pid.unwrap().0, std::process::id());
        assert_eq!(process.address, format!("[::1]:{port}"));
        assert_eq!(
            view.actions.free_port.code.as_deref(),
            Some("holder_protected")
        );
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_restart_by_policy_waits_for_a_stolen_port_and_counts_no_death() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "[restart]\npolicy = \"on-failure\"\n");
        let oats = Running::open(&project);
        oats.act("orders", Action::Start);
        oats.wait_healthy("orders");
        assert_eq!(fault(port, r#"{"fault":"release_port"}"#).0, 200);
        wait_until("the port is free", || {
            TcpListener::bind(("127.0.0.1", port)).is_ok()
        });
        let mut thief = stranger(port);
        let pid = oats.view("orders").pid.unwrap().0;
        oats.wait("orders", "sees the thief", |view| {
            view.health == HealthWord::Unhealthy
        });
        crate::support::kill(pid, "KILL");
        let waiting = oats.wait("orders", "waits for its port", |view| {
            view.phase == Phase::Waiting && !view.waiting_for.is_empty()
        });
        assert_eq!(waiting.waiting_for[0].to_string(), format!("port {port}"));
        thief.kill().unwrap();
        let _ = thief.wait();
        let after = oats.wait_healthy("orders");
        assert_eq!(after.restarts.policy, 1);
        oats.leave(Leaving::StopAll);
        let starts = project
            .ledger()
            .iter()
            .filter(|line| line["kind"] == "start")
            .count();
        assert_eq!(starts, 2);
    });
}
