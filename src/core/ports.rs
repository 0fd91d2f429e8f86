//! What a look at a port means for the service that wants it.

use serde_json::json;

use super::{
    asks::Services,
    ctx::Ctx,
    freeing, gate, health,
    holder::{self, PortState},
    input::Input,
    life::{Life, Streak},
    world::Service,
};
use crate::model::{
    EventKind, HolderClass, ProbeOutcome, ServiceName, Wall,
    port::Listening,
    service::{PortOwner, ProbeKind},
};

/// Somebody looked at the port of a service.
pub(super) fn seen(
    services: &mut Services,
    name: &ServiceName,
    listeners: &[Listening],
    ctx: &mut Ctx,
) {
    let Some(service) = services.get_mut(name) else {
        return;
    };
    if service.def.port.is_none() {
        return;
    }
    looked(service, listeners, ctx);
    freeing::seen(service, ctx);
    if service.waits_for_its_port() && gate::port(service).is_ok() {
        ctx.follow.push_back(Input::Recheck {
            service: name.clone(),
        });
    }
    listened(service, ctx);
    health::rejudge(service, ctx);
}

/// Classifies what was seen.
pub(super) fn looked(service: &mut Service, listeners: &[Listening], ctx: &mut Ctx) {
    let state = holder::classify(service, listeners);
    becomes(service, state, ctx);
}

/// The port is held so now. A change is written down; the first look is none.
pub(super) fn becomes(service: &mut Service, state: PortState, ctx: &mut Ctx) {
    if service.port.as_ref() == Some(&state) {
        return;
    }
    ctx.touch(&service.def.name);
    if let Some(before) = service.port.replace(state)
        && let Some(after) = &service.port
        && before.holder != after.holder
    {
        let data = json!({ "from": before.holder, "to": after.holder });
        let change = format!("{} to {}", before.holder.class, after.holder.class);
        ctx.write(EventKind::Port, Some(service), |draft| {
            draft.reason = Some(change);
            draft.data = data;
        });
    }
}

/// The port watch is the probe of a running service that is only watched for listening.
fn listened(service: &mut Service, ctx: &mut Ctx) {
    let watched = service.def.health.kind == ProbeKind::Listen;
    let (Life::Running { watch, .. }, true) = (&service.life, watched) else {
        return;
    };
    let Some(state) = &service.port else { return };
    let outcome = listen_outcome(service.def.port_owner, state, ctx.now.wall);
    let (nothing_new, too_soon) = match &watch.last {
        // The port watch may be faster than this service asks for: a row is a row of intervals.
        Some(last) => (
            last.ok && outcome.ok && watch.streak == Streak::Passing,
            last.ok == outcome.ok && ctx.now.wall.since(last.at) < service.def.health.interval / 2,
        ),
        None => (false, false),
    };
    if !nothing_new && !too_soon {
        health::probed(service, outcome, ctx);
    }
}

/// What a look at the port means to a service that is only watched for listening.
pub fn listen_outcome(owner: PortOwner, state: &PortState, at: Wall) -> ProbeOutcome {
    let class = state.holder.class;
    let ok = match owner {
        PortOwner::Own => class == HolderClass::Own || state.is_unseen(),
        PortOwner::Any => class != HolderClass::Free,
    };
    let detail = match class {
        HolderClass::Free => "nobody listens".to_owned(),
        HolderClass::Own => "listening".to_owned(),
        HolderClass::OwnLeftover
        | HolderClass::OtherService
        | HolderClass::Stranger
        | HolderClass::OtherUser
        | HolderClass::Unseen => format!("held by {}", state.holder.who()),
    };
    ProbeOutcome {
        ok,
        detail,
        latency: None,
        at,
        witness: None,
    }
}
