//! What was seen of a run, sent to the rule that knows what it means.

use super::{
    asks::Services, ctx::Ctx, ctx::Failure, ending, exit, health, input::Fact, spawn,
    world::Service,
};
use crate::model::{Action, RunId, ServiceName};

/// Takes a fact about the run in flight; one about an older run is dropped.
pub(super) fn fact(
    services: &mut Services,
    name: &ServiceName,
    run: RunId,
    fact: Fact,
    ctx: &mut Ctx,
) {
    let Some(service) = services.get_mut(name) else {
        return;
    };
    if service.life.run() != Some(run) {
        return;
    }
    ctx.sampled(name);
    match fact {
        Fact::Prepared(prepared) => spawn::prepared(service, run, prepared, ctx),
        Fact::Spawned { identity } => spawn::spawned(service, run, identity, ctx),
        Fact::SpawnFailed { reason, permanent } => spawn::failed(service, &reason, permanent, ctx),
        Fact::Exited {
            status,
            stderr_tail,
            listeners,
        } => {
            let seen = exit::Seen {
                status,
                stderr_tail,
                listeners,
            };
            exit::exited(service, run, seen, ctx);
        }
        Fact::Looked { left, example } => ending::looked(service, left, example, ctx),
        Fact::Probed(outcome) => health::probed(service, outcome, ctx),
        Fact::Recovered(result) => recovered(service, result, ctx),
        Fact::Frozen(frozen) => health::frozen(service, frozen, ctx),
    }
}

/// A recover ended.
fn recovered(service: &mut Service, result: Result<(), String>, ctx: &mut Ctx) {
    if !service.is_busy_with(Action::Recover) {
        return;
    }
    match result {
        Ok(()) => {
            ctx.say(service, "recover done");
            ctx.done(service);
        }
        Err(reason) => {
            ctx.say(service, format!("recover failed: {reason}"));
            ctx.failed(service, Failure::plain(reason));
        }
    }
}
