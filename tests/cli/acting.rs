//! start, stop, kill, restart, recover, and ps.

use std::process::{Command, Stdio};

use serde_json::json;

use crate::{
    Serve,
    console::Console,
    err, in_terminal, json, oats, out, service,
    support::{free_port, isolated, kill, project::Project, stranger::Stranger, wait_until},
    text, wait_key,
};

/// orders needs payments; alone is of another group.
fn shop() -> Project {
    let project = Project::new();
    project.demo("payments", "group = \"shop\"\n");
    project.demo("orders", "group = \"shop\"\ndepends_on = [\"payments\"]\n");
    project.service("alone", "command = [\"sleep\", \"631\"]\n");
    project
}

#[test]
fn a_start_brings_what_it_needs_waits_and_tells_the_plan() {
    isolated(|| {
        let project = shop();
        let _owner = Serve::of(&project, &[]);
        let said = out(&project, &["start", "orders", "--wait"], 0);
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines[0], "orders: start accepted; starts first: payments");
        assert!(lines[1].starts_with("orders: start done after "), "{said}");
        assert_eq!(lines[2], "order and times:");
        assert!(lines[3].starts_with("  payments  ready"), "{said}");
        assert!(lines[4].contains(" for payments"), "{said}");
        assert!(
            lines[5].starts_with("longest chain: payments, then orders, "),
            "{said}"
        );
        assert_eq!(service(&project, "orders")["health"], "healthy");
        let asks = project.ledger();
        let ask = asks
            .iter()
            .find(|it| it["kind"] == "ask" && it["service"] == "orders");
        assert_eq!(ask.unwrap()["actor"], json!({"kind": "cli", "name": null}));
        // Once it runs the refusal reads as everywhere, and the others go on.
        let output = oats(
            project.path(),
            &["start", "orders", "nobody", "alone", "--wait=20s"],
        );
        assert_eq!(output.status.code(), Some(2));
        let verdict = service(&project, "orders")["actions"]["start"].clone();
        let complained = text(&output.stderr);
        assert!(
            complained.contains(&format!("orders: {}", verdict["reason"].as_str().unwrap())),
            "{complained}"
        );
        assert!(
            complained.contains(verdict["hint"].as_str().unwrap()),
            "{complained}"
        );
        assert!(complained.contains("(oats restart orders)"), "{complained}");
        assert!(
            complained.contains("there is no service \"nobody\""),
            "{complained}"
        );
        assert!(text(&output.stdout).contains("alone: start done after"));
        let refused = project
            .ledger()
            .into_iter()
            .rfind(|it| it["kind"] == "refusal");
        assert_eq!(refused.unwrap()["reason"], verdict["reason"]);
    });
}

#[test]
fn a_stop_says_whom_it_hurts_and_a_start_can_leave_out_what_is_needed() {
    isolated(|| {
        let project = shop();
        let _owner = Serve::of(&project, &[]);
        out(&project, &["start", "orders", "--wait"], 0);
        let before = service(&project, "payments")["pid"].clone();
        let dry = json(&project, &["stop", "payments", "--dry-run", "--json"], 0);
        assert_eq!(dry["services"][0]["hurts"], json!(["orders"]));
        assert_eq!(dry["dry_run"], true);
        assert_eq!(
            service(&project, "payments")["pid"],
            before,
            "nothing was done"
        );
        let said = out(&project, &["stop", "payments", "--wait"], 0);
        assert!(
            said.starts_with("payments: stop accepted; needs it: orders\n"),
            "{said}"
        );
        assert_eq!(service(&project, "orders")["phase"], "running");
        out(&project, &["kill", "orders", "--wait"], 0);
        // Without what it needs it is started all the same.
        let dry = json(
            &project,
            &["start", "orders", "--only", "--dry-run", "--json"],
            0,
        );
        assert_eq!(dry["services"][0]["brings"], json!([]));
        out(&project, &["start", "orders", "--only", "--wait"], 0);
        assert_eq!(service(&project, "payments")["phase"], "stopped");
    });
}

/// late waits for never, which starts for an hour.
fn with_a_wait() -> Project {
    let project = Project::new();
    let never = format!(
        "command = [\"sleep\", \"637\"]\nport = {}\n[health]\nstart_timeout = \"1h\"\n",
        free_port()
    );
    project.service("never", &never);
    project.service(
        "late",
        "command = [\"sleep\", \"638\"]\ndepends_on = [\"never\"]\n",
    );
    project
}

