//! Real processes: start, stop, kill, restart, recover, and what the restart policy does.

use crate::support::{fault, isolated, kill, lives, owner::Running, project::Project, wait_until};
use oats::{
    model::{Action, Outcome, Phase, Refusal, Want, health::HealthWord},
    supervisor::{Command, Leaving},
};

#[test]
fn a_killed_service_is_failed_with_the_signal_by_name() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let oats = Running::open(&project);
        oats.act("orders", Action::Start);
        let before = oats.wait_healthy("orders");
        kill(before.pid.unwrap().0, "KILL");
        let after = oats.wait("orders", "has failed", |view| view.phase == Phase::Failed);
        assert_eq!(
            after
                .last_exit
                .as_ref()
                .unwrap()
                .signal
                .unwrap()
                .to_string(),
            "SIGKILL"
        );
        assert_eq!((after.pid, after.want), (None, Want::Up));
        let refusal = oats.ask("orders", Action::Recover).unwrap_err();
        assert_eq!(
            refusal.sentence(Action::Recover),
            "Recover disabled: service is not running."
        );
        oats.leave(Leaving::StopAll);
        let ledger = project.ledger();
        let exit = ledger.iter().find(|line| line["kind"] == "exit").unwrap();
        assert_eq!(exit["data"]["signal"], "SIGKILL");
    });
}

#[test]
fn a_start_and_a_stop_end_in_one_result_each() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let oats = Running::open(&project);
        let started = oats.act("orders", Action::Start);
        assert_eq!(started.last_action.as_ref().unwrap().result, Outcome::Done);
        let pid = oats.wait_healthy("orders").pid.unwrap();
        let again = oats.ask("orders", Action::Start).unwrap_err();
        assert_eq!(
            again.sentence(Action::Start),
            format!("Start disabled: service is already running (PID {pid}).")
        );
        let stopped = oats.act("orders", Action::Stop);
        assert_eq!((stopped.phase, stopped.want), (Phase::Stopped, Want::Down));
        assert!(!lives(pid.0));
        oats.leave(Leaving::Detach);
        let ledger = project.ledger();
        for ask in ledger.iter().filter(|line| line["kind"] == "ask") {
            let results = ledger
                .iter()
                .filter(|line| line["kind"] == "result" && line["cause"] == ask["seq"]);
            assert_eq!(results.count(), 1, "{ask}");
        }
        let seqs: Vec<u64> = ledger
            .iter()
            .map(|line| line["seq"].as_u64().unwrap())
            .collect();
        assert!(seqs.windows(2).all(|pair| pair[0] < pair[1]), "{seqs:?}");
    });
}

#[test]
fn a_restart_is_one_action_with_a_new_process() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let oats = Running::open(&project);
        oats.act("orders", Action::Start);
        let before = oats.wait_healthy("orders");
        let after = oats.act("orders", Action::Restart);
        assert_eq!(after.last_action.as_ref().unwrap().result, Outcome::Done);
        assert_eq!(
            (after.phase, after.health),
            (Phase::Running, HealthWord::Healthy)
        );
        assert_ne!(after.pid, before.pid);
        assert_ne!(after.run, before.run);
        assert_eq!(after.restarts.manual, 1);
        oats.leave(Leaving::KillAll);
    });
}

