//! What a start brings with it, and whom a stop hurts: read off the published truth.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    ids::ServiceName,
    phase::Phase,
    snapshot::{ServiceView, Snapshot},
};

/// Services, by name.
type Services = BTreeMap<ServiceName, Arc<ServiceView>>;

/// Services that a start of this one starts first, needed ones first: those of its needs, and of
/// theirs, that do not run and are not on their way. A completed task is not run again.
pub fn brings(snapshot: &Snapshot, name: &ServiceName) -> Vec<ServiceName> {
    let mut order = Vec::new();
    visit(&snapshot.services, name, &mut BTreeSet::new(), &mut order);
    order.retain(|needed| needed != name);
    order
}

fn visit(
    services: &Services,
    name: &ServiceName,
    seen: &mut BTreeSet<ServiceName>,
    order: &mut Vec<ServiceName>,
) {
    let Some(view) = services.get(name) else {
        return;
    };
    if !seen.insert(name.clone()) {
        return;
    }
    for need in &view.depends_on {
        let is_down = services
            .get(&need.service)
            .is_some_and(|view| is_down(view));
        if is_down {
            visit(services, &need.service, seen, order);
        }
    }
    order.push(name.clone());
}

/// Whether a start is needed to bring it up.
fn is_down(view: &ServiceView) -> bool {
    match view.phase {
        Phase::Stopped | Phase::Failed | Phase::Backoff => !view.is_completed(),
        Phase::Waiting | Phase::Starting | Phase::Running | Phase::Stopping => false,
    }
}

/// Living services that need this one, directly or through others, in name order.
pub fn hurts(snapshot: &Snapshot, name: &ServiceName) -> Vec<ServiceName> {
    let services = &snapshot.services;
    let mut todo = vec![name];
    let mut seen = BTreeSet::new();
    while let Some(name) = todo.pop() {
        let needed_by = services.get(name).map(|view| view.needed_by.as_slice());
        for dependent in needed_by.unwrap_or_default() {
            let lives = services.get(dependent).is_some_and(|view| lives(view));
            if lives && seen.insert(dependent.clone()) {
                todo.push(dependent);
            }
        }
    }
    seen.remove(name);
    seen.into_iter().collect()
}

/// Whether it runs, or is about to.
fn lives(view: &ServiceView) -> bool {
    match view.phase {
        Phase::Running | Phase::Starting => true,
        Phase::Stopped | Phase::Waiting | Phase::Stopping | Phase::Backoff | Phase::Failed => false,
    }
}
