//! Real processes that hold a port: which of them are ended, and which are never touched.

use std::{
    io::Write as _,
    net::{TcpListener, TcpStream},
    process::{Command as Process, Stdio},
    time::{Duration, Instant},
};

use crate::support::{
    free_port, isolated, isolated_with_own_pids, kill, lives,
    owner::Running,
    project::Project,
    stranger::{STRANGER, Stranger},
    target, wait_until,
};
use oats::{
    model::{
        Action, Actor, Force, FreeWith, HolderClass, Phase, Refusal, Seq, Target,
        snapshot::LastAction,
    },
    supervisor::{Ask, Command, Leaving},
};

/// Asks for the port of `orders` to be freed.
fn free(oats: &Running, free: FreeWith) -> Result<Seq, Refusal> {
    let action = Action::FreePort;
    let ask = Ask::new("orders".parse().unwrap(), action, Actor::HUMAN);
    oats.send(Command::Ask(Ask { free, ..ask }))
}

/// The same, of a stranger that a person has confirmed.
fn free_from(oats: &Running, target: Target, force: Force, then_start: bool) -> Seq {
    let stranger = Some((target, force));
    let with = FreeWith {
        stranger,
        then_start,
    };
    free(oats, with).unwrap()
}

/// How the last Free port of `orders` ended, once it has.
fn ended(oats: &Running) -> LastAction {
    let view = oats.wait("orders", "has ended free_port", |view| {
        let last = view.last_action.as_ref();
        let freeing = view.pending.as_ref().map(|it| it.action) == Some(Action::FreePort);
        !freeing && last.is_some_and(|last| last.action == Action::FreePort)
    });
    view.last_action.clone().unwrap()
}

/// Why it failed.
fn reason(oats: &Running) -> String {
    ended(oats).reason.expect("it failed for a reason")
}

/// Waits until the owner sees that this process holds the port.
fn wait_held(oats: &Running, pid: u32) {
    oats.wait("orders", "sees the holder", |view| {
        let holder = view.holder.as_ref();
        let first = holder.and_then(oats::model::Holder::first_pid);
        first.is_some_and(|first| first.0 == pid)
    });
}

#[test]
fn a_confirmed_stranger_is_ended_and_the_service_starts_at_once() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "");
        let stranger = Stranger::on(port, &[]);
        let oats = Running::open(&project);
        wait_held(&oats, stranger.pid());
        let seq = free_from(&oats, stranger.target(), Force::Term, true);
        wait_until("the stranger is gone", || !stranger.lives());
        let gone = Instant::now();
        let view = oats.wait("orders", "has a process", |view| view.pid.is_some());
        assert!(
            gone.elapsed() < Duration::from_secs(1),
            "{:?}",
            gone.elapsed()
        );
        assert_eq!(view.want, oats::model::Want::Up);
        oats.wait_healthy("orders");
        oats.leave(Leaving::StopAll);
        assert_eq!(project.result_of(seq)["result"], "done");
        let ledger = project.ledger();
        let start = ledger.iter().find(|line| {
            line["kind"] == "ask" && line["action"] == "start" && line["cause"] == seq.0
        });
        assert_eq!(start.unwrap()["actor"]["kind"], "human");
    });
}

#[test]
fn a_service_that_waits_for_its_port_starts_once_a_stranger_is_ended() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "");
        let stranger = Stranger::on(port, &[]);
        let oats = Running::open(&project);
        let mut ask = Ask::new("orders".parse().unwrap(), Action::Start, Actor::HUMAN);
        ask.when_free = true;
        oats.send(Command::Ask(ask)).unwrap();
        oats.wait("orders", "waits", |view| view.phase == Phase::Waiting);
        free_from(&oats, stranger.target(), Force::Term, true);
        oats.wait_healthy("orders");
        oats.leave(Leaving::StopAll);
        let ledger = project.ledger();
        let refused = ledger.iter().filter(|line| line["kind"] == "refusal");
        assert_eq!(refused.count(), 0);
    });
}