#[test]
fn what_ignores_term_is_killed_after_its_grace_time() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "[stop]\ntimeout = \"300ms\"\n");
        let oats = Running::open(&project);
        oats.act("orders", Action::Start);
        let pid = oats.wait_healthy("orders").pid.unwrap();
        assert_eq!(fault(port, r#"{"fault":"ignore_term"}"#).0, 200);
        let stopped = oats.act("orders", Action::Stop);
        assert_eq!(stopped.last_action.as_ref().unwrap().result, Outcome::Done);
        let exit = stopped.last_exit.as_ref().unwrap();
        assert_eq!(
            (exit.signal.unwrap().to_string().as_str(), exit.asked),
            ("SIGKILL", true)
        );
        assert!(!lives(pid.0));
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn on_failure_starts_again_and_counts() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "[restart]\npolicy = \"on-failure\"\n");
        let oats = Running::open(&project);
        oats.act("orders", Action::Start);
        let before = oats.wait_healthy("orders");
        kill(before.pid.unwrap().0, "KILL");
        let after = oats.wait("orders", "runs again", |view| {
            view.health == HealthWord::Healthy && view.pid != before.pid
        });
        assert_eq!((after.restarts.policy, after.restarts.manual), (1, 0));
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_stopped_service_stays_down_whatever_its_policy() {
    isolated(|| {
        for action in [Action::Stop, Action::Kill] {
            let project = Project::new();
            project.demo("orders", "[restart]\npolicy = \"always\"\n");
            let oats = Running::open(&project);
            oats.act("orders", Action::Start);
            oats.wait_healthy("orders");
            let after = oats.act("orders", action);
            assert_eq!((after.phase, after.want), (Phase::Stopped, Want::Down));
            // Leaving takes a while, in which a restart would show.
            oats.leave(Leaving::StopAll);
            let starts = project
                .ledger()
                .iter()
                .filter(|line| line["kind"] == "start")
                .count();
            assert_eq!(starts, 1);
        }
    });
}

#[test]
fn a_crash_loop_ends_failed_after_its_deaths() {
    isolated(|| {
        let project = Project::new();
        project.service(
            "broken",
            "shell = \"echo no luck >&2; exit 3\"\n[restart]\npolicy = \"on-failure\"\n\
             first_delay = \"20ms\"\nmax_delay = \"50ms\"\ngive_up = { deaths = 4, within = \"60s\" }\n",
        );
        let oats = Running::open(&project);
        oats.ask("broken", Action::Start).unwrap();
        let end = oats.wait("broken", "has given up", |view| {
            view.phase == Phase::Failed && view.restarts.policy == 3
        });
        let exit = end.last_exit.as_ref().unwrap();
        assert_eq!(
            (exit.code, exit.stderr_tail.as_slice()),
            (Some(3), &["no luck".to_owned()][..])
        );
        assert!(
            end.health_reason
                .as_ref()
                .unwrap()
                .contains("gave up: 4 deaths within")
        );
        oats.leave(Leaving::StopAll);
        let exits = project
            .ledger()
            .iter()
            .filter(|line| line["kind"] == "exit")
            .count();
        assert_eq!(exits, 4);
    });
}

#[test]
fn a_program_that_is_not_there_fails_at_once_and_is_not_tried_again() {
    isolated(|| {
        let project = Project::new();
        project.service(
            "ghost",
            "command = [\"/nonexistent/ghost\"]\n[restart]\npolicy = \"always\"\n",
        );
        let oats = Running::open(&project);
        let after = oats.act("ghost", Action::Start);
        assert_eq!(after.phase, Phase::Failed);
        let last = after.last_action.as_ref().unwrap();
        assert_eq!(last.result, Outcome::Failed);
        assert!(
            last.reason.as_ref().unwrap().contains("/nonexistent/ghost"),
            "{last:?}"
        );
        assert_eq!(after.restarts.policy, 0);
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_start_that_is_never_healthy_fails_with_the_tail_and_the_process_lives_on() {
    isolated(|| {
        let project = Project::new();
        let port = crate::support::free_port();
        project.service(
            "mute",
            &format!(
                "shell = \"echo cannot find my config >&2; exec sleep 600\"\nport = {port}\n\
                 [health]\nhttp = \"/\"\nstart_timeout = \"300ms\"\n"
            ),
        );
        let oats = Running::open(&project);
        let after = oats.act("mute", Action::Start);
        let last = after.last_action.as_ref().unwrap();
        assert_eq!(last.result, Outcome::Failed);
        assert_eq!(
            (after.phase, after.health),
            (Phase::Running, HealthWord::Unhealthy)
        );
        let pid = after.pid.unwrap();
        assert!(lives(pid.0));
        oats.leave(Leaving::StopAll);
        let ledger = project.ledger();
        let result = ledger
            .iter()
            .find(|line| line["kind"] == "result" && line["action"] == "start")
            .unwrap();
        assert_eq!(result["data"]["stderr_tail"][0], "cannot find my config");
    });
}

#[test]
fn an_exit_0_of_a_task_is_completed() {
    isolated(|| {
        let project = Project::new();
        project.service("task", "shell = \"exit 0\"\n");
        let oats = Running::open(&project);
        let after = oats.act("task", Action::Start);
        assert_eq!(after.last_action.as_ref().unwrap().result, Outcome::Done);
        assert!(after.is_completed() && after.is_as_wanted());
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_start_brings_what_it_needs_and_leaving_goes_in_reverse() {
    isolated(|| {
        let project = Project::new();
        project.demo("payments", "");
        project.demo("orders", "depends_on = [\"payments\"]\n");
        let oats = Running::open(&project);
        oats.act("orders", Action::Start);
        oats.wait_healthy("orders");
        oats.wait_healthy("payments");
        oats.leave(Leaving::StopAll);
        let ledger = project.ledger();
        let of = |kind: &str| -> Vec<String> {
            let lines = ledger.iter().filter(|line| line["kind"] == kind);
            lines
                .map(|line| line["service"].as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(of("start"), ["payments", "orders"]);
        assert_eq!(of("exit"), ["orders", "payments"]);
        let asks: Vec<_> = ledger.iter().filter(|line| line["kind"] == "ask").collect();
        assert_eq!(asks[1]["service"], "payments");
        assert_eq!(asks[1]["cause"], asks[0]["seq"]);
    });
}

#[test]
fn an_ask_for_a_service_that_is_not_there_says_so() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let oats = Running::open(&project);
        let refusal = oats.ask("nobody", Action::Start).unwrap_err();
        assert_eq!(refusal, Refusal::NoSuchService("nobody".parse().unwrap()));
        let none = Command::WatchLogs(std::collections::BTreeSet::new());
        oats.send(none).unwrap();
        oats.leave(Leaving::StopAll);
        wait_until("the refusal is written", || {
            project
                .ledger()
                .iter()
                .any(|line| line["code"] == "no_such_service")
        });
    });
}
