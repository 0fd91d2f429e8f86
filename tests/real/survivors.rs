//! Real processes that may be an earlier run: left alone until somebody decides about one.

use std::process::{Child, Command as Process, Stdio};

use crate::support::{
    free_port, isolated, kill, lives, owner::Running, project::Project, start_ticks, target,
    wait_for, wait_until,
};
use oats::{
    model::{Action, Actor, Force, Phase, Seq, ServiceView, SurvivorChoice, Target, Want},
    supervisor::{Command, Leaving},
};
use serde_json::Value;

const TERM: SurvivorChoice = SurvivorChoice::End(Force::Term);
const KILL: SurvivorChoice = SurvivorChoice::End(Force::Kill);

/// A bystander whom the run record of `orders` claims: the right PID and start time, but no tag.
struct Claimed(Child);

impl Claimed {
    fn new(project: &Project, command: &[&str]) -> Self {
        let child = Process::new(command[0])
            .args(&command[1..])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        wait_until("the bystander has begun", || {
            let said = std::fs::read(format!("/proc/{}/cmdline", child.id()));
            String::from_utf8_lossy(&said.unwrap()).contains("sleep")
        });
        let claimed = Self(child);
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
        let (pid, ticks, boot) = (claimed.pid(), start_ticks(claimed.pid()), boot.trim());
        project.file(
            "data/runs/orders.json",
            &format!(
                r#"{{"schema":1,"service":"orders","run":"7f2c1d7e-6a80-4b0f-9d55-0c5b7d1f3a11",
"state":"spawned","boot_id":"{boot}","pid":{pid},"start_ticks":{ticks},"pidfd_ino":null,
"want":"up","by":"human","spawned_at":"2026-01-01T00:00:00.000Z","ready_at":null,"last_exit":null,
"deaths":[],"restarts":{{"manual":0,"policy":0,"arena":0}},
"log_base":{{"stdout":0,"stderr":0}},"log_at_start":{{"stdout":0,"stderr":0}}}}"#
            ),
        );
        claimed
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A person decides about a process.
fn decide(oats: &Running, target: Target, choice: SurvivorChoice) -> Seq {
    let (service, by) = ("orders".parse().unwrap(), Actor::HUMAN);
    let command = Command::Survivor {
        service,
        target,
        choice,
        by,
    };
    oats.send(command).unwrap()
}

/// Decides, and waits for what came of it.
fn decided(project: &Project, oats: &Running, pid: u32, choice: SurvivorChoice) -> Value {
    project.result_of(decide(oats, target(pid), choice))
}

fn doubtful(oats: &Running) -> std::sync::Arc<ServiceView> {
    oats.wait("orders", "has a survivor", |view| {
        !view.survivors.is_empty()
    })
}

fn wait_certain(oats: &Running) {
    oats.wait("orders", "has no survivor", |view| {
        view.survivors.is_empty()
    });
}

#[test]
fn a_survivor_that_is_ended_leaves_the_list_and_frees_the_start() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let claimed = Claimed::new(&project, &["sleep", "641"]);
        let oats = Running::open(&project);
        let view = doubtful(&oats);
        assert_eq!(
            view.survivors[0].why,
            "Agrees: PID and start time with the run record. Differs: it carries no tag."
        );
        assert_eq!(view.actions.start.code.as_deref(), Some("survivor"));
        let result = decided(&project, &oats, claimed.pid(), TERM);
        assert_eq!(result["result"], "done");
        assert!(!lives(claimed.pid()));
        wait_certain(&oats);
        oats.act("orders", Action::Start);
        oats.wait_healthy("orders");
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_survivor_that_ends_by_itself_frees_the_start() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let claimed = Claimed::new(&project, &["sleep", "642"]);
        let oats = Running::open(&project);
        doubtful(&oats);
        kill(claimed.pid(), "KILL");
        wait_certain(&oats);
        assert!(oats.view("orders").actions.start.allowed);
        oats.act("orders", Action::Start);
        oats.wait_healthy("orders");
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn only_exactly_the_process_in_doubt_is_ever_signalled() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let claimed = Claimed::new(&project, &["sleep", "643"]);
        let mut bystander = Process::new("sleep").arg("644").spawn().unwrap();
        let oats = Running::open(&project);
        doubtful(&oats);
        let pid = claimed.pid();
        for choice in [TERM, KILL, SurvivorChoice::Adopt] {
            let real = target(pid);
            let start_ticks = real.start_ticks + 1;
            let later = Target {
                start_ticks,
                ..real
            };
            let result = project.result_of(decide(&oats, later, choice));
            assert_eq!(
                result["reason"],
                format!("PID {pid} is now another process, nothing was done")
            );
            let result = decided(&project, &oats, bystander.id(), choice);
            assert_eq!(
                result["reason"],
                format!(
                    "PID {} is not in doubt any more, nothing was done",
                    bystander.id()
                )
            );
        }
        assert!(lives(pid) && lives(bystander.id()));
        oats.leave(Leaving::KillAll);
        assert!(lives(pid) && lives(bystander.id()));
        bystander.kill().unwrap();
        let _ = bystander.wait();
    });
}

