//! Real probes: what makes a service unhealthy, and what Recover does about it.

use crate::support::{fault, free_port, isolated, owner::Running, project::Project};
use oats::{
    model::{Action, Outcome, Phase, health::HealthWord},
    supervisor::Leaving,
};

#[test]
fn the_whole_story_of_a_recover() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("payments", "");
        let oats = Running::open(&project);
        oats.act("payments", Action::Start);
        oats.wait_healthy("payments");
        assert_eq!(fault(port, r#"{"fault":"refuse_health"}"#).0, 200);
        let ill = oats.wait("payments", "is unhealthy", |view| {
            view.health == HealthWord::Unhealthy
        });
        assert_eq!(
            ill.health_reason.as_deref(),
            Some("GET /healthz: 503 (3 of 3)")
        );
        assert!(ill.actions.recover.allowed);
        let recovered = oats.act("payments", Action::Recover);
        assert_eq!(
            recovered.last_action.as_ref().unwrap().result,
            Outcome::Done
        );
        let well = oats.wait_healthy("payments");
        assert_eq!(well.pid, ill.pid);
        oats.leave(Leaving::StopAll);
        let ledger = project.ledger();
        let result = ledger
            .iter()
            .find(|line| line["kind"] == "result" && line["action"] == "recover")
            .unwrap();
        assert_eq!(result["actor"]["kind"], "human");
        assert!(result["duration_ms"].is_u64());
        let verdicts: Vec<&str> = ledger
            .iter()
            .filter(|line| line["kind"] == "health")
            .map(|line| line["data"]["to"].as_str().unwrap())
            .collect();
        assert_eq!(verdicts, ["healthy", "unhealthy", "healthy"]);
    });
}

#[test]
fn a_recover_of_a_hung_service_fails_after_its_timeout() {
    isolated(|| {
        let project = Project::new();
        let more = "[health]\nhttp = \"/healthz\"\ninterval = \"100ms\"\ntimeout = \"100ms\"\n";
        let port = project.demo("orders", more);
        let oats = Running::open(&project);
        oats.act("orders", Action::Start);
        oats.wait_healthy("orders");
        assert_eq!(fault(port, r#"{"fault":"hang"}"#).0, 200);
        let ill = oats.wait("orders", "is unhealthy", |view| {
            view.health == HealthWord::Unhealthy
        });
        assert_eq!(
            ill.health_reason.as_deref(),
            Some("GET /healthz: no answer in 100 ms (3 of 3)")
        );
        let after = oats.act("orders", Action::Recover);
        let last = after.last_action.as_ref().unwrap();
        assert_eq!(
            (last.action, last.result),
            (Action::Recover, Outcome::Failed)
        );
        assert!(
            last.reason
                .as_ref()
                .unwrap()
                .contains("no answer in 500 ms"),
            "{last:?}"
        );
        assert_eq!(after.phase, Phase::Running);
        oats.leave(Leaving::KillAll);
    });
}

#[test]
fn a_crash_while_a_recover_is_under_way_fails_it() {
    isolated(|| {
        let project = Project::new();
        let more = "[health]\nhttp = \"/healthz\"\ninterval = \"100ms\"\ntimeout = \"100ms\"\n\
                    [recover]\nhttp = \"/recover\"\ntimeout = \"15s\"\n";
        let port = project.demo("orders", more);
        let oats = Running::open(&project);
        oats.act("orders", Action::Start);
        let pid = oats.wait_healthy("orders").pid.unwrap().0;
        assert_eq!(fault(port, r#"{"fault":"hang"}"#).0, 200);
        oats.ask("orders", Action::Recover).unwrap();
        let second = oats.ask("orders", Action::Recover).unwrap_err();
        assert_eq!(second.code(), "recovering");
        crate::support::kill(pid, "KILL");
        let after = oats.wait("orders", "has failed", |view| view.phase == Phase::Failed);
        assert_eq!(after.last_action.as_ref().unwrap().result, Outcome::Failed);
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn tcp_exec_and_listen_probes_see_a_service_come_up() {
    isolated(|| {
        let project = Project::new();
        let interval = "interval = \"100ms\"\n";
        project.demo("tcp", &format!("[health]\ntcp = true\n{interval}"));
        project.demo("exec", &format!("[health]\nexec = [\"true\"]\n{interval}"));
        let port = free_port();
        project.service(
            "listen",
            &format!(
                "shell = \"exec python3 -m http.server --bind 127.0.0.1 {port}\"\nport = {port}\n"
            ),
        );
        project.service("alive", "command = [\"sleep\", \"614\"]\n");
        let oats = Running::open(&project);
        for name in ["tcp", "exec", "listen", "alive"] {
            let after = oats.act(name, Action::Start);
            assert_eq!(
                after.last_action.as_ref().unwrap().result,
                Outcome::Done,
                "{name}"
            );
            let kind = if name == "alive" { "none" } else { name };
            assert_eq!(oats.wait_healthy(name).probe.kind, kind);
        }
        let alive = oats.view("alive");
        assert!(
            alive
                .health_reason
                .as_ref()
                .unwrap()
                .contains("alive is healthy")
        );
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_failing_and_a_hanging_exec_probe_are_unhealthy() {
    isolated(|| {
        let project = Project::new();
        let probe = |exec: &str| {
            format!(
                "command = [\"sleep\", \"615\"]\n[health]\nexec = {exec}\ninterval = \"50ms\"\n\
                 timeout = \"100ms\"\nstart_timeout = \"400ms\"\n"
            )
        };
        project.service("fails", &probe("[\"sh\", \"-c\", \"exit 4\"]"));
        project.service("hangs", &probe("[\"sh\", \"-c\", \"sleep 616 & wait\"]"));
        let oats = Running::open(&project);
        for (name, says) in [("fails", "exit 4"), ("hangs", "no exit in 100 ms")] {
            oats.act(name, Action::Start);
            let ill = oats.wait(name, "is unhealthy", |view| {
                view.health == HealthWord::Unhealthy
            });
            assert!(
                ill.health_reason.as_ref().unwrap().contains(says),
                "{ill:?}"
            );
        }
        oats.leave(Leaving::KillAll);
    });
}
