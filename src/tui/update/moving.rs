//! The cursor, and what is seen because of it.

use std::collections::BTreeSet;

use super::desk::Desk;
use crate::{
    keymap::Command,
    model::ServiceName,
    supervisor::Command as Wish,
    tui::{
        layout,
        message::Effect,
        rings,
        rows::{self, Shown},
        state::{Density, LogRing, Tone, View},
    },
};

impl<'a> Desk<'a> {
    /// What is shown, in its order.
    pub(super) fn shown(&self) -> Shown<'a> {
        rows::shown(self.snapshot, self.ui)
    }
}

impl Desk<'_> {
    /// A command that moves the cursor or the log.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the commands are taken level by level"
    )]
    pub(super) fn move_command(&mut self, command: Command) {
        match command {
            Command::MoveUp => self.move_down_by(-1),
            Command::MoveDown => self.move_down_by(1),
            Command::MoveLeft => self.move_across(-1),
            Command::MoveRight => self.move_across(1),
            Command::MoveFirst => self.move_to(0),
            Command::MoveLast => self.move_to(usize::MAX),
            Command::MoveNext => self.move_on(1),
            Command::MovePrev => self.move_on(-1),
            Command::MovePageUp => self.move_page(-1),
            Command::MovePageDown => self.move_page(1),
            Command::LogPageUp => self.scroll_log(|ring, rows, page| ring.scroll_up(page, rows)),
            Command::LogPageDown => self.scroll_log(|ring, _, page| ring.scroll_down(page)),
            Command::LogFollow => self.scroll_log(|ring, _, _| ring.follow()),
            _ => {}
        }
    }

    /// Puts the cursor on the service with this number from 0, or on the last one.
    pub(super) fn move_to(&mut self, row: usize) {
        let shown = self.shown();
        let row = row.min(shown.services.len().saturating_sub(1));
        self.ui.cursor = shown.services.get(row).map(|item| item.view.name.clone());
        self.ui.cursor_row = row;
    }

    /// Puts the cursor on a service.
    pub(super) fn put_cursor_on(&mut self, service: &ServiceName) {
        self.ui.cursor = Some(service.clone());
        self.settle_cursor();
    }

    /// Moves the cursor in the order of the services. At an edge it stays.
    pub(super) fn move_by(&mut self, by: isize) {
        self.move_to(self.ui.cursor_row.saturating_add_signed(by));
    }

    /// To the next service; among cells to the next one in trouble, the worst first.
    fn move_on(&mut self, by: isize) {
        let shown = self.shown();
        if shown.density != Density::Grid || shown.troubles.is_empty() {
            return self.move_by(by);
        }
        let at = shown
            .troubles
            .iter()
            .position(|it| *it == self.ui.cursor_row);
        let next = at.map_or(0, |at| at.saturating_add_signed(by));
        let last = shown.troubles.len() - 1;
        if let Some(row) = shown.troubles.get(next.min(last)) {
            self.move_to(*row);
        }
    }

    /// So many rows down: of services, of panes, also to the next page, or of cells.
    fn move_down_by(&mut self, rows: isize) {
        let shown = self.shown();
        match shown.density {
            Density::Table => self.move_by(rows),
            Density::Grid => self.move_lines(&shown, rows),
            Density::Panes => {
                let columns = layout::grid(self.ui.size, shown.services.len()).columns;
                let at = self.ui.cursor_row;
                let last = shown.services.len().saturating_sub(1) / columns;
                let to = (at / columns).saturating_add_signed(rows).min(last);
                // The last row may have no pane right below.
                if to != at / columns {
                    self.move_to(to * columns + at % columns);
                }
            }
        }
    }

    /// So many lines of cells down, to the cell right below.
    fn move_lines(&mut self, shown: &Shown<'_>, by: isize) {
        let lines = shown.lines(shown.across(self.ui.size));
        let at = self.ui.cursor_row;
        let Some(line) = lines.iter().position(|(_, cells)| cells.contains(&at)) else {
            return;
        };
        let next = line.saturating_add_signed(by).min(lines.len() - 1);
        if let (Some((_, from)), Some((_, to))) = (lines.get(line), lines.get(next))
            && next != line
        {
            self.move_to((to.start + at - from.start).min(to.end.saturating_sub(1)));
        }
    }

    /// A page up or down.
    fn move_page(&mut self, by: isize) {
        let shown = self.shown();
        let (size, count) = (self.ui.size, shown.services.len());
        let page = match shown.density {
            Density::Table => layout::table_rows(size, shown.rows.len()).saturating_sub(1),
            Density::Grid => shown.cells(size).lines.saturating_sub(1),
            Density::Panes => layout::grid(size, count).per_page(),
        };
        let page = isize::try_from(page.max(1)).unwrap_or(1);
        match shown.density {
            Density::Table | Density::Panes => self.move_by(by * page),
            Density::Grid => self.move_lines(&shown, by * page),
        }
    }

    /// To the pane or the cell beside. In the table: folds the group, or unfolds it.
    fn move_across(&mut self, by: isize) {
        let shown = self.shown();
        match shown.density {
            Density::Panes | Density::Grid => self.move_by(by),
            Density::Table if shown.grouped => self.fold(by < 0),
            Density::Table => {}
        }
    }

    /// To the first service of the group before or after.
    pub(super) fn move_to_group(&mut self, by: isize) {
        let shown = self.shown();
        if !shown.grouped {
            return self.say(Tone::Info, "There are no groups.".to_owned());
        }
        let at = shown.group_of(self.ui.cursor_row).unwrap_or(0);
        let next = at
            .saturating_add_signed(by)
            .min(shown.groups.len().saturating_sub(1));
        // A filter may have left no group.
        let Some(group) = shown.groups.get(next) else {
            return self.say(Tone::Info, "There are no groups.".to_owned());
        };
        let first = shown.services.get(group.shown.start);
        let first = first.filter(|_| !group.shown.is_empty() && next != at);
        let name = first.map_or(group.first, |item| &item.view.name).clone();
        self.put_cursor_on(&name);
    }

    /// Scrolls the log of the service under the cursor: told the rows it has, and those of a page.
    pub(super) fn scroll_log(&mut self, scroll: impl FnOnce(&mut LogRing, usize, usize)) {
        let rows = self.shown().log_rows(self.ui.size);
        let page = rows.saturating_sub(1).max(1);
        let cursor = self.ui.cursor.as_ref();
        if let Some(ring) = cursor.and_then(|name| self.ui.logs.get_mut(name)) {
            scroll(ring, rows, page);
        }
    }

    /// After any change: the cursor names a living service, it is seen, and the logs that are
    /// seen are asked for.
    pub(super) fn settle(&mut self) {
        if self.ui.view != View::Services && self.ui.list.typing.is_some() {
            self.keep_filter();
        }
        let services = &self.snapshot.services;
        self.ui
            .list
            .marks
            .retain(|name| services.contains_key(name));
        self.settle_order();
        self.settle_cursor();
        let shown = self.shown();
        self.settle_table(&shown);
        let seen = self.seen(&shown);
        if seen != self.ui.watched {
            for name in seen.difference(&self.ui.watched) {
                if let Some(ring) = self.ui.logs.get_mut(name) {
                    ring.torn = true;
                }
            }
            self.ui.watched.clone_from(&seen);
            self.want(Effect::Send(Wish::WatchLogs(seen)));
        }
        let services = &self.snapshot.services;
        self.ui.logs.retain(|name, _| services.contains_key(name));
        self.sift();
        self.settle_book();
        self.hold_place();
    }

    /// The cursor stays with its service; when that vanishes or is hidden, at its height.
    fn settle_cursor(&mut self) {
        let shown = self.shown();
        let at = |name: &ServiceName| shown.index_of(name);
        if let Some(row) = self.ui.cursor.as_ref().and_then(at) {
            self.ui.cursor_row = row;
            return;
        }
        let lost = self.ui.cursor.take();
        if let Some(last) = shown.services.len().checked_sub(1) {
            self.ui.cursor_row = self.ui.cursor_row.min(last);
            let item = shown.services.get(self.ui.cursor_row);
            self.ui.cursor = item.map(|item| item.view.name.clone());
        }
        if let Some(gone) = lost.filter(|name| !self.snapshot.services.contains_key(name)) {
            self.say(Tone::Info, format!("There is no service {gone} any more."));
        }
    }

    /// The row of the cursor is one of those that are shown.
    fn settle_table(&mut self, shown: &Shown<'_>) {
        let rows = layout::table_rows(self.ui.size, shown.rows.len());
        self.ui.table_top = shown.top_row(self.ui.table_top, self.ui.cursor_row, rows);
    }

    /// The services whose logs are on the screen.
    fn seen(&self, shown: &Shown<'_>) -> BTreeSet<ServiceName> {
        let ui = &*self.ui;
        if layout::is_tiny(ui.size) {
            return BTreeSet::new();
        }
        if let View::Logs(log) = &ui.view {
            let shown = rings::shown(self.snapshot, log).into_iter();
            let there = shown.filter(|name| self.snapshot.services.contains_key(*name));
            return there.cloned().collect();
        }
        match shown.density {
            // Without room for a log none is read.
            Density::Table | Density::Grid => {
                let cursor = ui.cursor.iter().filter(|_| shown.log_rows(ui.size) > 0);
                cursor.cloned().collect()
            }
            Density::Panes => {
                let grid = layout::grid(ui.size, shown.services.len());
                let first = grid.page_of(ui.cursor_row) * grid.per_page();
                let page = shown.services.iter().skip(first);
                let names = page.map(|item| item.view.name.clone());
                names.take(grid.per_page()).collect()
            }
        }
    }
}