#[test]
fn a_survivor_that_ignores_sigterm_is_named_after_five_seconds_and_sigkill_ends_it() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let deaf = "trap '' TERM; while :; do sleep 0.1; done";
        let claimed = Claimed::new(&project, &["setsid", "sh", "-c", deaf]);
        let oats = Running::open(&project);
        doubtful(&oats);
        let pid = claimed.pid();
        wait_until("its trap is set", || {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
            let mask = status.lines().find_map(|it| it.strip_prefix("SigIgn:"));
            u64::from_str_radix(mask.unwrap().trim(), 16).unwrap() & (1 << 14) != 0
        });
        let result = decided(&project, &oats, pid, TERM);
        assert_eq!(
            result["reason"],
            format!("PID {pid} still lives 5 s after SIGTERM")
        );
        assert!(lives(pid));
        let result = decided(&project, &oats, pid, KILL);
        assert_eq!(result["result"], "done");
        wait_certain(&oats);
        oats.leave(Leaving::StopAll);
    });
}

/// An owner is killed with -9, and its run record then names another run: what runs on carries a
/// tag of this service, but not that of the last recorded run. The PID of its leader.
fn orphaned(project: &Project) -> u32 {
    let mut owner = Process::new(env!("CARGO_BIN_EXE_oats"))
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
    let pid = wait_for("the service is up", || {
        let status = project.status()?;
        let view = &status["services"]["orders"];
        (view["health"] == "healthy").then(|| view["pid"].as_u64())?
    });
    owner.kill().unwrap();
    let _ = owner.wait();
    let record = project.read("data/runs/orders.json");
    let mut record: Value = serde_json::from_str(&record).unwrap();
    record["run"] = "7f2c1d7e-6a80-4b0f-9d55-0c5b7d1f3a11".into();
    project.file("data/runs/orders.json", &record.to_string());
    u32::try_from(pid).unwrap()
}

#[test]
fn a_survivor_that_is_taken_over_is_the_service_from_then_on() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let pid = orphaned(&project);
        let oats = Running::open(&project);
        let view = doubtful(&oats);
        let why = &view.survivors[0].why;
        assert!(why.starts_with("Agrees: PID and start time with the run record."));
        assert!(
            why.contains("Differs: its tag names another run, "),
            "{why}"
        );
        let result = decided(&project, &oats, pid, SurvivorChoice::Adopt);
        assert_eq!(result["result"], "done");
        let view = oats.wait_healthy("orders");
        assert_eq!((view.pid.unwrap().0, view.adopted), (pid, true));
        assert_eq!((view.want, view.survivors.len()), (Want::Up, 0));
        let again = decided(&project, &oats, pid, SurvivorChoice::Adopt);
        assert!(
            again["reason"]
                .as_str()
                .unwrap()
                .contains("not in doubt any more")
        );
        // The next owner knows it by its record.
        oats.leave(Leaving::Detach);
        let oats = Running::open(&project);
        let view = oats.wait_healthy("orders");
        assert_eq!((view.pid.unwrap().0, view.survivors.len()), (pid, 0));
        let stopped = oats.act("orders", Action::Stop);
        assert_eq!(stopped.phase, Phase::Stopped);
        assert!(!lives(pid));
        oats.leave(Leaving::StopAll);
        let ledger = project.ledger();
        let adoption = ledger
            .iter()
            .find(|line| line["kind"] == "adoption")
            .unwrap();
        assert_eq!(adoption["data"]["verdict"], "adopted by hand");
    });
}

