//! A new definition for a service, wherever it is in its life; or none any more.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    asks::Services,
    cadence,
    ctx::{Ctx, Failure},
    difference::{changed_keys, in_force},
    freeing, health,
    input::Input,
    life::{Life, StartStep, Then},
    world::{Origin, Service, World},
};
use crate::model::{
    Action, Outcome, Refusal, ServiceDef, ServiceName, Want,
    service::{ProbeSpec, RestartPolicy},
};

/// Its file is there: new, or again.
pub(super) fn added(service: &mut Service, def: &Arc<ServiceDef>, ctx: &mut Ctx) {
    ctx.touch(&def.name);
    match service.origin {
        Origin::File => ctx.say(service, "added; it is started when somebody asks"),
        Origin::Gone => {
            service.origin = Origin::File;
            ctx.say(service, "configured again");
            let keys = changed_keys(&service.def, def);
            changed(service, def, &keys, ctx);
        }
        Origin::Record => {
            // What it was started with is not known: as when a new owner takes it over.
            service.origin = Origin::File;
            ctx.say(service, "configured again");
            let before = service.def.health.clone();
            install(service, def.clone(), ctx);
            watch_anew(service, &before, ctx);
        }
    }
}

/// Its file says something else now.
pub(super) fn changed(
    service: &mut Service,
    def: &Arc<ServiceDef>,
    keys: &[String],
    ctx: &mut Ctx,
) {
    ctx.touch(&def.name);
    if service.life.is_live() {
        let before = service.def.clone();
        let now = in_force(&before, def);
        if now == **def {
            service.def = def.clone();
            service.next_def = None;
        } else {
            service.def = Arc::new(now);
            service.next_def = Some(def.clone());
        }
        watch_anew(service, &before.health, ctx);
        if before.port_owner != def.port_owner {
            health::rejudge(service, ctx);
        }
    } else {
        install(service, def.clone(), ctx);
        no_retry(service, ctx);
    }
    if !keys.is_empty() {
        let pending = service.pending_changes();
        let later = if pending.is_empty() {
            String::new()
        } else {
            format!("; in force after a restart: {}", pending.join(", "))
        };
        ctx.say(
            service,
            format!("definition changed: {}{later}", keys.join(", ")),
        );
    }
}

/// Its file is gone. What lives stays; nothing starts it again.
pub(super) fn removed(service: &mut Service, ctx: &mut Ctx) {
    ctx.touch(&service.def.name);
    service.origin = Origin::Gone;
    service.next_def = None;
    let why = || Failure::refused(&Refusal::NotConfigured);
    if let Some(freeing) = &mut service.freeing {
        freeing.then_start = false;
    }
    match &mut service.life {
        Life::Waiting { .. } | Life::Backoff { .. } => {
            service.want = Want::Down;
            ctx.failed(service, why());
            let since = Some(ctx.now.wall);
            ctx.enter(service, Life::Stopped { since });
        }
        Life::Stopping { then, .. } => {
            if *then != Then::Rest {
                *then = Then::Rest;
                service.want = Want::Down;
            }
            if service.is_busy_with(Action::Restart) {
                ctx.failed(service, why());
            }
        }
        Life::Stopped { .. }
        | Life::Starting { .. }
        | Life::Running { .. }
        | Life::Failed { .. } => {}
    }
    if service.life.is_live() {
        ctx.say(
            service,
            "no longer configured; it runs on until it is stopped",
        );
    }
}

/// The definition that waited for the next run is in force from now on.
pub(super) fn take_up(service: &mut Service, ctx: &mut Ctx) {
    if let Some(def) = service.next_def.take() {
        install(service, def, ctx);
    }
}

/// Another definition, while no process hangs on the one before.
fn install(service: &mut Service, def: Arc<ServiceDef>, ctx: &mut Ctx) {
    if service.def.port != def.port {
        freeing::other_port(service, ctx);
        service.port = None;
    }
    let completed = service.is_completed();
    service.def = def;
    service.next_def = None;
    if completed && !service.is_completed() {
        // What was wanted of the task is done; that a service runs, nobody has asked for.
        service.want = Want::Down;
    }
}

/// A retry that the policy no longer wants.
fn no_retry(service: &mut Service, ctx: &mut Ctx) {
    let never = service.def.restart.policy == RestartPolicy::Never;
    if never && matches!(service.life, Life::Backoff { .. }) {
        let reason = "not started again: its restart policy is never now".to_owned();
        ctx.say(service, reason.clone());
        let since = ctx.now.wall;
        ctx.enter(service, Life::Failed { since, reason });
    }
}

/// Probes go on as the definition in force says. A verdict stays until another probe has its own.
fn watch_anew(service: &mut Service, before: &ProbeSpec, ctx: &mut Ctx) {
    let (def, now) = (service.def.clone(), ctx.now.mono);
    if def.health == *before {
        return;
    }
    let other_kind = def.health.kind != before.kind;
    let running = matches!(service.life, Life::Running { .. });
    if let Some(watch) = service.life.watch_mut() {
        if other_kind {
            (watch.failures, watch.successes, watch.last) = (0, 0, None);
            watch.next = Some(now);
        } else if watch.next.is_some() && running {
            cadence::next_while_running(&def.health, watch, now);
        }
        watch.pause = watch.pause.min(def.health.interval);
    }
    if let Life::Starting {
        step: StartStep::Probing {
            process, deadline, ..
        },
        ..
    } = &mut service.life
    {
        *deadline = process.spawned.after(def.health.start_timeout);
    }
    if other_kind {
        health::rejudge(service, ctx);
    }
}

/// Who needs whom, anew.
pub(super) fn needed_by(services: &mut Services, ctx: &mut Ctx) {
    let mut all: BTreeMap<ServiceName, Vec<ServiceName>> = BTreeMap::new();
    for (name, service) in services.iter() {
        for need in &service.def.depends_on {
            let dependents = all.entry(need.service.clone()).or_default();
            dependents.push(name.clone());
        }
    }
    for (name, service) in services.iter_mut() {
        let dependents = all.remove(name).unwrap_or_default();
        if service.needed_by != dependents {
            service.needed_by = dependents;
            ctx.touch(name);
        }
    }
}

/// Lets a service look again at what it waits for, and those that wait for it.
pub(super) fn recheck(services: &Services, name: &ServiceName, ctx: &mut Ctx) {
    if let Some(service) = services.get(name) {
        let service_itself = service.def.name.clone();
        ctx.follow.push_back(Input::Recheck {
            service: service_itself,
        });
        ctx.wake_others(service);
    }
}

/// Takes out a service that is no longer configured and of which nothing lives; `None` when it
/// stays.
pub(super) fn retire(world: &mut World, name: &ServiceName) -> Option<Service> {
    let over = |service: &Service| {
        service.origin != Origin::File && !service.life.is_live() && service.survivors.is_empty()
    };
    world.services.get(name).filter(|it| over(it))?;
    let service = world.take_out(name)?;
    for need in &service.def.depends_on {
        if let Some(other) = world.services.get_mut(&need.service) {
            other.needed_by.retain(|it| it != name);
        }
    }
    Some(service)
}

/// Ends what was still under way for a service that goes.
pub(super) fn farewell(service: &mut Service, ctx: &mut Ctx) {
    for need in &service.def.depends_on {
        ctx.touch(&need.service);
    }
    let why = Failure::refused(&Refusal::NotConfigured);
    ctx.end(service, Outcome::Failed, Some(why));
    freeing::other_port(service, ctx);
    ctx.say(service, "no longer configured, and gone from the list");
}
