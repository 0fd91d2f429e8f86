//! Owners that go in every way, and what the next one makes of what they leave.

use std::{
    collections::BTreeMap,
    fs,
    process::{Child, Command as Process, Stdio},
};

use oats::{
    io::platform::{leads_its_session, tagged},
    model::Phase,
    supervisor::Leaving,
};

use crate::support::{
    isolated, kill, lives, owner::Running, project::Project, wait_for, wait_until,
};

/// An owner in a process of its own, of a program that may lie anywhere.
pub(crate) fn serve(program: &str, project: &Project) -> Child {
    start(program, &["--up"], project)
}

/// One that starts only what these arguments say.
fn serve_with(args: &[&str], project: &Project) -> Child {
    start(env!("CARGO_BIN_EXE_oats"), args, project)
}

fn start(program: &str, args: &[&str], project: &Project) -> Child {
    Process::new(program)
        .arg("--root")
        .arg(project.path())
        .arg("serve")
        .args(args)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills an owner, and waits until it is gone.
pub(crate) fn kill_9(mut owner: Child) {
    kill(owner.id(), "KILL");
    let _ = owner.wait();
}

/// The leaders that live, by service. Each service has at most one.
pub(crate) fn leaders(project: &Project) -> BTreeMap<String, Vec<u32>> {
    let root = project.path().canonicalize().unwrap();
    let mut found: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (pid, tag) in tagged(&root) {
        if leads_its_session(pid) && lives(pid.0) {
            found
                .entry(tag.service.to_string())
                .or_default()
                .push(pid.0);
        }
    }
    found
}

/// Whether this owner shows every service healthy.
pub(crate) fn all_healthy(project: &Project, owner: &Child) -> bool {
    let Some(status) = project.status() else {
        return false;
    };
    let services = status["services"].as_object().unwrap();
    status["owner"]["pid"] == owner.id()
        && services.values().all(|view| view["health"] == "healthy")
}

/// Stops everything, by the owner that is there.
pub(crate) fn stop_all(mut owner: Child, project: &Project) {
    kill(owner.id(), "TERM");
    assert_eq!(owner.wait().unwrap().code(), Some(0));
    wait_until("nothing is left", || leaders(project).is_empty());
}

#[test]
fn the_exit_code_of_an_adopted_service_is_known() {
    isolated(|| {
        let project = Project::new();
        project.service(
            "task",
            "shell = \"until [ -e go ]; do sleep 0.05; done; exit 42\"\n[health]\nexec = [\"true\"]\n",
        );
        let owner = serve(env!("CARGO_BIN_EXE_oats"), &project);
        wait_until("it runs", || all_healthy(&project, &owner));
        kill_9(owner);
        let oats = Running::open(&project);
        assert!(oats.wait_healthy("task").adopted);
        project.file("go", "");
        let after = oats.wait("task", "has ended", |view| view.phase == Phase::Failed);
        assert_eq!(after.last_exit.as_ref().unwrap().code, Some(42));
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_server_that_wrote_over_its_environment_is_adopted_by_its_kernel_identity() {
    isolated(|| {
        let project = Project::new();
        project.service("bare", "shell = \"exec env -i sleep 619\"\n");
        let owner = serve(env!("CARGO_BIN_EXE_oats"), &project);
        let bare = || {
            let view = project.status()?["services"]["bare"].clone();
            let pid = u32::try_from(view["pid"].as_u64()?).unwrap();
            let environ = fs::read(format!("/proc/{pid}/environ")).ok()?;
            (view["health"] == "healthy" && environ.is_empty()).then_some(pid)
        };
        let pid = wait_for("it runs without a tag", bare);
        kill_9(owner);
        let record = project.read("data/runs/bare.json");
        let oats = Running::open(&project);
        if record.contains("\"pidfd_ino\":null") {
            // An older kernel gives no identity beyond PID and start time: it stays in doubt.
            assert_eq!(oats.view("bare").survivors[0].pid.0, pid);
            oats.leave(Leaving::Detach);
            kill(pid, "KILL");
            return;
        }
        let view = oats.wait_healthy("bare");
        assert_eq!((view.pid.unwrap().0, view.adopted), (pid, true));
        oats.leave(Leaving::StopAll);
        assert!(!lives(pid));
    });
}

#[test]
fn an_upgrade_of_the_program_takes_the_services_over() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        project.demo("auth", "");
        let place = tempfile::tempdir().unwrap();
        let program = place.path().join("oats");
        let install = || {
            let new = place.path().join("new");
            fs::copy(env!("CARGO_BIN_EXE_oats"), &new).unwrap();
            fs::rename(&new, &program).unwrap();
        };
        install();
        let owner = serve(program.to_str().unwrap(), &project);
        wait_until("all run", || all_healthy(&project, &owner));
        let before = leaders(&project);
        // The owner runs on while its program is replaced, and still starts its own demo services.
        install();
        kill(before["auth"][0], "KILL");
        let failed = || Some(project.status()?["services"]["auth"]["phase"] == "failed");
        wait_until("auth is failed", || failed() == Some(true));
        kill_9(owner);
        let owner = serve(program.to_str().unwrap(), &project);
        wait_until("all run again", || all_healthy(&project, &owner));
        assert_eq!(leaders(&project)["orders"], before["orders"]);
        assert_eq!(
            project.status().unwrap()["services"]["orders"]["adopted"],
            true
        );
        stop_all(owner, &project);
    });
}

#[test]
fn an_owner_whose_folder_is_removed_makes_it_anew_and_stays_the_only_one() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let owner = serve(env!("CARGO_BIN_EXE_oats"), &project);
        wait_until("it runs", || all_healthy(&project, &owner));
        let before = leaders(&project);
        fs::remove_dir_all(project.path().join("data")).unwrap();
        wait_until("the folder is there again", || {
            all_healthy(&project, &owner)
                && project.read("data/runs/orders.json").contains("spawned")
                && project.read("data/events.jsonl").contains("made it anew")
        });
        // Whoever wants to act finds the owner again.
        let restart = || {
            let mut oats = Process::new(env!("CARGO_BIN_EXE_oats"));
            oats.arg("--root").arg(project.path());
            oats.args(["stop", "orders", "--wait"]).output().unwrap()
        };
        wait_until("it can be asked again", || restart().status.success());
        wait_until("orders is stopped", || leaders(&project).is_empty());
        let second = Process::new(env!("CARGO_BIN_EXE_oats"))
            .arg("--root")
            .arg(project.path())
            .args(["serve", "--up"])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(second.status.code(), Some(2));
        assert_eq!(before.len(), 1);
        assert!(leaders(&project).is_empty(), "a second owner started it");
        stop_all(owner, &project);
    });
}