#[test]
fn a_survivor_without_a_tag_is_taken_over_only_where_it_leads_its_session() {
    isolated(|| {
        let project = Project::new();
        let port = free_port();
        project.service("orders", &format!("shell = \"sleep 645\"\nport = {port}\n"));
        let claimed = Claimed::new(&project, &["sleep", "646"]);
        let oats = Running::open(&project);
        doubtful(&oats);
        let result = decided(&project, &oats, claimed.pid(), SurvivorChoice::Adopt);
        let why = result["reason"].as_str().unwrap();
        assert!(why.contains("shares its session with others"), "{why}");
        assert!(lives(claimed.pid()));
        oats.leave(Leaving::KillAll);
        drop(claimed);

        let tree = "sleep 647 & exec sleep 648";
        let claimed = Claimed::new(&project, &["setsid", "sh", "-c", tree]);
        let oats = Running::open(&project);
        doubtful(&oats);
        let result = decided(&project, &oats, claimed.pid(), SurvivorChoice::Adopt);
        assert_eq!(result["result"], "done", "{result}");
        oats.wait("orders", "runs", |view| view.phase == Phase::Running);
        oats.act("orders", Action::Stop);
        assert!(!lives(claimed.pid()));
        oats.leave(Leaving::StopAll);
    });
}

/// `orders` is a shell with two children, one of them in a session of its own.
fn tree() -> Project {
    let project = Project::new();
    let port = free_port();
    let oats_path = env!("CARGO_BIN_EXE_oats");
    project.service(
        "orders",
        &format!(
            "shell = \"setsid sleep 649 & {oats_path} demo-service orders --port {port} & wait\"\n\
             port = {port}\n[health]\nhttp = \"/healthz\"\ninterval = \"100ms\"\n"
        ),
    );
    project
}

#[test]
fn taking_a_survivor_over_takes_its_tree_along() {
    isolated(|| {
        let project = tree();
        let shell = orphaned(&project);
        let oats = Running::open(&project);
        let view = oats.wait("orders", "has all its survivors", |view| {
            view.survivors.len() == 3
        });
        let pids: Vec<u32> = view.survivors.iter().map(|it| it.pid.0).collect();
        let result = decided(&project, &oats, shell, SurvivorChoice::Adopt);
        assert_eq!(result["result"], "done", "{result}");
        let view = oats.wait_healthy("orders");
        assert_eq!(view.survivors.len(), 0);
        oats.act("orders", Action::Stop);
        for pid in pids {
            assert!(!lives(pid), "{pid} lives on");
        }
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_kill_takes_the_tree_of_a_survivor_along_and_nobody_else() {
    isolated(|| {
        let project = tree();
        let shell = orphaned(&project);
        let oats = Running::open(&project);
        let view = oats.wait("orders", "has all its survivors", |view| {
            view.survivors.len() == 3
        });
        let pids: Vec<u32> = view.survivors.iter().map(|it| it.pid.0).collect();
        let mut bystander = Process::new("sleep").arg("650").spawn().unwrap();
        let result = decided(&project, &oats, shell, KILL);
        assert_eq!(result["result"], "done");
        wait_certain(&oats);
        for pid in pids {
            assert!(!lives(pid), "{pid} lives on");
        }
        assert!(lives(bystander.id()));
        bystander.kill().unwrap();
        let _ = bystander.wait();
        oats.act("orders", Action::Start);
        oats.wait_healthy("orders");
        oats.leave(Leaving::StopAll);
    });
}
