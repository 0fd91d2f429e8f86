//! From a launch to a process: the way is clear, then the spawn.

use serde_json::json;

use super::{
    cadence,
    ctx::{Ctx, Failure},
    effect::{Effect, LastRun},
    ending, exit, gate,
    holder::PortState,
    input::Prepared,
    life::{Life, Process, StartStep, StopStep},
    ports, start, stop,
    world::Service,
};
use crate::model::{EventKind, Identity, RunId, port::Listening, service::PortOwner};

/// The way for a spawn is clear, or not.
pub(super) fn prepared(service: &mut Service, run: RunId, prepared: Prepared, ctx: &mut Ctx) {
    match &service.life {
        Life::Starting {
            step: StartStep::Preparing,
            ..
        } => {}
        Life::Stopping {
            step: StopStep::Preparing,
            then,
            ..
        } => {
            let then = *then;
            ending::over(service, then, ctx);
            return;
        }
        Life::Starting {
            step: StartStep::Spawning | StartStep::Probing { .. },
            ..
        }
        | Life::Stopping {
            step: StopStep::Spawning { .. } | StopStep::Ending { .. },
            ..
        }
        | Life::Stopped { .. }
        | Life::Waiting { .. }
        | Life::Running { .. }
        | Life::Backoff { .. }
        | Life::Failed { .. } => return,
    }
    match prepared {
        Prepared::Clear { ended } => clear(service, run, ended, ctx),
        Prepared::Blocked(listeners) => blocked(service, &listeners, ctx),
        Prepared::Failed(reason) => start::fail(service, Failure::plain(reason), ctx),
    }
}

/// Nothing is in the way.
fn clear(service: &mut Service, run: RunId, ended: usize, ctx: &mut Ctx) {
    if ended > 0 {
        let left = format!("ended {ended} left over from the run before");
        ctx.say(service, left);
    }
    if service.def.port.is_some() && service.def.port_owner == PortOwner::Own {
        // Somebody has just looked. Without this, a stale look could be taken for a witness.
        ports::becomes(service, PortState::FREE, ctx);
    }
    ctx.effect(Effect::Spawn {
        service: service.def.name.clone(),
        run,
    });
    let life = Life::Starting {
        since: service.life.since().unwrap_or(ctx.now.wall),
        run,
        step: StartStep::Spawning,
    };
    ctx.enter(service, life);
}

/// Somebody holds the port.
fn blocked(service: &mut Service, listeners: &[Listening], ctx: &mut Ctx) {
    ports::looked(service, listeners, ctx);
    if let Err(refusal) = gate::port(service) {
        start::in_the_way(service, &refusal, ctx);
    } else {
        let why = "its port is held by a process that does not end";
        start::fail(service, Failure::plain(why), ctx);
    }
}

/// The process exists.
pub(super) fn spawned(service: &mut Service, run: RunId, identity: Identity, ctx: &mut Ctx) {
    let ending = match &service.life {
        Life::Starting {
            step: StartStep::Spawning,
            ..
        } => None,
        Life::Stopping {
            step: StopStep::Spawning { how },
            then,
            ..
        } => Some((*how, *then)),
        Life::Starting {
            step: StartStep::Preparing | StartStep::Probing { .. },
            ..
        }
        | Life::Stopping {
            step: StopStep::Preparing | StopStep::Ending { .. },
            ..
        }
        | Life::Stopped { .. }
        | Life::Waiting { .. }
        | Life::Running { .. }
        | Life::Backoff { .. }
        | Life::Failed { .. } => return,
    };
    service.last_run = Some(LastRun {
        run,
        identity: Some(identity),
        parented: true,
    });
    ctx.say(service, format!("started with PID {}", identity.pid));
    start_event(service, identity, ctx);
    let process = Process {
        identity,
        spawned_at: ctx.now.wall,
        spawned: ctx.now.mono,
        ready: None,
        ready_at: None,
        adopted: false,
    };
    match ending {
        Some((how, then)) => stop::begin_ending(service, run, process, how, then, ctx),
        None => probing(service, run, process, ctx),
    }
}

/// The process lives and is probed from now on.
fn probing(service: &mut Service, run: RunId, process: Process, ctx: &mut Ctx) {
    let spec = &service.def.health;
    let step = StartStep::Probing {
        process,
        watch: Box::new(cadence::from_spawn(spec, ctx.now.mono)),
        deadline: ctx.now.mono.after(spec.start_timeout),
    };
    let since = service.life.since().unwrap_or(ctx.now.wall);
    ctx.enter(service, Life::Starting { since, run, step });
}

/// Writes the spawn down.
fn start_event(service: &Service, identity: Identity, ctx: &mut Ctx) {
    let command = service.def.command.to_string();
    ctx.write(EventKind::Start, Some(service), |draft| {
        draft.data = json!({ "pid": identity.pid, "command": command });
        if let Some(open) = &service.open {
            draft.cause = Some(open.seq);
            draft.actor = Some(open.by.clone());
            draft.action = Some(open.action);
        }
    });
}

/// The process could not be spawned. What can get better by itself counts as a death.
pub(super) fn failed(service: &mut Service, reason: &str, permanent: bool, ctx: &mut Ctx) {
    match &service.life {
        Life::Starting {
            step: StartStep::Spawning,
            ..
        } => {
            start::fail(service, Failure::plain(reason), ctx);
            if !permanent {
                exit::died(service, reason, None, ctx);
            }
        }
        Life::Stopping {
            step: StopStep::Spawning { .. },
            then,
            ..
        } => {
            let then = *then;
            ending::over(service, then, ctx);
        }
        Life::Starting {
            step: StartStep::Preparing | StartStep::Probing { .. },
            ..
        }
        | Life::Stopping {
            step: StopStep::Preparing | StopStep::Ending { .. },
            ..
        }
        | Life::Stopped { .. }
        | Life::Waiting { .. }
        | Life::Running { .. }
        | Life::Backoff { .. }
        | Life::Failed { .. } => {}
    }
}
