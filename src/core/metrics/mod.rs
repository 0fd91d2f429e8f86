//! How services fared, told by the lines of the ledger and by samples. `docs/metrics.md` defines every
//! number.
//!
//! A line costs the same however much happened before, and what is kept is bounded: 24 hours, and of
//! these at most so many spans, failures and durations.

mod bucket;
mod owner;
mod quantile;
mod service;
mod timeline;
mod times;
mod track;

use std::collections::BTreeMap;

pub use bucket::Open;
pub use quantile::{coded, latencies, millis};
pub use track::Sums;

use self::{service::Service, timeline::Timeline};
use crate::model::{
    Event, EventKind, Moment, ServiceName, Wall,
    metrics::{ServiceMetrics, UpState},
};

/// The longest window, in milliseconds.
pub(super) const DAY: u64 = 24 * 3600 * 1000;
/// The middle window, in milliseconds.
const HOUR: u64 = 3600 * 1000;
/// The shortest window, in milliseconds.
const TEN_MINUTES: u64 = 600 * 1000;

/// How every service of a root fared.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    timeline: Timeline,
    services: BTreeMap<ServiceName, Service>,
    /// Whether an owner is known to watch.
    watched: bool,
}

impl Metrics {
    /// Takes the next line of the ledger.
    pub fn take(&mut self, event: &Event) {
        let before = self.timeline.last();
        let other_boot = self.timeline.is_other_boot(&event.boot_id);
        let at = self.timeline.of(event);
        if event.kind == EventKind::Owner {
            self.owner(event, before, at, other_boot);
            return;
        }
        self.watched = true;
        match &event.service {
            Some(name) => {
                if let Some(service) = self.services.get_mut(name) {
                    service.take(event, at);
                } else {
                    let mut service = Service::default();
                    service.take(event, at);
                    self.services.insert(name.clone(), service);
                }
            }
            None => self.wanted(event, at),
        }
    }

    /// An owner was still there at this time, although it has written no line since the last one.
    pub fn alive_at(&mut self, wall: Wall) {
        if self.watched {
            self.timeline.reaches(wall);
        }
    }

    /// How a service fared until now: everything that the ledger tells.
    pub fn report(&self, name: &ServiceName, now: Moment) -> ServiceMetrics {
        let now = self.timeline.now(now);
        match self.services.get(name) {
            Some(service) => service.report(now),
            None => ServiceMetrics::default(),
        }
    }

    /// How a service was in each of the `count` steps, of so many milliseconds, that end now; the
    /// worst counts. Oldest first.
    pub fn strip(&self, name: &ServiceName, now: Moment, step: u64, count: usize) -> Vec<UpState> {
        let now = self.timeline.now(now);
        match self.services.get(name) {
            Some(service) => service.strip(now, step, count),
            None => vec![UpState::Unknown; count],
        }
    }
}

#[cfg(test)]
mod tests;
