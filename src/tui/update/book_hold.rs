//! What is read of a paused log stays, although its lines leave those that are kept.

use super::{
    book::{PIECE, take_over},
    desk::Desk,
};
use crate::{
    model::LogLine,
    tui::{
        book::{Piece, Window},
        state::{LogRing, RING_BYTES, RING_LINES, View},
    },
};

impl Desk<'_> {
    /// Before lines are kept: where they would push out what is shown of a paused log, this and what
    /// lies around it is shown as a piece of its files from now on.
    pub(super) fn hold_page(&mut self, lines: &[LogLine]) {
        let View::Logs(view) = &self.ui.view else {
            return;
        };
        let (Some(anchor), Some(service)) = (view.anchor, &view.service) else {
            return;
        };
        let Some(ring) = self.ui.logs.get(service) else {
            return;
        };
        if self.ui.book.window.is_some() {
            return;
        }
        let next = lines.iter().filter(|line| line.service == *service);
        let next: Vec<&LogLine> = next.collect();
        if is_roomy(ring, &next) {
            return;
        }
        let page = self.log_page(view);
        let Some(first) = page.first().map(|placed| placed.kept.number) else {
            return;
        };
        let before = |number: u64| ring.lines.partition_point(|kept| kept.number < number);
        let (first, last) = (before(first), before(anchor + 1));
        if !leave(ring, first, &next) {
            return;
        }
        let from = first.saturating_sub(PIECE).max(before(view.cleared));
        // What follows may have gaps: it is read anew.
        let window = Window::held(service, ring, from..last, &next);
        let (mut view, service) = (view.clone(), service.clone());
        take_over(&mut view, &window);
        let older = window.older;
        self.ui.book.window = Some(window);
        self.ui.view = View::Logs(view);
        self.ask_piece(&service, Piece::Older, older);
    }
}

/// Whether nothing has to leave for these lines.
fn is_roomy(ring: &LogRing, next: &[&LogLine]) -> bool {
    let bytes: usize = next.iter().map(|line| line.text.len()).sum();
    ring.lines.len() + next.len() <= RING_LINES && ring.bytes + bytes <= RING_BYTES
}

/// Whether more lines leave for these than the first `spare` ones.
fn leave(ring: &LogRing, spare: usize, next: &[&LogLine]) -> bool {
    let bytes: usize = next.iter().map(|line| line.text.len()).sum();
    let spare_bytes: usize = ring
        .lines
        .range(..spare)
        .map(|kept| kept.line.text.len())
        .sum();
    ring.lines.len() + next.len() > RING_LINES + spare
        || ring.bytes + bytes > RING_BYTES + spare_bytes
}
