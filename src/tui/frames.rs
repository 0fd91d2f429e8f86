//! When a frame is drawn: at once after a pause, then no more often than an eye can follow.

use std::time::Duration;

use super::message::Urgency;
use crate::model::Mono;

/// The shortest time between two frames.
fn gap(urgency: Urgency) -> Duration {
    match urgency {
        Urgency::Data => Duration::from_millis(33),
        Urgency::Key => Duration::from_millis(16),
    }
}

/// What is wanted, and when the last frame was drawn.
#[derive(Debug, Default)]
pub(super) struct Frames {
    wanted: Option<Urgency>,
    last: Option<Mono>,
}

impl Frames {
    /// The picture has changed.
    pub(super) fn want(&mut self, urgency: Urgency) {
        self.wanted = self.wanted.max(Some(urgency));
    }

    /// When the next frame is due; `None` while nothing has changed.
    pub(super) fn due(&self) -> Option<Mono> {
        let gap = gap(self.wanted?);
        Some(self.last.map_or_else(Mono::default, |last| last.after(gap)))
    }

    /// Whether a frame is due now.
    pub(super) fn is_due(&self, now: Mono) -> bool {
        self.due().is_some_and(|due| due <= now)
    }

    /// A frame was drawn.
    pub(super) fn drawn(&mut self, now: Mono) {
        self.wanted = None;
        self.last = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Mono {
        Mono(Duration::from_millis(ms))
    }

    #[test]
    fn nothing_is_due_when_nothing_has_changed() {
        let mut frames = Frames::default();
        assert_eq!(frames.due(), None);
        frames.want(Urgency::Data);
        frames.drawn(at(5));
        assert!(frames.due().is_none() && !frames.is_due(at(1_000_000)));
    }

    #[test]
    fn the_first_change_is_drawn_at_once_and_the_next_ones_are_gathered() {
        let mut frames = Frames::default();
        frames.want(Urgency::Data);
        assert!(frames.is_due(at(1000)));
        frames.drawn(at(1000));
        frames.want(Urgency::Data);
        assert!(!frames.is_due(at(1032)) && frames.is_due(at(1033)));
        frames.want(Urgency::Key);
        frames.want(Urgency::Data);
        assert!(!frames.is_due(at(1015)) && frames.is_due(at(1016)));
    }
}
