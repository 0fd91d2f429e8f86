//! The cursor, and what is seen because of it.

use std::collections::BTreeSet;

use super::desk::Desk;
use crate::{
    model::ServiceName,
    supervisor::Command as Wish,
    tui::{
        layout,
        message::Effect,
        state::{Density, LogRing, Tone},
    },
};

impl Desk<'_> {
    /// How many services there are.
    fn count(&self) -> usize {
        self.snapshot.services.len()
    }

    /// How the services are shown.
    fn density(&self) -> Density {
        layout::density(self.ui, self.count())
    }

    /// Services beside each other.
    fn columns(&self) -> usize {
        match self.density() {
            Density::Panes => layout::grid(self.ui.size, self.count()).columns,
            Density::Table => 1,
        }
    }

    /// Puts the cursor on the service with this number from 0, or on the last one.
    pub(super) fn move_to(&mut self, row: usize) {
        let row = row.min(self.count().saturating_sub(1));
        self.ui.cursor = self.snapshot.services.keys().nth(row).cloned();
        self.ui.cursor_row = row;
    }

    /// Moves the cursor in name order. At an edge it stays.
    pub(super) fn move_by(&mut self, by: isize) {
        self.move_to(self.ui.cursor_row.saturating_add_signed(by));
    }

    /// To the service above; from the top of a page of panes to the page before.
    pub(super) fn move_up(&mut self) {
        if let Some(row) = self.ui.cursor_row.checked_sub(self.columns()) {
            self.move_to(row);
        }
    }

    /// To the service below; from the bottom of a page of panes to the next page. The last row may
    /// have no pane right below.
    pub(super) fn move_down(&mut self) {
        let (columns, at) = (self.columns(), self.ui.cursor_row);
        if at / columns < self.count().saturating_sub(1) / columns {
            self.move_to(at + columns);
        }
    }

    /// To the pane beside. A table has nothing beside a row.
    pub(super) fn move_across(&mut self, by: isize) {
        match self.density() {
            Density::Panes => self.move_by(by),
            Density::Table => {}
        }
    }

    /// Scrolls the log of the service under the cursor: told the rows it has, and those of a page.
    pub(super) fn scroll_log(&mut self, scroll: impl FnOnce(&mut LogRing, usize, usize)) {
        let rows = layout::log_rows(self.ui, self.count());
        let page = rows.saturating_sub(1).max(1);
        let cursor = self.ui.cursor.as_ref();
        if let Some(ring) = cursor.and_then(|name| self.ui.logs.get_mut(name)) {
            scroll(ring, rows, page);
        }
    }

    /// After any change: the cursor names a living service, it is seen, and the logs that are
    /// seen are asked for.
    pub(super) fn settle(&mut self) {
        self.settle_cursor();
        self.settle_table();
        let seen = self.seen();
        if seen != self.ui.watched {
            self.ui.logs.retain(|name, _| seen.contains(name));
            self.ui.watched.clone_from(&seen);
            self.want(Effect::Send(Wish::WatchLogs(seen)));
        }
    }

    /// The cursor stays with its service; when that vanishes, at its height.
    fn settle_cursor(&mut self) {
        let names = || self.snapshot.services.keys();
        let row = self.ui.cursor.as_ref().and_then(|cursor| {
            let found = self.snapshot.services.contains_key(cursor);
            found.then(|| names().position(|name| name == cursor))?
        });
        if let Some(row) = row {
            self.ui.cursor_row = row;
            return;
        }
        let gone = self.ui.cursor.take();
        if let Some(last) = self.count().checked_sub(1) {
            self.ui.cursor_row = self.ui.cursor_row.min(last);
            self.ui.cursor = names().nth(self.ui.cursor_row).cloned();
        }
        if let Some(gone) = gone {
            self.say(Tone::Info, format!("There is no service {gone} any more."));
        }
    }

    /// The row of the cursor is one of those that are shown.
    fn settle_table(&mut self) {
        let count = self.count();
        let rows = layout::table_rows(self.ui.size, count);
        let at = self.ui.cursor_row;
        let top = self.ui.table_top.min(count.saturating_sub(rows));
        self.ui.table_top = top.clamp((at + 1).saturating_sub(rows).min(at), at);
    }

    /// The services whose logs are on the screen.
    fn seen(&self) -> BTreeSet<ServiceName> {
        let (ui, count) = (&*self.ui, self.count());
        if layout::is_tiny(ui.size) {
            return BTreeSet::new();
        }
        match layout::density(ui, count) {
            Density::Table => ui.cursor.iter().cloned().collect(),
            Density::Panes => {
                let grid = layout::grid(ui.size, count);
                let first = grid.page_of(ui.cursor_row) * grid.per_page();
                let page = self.snapshot.services.keys().skip(first);
                page.take(grid.per_page()).cloned().collect()
            }
        }
    }
}