#[test]
fn what_was_wanted_and_not_there_yet_is_gone_on_with_by_the_next_owner() {
    isolated(|| {
        let project = Project::new();
        // It is never healthy: whoever needs it waits.
        project.service(
            "sick",
            "command = [\"sleep\", \"621\"]\n[health]\nexec = [\"false\"]\n",
        );
        project.service(
            "waits",
            "command = [\"sleep\", \"622\"]\ndepends_on = [\"sick\"]\n",
        );
        project.service(
            "dies",
            "shell = \"exit 4\"\n[restart]\npolicy = \"on-failure\"\nfirst_delay = \"1h\"\n\
             max_delay = \"1h\"\n",
        );
        let owner = serve(env!("CARGO_BIN_EXE_oats"), &project);
        let phase = |name: &str| {
            let status = project.status()?;
            status["services"][name]["phase"]
                .as_str()
                .map(str::to_owned)
        };
        let are = |owner: u32, waits: &str, dies: &str| {
            project
                .status()
                .is_some_and(|it| it["owner"]["pid"] == owner)
                && phase("waits").as_deref() == Some(waits)
                && phase("dies").as_deref() == Some(dies)
        };
        wait_until("one waits, one is tried again later", || {
            are(owner.id(), "waiting", "backoff")
        });
        let ask = || {
            let ledger = project.ledger();
            let mine = |it: &&serde_json::Value| it["kind"] == "ask" && it["service"] == "waits";
            ledger.iter().find(mine).map(|it| it["seq"].clone())
        };
        let asked = wait_for("its ask is written down", ask);
        kill_9(owner);
        let next = serve_with(&[], &project);
        wait_until("both are as they were", || {
            are(next.id(), "waiting", "backoff")
        });
        let status = project.status().unwrap();
        assert_eq!(status["services"]["waits"]["want"], "up");
        assert_eq!(status["services"]["dies"]["retry"]["attempt"], 2);
        wait_until("the ask of the owner before has an end", || {
            let ledger = project.ledger();
            ledger.iter().any(|it| {
                it["kind"] == "result" && it["cause"] == asked && it["result"] == "superseded"
            })
        });
        stop_all(next, &project);
    });
}
