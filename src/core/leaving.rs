//! How oats leaves: at once, or after its services, in reverse order of need.

use super::{
    asks::{Services, Wish},
    ctx::{Ctx, Failure},
    doubt,
    effect::{Decision, Effect},
    freeing,
    input::{AskWith, Leaving},
    life::{Life, StartStep},
    stop,
    world::{Service, World},
};
use crate::model::{Action, Actor, Outcome, ServiceName};

/// Begins to leave, or to leave otherwise: harder, or at once.
pub(super) fn leave(
    services: &mut Services,
    state: &mut Option<Leaving>,
    how: Leaving,
    by: &Actor,
    ctx: &mut Ctx,
) {
    let how = match (*state, how) {
        // A stop does not call off a kill.
        (Some(Leaving::KillAll), Leaving::StopAll) => Leaving::KillAll,
        (Some(_) | None, how) => how,
    };
    *state = Some(how);
    ctx.leaving = Some(how);
    // Nothing may be done to any of them any more.
    for (name, service) in services.iter_mut() {
        ctx.touch(name);
        freeing::left(service, ctx);
        doubt::left(service, ctx);
    }
    match how {
        Leaving::Detach => {
            for service in services.values_mut() {
                let why = Failure::plain("oats left");
                ctx.end(service, Outcome::Superseded, Some(why));
            }
        }
        Leaving::KillAll => {
            for service in services.values_mut() {
                if service.life.is_live() {
                    stop::kill(service, &wish(Action::Kill, by), ctx);
                } else if is_pending(service) {
                    stop::stop(service, &wish(Action::Stop, by), ctx);
                }
            }
        }
        Leaving::StopAll => {
            for service in services.values_mut() {
                if is_stoppable(service) && !has_process_up(service) {
                    stop::stop(service, &wish(Action::Stop, by), ctx);
                }
            }
            let names: Vec<ServiceName> = services.keys().cloned().collect();
            for name in &names {
                recheck(services, name, by, ctx);
            }
        }
    }
}

/// Stops a service once nothing that needs it lives.
pub(super) fn recheck(services: &mut Services, name: &ServiceName, by: &Actor, ctx: &mut Ctx) {
    let Some(service) = services.get(name) else {
        return;
    };
    let needed = service
        .needed_by
        .iter()
        .filter_map(|name| services.get(name))
        .any(is_pending);
    let now = ctx.leaving == Some(Leaving::StopAll) && !needed && is_stoppable(service);
    if now && let Some(service) = services.get_mut(name) {
        stop::stop(service, &wish(Action::Stop, by), ctx);
    }
}

/// Says, once, that leaving is complete: at once, or when nothing lives any more.
pub(super) fn complete(world: &mut World, out: &mut Decision) {
    let Some(how) = world.leaving else { return };
    let waits = match how {
        Leaving::Detach => false,
        Leaving::StopAll | Leaving::KillAll => world.services.values().any(is_pending),
    };
    if !world.left && !waits {
        world.left = true;
        out.effects.push(Effect::Left);
    }
}

/// The stop or kill of one service because oats leaves.
fn wish(action: Action, by: &Actor) -> Wish {
    Wish {
        action,
        by: by.clone(),
        with: AskWith::default(),
        cause: None,
    }
}

/// Whether it has a process that those who need it may still use.
fn has_process_up(service: &Service) -> bool {
    matches!(
        service.life,
        Life::Running { .. }
            | Life::Starting {
                step: StartStep::Probing { .. },
                ..
            }
    )
}

/// Whether something is under way that a stop would end.
fn is_stoppable(service: &Service) -> bool {
    service.life.is_coming_up() || matches!(service.life, Life::Running { .. })
}

/// Whether something lives, or might come to live.
fn is_pending(service: &Service) -> bool {
    service.life.is_live() || service.life.is_coming_up()
}
