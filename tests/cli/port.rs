//! `oats port`, with and without a root.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{
    Serve,
    console::Console,
    err, in_terminal, json, oats, out,
    support::{
        free_port, isolated, lives, project::Project, stranger::Stranger, wait_for, wait_until,
    },
    text, wait_key,
};

/// Runs `oats port` where there is no root.
fn rootless(args: &[&str]) -> (Option<i32>, String, String) {
    let dir = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_oats"))
        .arg("port")
        .args(args)
        .current_dir(dir.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn a_port_is_told_without_any_root() {
    isolated(|| {
        let port = free_port();
        let number = port.to_string();
        let (code, said, _) = rootless(&[&number]);
        assert_eq!(code, Some(0));
        assert!(said.starts_with(&format!("port {port} is free")), "{said}");
        let stranger = Stranger::on(port, &[]);
        let pid = stranger.pid().to_string();
        let (code, said, _) = rootless(&[&number]);
        assert_eq!(code, Some(0));
        assert!(
            said.starts_with(&format!("port {port} is held by PID {pid} (")),
            "{said}"
        );
        for row in [
            format!("  PID      {pid}\n"),
            format!("  listens  127.0.0.1:{port}\n"),
            format!("  parent   {} (", std::process::id()),
        ] {
            assert!(said.contains(&row), "{row} is not in\n{said}");
        }
        assert!(said.contains("import signal, socket, sys"), "{said}");
        let (_, said, _) = rootless(&[&number, "--json"]);
        let document: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(document["class"], "stranger");
        assert_eq!(document["processes"][0]["pid"], stranger.pid());
        assert_eq!(document["root"], Value::Null);
        assert_eq!(rootless(&["0"]).0, Some(2));
    });
}

#[test]
fn nobody_is_ended_who_was_not_named() {
    isolated(|| {
        let port = free_port();
        let number = port.to_string();
        let (code, _, complained) = rootless(&[&number, "--free"]);
        // What is wanted is so.
        assert_eq!((code, complained.as_str()), (Some(0), ""));
        let stranger = Stranger::on(port, &["ignore"]);
        let pid = stranger.pid().to_string();
        let (code, _, complained) = rootless(&[&number, "--free"]);
        assert_eq!(code, Some(2));
        assert!(
            complained.contains(&format!(
                "needs a terminal, where its PID is typed, or --yes-end-pid {pid}"
            )),
            "{complained}"
        );
        let (code, _, complained) = rootless(&[&number, "--free", "--yes-end-pid", "1"]);
        assert_eq!(code, Some(2));
        assert!(
            complained.contains(&format!("is held by PID {pid}")),
            "{complained}"
        );
        assert!(stranger.lives());
        // It does not end of SIGTERM, and is not killed unless that is said.
        let (code, _, complained) = rootless(&[&number, "--free", "--yes-end-pid", &pid]);
        assert_eq!(code, Some(1), "{complained}");
        assert!(complained.contains("add --kill"), "{complained}");
        assert!(stranger.lives());
        let (code, said, complained) =
            rootless(&[&number, "--free", "--yes-end-pid", &pid, "--kill"]);
        assert_eq!(code, Some(0), "{complained}");
        assert!(said.ends_with("the port is free\n"), "{said}");
        wait_until("the stranger is gone", || !stranger.lives());
    });
}

#[test]
fn in_a_terminal_the_pid_is_typed() {
    isolated(|| {
        let dir = tempfile::tempdir().unwrap();
        let port = free_port();
        let number = port.to_string();
        let stranger = Stranger::on(port, &[]);
        let ask = || Console::spawn(in_terminal(dir.path(), &["port", &number, "--free"]));
        let mut other = ask();
        other.sees("anything else leaves it");
        other.press("12345\r");
        assert_eq!(other.wait_end_without_screen().code, 2);
        assert!(stranger.lives());
        let mut right = ask();
        right.sees("to send SIGTERM");
        right.press(&format!("{}\r", stranger.pid()));
        let end = right.wait_end_without_screen();
        assert_eq!(end.code, 0, "{}", end.text);
        wait_until("the stranger is gone", || !stranger.lives());
    });
}

#[test]
fn a_root_says_which_service_wants_it_and_what_the_holder_is() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("web", "");
        let number = port.to_string();
        let stranger = Stranger::on(port, &[]);
        let said = out(&project, &["port", &number], 0);
        assert!(
            said.contains("service web wants it; the holder is none of oats's services (stranger)"),
            "{said}"
        );
        drop(stranger);
        let _owner = Serve::of(&project, &["--up"]);
        let web = wait_key(&project, "web", "health", "healthy");
        let pid = u32::try_from(web["pid"].as_u64().unwrap()).unwrap();
        let document = json(&project, &["port", &number, "--json"], 0);
        assert_eq!(document["class"], "own");
        assert_eq!(document["holder_service"], "web");
        let refused = err(
            &project,
            &["port", &number, "--free", "--yes-end-pid", &pid.to_string()],
            2,
        );
        assert_eq!(
            refused,
            format!(
                "oats: Free port disabled: port {port} is held by this service. (oats stop web)\n"
            )
        );
    });
}

#[test]
fn neither_a_service_of_another_root_nor_an_owner_is_ended() {
    isolated(|| {
        let project = Project::new();
        let number = project.demo("web", "").to_string();
        let owner = Serve::of(&project, &["--up"]);
        let web = wait_key(&project, "web", "health", "healthy");
        let pid = u32::try_from(web["pid"].as_u64().unwrap()).unwrap();
        let other = Project::new();
        other.service("idle", "command = [\"sleep\", \"636\"]\n");
        let refused = oats(
            other.path(),
            &["port", &number, "--free", "--yes-end-pid", &pid.to_string()],
        );
        assert_eq!(refused.status.code(), Some(2));
        assert!(
            text(&refused.stderr).contains("is service web of "),
            "{}",
            text(&refused.stderr)
        );
        // Nor is an owner.
        let api = project.status().unwrap()["api"]
            .as_str()
            .unwrap()
            .to_owned();
        let (_, api) = api.rsplit_once(':').unwrap();
        let refused = err(
            &other,
            &[
                "port",
                api,
                "--free",
                "--yes-end-pid",
                &owner.pid().to_string(),
            ],
            2,
        );
        assert!(
            refused.contains("is oats or one of its parents"),
            "{refused}"
        );
        assert!(lives(pid) && lives(owner.pid()));
    });
}

#[test]
fn with_an_owner_the_owner_frees_the_port_and_writes_it_down() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("web", "");
        let _owner = Serve::of(&project, &[]);
        let stranger = Stranger::on(port, &[]);
        let (number, pid) = (port.to_string(), stranger.pid().to_string());
        let said = out(
            &project,
            &["port", &number, "--free", "--yes-end-pid", &pid],
            0,
        );
        assert!(said.ends_with("the port is free\n"), "{said}");
        wait_until("the stranger is gone", || !stranger.lives());
        // The ledger is written a moment after the answer.
        let ask = wait_for("the ask is written down", || {
            let mut ledger = project.ledger().into_iter();
            ledger.find(|it| it["action"] == "free_port" && it["kind"] == "ask")
        });
        assert_eq!(ask["actor"]["kind"], "cli");
    });
}
