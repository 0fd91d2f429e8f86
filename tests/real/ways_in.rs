//! The program from outside: `serve`, `--once`, `check`, exit codes, and status.json field by field.

use std::{
    path::Path,
    process::{Child, Command as Process, Output, Stdio},
};

use crate::support::{isolated, kill, lives, project::Project, wait_for, wait_until};
use serde_json::Value;

/// Runs oats to its end.
fn oats(root: &Path, args: &[&str]) -> Output {
    Process::new(env!("CARGO_BIN_EXE_oats"))
        .arg("--root")
        .arg(root)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Starts `oats serve`.
fn serve(root: &Path, args: &[&str]) -> Child {
    Process::new(env!("CARGO_BIN_EXE_oats"))
        .arg("--root")
        .arg(root)
        .arg("serve")
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits until a service is healthy in status.json.
fn healthy(project: &Project, name: &str) -> Value {
    wait_for(&format!("{name} is healthy"), || {
        let service = project.status()?["services"][name].clone();
        (service["health"] == "healthy").then_some(service)
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn serve_up_then_once_show_the_same_truth() {
    isolated(|| {
        let project = Project::new();
        project.demo("payments", "");
        project.demo("orders", "depends_on = [\"payments\"]\n");
        let mut owner = serve(project.path(), &["--up"]);
        healthy(&project, "orders");
        let once = oats(project.path(), &["--once", "--json"]);
        assert_eq!(once.status.code(), Some(0), "{}", text(&once.stderr));
        let shown: Value = serde_json::from_slice(&once.stdout).unwrap();
        assert_eq!(shown["source"], "owner");
        assert_eq!(shown["owner"]["pid"], owner.id());
        let table = oats(project.path(), &["--once", "orders"]);
        let table = text(&table.stdout);
        assert!(table.contains("orders") && table.contains("UP"), "{table}");
        let second = oats(project.path(), &["serve"]);
        assert_eq!(second.status.code(), Some(2));
        let says = text(&second.stderr);
        assert!(
            says.contains(&format!("PID {}", owner.id())) && says.contains("since"),
            "{says}"
        );
        kill(owner.id(), "HUP");
        let pid = shown["services"]["orders"]["pid"].as_u64().unwrap();
        kill(owner.id(), "TERM");
        assert_eq!(owner.wait().unwrap().code(), Some(0));
        assert!(!lives(u32::try_from(pid).unwrap()));
    });
}

#[test]
fn once_without_an_owner_looks_and_writes_nothing() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let once = oats(project.path(), &["--once", "--json"]);
        assert_eq!(once.status.code(), Some(1), "nothing is wanted");
        let shown: Value = serde_json::from_slice(&once.stdout).unwrap();
        assert_eq!(
            (&shown["source"], &shown["owner"]),
            (&"look".into(), &Value::Null)
        );
        assert_eq!(shown["services"]["orders"]["phase"], "stopped");
        assert!(!project.path().join("data").exists());
        assert!(!project.path().join("service_logs").exists());
        // With survivors of an owner that was killed it sees them live and healthy.
        let mut owner = serve(project.path(), &["--up"]);
        healthy(&project, "orders");
        kill(owner.id(), "KILL");
        let _ = owner.wait();
        let before = std::fs::metadata(project.path().join("data/status.json")).unwrap();
        let once = oats(project.path(), &["--once", "--json"]);
        let shown: Value = serde_json::from_slice(&once.stdout).unwrap();
        assert_eq!(shown["source"], "look");
        assert_eq!(shown["services"]["orders"]["health"], "healthy");
        assert_eq!(shown["services"]["orders"]["holder"]["class"], "own");
        assert_eq!(once.status.code(), Some(0));
        let after = std::fs::metadata(project.path().join("data/status.json")).unwrap();
        assert_eq!(before.modified().unwrap(), after.modified().unwrap());
        let pid = shown["services"]["orders"]["pid"].as_u64().unwrap();
        kill(u32::try_from(pid).unwrap(), "KILL");
    });
}

#[test]
fn once_names_a_stranger_on_a_port_with_its_command_line() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "");
        let mut stranger = Process::new("python3")
            .args([
                "-m",
                "http.server",
                "--bind",
                "127.0.0.1",
                &port.to_string(),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_until("the stranger listens", || {
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        let once = oats(project.path(), &["--once", "--json"]);
        let shown: Value = serde_json::from_slice(&once.stdout).unwrap();
        let holder = &shown["services"]["orders"]["holder"];
        assert_eq!(holder["class"], "stranger");
        let command = holder["processes"][0]["command"].as_str().unwrap();
        assert!(command.contains("http.server"), "{command}");
        stranger.kill().unwrap();
        let _ = stranger.wait();
    });
}

#[test]
fn wrong_files_start_nothing_and_end_with_3() {
    let project = Project::new();
    project.service("good", "command = [\"sleep\", \"619\"]\n");
    project.service("bad", "comand = [\"x\"]\nprot = 1\n");
    project.service("worse", "command = \n");
    for args in [&["check"][..], &["serve", "--up"], &["--once"]] {
        let out = oats(project.path(), args);
        assert_eq!(out.status.code(), Some(3), "{args:?}");
        let said = text(&out.stdout) + &text(&out.stderr);
        for place in [
            "services/bad.toml:1:1",
            "services/bad.toml:2:1",
            "services/worse.toml:1",
        ] {
            assert!(
                said.contains(place),
                "{args:?} does not name {place}:\n{said}"
            );
        }
    }
    assert!(!project.path().join("data/status.json").exists());
}

#[test]
fn usage_errors_and_missing_roots_end_with_2() {
    let empty = tempfile::tempdir().unwrap();
    let out = oats(empty.path(), &["--once"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(
        text(&out.stderr).contains("services"),
        "{}",
        text(&out.stderr)
    );
    let project = Project::new();
    project.service("good", "command = [\"sleep\", \"620\"]\n");
    let out = oats(project.path(), &["--once", "nobody"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("there is no service nobody"));
    let out = oats(project.path(), &["--nonsense"]);
    assert_eq!(out.status.code(), Some(2));
    for args in [&[][..], &["up"]] {
        let out = oats(project.path(), args);
        assert_eq!(out.status.code(), Some(2), "{args:?}");
        assert!(
            text(&out.stderr).contains("oats serve --up"),
            "{}",
            text(&out.stderr)
        );
    }
    let out = oats(project.path(), &["check"]);
    assert_eq!(out.status.code(), Some(0));
}

#[test]
fn a_second_term_kills_what_does_not_stop() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "[stop]\ntimeout = \"60s\"\n");
        let mut owner = serve(project.path(), &["--up"]);
        let service = healthy(&project, "orders");
        assert_eq!(
            crate::support::fault(port, r#"{"fault":"ignore_term"}"#).0,
            200
        );
        kill(owner.id(), "TERM");
        wait_until("it is stopping", || {
            project
                .status()
                .is_some_and(|it| it["services"]["orders"]["phase"] == "stopping")
        });
        kill(owner.id(), "TERM");
        assert_eq!(owner.wait().unwrap().code(), Some(0));
        assert!(!lives(
            u32::try_from(service["pid"].as_u64().unwrap()).unwrap()
        ));
    });
}
