//! What fills the screen, and what covers it.

use super::desk::Desk;
use crate::{
    keymap::Command,
    model::ServiceName,
    tui::{
        layout,
        state::{DetailView, EventsView, LogView, Overlay, Tone, View},
        view,
    },
};

/// Views that are remembered for the way back.
const TRAIL: usize = 8;

impl Desk<'_> {
    /// Fills the screen with a view; the one before is remembered. Pressed again, nothing changes.
    pub(super) fn show(&mut self, view: View) {
        if std::mem::discriminant(&self.ui.view) == std::mem::discriminant(&view) {
            return;
        }
        self.ui.overlay = None;
        let before = std::mem::replace(&mut self.ui.view, view);
        self.ui.trail.push(before);
        if self.ui.trail.len() > TRAIL {
            self.ui.trail.remove(0);
        }
    }

    /// All services: where every way back ends.
    pub(super) fn show_services(&mut self) {
        self.ui.view = View::Services;
        self.ui.trail.clear();
        self.ui.overlay = None;
    }

    /// The page of the service under the cursor.
    pub(super) fn show_detail(&mut self) {
        if self.names_a_service(Command::ViewDetail) {
            self.show(View::Detail(DetailView::default()));
        }
    }

    /// The log of the service under the cursor.
    pub(super) fn show_logs(&mut self) {
        if self.names_a_service(Command::ViewLogs) {
            let service = self.ui.cursor.clone();
            self.show(View::Logs(LogView {
                service,
                ..LogView::default()
            }));
        }
    }

    /// What happened: to one service, or at all.
    pub(super) fn show_events(&mut self, service: Option<ServiceName>) {
        self.show(View::Events(EventsView {
            service,
            ..EventsView::default()
        }));
    }

    /// Whether there is a service under the cursor; says so when there is none.
    pub(super) fn names_a_service(&mut self, command: Command) -> bool {
        let there = self.focused().is_some();
        if !there {
            let label = command.row().map_or("It", |row| row.label);
            self.say(
                Tone::Error,
                format!("{label} disabled: there is no service."),
            );
        }
        there
    }

    /// Whether nothing is open and all services are shown.
    pub(super) fn is_at_the_root(&self) -> bool {
        self.ui.overlay.is_none() && self.ui.view == View::Services
    }

    /// One step back: closes what is open, then the view, then the marks, then the filter; at the root it only
    /// wipes the message.
    pub(super) fn back(&mut self) {
        if self.ui.overlay.take().is_some() {
            return;
        }
        if self.stop_search() || self.clear_search() {
            return;
        }
        if self.ui.view != View::Services {
            self.ui.view = self.ui.trail.pop().unwrap_or_default();
            return;
        }
        if !self.clear_marks() && !self.clear_filter() {
            self.ui.message = None;
        }
    }

    /// Opens the help, or closes it. A question is answered first.
    pub(super) fn toggle_help(&mut self) {
        match self.ui.overlay {
            Some(Overlay::Help { .. }) => self.ui.overlay = None,
            Some(Overlay::Question(_)) => {
                self.say(Tone::Info, "The question comes first.".to_owned());
            }
            Some(
                Overlay::Menu(_)
                | Overlay::Batch(_)
                | Overlay::Palette(_)
                | Overlay::Port(_)
                | Overlay::Survivor(_)
                | Overlay::LogServices(_),
            )
            | None => self.ui.overlay = Some(Overlay::Help { top: 0 }),
        }
    }

    /// Scrolls the help: from its first row, and the rows of a page, to its next first row.
    pub(super) fn scroll_help(&mut self, next: impl FnOnce(usize, usize) -> usize) {
        let body = layout::body(self.ui.size);
        let rows = usize::from(body.height.saturating_sub(2));
        let most = view::help_height(self.keymap).saturating_sub(rows);
        let page = rows.saturating_sub(1).max(1);
        if let Some(Overlay::Help { top }) = &mut self.ui.overlay {
            // The terminal may have grown since.
            *top = next((*top).min(most), page).min(most);
        }
    }
}
