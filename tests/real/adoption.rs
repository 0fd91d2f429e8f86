//! Real owners that come and go: the services stay, and are taken over.

use std::process::{Child, Command as Process, Stdio};

use crate::support::{isolated, kill, lives, owner::Running, project::Project, wait_for};
use oats::{
    model::{Action, Phase, Want, health::HealthWord},
    supervisor::{Begin, Leaving},
};

/// Starts `oats serve` on a root, and waits until the service is up; its process and the pid.
fn serve(project: &Project, service: &str) -> (Child, u32) {
    let child = Process::new(env!("CARGO_BIN_EXE_oats"))
        .args([
            "--root".as_ref(),
            project.path().as_os_str(),
            "serve".as_ref(),
            "--up".as_ref(),
        ])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let owner = u64::from(child.id());
    let pid = wait_for("the service is up", || {
        let status = project.status()?;
        let view = &status["services"][service];
        (status["owner"]["pid"].as_u64() == Some(owner) && view["health"] == "healthy")
            .then(|| view["pid"].as_u64())?
    });
    (child, u32::try_from(pid).unwrap())
}

#[test]
fn after_kill_9_of_the_owner_the_next_one_adopts() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "[restart]\npolicy = \"on-failure\"\n");
        let (mut owner, pid) = serve(&project, "orders");
        let started = project.status().unwrap()["services"]["orders"]["started_at"].clone();
        kill(owner.id(), "KILL");
        let _ = owner.wait();
        assert!(lives(pid));
        let oats = Running::open(&project);
        let adopted = oats.wait_healthy("orders");
        assert_eq!((adopted.pid.unwrap().0, adopted.adopted), (pid, true));
        assert_eq!(adopted.want, Want::Up);
        assert_eq!(serde_json::to_value(adopted.started_at).unwrap(), started);
        // Its end is seen, and the policy is in force again.
        kill(pid, "KILL");
        let after = oats.wait("orders", "runs again", |view| {
            view.health == HealthWord::Healthy && view.pid.is_some_and(|new| new.0 != pid)
        });
        assert_eq!(after.restarts.policy, 1);
        assert!(!after.adopted);
        oats.leave(Leaving::StopAll);
        let ledger = project.ledger();
        assert!(
            ledger
                .iter()
                .any(|line| line["kind"] == "adoption" && line["data"]["pid"] == pid)
        );
    });
}

#[test]
fn what_was_left_running_is_adopted_and_can_be_stopped() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let (mut owner, pid) = serve(&project, "orders");
        kill(owner.id(), "QUIT");
        assert_eq!(owner.wait().unwrap().code(), Some(0));
        assert!(lives(pid));
        let oats = Running::open(&project);
        oats.wait_healthy("orders");
        let stopped = oats.act("orders", Action::Stop);
        assert_eq!(stopped.phase, Phase::Stopped);
        assert!(!lives(pid));
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn what_died_while_nobody_watched_is_failed_with_an_unknown_exit() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let (mut owner, pid) = serve(&project, "orders");
        kill(owner.id(), "KILL");
        let _ = owner.wait();
        kill(pid, "KILL");
        crate::support::wait_until("it is dead", || !lives(pid));
        let oats = Running::open(&project);
        let after = oats.wait("orders", "is failed", |view| view.phase == Phase::Failed);
        let exit = after.last_exit.as_ref().unwrap();
        assert_eq!((exit.code, exit.signal), (None, None));
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_leftover_that_a_new_owner_finds_on_the_port_is_ended_by_its_first_start() {
    isolated(|| {
        let project = Project::new();
        let port = crate::support::free_port();
        let oats_path = env!("CARGO_BIN_EXE_oats");
        project.service(
            "wrapped",
            &format!(
                "shell = \"{oats_path} demo-service orders --port {port} & wait\"\nport = {port}\n\
                 [health]\nhttp = \"/healthz\"\ninterval = \"100ms\"\n"
            ),
        );
        let (mut owner, shell) = serve(&project, "wrapped");
        let status = project.status().unwrap();
        let child = &status["services"]["wrapped"]["holder"]["processes"][0]["pid"];
        let child = u32::try_from(child.as_u64().unwrap()).unwrap();
        kill(owner.id(), "KILL");
        let _ = owner.wait();
        kill(shell, "KILL");
        crate::support::wait_until("the shell is dead", || !lives(shell));
        assert!(lives(child));
        let oats = Running::begin(&project, Begin::All);
        let after = oats.wait_healthy("wrapped");
        assert!(!lives(child), "the leftover still lives");
        assert_ne!(after.holder.as_ref().unwrap().first_pid().unwrap().0, child);
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_record_of_another_boot_is_no_process_of_ours() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let mut bystander = Process::new("sleep")
            .arg("617")
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        project.file(
            "data/runs/orders.json",
            &record(bystander.id(), 1, "another boot"),
        );
        let oats = Running::open(&project);
        let view = oats.view("orders");
        assert_eq!(
            (view.phase, view.want, view.pid),
            (Phase::Stopped, Want::Down, None)
        );
        oats.leave(Leaving::KillAll);
        assert!(lives(bystander.id()));
        bystander.kill().unwrap();
        let _ = bystander.wait();
    });
}

