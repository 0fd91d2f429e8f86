//! Services that say in their log that they are ready.

use std::{fs, path::Path, sync::Arc};

use crate::support::{isolated, owner::Running, project::Project, wait_until};
use oats::{
    io::clock::Clock,
    model::{Action, Phase, ServiceView, health::HealthWord},
    supervisor::{Leaving, load, look::look},
};

/// A service that says that it is ready once there is a file `go`.
fn project() -> Project {
    let project = Project::new();
    project.service(
        "orders",
        "shell = '''echo starting; while [ ! -e go ]; do sleep 0.02; done\n\
         printf '\\033[32mready\\033[0m to serve\\n' >&2; exec sleep 625'''\n\
         [health]\nlog = '^ready to serve$'\ninterval = \"50ms\"\nstart_timeout = \"20s\"\n",
    );
    project
}

/// What a look without an owner sees of it.
fn seen(project: &Project) -> Arc<ServiceView> {
    let dir = project.path().canonicalize().unwrap();
    let loaded = load(&dir, Path::new("oats")).unwrap();
    let environment = std::env::vars_os().collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let snapshot = runtime
        .block_on(look(&loaded, &environment, Clock))
        .unwrap();
    snapshot.services.values().next().unwrap().clone()
}

/// Waits until its log was read in vain, then lets it be ready.
fn comes_up(oats: &Running, project: &Project) {
    let waiting = oats.wait("orders", "was read in vain", |view| {
        view.phase == Phase::Starting && view.probe.ok == Some(false)
    });
    assert_eq!(waiting.probe.kind, "log");
    let detail = waiting.probe.detail.as_deref();
    assert_eq!(detail, Some("no line matches yet"));
    project.file("go", "");
    let ready = oats.wait_healthy("orders");
    let detail = ready.probe.detail.as_deref();
    assert_eq!(detail, Some("matched: ready to serve"));
}

#[test]
fn a_service_with_a_log_probe_is_healthy_only_after_the_line_of_this_run() {
    isolated(|| {
        let project = project();
        let oats = Running::open(&project);
        oats.ask("orders", Action::Start).unwrap();
        comes_up(&oats, &project);
        // The line of the run before does not count.
        fs::remove_file(project.path().join("go")).unwrap();
        oats.ask("orders", Action::Restart).unwrap();
        comes_up(&oats, &project);
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn the_line_of_this_run_is_found_after_a_rotation() {
    isolated(|| {
        let project = project();
        project.file(
            "services/orders.toml",
            &(project.read("services/orders.toml") + "[logs]\nmax_size = \"4KiB\"\n"),
        );
        // Long enough to be rotated; then, long enough that the next run begins behind byte 0.
        for filler in [5000, 500] {
            let old = "ready to serve\n".to_owned() + &"x".repeat(filler) + "\n";
            project.file("service_logs/orders_stderr.log", &old);
            let oats = Running::open(&project);
            oats.ask("orders", Action::Start).unwrap();
            comes_up(&oats, &project);
            oats.leave(Leaving::StopAll);
            fs::remove_file(project.path().join("go")).unwrap();
        }
        assert!(
            project
                .path()
                .join("service_logs/orders_stderr.log.1.gz")
                .is_file()
        );
    });
}

#[test]
fn a_run_that_was_ready_is_ready_for_the_next_owner_and_for_a_look() {
    isolated(|| {
        let project = project();
        let oats = Running::open(&project);
        oats.ask("orders", Action::Start).unwrap();
        comes_up(&oats, &project);
        oats.leave(Leaving::Detach);
        // Nothing is left to be read.
        project.file("service_logs/orders_stderr.log", "");
        let seen = seen(&project);
        assert_eq!(seen.health, HealthWord::Healthy);
        let detail = seen.probe.detail.as_deref();
        assert_eq!(detail, Some("matched earlier in this run"));
        let oats = Running::open(&project);
        let adopted = oats.wait_healthy("orders");
        assert!(adopted.adopted);
        let detail = adopted.probe.detail.as_deref();
        assert_eq!(detail, Some("matched earlier in this run"));
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_run_that_was_not_ready_yet_is_read_on_by_the_next_owner_and_by_a_look() {
    isolated(|| {
        let project = project();
        let oats = Running::open(&project);
        oats.ask("orders", Action::Start).unwrap();
        oats.wait("orders", "was read in vain", |view| {
            view.phase == Phase::Starting && view.probe.ok == Some(false)
        });
        oats.leave(Leaving::Detach);
        let detail = || seen(&project).probe.detail.clone().unwrap();
        assert_eq!(detail(), "no line matches yet");
        project.file("go", "");
        wait_until("a look sees the line", || {
            detail() == "matched: ready to serve"
        });
        let oats = Running::open(&project);
        let adopted = oats.wait_healthy("orders");
        let detail = adopted.probe.detail.as_deref();
        assert_eq!(detail, Some("matched: ready to serve"));
        oats.leave(Leaving::StopAll);
    });
}
