//! In which order services stand.

use std::{cmp::Ordering, collections::BTreeMap};

use super::Item;
use crate::{
    model::{ServiceName, ServiceView, Snapshot, State},
    tui::state::{List, Sort},
};

/// Puts services into their order: by group and name, or as it was kept.
pub(super) fn put_in_order(items: &mut [Item<'_>], list: &List, grouped: bool) {
    if list.sort == Sort::Name {
        if grouped {
            // Services without a group come last.
            let group = |item: &Item<'_>| item.view.group.as_deref().map(str::to_owned);
            items.sort_by_cached_key(|item| (item.view.group.is_none(), group(item)));
        }
        if list.inverted {
            items.reverse();
        }
        return;
    }
    let kept = list.order.iter().enumerate();
    let places: BTreeMap<&ServiceName, usize> = kept.map(|(at, name)| (name, at)).collect();
    // What came since then stands last, by name.
    let place = |item: &Item<'_>| places.get(&item.view.name).copied().unwrap_or(usize::MAX);
    items.sort_by_cached_key(place);
}

/// The names of all services in the order of a column: those without a value last, equal ones by
/// name.
pub fn sorted(snapshot: &Snapshot, sort: Sort, inverted: bool) -> Vec<ServiceName> {
    let keys = snapshot
        .services
        .values()
        .map(|view| (key(view, sort), &view.name));
    let mut keys: Vec<(Option<u64>, &ServiceName)> = keys.collect();
    keys.sort_by(|(a, _), (b, _)| match (a, b) {
        (Some(a), Some(b)) if sort.falls() != inverted => b.cmp(a),
        (Some(a), Some(b)) => a.cmp(b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    });
    keys.into_iter().map(|(_, name)| name.clone()).collect()
}

/// What is compared.
fn key(view: &ServiceView, sort: Sort) -> Option<u64> {
    let lives = view.pid.is_some();
    // Numbers that are not negative stand in the order of their bits.
    let bits = |number: f64| number.max(0.0).to_bits();
    match sort {
        Sort::Name => None,
        Sort::State => Some(u64::from(rank(State::of(view)))),
        Sort::Port => view.port.map(|port| u64::from(port.get())),
        Sort::Cpu => view.cpu_pct.filter(|_| lives).map(bits),
        Sort::Memory => view.mem_bytes.filter(|_| lives),
        Sort::Latency => view.probe.latency_ms.filter(|_| lives).map(bits),
        Sort::Up => view.uptime_s.filter(|_| lives),
        Sort::Restarts => Some(view.restarts.total()),
    }
}

/// The worst state first; what is up last.
fn rank(state: State) -> u8 {
    state.trouble().unwrap_or(match state {
        State::Start | State::Wait | State::Ends => 100,
        State::Stop => 101,
        State::Up | State::Degraded | State::Retry | State::Fail | State::Port | State::Doubt => {
            102
        }
    })
}
