//! The page of one service.

use super::desk::Desk;
use crate::{
    keymap::command::{DetailCommand, Step},
    model::{
        ServiceName, TreeMember,
        metrics::{Past, ServiceHistory},
    },
    supervisor::Command as Wish,
    tui::{
        layout,
        message::{Effect, Urgency},
        rows,
        state::{Density, View},
        view,
    },
};

impl Desk<'_> {
    /// A step on the page of a service, or to the page of another one.
    pub(super) fn detail_command(&mut self, command: DetailCommand) {
        match command {
            DetailCommand::Step(step) => self.scroll_detail(step),
            DetailCommand::NextService => self.turn_page(1),
            DetailCommand::PrevService => self.turn_page(-1),
        }
    }

    /// The page of the service beside, from its top.
    fn turn_page(&mut self, by: isize) {
        self.move_by(by);
        if let View::Detail(detail) = &mut self.ui.view {
            detail.top = 0;
        }
    }

    /// The tree of the service on the page is asked for, as long as it is there.
    pub(super) fn settle_tree(&mut self) {
        let wanted = match self.ui.view {
            View::Detail(_) => self.ui.cursor.clone(),
            // Its page stands beside the table where there is room.
            View::Services if self.page_beside() => self.ui.cursor.clone(),
            View::Services | View::Logs(_) | View::Events(_) | View::Own => None,
        };
        if wanted != self.ui.watched_tree {
            self.ui.tree.clear();
            self.ui.charts = None;
            self.ui.watched_tree.clone_from(&wanted);
            self.want(Effect::Send(Wish::WatchTree(wanted)));
        }
    }

    /// Whether a page stands beside the table.
    fn page_beside(&self) -> bool {
        layout::tier(self.ui.size) == layout::Tier::Wide
            && rows::shown(self.snapshot, self.ui).density == Density::Table
    }

    /// The processes of the service on the page.
    pub(super) fn take_tree(&mut self, service: &ServiceName, members: Vec<TreeMember>) {
        if self.ui.watched_tree.as_ref() == Some(service) && self.ui.tree != members {
            self.ui.tree = members;
            self.draw(Urgency::Data);
        }
    }

    /// How the service on the page fared.
    pub(super) fn take_charts(&mut self, history: Box<ServiceHistory>) {
        if self.ui.watched_tree.as_ref() == Some(&history.service) {
            self.ui.charts = Some(history);
            self.draw(Urgency::Data);
        }
    }

    /// How all services fared before this window was there.
    pub(super) fn take_past(&mut self, past: &[(ServiceName, Vec<Past>)]) {
        self.ui.trends.fill(past);
        self.draw(Urgency::Data);
    }

    fn scroll_detail(&mut self, step: Step) {
        let rows = usize::from(layout::body(self.ui.size).height);
        let most = view::detail_height(self.snapshot, self.ui, self.keymap).saturating_sub(rows);
        let page = rows.saturating_sub(1).max(1);
        if let View::Detail(detail) = &mut self.ui.view {
            // The page may have become shorter since.
            let top = detail.top.min(most);
            let next = match step {
                Step::Up => top.saturating_sub(1),
                Step::Down => top + 1,
                Step::PageUp => top.saturating_sub(page),
                Step::PageDown => top + page,
                Step::First => 0,
                Step::Last => most,
            };
            detail.top = next.min(most);
        }
    }
}
