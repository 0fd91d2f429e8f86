//! From what oats knows to what it publishes.

use super::{
    gate::{self, Door},
    life::{Life, StartStep},
    verdict,
    world::{Service, World},
};
use crate::model::{
    Action, HolderClass, Moment, ServiceView, Stream, WaitFor, Wall,
    root::Root,
    service::ProbeKind,
    snapshot::{Actions, LogFiles, Pending, ProbeView, Retry, Verdict},
};

/// What was measured of a process tree. Not part of any decision.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sample {
    /// CPU of the whole tree; 100 is one core.
    pub cpu_pct: Option<f64>,
    /// Resident memory of the whole tree, in bytes.
    pub mem_bytes: Option<u64>,
    /// Processes of the tree.
    pub processes: u32,
}

/// Everything a window shows about one service.
pub fn view(
    world: &World,
    service: &Service,
    sample: Sample,
    root: &Root,
    now: Moment,
) -> ServiceView {
    let door = if world.leaving.is_some() {
        Door::Closed
    } else {
        Door::Open
    };
    let process = service.life.process();
    let health = service.life.health();
    let (cpu_pct, mem_bytes, processes) = match process {
        Some(_) => (sample.cpu_pct, sample.mem_bytes, sample.processes.max(1)),
        None => (None, None, 0),
    };
    ServiceView {
        name: service.def.name.clone(),
        description: service.def.description.clone(),
        group: service.def.group.clone(),
        phase: service.life.phase(),
        phase_since: service.life.since(),
        want: service.want,
        health: health.word(),
        health_reason: reason(service),
        probe: probe(service),
        pid: service.life.pid(),
        start_ticks: process.map(|process| process.identity.start_ticks),
        run: process.and(service.life.run()),
        adopted: process.is_some_and(|process| process.adopted),
        started_at: process.map(|process| process.spawned_at),
        uptime_s: process.map(|process| now.mono.since(process.spawned).as_secs()),
        waiting_for: waiting_for(service),
        retry: retry(service, now),
        last_exit: service.last_exit.clone(),
        port: service.def.port,
        holder: service.port.as_ref().map(|port| port.holder.clone()),
        survivors: service.survivors.clone(),
        restarts: service.restarts,
        cpu_pct,
        mem_bytes,
        processes,
        depends_on: service.def.depends_on.clone(),
        needed_by: service.needed_by.clone(),
        logs: LogFiles {
            stdout: log_file(root, service, Stream::Stdout),
            stderr: log_file(root, service, Stream::Stderr),
        },
        pending: pending(service),
        last_action: service.last_action.clone(),
        actions: actions(service, door),
        pending_changes: service.pending_changes(),
    }
}

/// The verdict on every action.
pub fn actions(service: &Service, door: Door) -> Actions {
    let verdict = |action| match gate::check(service, action, door) {
        Ok(()) => Verdict::allowed(gate::note(service, action)),
        Err(refusal) => Verdict::refused(action, &refusal),
    };
    Actions {
        start: verdict(Action::Start),
        stop: verdict(Action::Stop),
        kill: verdict(Action::Kill),
        restart: verdict(Action::Restart),
        recover: verdict(Action::Recover),
        free_port: verdict(Action::FreePort),
    }
}

/// The action under way; where there are two, the one that is not Free port.
fn pending(service: &Service) -> Option<Pending> {
    let open = service.open.as_ref();
    let open = open.map(|open| (open.action, &open.by, open.since));
    let freeing = service.freeing.as_ref();
    let freeing = freeing.map(|freeing| (Action::FreePort, &freeing.by, freeing.since));
    open.or(freeing).map(|(action, by, since)| Pending {
        action,
        by: by.to_string(),
        since: since.wall,
    })
}

/// Why it is so healthy, or why it failed.
fn reason(service: &Service) -> Option<String> {
    match &service.life {
        Life::Failed { reason, .. } => Some(reason.clone()),
        Life::Running { .. } => service.life.health().reason().map(str::to_owned),
        Life::Starting {
            step: StartStep::Probing { watch, .. },
            ..
        } => {
            let last = watch.last.as_ref()?;
            let verdict = verdict::judge(&service.def, watch, service.port.as_ref());
            let seen = format!("{}: {}", verdict::subject(&service.def), last.detail);
            Some(verdict.reason().map_or(seen, str::to_owned))
        }
        Life::Starting {
            step: StartStep::Preparing | StartStep::Spawning,
            ..
        }
        | Life::Stopped { .. }
        | Life::Waiting { .. }
        | Life::Stopping { .. }
        | Life::Backoff { .. } => None,
    }
}

/// The last probe.
fn probe(service: &Service) -> ProbeView {
    let watch = service.life.watch();
    let last = watch.and_then(|watch| watch.last.as_ref());
    ProbeView {
        kind: service.def.health.kind.id().to_owned(),
        ok: last.map(|last| last.ok),
        detail: last.map(|last| last.detail.clone()),
        latency_ms: last.and_then(|last| last.latency).map(|latency| {
            // Tenths of a millisecond: more digits are noise.
            (latency.as_secs_f64() * 10_000.0).round() / 10.0
        }),
        at: last.map(|last| last.at),
        failures: watch.map_or(0, |watch| watch.failures),
        limit_ms: match service.def.health.kind {
            ProbeKind::Http { .. } | ProbeKind::Tcp { .. } | ProbeKind::Exec { .. } => {
                Some(service.def.health.timeout.as_secs_f64() * 1000.0)
            }
            ProbeKind::Alive | ProbeKind::Listen | ProbeKind::Log { .. } => None,
        },
    }
}

fn waiting_for(service: &Service) -> Vec<WaitFor> {
    match &service.life {
        Life::Waiting { on, .. } => on.clone(),
        Life::Stopped { .. }
        | Life::Starting { .. }
        | Life::Running { .. }
        | Life::Stopping { .. }
        | Life::Backoff { .. }
        | Life::Failed { .. } => Vec::new(),
    }
}

fn retry(service: &Service, now: Moment) -> Option<Retry> {
    let Life::Backoff { until, attempt, .. } = &service.life else {
        return None;
    };
    let at: Wall = now.wall_at(*until);
    Some(Retry {
        at,
        attempt: *attempt,
        of: service.def.restart.give_up_deaths,
    })
}

fn log_file(root: &Root, service: &Service, stream: Stream) -> String {
    let path = root.log_file(&service.def.name, stream).unwrap_or_default();
    root.relative(&path).to_string_lossy().into_owned()
}

/// Whether a look at the port is worth a closer one: nobody has seen it, or it is in dispute.
pub fn port_is_disputed(service: &Service) -> bool {
    service
        .port
        .as_ref()
        .is_none_or(|port| !matches!(port.holder.class, HolderClass::Own | HolderClass::Free))
}
