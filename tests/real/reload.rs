//! Files that are edited while an owner runs.

use std::{
    fs,
    process::{Child, Command as Process, Stdio},
};

use serde_json::{Value, json};

use crate::support::{
    isolated, kill, lives, owner::Running, project::Project, wait_for, wait_until,
};
use oats::{
    model::{
        Action, Actor, Phase, Refusal, ServiceView, Snapshot, SurvivorChoice, health::HealthWord,
    },
    supervisor::{Command, Leaving},
};

/// Replaces a file as editors do: by a rename.
fn replace(project: &Project, file: &str, text: &str) {
    project.file("half-written", text);
    let path = project.path();
    fs::rename(path.join("half-written"), path.join(file)).unwrap();
}

fn take_away(project: &Project, service: &str) {
    fs::remove_file(project.path().join(format!("services/{service}.toml"))).unwrap();
}

/// Waits until the snapshot is so.
fn wait_snapshot(oats: &Running, what: &str, holds: impl Fn(&Snapshot) -> bool) {
    wait_until(what, || holds(&oats.snapshot()));
}

fn has(snapshot: &Snapshot, name: &str) -> bool {
    snapshot.services.contains_key(&name.parse().unwrap())
}

/// The lines of the ledger about the files.
fn config_lines(project: &Project) -> Vec<Value> {
    let lines = project.ledger().into_iter();
    lines.filter(|line| line["kind"] == "config").collect()
}

/// Waits until so many lines about the files are there; the last one.
fn config_line(project: &Project, count: usize) -> Value {
    wait_for("the ledger tells of the files", || {
        let text = project.read("data/events.jsonl");
        let lines = text.lines().map(serde_json::from_str::<Value>);
        let mut lines = lines.filter_map(Result::ok);
        lines
            .by_ref()
            .filter(|line| line["kind"] == "config")
            .nth(count - 1)
    })
}

/// Starts a service by hand; its pid.
fn start(oats: &Running, service: &str) -> u32 {
    oats.ask(service, Action::Start).unwrap();
    oats.wait_healthy(service).pid.unwrap().0
}

/// The environment that a process was started with.
fn environment(pid: u32) -> Vec<String> {
    let environ = fs::read(format!("/proc/{pid}/environ")).unwrap();
    let entries = environ.split(|byte| *byte == 0);
    entries
        .map(|it| String::from_utf8_lossy(it).into_owned())
        .collect()
}

#[test]
fn editing_to_nonsense_and_back_never_disturbs_a_running_service() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let good = project.read("services/orders.toml");
        let oats = Running::open(&project);
        let pid = start(&oats, "orders");
        let undisturbed = |view: &ServiceView| {
            let up = view.phase == Phase::Running && view.health == HealthWord::Healthy;
            up && view.pid.unwrap().0 == pid
        };
        for round in 1..=3 {
            replace(&project, "services/orders.toml", "prot = 1\n[[[\n");
            wait_snapshot(&oats, "the problem is told", |snapshot| {
                assert!(undisturbed(&oats.view("orders")));
                !snapshot.problems.is_empty()
            });
            let problem = oats.snapshot().problems[0].clone();
            assert_eq!(problem.file, "services/orders.toml");
            assert!(problem.line >= 1 && !problem.message.is_empty());
            wait_until("status.json tells it", || {
                let status = project.status().unwrap();
                status["problems"][0]["file"] == "services/orders.toml"
            });
            let line = config_line(&project, round * 2 - 1);
            assert_eq!(
                (&line["result"], &line["actor"]["kind"]),
                (&json!("failed"), &json!("policy"))
            );
            assert_eq!(line["data"]["problems"][0]["line"], problem.line);
            replace(&project, "services/orders.toml", &good);
            wait_snapshot(&oats, "the problem is gone", |snapshot| {
                assert!(undisturbed(&oats.view("orders")));
                snapshot.problems.is_empty()
            });
            let line = config_line(&project, round * 2);
            assert_eq!(line["result"], "done");
        }
        assert_eq!(oats.view("orders").restarts.total(), 0);
        assert!(oats.view("orders").pending_changes.is_empty());
        oats.leave(Leaving::StopAll);
        let health = project
            .ledger()
            .into_iter()
            .filter(|it| it["kind"] == "health");
        assert_eq!(health.count(), 1, "it became healthy once, and stayed so");
    });
}

