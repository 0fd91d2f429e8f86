//! Buckets to disk, and charts of the one service that a window looks at.

use super::{
    actor::Actor,
    handle::Feed,
    meters::{Beat, Span},
    writer::Job,
};
use crate::model::Moment;

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