#[test]
fn a_stranger_that_ignores_sigterm_is_named_after_five_seconds_and_sigkill_ends_it() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "");
        let stranger = Stranger::on(port, &["ignore"]);
        let oats = Running::open(&project);
        wait_held(&oats, stranger.pid());
        free_from(&oats, stranger.target(), Force::Term, true);
        let view = oats.wait("orders", "frees its port", |view| view.pending.is_some());
        assert_eq!(view.pending.as_ref().unwrap().action, Action::FreePort);
        let again = free(&oats, FreeWith::default()).unwrap_err();
        assert_eq!(again.code(), "busy");
        let last = ended(&oats);
        let pid = stranger.pid();
        assert_eq!(
            last.reason.unwrap(),
            format!("PID {pid} still holds port {port} 5 s after SIGTERM")
        );
        assert!(last.duration_ms >= 5000);
        assert_eq!(oats.view("orders").phase, Phase::Stopped);
        assert!(stranger.lives());
        let seq = free_from(&oats, stranger.target(), Force::Kill, false);
        assert_eq!(project.result_of(seq)["result"], "done");
        assert!(!stranger.lives());
        assert_eq!(oats.view("orders").phase, Phase::Stopped);
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_process_with_another_start_time_is_never_signalled() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "");
        let stranger = Stranger::on(port, &[]);
        let oats = Running::open(&project);
        wait_held(&oats, stranger.pid());
        let real = stranger.target();
        for start_ticks in [real.start_ticks - 1, real.start_ticks + 1, 0] {
            let other = Target {
                start_ticks,
                ..real
            };
            let seq = free_from(&oats, other, Force::Kill, true);
            let result = project.result_of(seq);
            assert_eq!(
                result["reason"],
                format!("PID {} is now another process, nothing was done", real.pid)
            );
        }
        assert!(stranger.lives());
        assert_eq!(oats.view("orders").phase, Phase::Stopped);
        oats.leave(Leaving::StopAll);
    });
}

/// Between the typing and Enter the stranger ends, and its number means another one on the same port.
#[test]
fn a_number_that_was_given_anew_is_never_signalled() {
    let tested = isolated_with_own_pids(|| {
        let project = Project::new();
        let port = project.demo("orders", "");
        let old = Stranger::on(port, &["reuse"]);
        let confirmed = old.target();
        drop(old);
        let new = respawn(port, confirmed.pid.0);
        assert_ne!(new.target(), confirmed);
        let oats = Running::open(&project);
        wait_held(&oats, new.pid());
        free_from(&oats, confirmed, Force::Kill, true);
        assert_eq!(
            reason(&oats),
            format!("PID {} is now another process, nothing was done", new.pid())
        );
        assert!(new.lives());
        oats.leave(Leaving::StopAll);
    });
    if !tested {
        let said = b"not tested: this system gives nobody process numbers of his own\n";
        std::io::stderr().write_all(said).unwrap();
    }
}

/// A stranger with this number. Only where nobody else's numbers are touched.
fn respawn(port: u16, pid: u32) -> Stranger {
    // A new process must not start in the same tick as the one before it.
    std::thread::park_timeout(Duration::from_millis(50));
    for _ in 0..200 {
        std::fs::write("/proc/sys/kernel/ns_last_pid", (pid - 1).to_string()).unwrap();
        let stranger = Stranger::spawn(port, &["reuse"]);
        if stranger.pid() == pid {
            stranger.wait_listening(port);
            return stranger;
        }
    }
    panic!("PID {pid} is not given anew");
}

