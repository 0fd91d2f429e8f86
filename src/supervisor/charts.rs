//! Buckets to disk, and charts of the one service that a window looks at.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::{
    actor::Actor,
    handle::Feed,
    meters::{Beat, Span},
    writer::Job,
};
use crate::{
    core::metrics::{Open, millis},
    io::history,
    model::{Moment, ServiceName, Wall, metrics::Past, root::Root},
};

/// Buckets of ten minutes.
const TEN_MINUTES: u32 = 60;

/// The last ten minutes of every service that has a history, as it was written down. Reads files.
pub fn past(root: &Root, services: &[ServiceName], now: Wall) -> Vec<(ServiceName, Vec<Past>)> {
    let last = Open::index(now);
    let first = last.saturating_sub(TEN_MINUTES - 1);
    let of = |name: &ServiceName| {
        // A history that cannot be read is said where it is looked at.
        let buckets = history::read(root, name, first, last).unwrap_or_default();
        let probed = buckets.iter().filter(|bucket| bucket.probes > 0);
        let past: Vec<Past> = probed
            .map(|bucket| Past {
                index: bucket.index,
                longest_ms: (bucket.longest > 0).then(|| millis(bucket.longest)),
                failed: bucket.failed > 0,
            })
            .collect();
        (!past.is_empty()).then(|| (name.clone(), past))
    };
    services.iter().filter_map(of).collect()
}

/// Tells a window how all services fared before it was there. Files are read aside.
pub fn tell_past(
    root: &Arc<Root>,
    services: Vec<ServiceName>,
    now: Wall,
    feed: &mpsc::Sender<Feed>,
) {
    let (root, feed) = (root.clone(), feed.clone());
    tokio::task::spawn_blocking(move || {
        let past = past(&root, &services, now);
        if !past.is_empty() {
            // Without it the window begins with what it sees itself.
            let _full_or_gone = feed.try_send(Feed::Past(past));
        }
    });
}

impl Actor {
    /// Notes what the beat has measured; what is over goes to disk.
    pub(super) fn measure(&mut self, now: Moment) {
        let samples = &self.samples;
        let living = self.world.services.values().filter_map(|service| {
            service.life.process()?;
            let sample = samples.get(&service.life.run()?).copied();
            let sample = sample.unwrap_or_default();
            let beat = Beat {
                health: service.life.health().word(),
                cpu_pct: sample.cpu_pct,
                mem_bytes: sample.mem_bytes,
            };
            Some((&service.def.name, beat))
        });
        let over = self.recorders.meter.beat(now.wall, living);
        if !over.is_empty() {
            self.charts_due = true;
            self.hands.writer.send(Job::Buckets(over));
        }
        if std::mem::take(&mut self.charts_due) {
            self.tell_charts(now);
        }
    }

    /// Tells the window how the service fared that it looks at. The file is read aside.
    pub(super) fn tell_charts(&self, now: Moment) {
        let Some(name) = self.watched_tree.clone() else {
            return;
        };
        let (meters, root) = (self.recorders.meter.meters(), self.hands.root.clone());
        let (snapshot, feed) = (self.press.snapshot(), self.feed.clone());
        tokio::task::spawn_blocking(move || {
            let history = meters.history(&snapshot, &root, &name, Span::Hour, now);
            if let Some(history) = history {
                // A window that does not keep up is told again in ten seconds.
                let _ = feed.try_send(Feed::Charts(Box::new(history)));
            }
        });
    }
}