#[test]
fn a_changed_environment_is_marked_until_the_next_restart_has_it() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "env = { COLOUR = \"red\" }\n");
        let oats = Running::open(&project);
        let pid = start(&oats, "orders");
        assert!(environment(pid).contains(&"COLOUR=red".to_owned()));
        let blue = project.read("services/orders.toml").replace("red", "blue");
        replace(&project, "services/orders.toml", &blue);
        let marked = oats.wait("orders", "is marked", |view| {
            view.pending_changes == ["env"]
        });
        assert_eq!(marked.pid.unwrap().0, pid);
        let line = config_line(&project, 1);
        assert_eq!(line["data"]["changed"], json!({ "orders": ["env"] }));
        assert_eq!(line["data"]["files"], json!(["services/orders.toml"]));
        let view = oats.act("orders", Action::Restart);
        assert!(view.pending_changes.is_empty());
        let pid = oats.wait_healthy("orders").pid.unwrap().0;
        assert!(environment(pid).contains(&"COLOUR=blue".to_owned()));
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_new_probe_interval_and_a_new_policy_are_in_force_at_once() {
    isolated(|| {
        let project = Project::new();
        let slow = "[health]\nhttp = \"/healthz\"\ninterval = \"1h\"\n";
        project.demo("orders", slow);
        let oats = Running::open(&project);
        let pid = start(&oats, "orders");
        let at = oats.view("orders").probe.at;
        let text = project.read("services/orders.toml").replace("1h", "50ms");
        let text = text + "[restart]\npolicy = \"on-failure\"\n";
        replace(&project, "services/orders.toml", &text);
        let probed = oats.wait("orders", "is probed again", |view| view.probe.at > at);
        assert_eq!(probed.pid.unwrap().0, pid);
        assert!(probed.pending_changes.is_empty());
        kill(pid, "KILL");
        oats.wait("orders", "is restarted by the new policy", |view| {
            view.health == HealthWord::Healthy && view.pid.is_some_and(|it| it.0 != pid)
        });
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn services_come_and_go_with_their_files_and_one_that_runs_goes_when_it_stops() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let oats = Running::open(&project);
        let port = project.demo("mail", "autostart = true\n");
        let mail = oats.wait("mail", "is there, its port looked at", |view| {
            view.holder.is_some()
        });
        assert_eq!(
            (mail.phase, mail.port.unwrap().get()),
            (Phase::Stopped, port)
        );
        let pid = start(&oats, "mail");
        take_away(&project, "orders");
        wait_snapshot(&oats, "the stopped one is gone", |it| !has(it, "orders"));
        take_away(&project, "mail");
        let left = oats.wait("mail", "is no longer configured", |it| !it.is_configured());
        assert_eq!((left.phase, left.pid.unwrap().0), (Phase::Running, pid));
        let reason = left.actions.restart.reason.as_deref();
        assert_eq!(
            reason,
            Some("Restart disabled: service is no longer configured.")
        );
        for action in [Action::Start, Action::Restart] {
            assert_eq!(oats.ask("mail", action), Err(Refusal::NotConfigured));
        }
        let stop = oats.ask("mail", Action::Stop).unwrap();
        wait_snapshot(&oats, "the other one is gone", |it| !has(it, "mail"));
        assert_eq!(project.result_of(stop)["result"], "done");
        assert!(!lives(pid));
        wait_until("status.json has none", || {
            project.status().unwrap()["services"] == json!({})
        });
        // And back: as if it had always been there.
        let port = project.demo("mail", "");
        let back = oats.wait("mail", "is back", |_| true);
        assert_eq!(
            (back.phase, back.port.unwrap().get()),
            (Phase::Stopped, port)
        );
        assert_eq!(back.last_exit.as_ref().map(|it| it.asked), Some(true));
        start(&oats, "mail");
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_renamed_file_is_one_service_less_and_one_more() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let oats = Running::open(&project);
        let folder = project.path().join("services");
        fs::rename(folder.join("orders.toml"), folder.join("bookings.toml")).unwrap();
        wait_snapshot(&oats, "it has its new name", |it| {
            has(it, "bookings") && !has(it, "orders")
        });
        let line = config_line(&project, 1);
        let told = (&line["data"]["added"], &line["data"]["removed"]);
        assert_eq!(told, (&json!(["bookings"]), &json!(["orders"])));
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_services_folder_that_appears_later_is_read() {
    isolated(|| {
        let project = Project::new();
        project.file("oats.toml", "");
        fs::remove_dir(project.path().join("services")).unwrap();
        let oats = Running::open(&project);
        project.demo("orders", "");
        oats.wait("orders", "is there", |_| true);
        start(&oats, "orders");
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn an_ask_to_reload_has_one_result_that_says_what_changed() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let oats = Running::open(&project);
        let reload = || {
            let by = Actor::CLI;
            let seq = oats.send(Command::Reload { by }).unwrap();
            let result = project.result_of(seq);
            (
                result["result"].clone(),
                result["reason"].as_str().unwrap().to_owned(),
            )
        };
        assert_eq!(reload(), (json!("done"), "nothing changed".to_owned()));
        project.file("services/bad.toml", "comand = [\"x\"]\n");
        let (result, reason) = reload();
        assert_eq!(result, "failed");
        assert!(reason.contains("services/bad.toml:1:1: "), "{reason}");
        take_away(&project, "bad");
        project.file("oats.toml", "api = \"off\"\n");
        assert_eq!(reload().0, "done");
        let told = config_lines(&project);
        let settings = told
            .iter()
            .any(|line| line["data"]["settings"] == json!(["api"]));
        let words = told.iter().any(|line| {
            let reason = line["reason"].as_str().unwrap();
            reason.contains("api takes effect when oats starts anew")
        });
        assert!(settings && words, "{told:#?}");
        oats.leave(Leaving::StopAll);
    });
}

/// Starts `oats serve` on a root, and waits until it owns it.
fn serve(project: &Project, more: &[&str]) -> Child {
    let child = Process::new(env!("CARGO_BIN_EXE_oats"))
        .args([
            "--root".as_ref(),
            project.path().as_os_str(),
            "serve".as_ref(),
        ])
        .args(more)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until("it owns the root", || {
        project
            .status()
            .is_some_and(|status| status["owner"]["pid"] == child.id())
    });
    child
}

#[test]
fn sighup_reads_the_files() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let mut owner = serve(&project, &[]);
        kill(owner.id(), "HUP");
        let told = wait_for("the reading has its result", || {
            let text = project.read("data/events.jsonl");
            let lines = text.lines().map(serde_json::from_str::<Value>);
            let mut lines = lines.filter_map(Result::ok);
            lines.find(|line| line["kind"] == "result" && line["reason"] == "nothing changed")
        });
        assert_eq!(told["actor"]["kind"], "cli");
        kill(owner.id(), "TERM");
        assert_eq!(owner.wait().unwrap().code(), Some(0));
    });
}

