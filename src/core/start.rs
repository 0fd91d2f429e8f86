//! From a wish to a run: needs first, then the port, then the launch.

use super::{
    asks::{Services, Wish},
    conditions,
    ctx::{Ctx, Failure},
    effect::Effect,
    gate,
    input::{AskWith, Input},
    life::{Life, StartStep, Then},
    redefine,
    world::{Origin, Service},
};
use crate::model::{
    Action, Actor, ActorKind, Refusal, RunId, Seq, ServiceName, WaitFor, Want, service::Need,
};

/// Begins a start that the gate let through; asks for what it needs as asks of their own.
pub(super) fn ask(services: &mut Services, name: &ServiceName, wish: &Wish, ctx: &mut Ctx) -> Seq {
    let unmet = if wish.with.only {
        Vec::new()
    } else {
        conditions::unmet(services, name)
    };
    let to_ask = conditions::to_ask(services, &unmet);
    let Some(service) = services.get_mut(name) else {
        return *ctx.seq;
    };
    service.want = Want::Up;
    service.want_by = wish.by.clone();
    service.deaths.clear();
    let seq = ctx.open(service, wish);
    proceed(service, unmet, ctx);
    for need in to_ask {
        ctx.follow.push_back(Input::Ask {
            service: need,
            action: Action::Start,
            by: wish.by.clone(),
            with: AskWith::default(),
            cause: Some(seq),
        });
    }
    seq
}

/// A start that oats itself asks for, of a service that is still being stopped, begins when the stop
/// is over. (Who asks from outside is told that it is still stopping.)
pub(super) fn after_its_stop(service: &mut Service, wish: &Wish, ctx: &mut Ctx) -> Option<Seq> {
    let cause = wish.cause?;
    let may = service.origin == Origin::File && ctx.leaving.is_none();
    if wish.action != Action::Start || !may {
        return None;
    }
    let Life::Stopping { then, .. } = &mut service.life else {
        return None;
    };
    if *then == Then::Start {
        return None;
    }
    *then = Then::Up { cause };
    service.want = Want::Up;
    service.want_by = wish.by.clone();
    ctx.touch(&service.def.name);
    Some(cause)
}

/// A start by the restart policy: waits for what is missing, and for a taken port, but starts
/// nothing else.
pub(super) fn by_policy(
    services: &mut Services,
    name: &ServiceName,
    cause: Option<Seq>,
    ctx: &mut Ctx,
) {
    let unmet = conditions::unmet(services, name);
    let Some(service) = services.get_mut(name) else {
        return;
    };
    let may = service.origin == Origin::File && ctx.leaving.is_none();
    if !service.life.is_at_rest() || service.want == Want::Down || !may {
        return;
    }
    service.restarts.policy += 1;
    let wish = Wish {
        action: Action::Start,
        by: Actor::POLICY,
        with: AskWith {
            when_free: true,
            ..AskWith::default()
        },
        cause,
    };
    ctx.open(service, &wish);
    proceed(service, unmet, ctx);
}

/// A waiting service looks again at what it waits for.
pub(super) fn recheck(services: &mut Services, name: &ServiceName, ctx: &mut Ctx) {
    let Some(service) = services.get(name) else {
        return;
    };
    if !matches!(service.life, Life::Waiting { .. }) {
        return;
    }
    let only = service.open.as_ref().is_some_and(|open| open.with.only);
    let unmet = if only {
        Vec::new()
    } else {
        conditions::unmet(services, name)
    };
    if let Some(service) = services.get_mut(name) {
        proceed(service, unmet, ctx);
    }
}

/// Goes as far as it can: waits for needs, then for the port, then launches.
fn proceed(service: &mut Service, unmet: Vec<Need>, ctx: &mut Ctx) {
    let on: Vec<WaitFor> = unmet
        .into_iter()
        .map(|need| WaitFor::Service {
            name: need.service,
            condition: need.condition,
        })
        .collect();
    if !on.is_empty() {
        wait(service, on, ctx);
        return;
    }
    match gate::launch(service) {
        Ok(()) => launch(service, ctx),
        Err(refusal) => in_the_way(service, &refusal, ctx),
    }
}

/// Waits; says so when that is new.
fn wait(service: &mut Service, on: Vec<WaitFor>, ctx: &mut Ctx) {
    let since = match &service.life {
        Life::Waiting { on: before, .. } if *before == on => return,
        Life::Waiting { since, .. } => *since,
        Life::Stopped { .. }
        | Life::Starting { .. }
        | Life::Running { .. }
        | Life::Stopping { .. }
        | Life::Backoff { .. }
        | Life::Failed { .. } => ctx.now.wall,
    };
    let names: Vec<String> = on.iter().map(ToString::to_string).collect();
    ctx.say(service, format!("waiting for {}", names.join(", ")));
    ctx.enter(service, Life::Waiting { since, on });
}

/// Something keeps the start from going on: it waits for the port where that was asked, else it
/// fails and says who is in the way.
pub(super) fn in_the_way(service: &mut Service, refusal: &Refusal, ctx: &mut Ctx) {
    let may_wait = service
        .open
        .as_ref()
        .is_some_and(|open| open.with.when_free)
        && service.origin == Origin::File;
    match service.def.port {
        Some(port) if may_wait && gate::is_about_the_port(refusal) => {
            wait(service, vec![WaitFor::Port { port }], ctx);
        }
        Some(_) | None => fail(service, Failure::refused(refusal), ctx),
    }
}

/// Prepares a new run.
pub(super) fn launch(service: &mut Service, ctx: &mut Ctx) {
    redefine::take_up(service, ctx);
    let run = RunId::from_random(ctx.rng.next_u128());
    ctx.effect(Effect::Prepare {
        service: service.def.name.clone(),
        run,
        clean: service.last_run.clone(),
    });
    let life = Life::Starting {
        since: ctx.now.wall,
        run,
        step: StartStep::Preparing,
    };
    ctx.enter(service, life);
}

/// The start cannot go on.
pub(super) fn fail(service: &mut Service, failure: Failure, ctx: &mut Ctx) {
    ctx.say(service, format!("not started: {}", failure.reason));
    let life = Life::Failed {
        since: ctx.now.wall,
        reason: failure.reason.clone(),
    };
    ctx.failed(service, failure);
    ctx.enter(service, life);
}

/// Counts a restart that somebody asked for.
pub(super) fn count_restart(service: &mut Service) {
    let kind = service.open.as_ref().map(|open| open.by.kind);
    match kind {
        Some(ActorKind::Policy) => service.restarts.policy += 1,
        Some(ActorKind::Villain | ActorKind::Felix) => service.restarts.arena += 1,
        Some(ActorKind::Human | ActorKind::Cli | ActorKind::Api) | None => {
            service.restarts.manual += 1;
        }
    }
}
