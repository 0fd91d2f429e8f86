//! Several services wanted at once.

use std::collections::BTreeSet;

use super::{
    asks::Services,
    ctx::Ctx,
    gate::Door,
    input::{AskWith, Input},
    life::{Life, Then},
    world::{Origin, Service},
};
use crate::model::{Action, Actor, EventKind, Outcome, Refusal, ServiceName, Want};

/// Sets every named service and what it needs to wanted, then asks for each start, needed ones
/// first. Whatever runs or is on its way counts as started.
///
/// It is done once each start was asked for: each has a result of its own.
pub(super) fn up(services: &mut Services, wanted: &[ServiceName], by: &Actor, ctx: &mut Ctx) {
    if ctx.door() == Door::Closed {
        let refusal = Refusal::ShuttingDown;
        ctx.refuse(None, Action::Start, by, None, &refusal);
        ctx.out.answer = Some(Err(refusal));
        return;
    }
    let seq = ctx.write(EventKind::Ask, None, |draft| {
        draft.actor = Some(by.clone());
        draft.action = Some(Action::Start);
        draft.data = serde_json::json!({ "services": wanted });
    });
    ctx.write(EventKind::Result, None, |draft| {
        draft.actor = Some(by.clone());
        draft.action = Some(Action::Start);
        draft.cause = Some(seq);
        draft.result = Some(Outcome::Done);
        draft.duration_ms = Some(0);
    });
    for name in in_order(services, wanted) {
        let start = Input::Ask {
            service: name.clone(),
            action: Action::Start,
            by: by.clone(),
            with: AskWith::default(),
            cause: Some(seq),
        };
        let Some(service) = services.get_mut(&name) else {
            // Its refusal says that there is none.
            ctx.follow.push_back(start);
            continue;
        };
        if service.origin == Origin::File {
            service.want = Want::Up;
            service.want_by = by.clone();
            ctx.touch(&name);
        }
        if !is_on_its_way(&service.life) {
            ctx.follow.push_back(start);
        }
    }
    ctx.out.answer = Some(Ok(seq));
}

/// Whether it runs, or will without being asked.
fn is_on_its_way(life: &Life) -> bool {
    match life {
        Life::Running { .. }
        | Life::Starting { .. }
        | Life::Waiting { .. }
        | Life::Stopping {
            then: Then::Start | Then::Up { .. },
            ..
        } => true,
        Life::Stopped { .. }
        | Life::Stopping {
            then: Then::Rest, ..
        }
        | Life::Backoff { .. }
        | Life::Failed { .. } => false,
    }
}

/// The named services and what they need, needed ones first. A needed task that has completed is
/// left out: it is run again only when it is named.
fn in_order(services: &Services, wanted: &[ServiceName]) -> Vec<ServiceName> {
    let named: BTreeSet<&ServiceName> = wanted.iter().collect();
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    for name in wanted {
        visit(services, name, &mut seen, &mut order);
    }
    order.retain(|name| {
        let completed = services.get(name).is_some_and(Service::is_completed);
        named.contains(name) || !completed
    });
    order
}

fn visit(
    services: &Services,
    name: &ServiceName,
    seen: &mut BTreeSet<ServiceName>,
    order: &mut Vec<ServiceName>,
) {
    if !seen.insert(name.clone()) {
        return;
    }
    if let Some(service) = services.get(name) {
        for need in &service.def.depends_on {
            visit(services, &need.service, seen, order);
        }
    }
    order.push(name.clone());
}
