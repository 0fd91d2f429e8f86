//! The ledger of causes and what is counted from it, over two owners.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use oats::{
    io::control::Control,
    model::{
        ServiceName,
        metrics::{MetricsReport, ServiceHistory, ServiceMetrics},
        root::Root,
    },
};
use serde_json::Value;

use crate::support::{isolated, kill, project::Project, wait_for, wait_until};

/// An owner of its own process, with the control API on its socket.
fn serve(project: &Project) -> Child {
    Command::new(env!("CARGO_BIN_EXE_oats"))
        .args(["--root", project.path().to_str().unwrap(), "serve", "--up"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The service as this owner publishes it, once it is healthy and `holds`.
fn healthy(project: &Project, owner: u32, holds: impl Fn(&Value) -> bool) -> Value {
    wait_for("it is healthy", || {
        let status = project.status()?;
        let view = &status["services"]["orders"];
        let up = view["health"] == "healthy" && status["owner"]["pid"] == owner;
        (up && holds(view)).then(|| view.clone())
    })
}

/// What the control API answers.
fn get(project: &Project, path: &str) -> (u16, Vec<u8>) {
    let root = Root::new(&project.path().canonicalize().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let control = Control::of(&root, "test").unwrap();
        let reply = control.get(path).await.unwrap();
        (reply.status, reply.body)
    })
}

fn metrics(project: &Project) -> ServiceMetrics {
    let (status, body) = get(project, "/api/metrics");
    assert_eq!(status, 200);
    let mut report: MetricsReport = serde_json::from_slice(&body).unwrap();
    let name: ServiceName = "orders".parse().unwrap();
    report.services.remove(&name).unwrap()
}

fn history(project: &Project, query: &str) -> ServiceHistory {
    let (status, body) = get(project, &format!("/api/metrics/orders/history{query}"));
    assert_eq!(status, 200);
    serde_json::from_slice(&body).unwrap()
}

fn ring(project: &Project) -> PathBuf {
    project.path().join("data/history/orders.ring")
}

/// A service that was killed and restarted by policy, and the line of its exit.
fn killed_and_restarted(project: &Project, owner: u32) -> Value {
    let first = healthy(project, owner, |_| true);
    let pid = u32::try_from(first["pid"].as_u64().unwrap()).unwrap();
    kill(pid, "KILL");
    healthy(project, owner, |view| {
        view["pid"].as_u64() != Some(u64::from(pid))
    });
    let line = |kind: &str, holds: &dyn Fn(&Value) -> bool| {
        wait_for("the line is written", || {
            let ledger = project.ledger();
            ledger
                .into_iter()
                .find(|line| line["kind"] == kind && holds(line))
        })
    };
    let exit = line("exit", &|_| true);
    let ask = line("ask", &|line| line["cause"] == exit["seq"]);
    assert_eq!(
        (&ask["actor"]["kind"], &ask["action"]),
        (&Value::from("policy"), &Value::from("start"))
    );
    let start = line("start", &|line| line["cause"] == ask["seq"]);
    assert_ne!(start["data"]["pid"], pid);
    assert!(
        start["data"]["command"]
            .as_str()
            .unwrap()
            .contains("demo-service")
    );
    exit
}

#[test]
fn a_death_is_written_down_with_its_cause_and_its_effects_and_counted_over_owners() {
    isolated(|| {
        let project = Project::new();
        project.file("oats.toml", "api = \"off\"\n");
        project.demo("orders", "[restart]\npolicy = \"on-failure\"\n");
        let mut first = serve(&project);
        let exit = killed_and_restarted(&project, first.id());
        let data = &exit["data"];
        assert_eq!(
            (&data["code"], &data["signal"]),
            (&Value::Null, &Value::from("SIGKILL"))
        );
        assert_eq!(data["asked"], false);
        assert!(data["stderr_tail"].is_array());
        assert_eq!(data["holder"]["class"], "free");
        assert!(exit["log_at"]["stdout"].as_u64().is_some());

        let before = metrics(&project);
        assert_eq!((before.failures, before.repairs), (1, 1));
        assert_eq!((before.restarts.policy, before.restarts_24h.policy), (1, 1));
        assert_eq!(
            before.last_failure.as_ref().unwrap().reason,
            "killed by SIGKILL"
        );
        let ratio = before.availability.hour.ratio.unwrap();
        assert!(0.0 < ratio && ratio < 1.0, "{ratio}");
        let latency = before.latency.ten_minutes.unwrap();
        assert!(latency.count > 0 && latency.p50_ms <= latency.max_ms);
        let (status, text) = get(&project, "/metrics");
        let text = String::from_utf8(text).unwrap();
        assert_eq!(status, 200);
        let counter = "oats_service_restarts_total{service=\"orders\",by=\"policy\"} 1\n";
        assert!(text.contains(counter), "{text}");
        assert_eq!(get(&project, "/api/metrics/nobody/history").0, 404);
        assert_eq!(get(&project, "/api/metrics/orders/history?span=1y").0, 400);

        wait_until("ten seconds are on disk", || {
            fs::metadata(ring(&project)).is_ok_and(|file| file.len() > 64)
        });
        kill(first.id(), "KILL");
        let _ = first.wait();
        let pid = project.status().unwrap()["services"]["orders"]["pid"].clone();
        let second = serve(&project);
        let came = healthy(&project, second.id(), |view| view["adopted"] == true);
        assert_eq!(came["pid"], pid, "no second copy");
        after_a_second_owner(&project, &before, second);
    });
}

/// What the next owner still knows; it ends what runs.
fn after_a_second_owner(project: &Project, before: &ServiceMetrics, mut second: Child) {
    // What the owners before wrote is read aside.
    let after = wait_for("the past is read", || {
        let after = metrics(project);
        (after.failures > 0).then_some(after)
    });
    assert_eq!((after.failures, after.repairs), (1, 1));
    assert_eq!(after.mttr_s, before.mttr_s);
    assert_eq!(after.last_failure, before.last_failure);
    assert_eq!(
        (after.restarts, after.restarts_24h),
        (before.restarts, before.restarts_24h)
    );
    assert!(after.availability.hour.healthy_s >= before.availability.hour.healthy_s);
    let history = history(project, "");
    assert_eq!((history.points.len(), history.step_s), (360, 10));
    let came = project
        .status()
        .map(|status| status["owner"]["started_at"].clone());
    let came: oats::model::Wall = serde_json::from_value(came.unwrap()).unwrap();
    let step = 10_000;
    let newest = history.at.millis() / step;
    let of_the_first = history.points.iter().rev().enumerate().filter(|(age, _)| {
        let begin = (newest - i64::try_from(*age).unwrap()) * step;
        begin + step < came.millis()
    });
    let probes: u64 = of_the_first.map(|(_, point)| point.probes).sum();
    assert!(
        probes > 0,
        "the first owner's samples are gone: {history:?}"
    );
    let day = self::history(project, "?span=24h");
    assert_eq!((day.points.len(), day.step_s), (360, 240));
    kill(second.id(), "TERM");
    let _ = second.wait();
    let ledger = project.ledger();
    let numbers: Vec<u64> = ledger
        .iter()
        .filter_map(|line| line["seq"].as_u64())
        .collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<u64>>());
    let owners = ledger.iter().filter(|line| line["kind"] == "owner").count();
    assert_eq!(owners, 3, "two came, one was killed, one left");
}

#[test]
fn a_ledger_taken_away_under_a_running_owner_is_begun_anew() {
    isolated(|| {
        let project = Project::new();
        project.file("oats.toml", "api = \"off\"\n");
        project.demo("orders", "");
        let mut owner = serve(&project);
        healthy(&project, owner.id(), |_| true);
        let last = project.ledger().last().unwrap()["seq"].as_u64().unwrap();
        fs::remove_file(project.path().join("data/events.jsonl")).unwrap();
        wait_until("it is there again", || {
            project.path().join("data/events.jsonl").exists()
        });
        kill(owner.id(), "TERM");
        let _ = owner.wait();
        let first = project.ledger().first().unwrap()["seq"].as_u64().unwrap();
        assert_eq!(first, last + 1);
    });
}
