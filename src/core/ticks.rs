//! When time itself is an event.

use super::{
    asks::Services,
    ctx::Ctx,
    doubt,
    effect::Effect,
    ending, freeing, health,
    life::{EndingNext, Life, Process, StartStep, StopStep},
    start,
    world::Service,
};
use crate::model::{Health, Mono, ProbeOutcome, ServiceName, service::ProbeKind};

/// When a service next needs a tick.
pub(super) fn deadline(service: &Service) -> Option<Mono> {
    let freeing = service.freeing.as_ref().and_then(|it| it.until);
    let doubt = service.doubt.as_ref().map(|it| it.until);
    let life = of_life(&service.life);
    [freeing, doubt, life].into_iter().flatten().min()
}

/// When its phase next needs one.
fn of_life(life: &Life) -> Option<Mono> {
    match life {
        Life::Starting {
            step: StartStep::Probing {
                watch, deadline, ..
            },
            ..
        } => Some(watch.next.map_or(*deadline, |next| next.min(*deadline))),
        Life::Running { watch, .. } => watch.next,
        Life::Stopping {
            step: StopStep::Ending { next, .. },
            ..
        } => match next {
            EndingNext::Grace {
                kill_at, look_at, ..
            } => Some(look_at.map_or(*kill_at, |look| look.min(*kill_at))),
            EndingNext::Kill => None,
            EndingNext::KillAgain { at } => Some(*at),
        },
        Life::Backoff { until, .. } => Some(*until),
        Life::Starting {
            step: StartStep::Preparing | StartStep::Spawning,
            ..
        }
        | Life::Stopping {
            step: StopStep::Preparing | StopStep::Spawning { .. },
            ..
        }
        | Life::Stopped { .. }
        | Life::Waiting { .. }
        | Life::Failed { .. } => None,
    }
}

/// Does what is due for these services.
pub(super) fn all(services: &mut Services, names: &[ServiceName], ctx: &mut Ctx) {
    for name in names {
        due(services, name, ctx);
    }
}

/// Does what is due for a service.
fn due(services: &mut Services, name: &ServiceName, ctx: &mut Ctx) {
    let Some(service) = services.get_mut(name) else {
        return;
    };
    ctx.sampled(name);
    freeing::due(service, ctx);
    doubt::due(service, ctx);
    let now = ctx.now.mono;
    match &mut service.life {
        Life::Starting {
            step: StartStep::Probing { deadline, .. },
            ..
        } if *deadline <= now => health::start_timed_out(service, ctx),
        Life::Starting {
            step: StartStep::Probing { watch, .. },
            ..
        }
        | Life::Running { watch, .. } => {
            if watch.next.is_some_and(|next| next <= now) {
                watch.next = None;
                probe(service, ctx);
            }
        }
        Life::Stopping { .. } => ending::due(service, ctx),
        Life::Backoff { until, cause, .. } if *until <= now => {
            let cause = *cause;
            start::by_policy(services, name, cause, ctx);
        }
        Life::Starting {
            step: StartStep::Preparing | StartStep::Spawning,
            ..
        }
        | Life::Stopped { .. }
        | Life::Waiting { .. }
        | Life::Backoff { .. }
        | Life::Failed { .. } => {}
    }
}

/// What is known without a probe. That a process lives: its exit would have been seen. That its log
/// has said that it is ready: it was ready before, under this owner or the one before.
pub fn known(service: &Service) -> Option<&'static str> {
    let ready = |process: &Process| process.ready.is_some();
    match service.def.health.kind {
        ProbeKind::Alive => Some("alive"),
        ProbeKind::Log { .. } if service.life.process().is_some_and(ready) => {
            Some("matched earlier in this run")
        }
        ProbeKind::Log { .. }
        | ProbeKind::Listen
        | ProbeKind::Http { .. }
        | ProbeKind::Tcp { .. }
        | ProbeKind::Exec { .. } => None,
    }
}

/// Sends a probe out, where it tells more than is known.
fn probe(service: &mut Service, ctx: &mut Ctx) {
    let Some(run) = service.life.run() else {
        return;
    };
    if let Some(detail) = known(service) {
        let outcome = ProbeOutcome {
            ok: true,
            detail: detail.to_owned(),
            latency: None,
            at: ctx.now.wall,
            witness: None,
        };
        health::probed(service, outcome, ctx);
        return;
    }
    let healthy = matches!(service.life.health(), Health::Healthy { .. });
    let name = service.def.name.clone();
    ctx.effect(Effect::Probe {
        service: name,
        run,
        witness: !healthy,
    });
}