#[test]
fn a_wait_that_runs_out_ends_with_5_and_says_what_for() {
    isolated(|| {
        let project = with_a_wait();
        let _owner = Serve::of(&project, &[]);
        let ran_out = err(&project, &["start", "late", "--wait=300ms"], 5);
        assert_eq!(
            ran_out,
            "late: start goes on after 0.30 s: it waits for never (oats why late)\n"
        );
        assert_eq!(service(&project, "late")["phase"], "waiting");
    });
}

#[test]
fn all_and_groups_are_those_for_which_it_makes_sense() {
    isolated(|| {
        let project = shop();
        let _owner = Serve::of(&project, &[]);
        let nothing = out(&project, &["stop", "--all"], 0);
        assert_eq!(
            nothing,
            "nothing to stop: each of the 3 services is stopped\n"
        );
        let started = json(
            &project,
            &["start", "--group", "shop", "--wait", "--json"],
            0,
        );
        let services = started["services"].as_array().unwrap();
        let names: Vec<&str> = services
            .iter()
            .map(|it| it["service"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["payments", "orders"]);
        assert!(
            services.iter().all(|it| it["result"]["result"] == "done"),
            "{started}"
        );
        assert_eq!(
            started["plan"]["longest_chain"],
            json!(["payments", "orders"])
        );
        let restarted = out(&project, &["restart", "--all", "--wait"], 0);
        assert!(
            restarted.contains("payments: restart accepted; needs it: orders"),
            "{restarted}"
        );
        assert!(!restarted.contains("alone"), "{restarted}");
        let recovered = out(&project, &["recover", "orders", "--wait"], 0);
        assert!(recovered.contains("orders: recover done"), "{recovered}");
        let stopped = out(&project, &["stop", "--all", "--wait"], 0);
        assert!(stopped.contains("orders: stop done") && stopped.contains("payments: stop done"));
        err(&project, &["stop", "--group", "nobody"], 2);
    });
}

#[test]
fn a_failed_start_ends_with_1_and_says_why() {
    isolated(|| {
        let project = Project::new();
        project.service(
            "broken",
            "shell = \"echo no config >&2; exit 3\"\nport = 1\n",
        );
        let _owner = Serve::of(&project, &[]);
        let said = out(&project, &["start", "broken", "--wait"], 1);
        assert!(said.contains("broken: start failed after "), "{said}");
        assert!(said.contains("exited with code 3"), "{said}");
    });
}

#[test]
fn a_taken_port_refuses_a_start_or_is_waited_for() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("web", "");
        let _owner = Serve::of(&project, &[]);
        let stranger = Stranger::on(port, &[]);
        let refused = json(&project, &["start", "web", "--json"], 2);
        let refusal = &refused["services"][0]["refusal"];
        assert_eq!(refusal["code"], "port_held");
        assert_eq!(refusal["hint_action"], "free_port");
        let complained = err(&project, &["start", "web"], 2);
        let expected = format!(
            "web: Start disabled: port {port} is held by PID {} (",
            stranger.pid()
        );
        assert!(complained.starts_with(&expected), "{complained}");
        assert!(
            complained.contains(&format!("(oats port {port} --free)")),
            "{complained}"
        );
        err(
            &project,
            &["start", "web", "--when-free", "--wait=200ms"],
            5,
        );
        drop(stranger);
        wait_key(&project, "web", "health", "healthy");
    });
}

#[test]
fn without_an_owner_every_verb_that_acts_says_so_and_ends_with_4() {
    isolated(|| {
        let project = shop();
        for verb in ["start", "stop", "kill", "restart", "recover"] {
            let said = err(&project, &[verb, "orders"], 4);
            assert_eq!(said.lines().count(), 1, "{said}");
            assert!(
                said.contains("nobody owns") && said.contains("oats or oats serve;"),
                "{said}"
            );
        }
        err(&project, &["reload"], 4);
        let down = err(&project, &["down"], 4);
        assert!(down.contains("none of its services runs"), "{down}");
        let dry = oats(project.path(), &["start", "orders", "--dry-run"]);
        assert_eq!(dry.status.code(), Some(0));
        assert_eq!(
            text(&dry.stdout),
            "orders: start would be accepted; starts first: payments\n"
        );
        assert!(!project.path().join("data").exists(), "nothing is written");
        let owner = Serve::of(&project, &["--up"]);
        let orders = wait_key(&project, "orders", "health", "healthy");
        owner.crash();
        let down = err(&project, &["down"], 4);
        assert!(
            down.contains(&format!("orders (PID {})", orders["pid"])),
            "{down}"
        );
        let _next = Serve::of(&project, &[]);
    });
}