#[test]
fn a_forged_record_never_harms_the_process_it_names() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let mut bystander = Process::new("sleep")
            .arg("618")
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", bystander.id())).unwrap();
        let ticks: u64 = stat
            .rsplit_once(") ")
            .unwrap()
            .1
            .split(' ')
            .nth(19)
            .unwrap()
            .parse()
            .unwrap();
        // Right pid and start time, but the process carries no tag: doubtful, shown, never signalled.
        project.file(
            "data/runs/orders.json",
            &record(bystander.id(), ticks, boot.trim()),
        );
        let oats = Running::open(&project);
        let view = oats.wait("orders", "shows the survivor", |view| {
            !view.survivors.is_empty()
        });
        assert_eq!(view.survivors[0].pid.0, bystander.id());
        let refusal = oats.ask("orders", Action::Start).unwrap_err();
        assert_eq!(
            refusal.sentence(Action::Start),
            format!(
                "Start disabled: PID {} may be an earlier run of this service.",
                bystander.id()
            )
        );
        oats.leave(Leaving::KillAll);
        assert!(lives(bystander.id()));
        bystander.kill().unwrap();
        let _ = bystander.wait();
    });
}

#[test]
fn a_record_with_another_start_time_means_a_process_that_is_gone() {
    isolated(|| {
        let project = Project::new();
        project.demo(
            "orders",
            "autostart = true\n[restart]\npolicy = \"always\"\n",
        );
        let mut bystander = Process::new("sleep")
            .arg("620")
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
        let ticks = crate::support::start_ticks(bystander.id()) - 1;
        let forged = record(bystander.id(), ticks, boot.trim());
        project.file("data/runs/orders.json", &forged);
        let oats = Running::open(&project);
        let view = oats.wait_healthy("orders");
        assert_ne!(view.pid.unwrap().0, bystander.id());
        assert_eq!(view.survivors, []);
        oats.act("orders", Action::Kill);
        oats.leave(Leaving::KillAll);
        assert!(lives(bystander.id()));
        bystander.kill().unwrap();
        let _ = bystander.wait();
    });
}

/// A run record that claims a process.
fn record(pid: u32, start_ticks: u64, boot: &str) -> String {
    format!(
        r#"{{"schema":1,"service":"orders","run":"7f2c1d7e-6a80-4b0f-9d55-0c5b7d1f3a11",
"state":"spawned","boot_id":"{boot}","pid":{pid},"start_ticks":{start_ticks},"pidfd_ino":null,
"want":"up","by":"human","spawned_at":"2026-01-01T00:00:00.000Z","ready_at":null,"last_exit":null,
"deaths":[],"restarts":{{"manual":0,"policy":0,"arena":0}},
"log_base":{{"stdout":0,"stderr":0}},"log_at_start":{{"stdout":0,"stderr":0}}}}"#
    )
}
