//! Real processes: a tree means the whole tree, and never anybody else's.

use std::process::{Command as Process, Stdio};

use crate::support::{
    fault, free_port, isolated, kill, lives, owner::Running, project::Project, wait_for, wait_until,
};
use oats::{
    model::{Action, Phase, health::HealthWord},
    supervisor::Leaving,
};
use serde_json::Value;

/// Makes a demo service fork children of all five kinds; their pids.
fn fork_children(port: u16) -> Vec<u32> {
    let (status, body) = fault(port, r#"{"fault":"fork_children"}"#);
    assert_eq!(status, 200, "{body}");
    let answer: Value = serde_json::from_str(&body).unwrap();
    let children = answer["children"]
        .as_object()
        .expect("the answer lists children");
    let pids: Vec<u32> = children
        .values()
        .map(|pid| u32::try_from(pid.as_u64().unwrap()).unwrap())
        .collect();
    assert_eq!(pids.len(), 5, "{body}");
    pids
}

#[test]
fn five_kinds_of_grandchildren_are_gone_after_a_stop_and_after_a_kill() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "");
        let oats = Running::open(&project);
        for action in [Action::Stop, Action::Kill] {
            oats.act("orders", Action::Start);
            oats.wait_healthy("orders");
            let children = fork_children(port);
            assert!(children.iter().all(|pid| lives(*pid)));
            let after = oats.act("orders", action);
            assert_eq!(after.phase, Phase::Stopped);
            let left: Vec<&u32> = children.iter().filter(|pid| lives(**pid)).collect();
            assert!(left.is_empty(), "{action} left {left:?}");
        }
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_child_without_environment_is_gone_after_a_stop() {
    isolated(|| {
        let project = Project::new();
        project.service(
            "shell",
            "shell = \"env -i sleep 611 & echo $! > child.pid; wait\"\n[stop]\ntimeout = \"1s\"\n",
        );
        let oats = Running::open(&project);
        for action in [Action::Stop, Action::Kill] {
            oats.act("shell", Action::Start);
            let child = wait_for("the child's pid is written", || {
                project.read("child.pid").trim().parse::<u32>().ok()
            });
            wait_until("the child lives", || lives(child));
            oats.act("shell", action);
            assert!(!lives(child), "{action} left {child}");
            project.file("child.pid", "");
        }
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn after_kill_9_of_a_wrapper_shell_its_child_is_gone_before_the_new_start() {
    isolated(|| {
        let project = Project::new();
        let port = free_port();
        let oats_path = env!("CARGO_BIN_EXE_oats");
        project.service(
            "wrapped",
            &format!(
                "shell = \"{oats_path} demo-service orders --port {port} & wait\"\nport = {port}\n\
                 [health]\nhttp = \"/healthz\"\ninterval = \"100ms\"\n\
                 [restart]\npolicy = \"on-failure\"\n"
            ),
        );
        let oats = Running::open(&project);
        oats.act("wrapped", Action::Start);
        let before = oats.wait_healthy("wrapped");
        let child = before.holder.as_ref().unwrap().first_pid().unwrap();
        assert_ne!(Some(child), before.pid, "the shell itself listens");
        kill(before.pid.unwrap().0, "KILL");
        let after = oats.wait("wrapped", "runs again", |view| {
            view.health == HealthWord::Healthy && view.pid != before.pid
        });
        assert!(!lives(child.0), "the old child still lives");
        assert_ne!(after.holder.as_ref().unwrap().first_pid(), Some(child));
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_leftover_is_shown_and_ended_by_the_next_start() {
    isolated(|| {
        let project = Project::new();
        let port = free_port();
        let oats_path = env!("CARGO_BIN_EXE_oats");
        project.service(
            "wrapped",
            &format!(
                "shell = \"{oats_path} demo-service orders --port {port} & wait\"\nport = {port}\n\
                 [health]\nhttp = \"/healthz\"\ninterval = \"100ms\"\n"
            ),
        );
        let oats = Running::open(&project);
        oats.act("wrapped", Action::Start);
        let before = oats.wait_healthy("wrapped");
        let child = before.holder.as_ref().unwrap().first_pid().unwrap();
        kill(before.pid.unwrap().0, "KILL");
        let held = oats.wait("wrapped", "shows the leftover", |view| {
            view.phase == Phase::Failed
                && view
                    .holder
                    .as_ref()
                    .is_some_and(|holder| holder.class == oats::model::HolderClass::OwnLeftover)
        });
        assert!(held.actions.start.allowed);
        let hint = held.actions.start.hint.as_ref().unwrap();
        assert!(hint.contains(&format!("PID {child}")), "{hint}");
        oats.act("wrapped", Action::Start);
        assert!(!lives(child.0));
        oats.wait_healthy("wrapped");
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_bystander_and_another_root_are_never_touched() {
    isolated(|| {
        let mut bystander = Process::new("sleep")
            .arg("612")
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let other = Project::new();
        other.demo("orders", "");
        let mut serve = Process::new(env!("CARGO_BIN_EXE_oats"))
            .args([
                "--root".as_ref(),
                other.path().as_os_str(),
                "serve".as_ref(),
                "--up".as_ref(),
            ])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let theirs = wait_for("the other root's service is up", || {
            let status = other.status()?;
            let service = &status["services"]["orders"];
            (service["health"] == "healthy").then(|| service["pid"].as_u64())?
        });
        let project = Project::new();
        let port = project.demo("orders", "");
        let oats = Running::open(&project);
        oats.act("orders", Action::Start);
        oats.wait_healthy("orders");
        fork_children(port);
        oats.act("orders", Action::Kill);
        oats.leave(Leaving::KillAll);
        assert!(
            lives(u32::try_from(theirs).unwrap()),
            "the other root's service was ended"
        );
        assert!(lives(bystander.id()), "the bystander was ended");
        kill(serve.id(), "TERM");
        let _ = serve.wait();
        assert!(!lives(u32::try_from(theirs).unwrap()));
        bystander.kill().unwrap();
        let _ = bystander.wait();
    });
}

#[test]
fn a_frozen_service_is_unhealthy_and_can_still_be_stopped() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let oats = Running::open(&project);
        oats.act("orders", Action::Start);
        let pid = oats.wait_healthy("orders").pid.unwrap().0;
        kill(pid, "STOP");
        let frozen = oats.wait("orders", "is seen frozen", |view| {
            view.health_reason.as_deref() == Some("process is frozen (state T)")
        });
        assert_eq!(frozen.phase, Phase::Running);
        let stopped = oats.act("orders", Action::Stop);
        assert_eq!(stopped.phase, Phase::Stopped);
        assert!(!lives(pid));
        oats.leave(Leaving::StopAll);
    });
}