#[test]
fn an_owner_that_does_not_answer_is_told_with_1() {
    isolated(|| {
        let project = shop();
        let owner = Serve::of(&project, &[]);
        kill(owner.pid(), "STOP");
        wait_until("its word is old", || {
            let said = oats(project.path(), &["ps"]);
            text(&said.stderr).contains("the owner does not answer; this is its last word")
        });
        let said = err(&project, &["start", "orders"], 1);
        assert!(
            said.starts_with("oats: the owner does not answer (PID "),
            "{said}"
        );
        kill(owner.pid(), "CONT");
    });
}

#[test]
fn ps_shows_more_than_once_and_the_same_document() {
    isolated(|| {
        let project = shop();
        out(&project, &["ps"], 1);
        let _owner = Serve::of(&project, &[]);
        out(&project, &["start", "orders", "--wait"], 0);
        out(&project, &["restart", "orders", "--wait"], 0);
        let table = out(&project, &["ps", "orders"], 0);
        let lines: Vec<&str> = table.lines().collect();
        assert!(
            lines[1].contains("RESTARTS") && lines[1].contains("SINCE"),
            "{table}"
        );
        assert!(
            lines[2].contains(" UP ") && lines[2].contains("1 by hand"),
            "{table}"
        );
        let document = json(&project, &["ps", "--json"], 0);
        assert_eq!(document["schema"], 1);
        assert_eq!(document["services"]["orders"]["restarts"]["manual"], 1);
        let wrong = err(&project, &["ps", "nobody"], 2);
        assert!(wrong.contains("there is no service nobody"), "{wrong}");
    });
}

#[test]
fn a_wait_ends_with_ctrl_c_and_what_was_asked_goes_on() {
    isolated(|| {
        let project = with_a_wait();
        let _owner = Serve::of(&project, &[]);
        let mut waiting = Command::new(env!("CARGO_BIN_EXE_oats"))
            .arg("--root")
            .arg(project.path())
            .args(["start", "late", "--wait"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_key(&project, "late", "phase", "waiting");
        // It catches the signal before it waits; until then the signal ends it, too.
        wait_until("it catches the signal", || {
            let status = std::fs::read_to_string(format!("/proc/{}/status", waiting.id()));
            let status = status.unwrap_or_default();
            let caught = status
                .lines()
                .find_map(|line| line.strip_prefix("SigCgt:\t"));
            caught.is_some_and(|mask| u64::from_str_radix(mask, 16).unwrap() & 2 != 0)
        });
        kill(waiting.id(), "INT");
        assert_eq!(waiting.wait().unwrap().code(), Some(130));
        assert_eq!(service(&project, "late")["phase"], "waiting");
    });
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    isolated(|| {
        let project = shop();
        let _owner = Serve::of(&project, &[]);
        for (forbidden, verb) in [(false, "kill"), (true, "stop")] {
            out(&project, &["start", "alone", "--wait"], 0);
            let mut command = in_terminal(project.path(), &[verb, "alone", "--wait"]);
            if forbidden {
                command.env("NO_COLOR", "1");
            }
            let end = Console::spawn(command).wait_end_without_screen();
            assert_eq!(end.code, 0, "{}", end.text);
            let coloured = text(&end.bytes).contains("\u{1b}[32maccepted\u{1b}[0m");
            assert_eq!(coloured, !forbidden, "{:?}", end.text);
        }
    });
}

#[test]
fn many_services_are_asked_one_after_the_other_and_none_is_put_off_for_good() {
    isolated(|| {
        let project = Project::new();
        for number in 0..60 {
            project.service(&format!("s{number}"), "command = [\"sleep\", \"632\"]\n");
        }
        let _owner = Serve::of(&project, &["--up"]);
        wait_key(&project, "s59", "phase", "running");
        let said = out(&project, &["stop", "--all", "--wait"], 0);
        assert_eq!(said.matches(": stop accepted").count(), 60, "{said}");
        assert_eq!(service(&project, "s0")["phase"], "stopped");
    });
}