#[test]
fn a_new_owner_takes_over_what_runs_without_a_file_and_only_stops_it() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "[restart]\npolicy = \"always\"\n");
        project.demo("mail", "");
        let mut owner = serve(&project, &["--up"]);
        let pid = wait_for("both are up", || {
            let services = project.status()?["services"].clone();
            let up = |name: &str| services[name]["health"] == "healthy";
            (up("orders") && up("mail")).then(|| services["orders"]["pid"].as_u64())?
        });
        let pid = u32::try_from(pid).unwrap();
        kill(owner.id(), "KILL");
        let _ = owner.wait();
        take_away(&project, "orders");
        let oats = Running::open(&project);
        let view = oats.wait_healthy("orders");
        assert_eq!((view.pid.unwrap().0, view.adopted), (pid, true));
        assert!(!view.is_configured());
        assert_eq!((view.port, view.probe.kind.as_str()), (None, "none"));
        assert_eq!(
            oats.ask("orders", Action::Restart),
            Err(Refusal::NotConfigured)
        );
        oats.ask("orders", Action::Stop).unwrap();
        wait_snapshot(&oats, "it is gone", |it| !has(it, "orders"));
        assert!(!lives(pid));
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_doubtful_survivor_without_a_file_is_shown_with_its_choices() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        project.demo("mail", "");
        let mut owner = serve(&project, &["--up"]);
        let pid = wait_for("it is up", || {
            let view = project.status()?["services"]["orders"].clone();
            (view["health"] == "healthy").then(|| view["pid"].as_u64())?
        });
        let pid = u32::try_from(pid).unwrap();
        kill(owner.id(), "KILL");
        let _ = owner.wait();
        take_away(&project, "orders");
        // Without its record, only the tag says whose it is.
        fs::remove_file(project.path().join("data/runs/orders.json")).unwrap();
        let oats = Running::open(&project);
        let view = oats.wait("orders", "is in doubt", |it| !it.survivors.is_empty());
        assert_eq!((view.phase, view.survivors[0].pid.0), (Phase::Stopped, pid));
        assert!(!view.is_configured() && lives(pid));
        let command = Command::Survivor {
            service: "orders".parse().unwrap(),
            target: crate::support::target(pid),
            choice: SurvivorChoice::Adopt,
            by: Actor::HUMAN,
        };
        oats.send(command).unwrap();
        let view = oats.wait_healthy("orders");
        assert_eq!(view.pid.unwrap().0, pid);
        oats.ask("orders", Action::Stop).unwrap();
        wait_snapshot(&oats, "it is gone", |it| !has(it, "orders"));
        assert!(!lives(pid));
        oats.leave(Leaving::StopAll);
    });
}