#[test]
fn a_process_that_does_not_hold_the_port_is_never_signalled() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "");
        let holder = Stranger::on(port, &[]);
        let bystander = Stranger::on(free_port(), &[]);
        let oats = Running::open(&project);
        wait_held(&oats, holder.pid());
        free_from(&oats, bystander.target(), Force::Kill, true);
        assert_eq!(
            reason(&oats),
            format!(
                "PID {} does not hold port {port} any more, nothing was done",
                bystander.pid()
            )
        );
        assert!(bystander.lives() && holder.lives());
        let unconfirmed = free(&oats, FreeWith::default()).unwrap();
        assert_eq!(
            project.result_of(unconfirmed)["reason"],
            "the PID of the holder was not confirmed, nothing was done"
        );
        assert!(holder.lives());
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn whoever_else_listens_on_the_port_lives_on_and_is_named() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "");
        let first = Stranger::on(port, &["reuse"]);
        let second = Stranger::spawn(port, &["reuse"]);
        let oats = Running::open(&project);
        oats.wait("orders", "sees both", |view| {
            view.holder
                .as_ref()
                .is_some_and(|it| it.processes.len() == 2)
        });
        free_from(&oats, first.target(), Force::Term, true);
        let why = reason(&oats);
        let named = format!("port {port} is now held by PID {} (python", second.pid());
        assert!(why.starts_with(&named), "{why}");
        assert!(!first.lives() && second.lives());
        assert_eq!(oats.view("orders").phase, Phase::Stopped);
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn oats_does_not_signal_itself_or_its_parents() {
    isolated(|| {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let project = Project::new();
        let file = format!("shell = \"sleep 631\"\nport = {port}\n");
        project.service("orders", &file);
        let oats = Running::open(&project);
        let me = target(std::process::id());
        let stranger = Some((me, Force::Kill));
        let with = FreeWith {
            stranger,
            then_start: true,
        };
        let refusal = free(&oats, with).unwrap_err();
        assert_eq!(refusal.code(), "holder_protected");
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_process_of_another_root_is_left_to_its_own_oats() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "");
        let child = Process::new("python3")
            .args(["-c", STRANGER, &port.to_string()])
            .env("OATS_RUN", "7f2c1d7e-6a80-4b0f-9d55-0c5b7d1f3a11")
            .env("OATS_ROOT", "/another/root")
            .env("OATS_SERVICE", "orders")
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let other = Stranger(child);
        other.wait_listening(port);
        let oats = Running::open(&project);
        wait_held(&oats, other.pid());
        free_from(&oats, other.target(), Force::Term, true);
        assert_eq!(
            reason(&oats),
            format!(
                "PID {} belongs to service orders of /another/root, nothing was done",
                other.pid()
            )
        );
        assert!(other.lives());
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn another_service_of_ours_is_stopped_and_the_port_is_taken_over() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "");
        let oats_path = env!("CARGO_BIN_EXE_oats");
        let squatter = format!(
            "command = [\"{oats_path}\", \"demo-service\", \"plain\", \"--port\", \"{port}\"]\n"
        );
        project.service("squatter", &squatter);
        let oats = Running::open(&project);
        oats.act("squatter", Action::Start);
        wait_until("the squatter listens", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        let pid = oats.view("squatter").pid.unwrap().0;
        // Somebody who confirmed a stranger did not mean the squatter.
        free_from(&oats, target(pid), Force::Kill, false);
        let why = reason(&oats);
        assert!(why.contains("does not hold port"), "{why}");
        assert!(lives(pid));
        let with = FreeWith {
            stranger: None,
            then_start: true,
        };
        let seq = free(&oats, with).unwrap();
        oats.wait_healthy("orders");
        assert_eq!(project.result_of(seq)["result"], "done");
        oats.wait("squatter", "is stopped", |view| {
            view.phase == Phase::Stopped
        });
        assert!(!lives(pid));
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn what_an_earlier_run_left_on_the_port_is_ended() {
    isolated(|| {
        let project = Project::new();
        let port = free_port();
        let oats_path = env!("CARGO_BIN_EXE_oats");
        project.service(
            "orders",
            &format!(
                "shell = \"{oats_path} demo-service orders --port {port} & wait\"\nport = {port}\n\
                 [health]\nhttp = \"/healthz\"\ninterval = \"100ms\"\n"
            ),
        );
        let oats = Running::open(&project);
        oats.act("orders", Action::Start);
        let shell = oats.wait_healthy("orders").pid.unwrap().0;
        kill(shell, "KILL");
        let view = oats.wait("orders", "sees the leftover", |view| {
            let class = view.holder.as_ref().map(|holder| holder.class);
            class == Some(HolderClass::OwnLeftover)
        });
        let child = view.holder.as_ref().unwrap().first_pid().unwrap().0;
        assert!(lives(child));
        let seq = free(&oats, FreeWith::default()).unwrap();
        assert_eq!(project.result_of(seq)["result"], "done");
        assert!(!lives(child));
        assert!(TcpListener::bind(("127.0.0.1", port)).is_ok());
        assert_eq!(oats.view("orders").phase, Phase::Failed);
        oats.leave(Leaving::StopAll);
    });
}
