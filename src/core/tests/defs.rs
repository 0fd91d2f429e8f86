//! Services and listeners to test with.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use crate::model::{
    Force, FreeWith, HolderProcess, Pid, Port, RunId, ServiceDef, ServiceName, Signal,
    port::Listening,
    service::{
        CommandLine, Condition, HttpUrl, LogSpec, Need, PortOwner, ProbeKind, ProbeSpec,
        RecoverSpec, RecoverStep, RestartPolicy, RestartSpec, StatusRanges, StopSpec,
    },
    target::Target,
};

/// The name with this text.
pub(super) fn name(text: &str) -> ServiceName {
    text.parse().unwrap()
}

/// So many milliseconds.
pub(super) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A task: neither port nor probe; never restarted. The ground that definitions are built on.
pub(super) fn task(text: &str) -> ServiceDef {
    ServiceDef {
        name: name(text),
        description: None,
        command: CommandLine::Argv(vec![format!("/bin/{text}")]),
        cwd: PathBuf::from("/"),
        env_files: Vec::new(),
        env: BTreeMap::new(),
        port: None,
        port_owner: PortOwner::Own,
        depends_on: Vec::new(),
        group: None,
        autostart: false,
        arena: false,
        health: ProbeSpec {
            kind: ProbeKind::Alive,
            interval: ms(1000),
            timeout: ms(500),
            failures: 3,
            successes: 1,
            start_timeout: ms(3000),
        },
        recover: None,
        stop: StopSpec {
            signal: Signal::TERM,
            timeout: ms(5000),
        },
        restart: RestartSpec {
            policy: RestartPolicy::Never,
            first_delay: ms(500),
            max_delay: ms(30_000),
            give_up_deaths: 8,
            give_up_within: ms(120_000),
            reset_after: ms(60_000),
        },
        logs: LogSpec {
            max_bytes: 1 << 25,
            keep: 5,
        },
    }
}

/// A web service: a port, an HTTP probe and a recover step on it.
pub(super) fn web(text: &str, port: u16) -> ServiceDef {
    let port = Port::new(port).unwrap();
    let url = |path: &str| HttpUrl {
        tls: false,
        host: "127.0.0.1".to_owned(),
        port,
        path: path.to_owned(),
    };
    let mut def = task(text);
    def.port = Some(port);
    def.health.kind = ProbeKind::Http {
        url: url("/healthz"),
        expect: StatusRanges(vec![(200, 299)]),
    };
    def.recover = Some(RecoverSpec {
        step: RecoverStep::Http {
            url: url("/recover"),
            on_own_port: true,
        },
        timeout: ms(5000),
    });
    def
}

/// Words for definitions.
pub(super) trait Tune: Sized {
    /// With something changed.
    fn with(self, change: impl FnOnce(&mut ServiceDef)) -> ServiceDef;
    /// With something needed.
    fn needing(self, other: &str, condition: Condition) -> ServiceDef;
    /// With this restart policy.
    fn policy(self, policy: RestartPolicy) -> ServiceDef;
}

impl Tune for ServiceDef {
    fn with(mut self, change: impl FnOnce(&mut ServiceDef)) -> ServiceDef {
        change(&mut self);
        self
    }

    fn needing(self, other: &str, condition: Condition) -> ServiceDef {
        let service = name(other);
        self.with(|def| def.depends_on.push(Need { service, condition }))
    }

    fn policy(self, policy: RestartPolicy) -> ServiceDef {
        self.with(|def| def.restart.policy = policy)
    }
}

/// A process that listens.
pub(super) fn listener(pid: Option<u32>, user: &str, command: &str) -> HolderProcess {
    HolderProcess {
        pid: pid.map(Pid),
        start_ticks: pid.map(u64::from),
        user: user.to_owned(),
        command: pid.map(|_| command.to_owned()),
        cwd: None,
        parent_pid: None,
        started_at: None,
        address: "127.0.0.1:8101".to_owned(),
    }
}

/// A stranger as [`stranger`] makes them, confirmed by a person.
pub(super) fn confirmed(pid: u32, force: Force, then_start: bool) -> FreeWith {
    let target = Target {
        pid: Pid(pid),
        start_ticks: u64::from(pid),
    };
    FreeWith {
        stranger: Some((target, force)),
        then_start,
    }
}

/// A process of a run listens.
pub(super) fn of_run(service: &str, run: RunId, pid: u32) -> Listening {
    Listening {
        process: listener(Some(pid), "ann", &format!("/bin/{service}")),
        of: Some((name(service), run)),
        may_signal: true,
        protected: false,
    }
}

/// A process that is none of ours listens.
pub(super) fn stranger(pid: u32) -> Listening {
    Listening {
        process: listener(Some(pid), "ann", "/usr/bin/node server.js"),
        of: None,
        may_signal: true,
        protected: false,
    }
}

/// Somebody of another user listens; we may not see who.
pub(super) fn other_user() -> Listening {
    Listening {
        process: listener(None, "postgres", ""),
        of: None,
        may_signal: false,
        protected: false,
    }
}

/// Somebody listens; we may not see who.
pub(super) fn unseen() -> Listening {
    Listening {
        may_signal: true,
        ..other_user()
    }
}
