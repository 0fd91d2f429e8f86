//! What has changed in a definition, key by key, and what of it a living process can take.

use crate::model::{
    Port, ServiceDef,
    service::{CommandLine, HttpUrl, ProbeKind, ProbeSpec, RecoverSpec, RecoverStep},
};

/// The keys of a service file that differ, in the order of the documentation.
///
/// What only follows from another key is left out: the port of a path on its own port.
pub fn changed_keys(old: &ServiceDef, new: &ServiceDef) -> Vec<String> {
    let command = match &new.command {
        CommandLine::Argv(_) => "command",
        CommandLine::Shell(_) => "shell",
    };
    let mut keys = differing([
        ("description", old.description != new.description),
        (command, old.command != new.command),
        ("cwd", old.cwd != new.cwd),
        ("env", old.env != new.env),
        ("env_file", old.env_files != new.env_files),
        ("port", old.port != new.port),
        ("port_owner", old.port_owner != new.port_owner),
        ("depends_on", old.depends_on != new.depends_on),
        ("group", old.group != new.group),
        ("autostart", old.autostart != new.autostart),
        ("arena", old.arena != new.arena),
    ]);
    keys.extend(of_health(old, new));
    keys.extend(of_recover(old, new));
    let (before, after) = (&old.restart, &new.restart);
    let give_up = (before.give_up_deaths, before.give_up_within)
        != (after.give_up_deaths, after.give_up_within);
    keys.extend(differing([
        ("stop.signal", old.stop.signal != new.stop.signal),
        ("stop.timeout", old.stop.timeout != new.stop.timeout),
        ("restart.policy", before.policy != after.policy),
        (
            "restart.first_delay",
            before.first_delay != after.first_delay,
        ),
        ("restart.max_delay", before.max_delay != after.max_delay),
        ("restart.give_up", give_up),
        (
            "restart.reset_after",
            before.reset_after != after.reset_after,
        ),
        ("logs.max_size", old.logs.max_bytes != new.logs.max_bytes),
        ("logs.keep", old.logs.keep != new.logs.keep),
    ]));
    keys
}

/// The definition that a living process can have at once: what it was started with stays, and
/// what hangs on that.
pub fn in_force(old: &ServiceDef, new: &ServiceDef) -> ServiceDef {
    let mut def = ServiceDef {
        command: old.command.clone(),
        cwd: old.cwd.clone(),
        env_files: old.env_files.clone(),
        env: old.env.clone(),
        ..new.clone()
    };
    if old.port != new.port {
        // It is seen and recovered where it listens.
        def.port = old.port;
        def.health.kind = old.health.kind.clone();
        def.recover.clone_from(&old.recover);
    }
    def
}

/// The names of those that differ.
fn differing<const N: usize>(keys: [(&str, bool); N]) -> Vec<String> {
    let keys = keys.into_iter().filter(|(_, differs)| *differs);
    keys.map(|(key, _)| key.to_owned()).collect()
}

fn of_health(old: &ServiceDef, new: &ServiceDef) -> Vec<String> {
    let (before, after) = (&old.health, &new.health);
    let mut keys = of_kind(before, after, (old.port, new.port));
    keys.extend(differing([
        ("health.interval", before.interval != after.interval),
        ("health.timeout", before.timeout != after.timeout),
        ("health.failures", before.failures != after.failures),
        ("health.successes", before.successes != after.successes),
        (
            "health.start_timeout",
            before.start_timeout != after.start_timeout,
        ),
    ]));
    keys
}

/// What is asked, when the port of the service went from one to the other.
fn of_kind(
    before: &ProbeSpec,
    after: &ProbeSpec,
    ports: (Option<Port>, Option<Port>),
) -> Vec<String> {
    match (&before.kind, &after.kind) {
        (
            ProbeKind::Http { url: from, expect },
            ProbeKind::Http {
                url: to,
                expect: expected,
            },
        ) => differing([
            ("health.http", moved(from, ports) != *to),
            ("health.expect", expect != expected),
        ]),
        (
            ProbeKind::Tcp { host, port },
            ProbeKind::Tcp {
                host: other,
                port: to,
            },
        ) => {
            let same = host == other && moved_port(*port, ports) == *to;
            differing([("health.tcp", !same)])
        }
        (from, to) if from == to => Vec::new(),
        (from, to) => {
            // Without a probe in the file, the port decides which it is.
            let written = [to, from].into_iter().find(|kind| match kind {
                ProbeKind::Alive | ProbeKind::Listen => false,
                ProbeKind::Http { .. }
                | ProbeKind::Tcp { .. }
                | ProbeKind::Exec { .. }
                | ProbeKind::Log { .. } => true,
            });
            let key = written.map(|kind| format!("health.{}", kind.id()));
            key.into_iter().collect()
        }
    }
}

fn of_recover(old: &ServiceDef, new: &ServiceDef) -> Vec<String> {
    match (&old.recover, &new.recover) {
        (None, None) => Vec::new(),
        (Some(before), Some(after)) => {
            let key = match after.step {
                RecoverStep::Http { .. } => "recover.http",
                RecoverStep::Exec { .. } => "recover.exec",
            };
            let same = same_step(before, after, (old.port, new.port));
            differing([
                (key, !same),
                ("recover.timeout", before.timeout != after.timeout),
            ])
        }
        (None, Some(_)) | (Some(_), None) => vec!["recover".to_owned()],
    }
}

fn same_step(
    before: &RecoverSpec,
    after: &RecoverSpec,
    ports: (Option<Port>, Option<Port>),
) -> bool {
    match (&before.step, &after.step) {
        (
            RecoverStep::Http { url, on_own_port },
            RecoverStep::Http {
                url: to,
                on_own_port: own,
            },
        ) => on_own_port == own && moved(url, ports) == *to,
        (from, to) => from == to,
    }
}

/// The URL, when it is on a port that has moved.
fn moved(url: &HttpUrl, ports: (Option<Port>, Option<Port>)) -> HttpUrl {
    HttpUrl {
        port: moved_port(url.port, ports),
        ..url.clone()
    }
}

fn moved_port(port: Port, ports: (Option<Port>, Option<Port>)) -> Port {
    match ports {
        (Some(from), Some(to)) if port == from => to,
        _ => port,
    }
}
