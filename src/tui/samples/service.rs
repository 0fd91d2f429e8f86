//! One service in each state.

use std::time::Duration;

use super::{ago, name, now, verdicts, verdicts::refused_all};
use crate::model::{
    Action, ExitInfo, ExitStatus, Holder, HolderClass, HolderProcess, Outcome, Phase, Pid, Port,
    ServiceView, Signal, State, WaitFor, Want,
    health::HealthWord,
    run::Restarts,
    service::{Condition, Need},
    snapshot::{LastAction, LogFiles, Pending, ProbeView, Retry, Survivor},
};

/// A service in this state.
pub(crate) fn service(
    at: u32,
    text: &str,
    port: Option<u16>,
    age: i64,
    state: State,
) -> ServiceView {
    let mut view = stopped(text, port);
    let pid = Pid(48_200 + at);
    if matches!(
        state,
        State::Up | State::Degraded | State::Start | State::Ends
    ) {
        run(&mut view, pid, age, at);
    }
    match state {
        State::Up => {}
        State::Degraded => degrade(&mut view),
        State::Start => begin(&mut view),
        State::Ends => end(&mut view),
        State::Wait => wait(&mut view),
        State::Retry => retry(&mut view),
        State::Fail => fail(&mut view),
        State::Stop => {
            view.last_action = Some(action(Action::Stop, "human", Outcome::Done, 264));
            view.last_exit = Some(exit(ExitStatus::Signal(Signal::TERM), 264, true));
        }
        State::Port => hold(&mut view),
        State::Doubt => view.survivors.push(Survivor {
            pid: Pid(31_007),
            start_ticks: 5,
            started_at: Some(ago(90_000)),
            command: "java -jar legacy.jar".to_owned(),
            why: "its port and command agree, its tag is missing".to_owned(),
        }),
    }
    view.actions = verdicts(&view);
    view
}

/// A service that was never started.
fn stopped(text: &str, port: Option<u16>) -> ServiceView {
    let port = port.and_then(Port::new);
    ServiceView {
        name: name(text),
        description: None,
        group: None,
        phase: Phase::Stopped,
        phase_since: None,
        want: Want::Down,
        health: HealthWord::Unknown,
        health_reason: None,
        probe: probe("http", None, None, None),
        pid: None,
        start_ticks: None,
        run: None,
        adopted: false,
        started_at: None,
        uptime_s: None,
        waiting_for: Vec::new(),
        retry: None,
        last_exit: None,
        port,
        holder: port.map(|_| Holder::FREE),
        survivors: Vec::new(),
        restarts: Restarts::default(),
        cpu_pct: None,
        mem_bytes: None,
        processes: 0,
        depends_on: Vec::new(),
        needed_by: Vec::new(),
        logs: LogFiles {
            stdout: format!("service_logs/{text}_stdout.log"),
            stderr: format!("service_logs/{text}_stderr.log"),
        },
        pending: None,
        last_action: None,
        actions: refused_all(),
        pending_changes: Vec::new(),
    }
}

/// Makes it run, healthy.
fn run(view: &mut ServiceView, pid: Pid, age: i64, at: u32) {
    view.phase = Phase::Running;
    view.want = Want::Up;
    view.health = HealthWord::Healthy;
    view.phase_since = Some(ago(age));
    view.started_at = Some(ago(age));
    view.uptime_s = u64::try_from(age).ok();
    view.pid = Some(pid);
    view.start_ticks = Some(77);
    view.processes = 1;
    view.cpu_pct = Some(f64::from(at) * 0.3 % 5.0);
    view.mem_bytes = Some(u64::from(9 + at) << 20);
    view.probe = probe("http", Some(true), Some("200"), Some(f64::from(1 + at % 4)));
    if let Some(port) = view.port {
        view.holder = Some(Holder {
            class: HolderClass::Own,
            service: Some(view.name.clone()),
            processes: vec![process(Some(pid), "ann", "oats demo-service", port)],
        });
    }
}

/// Its health check fails.
fn degrade(view: &mut ServiceView) {
    view.health = HealthWord::Unhealthy;
    view.health_reason = Some("GET /healthz answered 503 (3 of 3)".to_owned());
    view.probe = probe("http", Some(false), Some("503"), Some(412.0));
    view.probe.failures = 3;
}

/// It starts.
fn begin(view: &mut ServiceView) {
    view.phase = Phase::Starting;
    view.health = HealthWord::Unknown;
    view.holder = view.port.map(|_| Holder::FREE);
    view.probe = probe("http", Some(false), Some("connection refused"), None);
}

/// It is being stopped.
fn end(view: &mut ServiceView) {
    view.phase = Phase::Stopping;
    view.want = Want::Down;
    view.health = HealthWord::Unknown;
    view.phase_since = Some(ago(4));
    view.pending = Some(Pending {
        action: Action::Stop,
        by: "human".to_owned(),
        since: ago(4),
    });
}

/// It waits for another service.
fn wait(view: &mut ServiceView) {
    view.phase = Phase::Waiting;
    view.want = Want::Up;
    view.waiting_for = vec![WaitFor::Service {
        name: name("api"),
        condition: Condition::Healthy,
    }];
    view.depends_on = vec![Need {
        service: name("api"),
        condition: Condition::Healthy,
    }];
}

/// It will be restarted.
fn retry(view: &mut ServiceView) {
    view.phase = Phase::Backoff;
    view.want = Want::Up;
    view.retry = Some(Retry {
        at: now().after(Duration::from_secs(8)),
        attempt: 2,
        of: 5,
    });
    view.restarts.policy = 2;
    view.last_exit = Some(exit(ExitStatus::Code(1), 3, false));
}

/// It died too often.
fn fail(view: &mut ServiceView) {
    view.phase = Phase::Failed;
    view.want = Want::Up;
    view.restarts.policy = 5;
    view.last_exit = Some(exit(ExitStatus::Signal(Signal(11)), 29, false));
}

/// A stranger holds its port.
fn hold(view: &mut ServiceView) {
    let Some(port) = view.port else { return };
    view.phase = Phase::Failed;
    view.want = Want::Up;
    view.restarts.policy = 3;
    view.last_exit = Some(exit(ExitStatus::Code(101), 28, false));
    view.holder = Some(Holder {
        class: HolderClass::Stranger,
        service: None,
        processes: vec![process(Some(Pid(48_211)), "ann", "node server.js", port)],
    });
}

/// A process that listens.
pub(crate) fn process(pid: Option<Pid>, user: &str, command: &str, port: Port) -> HolderProcess {
    HolderProcess {
        pid,
        start_ticks: pid.map(|_| 99),
        user: user.to_owned(),
        command: pid.map(|_| command.to_owned()),
        cwd: None,
        parent_pid: None,
        started_at: None,
        address: format!("127.0.0.1:{port}"),
    }
}

fn probe(kind: &str, ok: Option<bool>, detail: Option<&str>, latency: Option<f64>) -> ProbeView {
    ProbeView {
        kind: kind.to_owned(),
        ok,
        detail: detail.map(str::to_owned),
        latency_ms: latency,
        at: ok.map(|_| ago(1)),
        failures: 0,
        limit_ms: Some(500.0),
    }
}

fn exit(status: ExitStatus, age: i64, asked: bool) -> ExitInfo {
    ExitInfo::new(status, ago(age), asked, Vec::new())
}

/// An action that ended.
pub(crate) fn action(action: Action, by: &str, result: Outcome, age: i64) -> LastAction {
    LastAction {
        action,
        by: by.to_owned(),
        result,
        reason: None,
        duration_ms: 61,
        at: ago(age),
    }
}
