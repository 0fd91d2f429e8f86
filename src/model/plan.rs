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
    let (services, seen) = (&snapshot.services, &mut BTreeSet::new());
    visit(services, name, is_down, seen, &mut order);
    order.retain(|needed| needed != name);
    order
}

/// Every service, needed ones first; by name otherwise.
pub fn needed_first(snapshot: &Snapshot) -> Vec<ServiceName> {
    let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
    for name in snapshot.services.keys() {
        visit(&snapshot.services, name, |_any| true, &mut seen, &mut order);
    }
    order
}

/// Puts those needs first that `counts`, and the needs of these, then the service itself.
fn visit(
    services: &Services,
    name: &ServiceName,
    counts: fn(&ServiceView) -> bool,
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
        let needed = services.get(&need.service);
        if needed.is_some_and(|view| counts(view)) {
            visit(services, &need.service, counts, seen, order);
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
