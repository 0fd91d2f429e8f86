//! What it means to all services that an owner comes or leaves, and that several are wanted at once.

use super::Metrics;
use crate::model::{Action, Event, EventKind, ServiceName};

impl Metrics {
    /// An owner came or left. `before` is when somebody was last known to watch.
    pub(super) fn owner(&mut self, event: &Event, before: u64, at: u64, other_boot: bool) {
        let came = event.reason.as_deref() != Some("left");
        if !came {
            self.watched = false;
            for service in self.services.values_mut() {
                service.lost_sight(at);
            }
            return;
        }
        for service in self.services.values_mut() {
            // The owner before may have been killed: from its last sign of life on, nobody watched.
            if self.watched {
                service.lost_sight(before);
            }
            service.seen_again(at, other_boot);
        }
        self.watched = true;
    }

    /// Several services are wanted at once.
    pub(super) fn wanted(&mut self, event: &Event, at: u64) {
        let starts = event.kind == EventKind::Ask && event.action == Some(Action::Start);
        let named = event.data.get("services").and_then(|it| it.as_array());
        for name in named.into_iter().flatten().filter(|_| starts) {
            let name: Option<ServiceName> = name.as_str().and_then(|name| name.parse().ok());
            if let Some(name) = name {
                self.services.entry(name).or_default().wanted(at);
            }
        }
    }
}
