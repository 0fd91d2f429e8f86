//! Moving through a log: the cursor over the lines, the lines over the screen.

use super::{desk::Desk, logs::go};
use crate::{
    keymap::command::Step,
    tui::{
        state::LogView,
        view::log_rows::{self, Spot},
    },
};

const OLDEST: &str = "This is the oldest line that is kept.";
const NEWEST: &str = "This is the newest line.";

impl Desk<'_> {
    /// Moves; returns why it did not.
    pub(super) fn step_in_log(&self, view: &mut LogView, step: Step) -> Option<String> {
        if self.spot(view).is_none() {
            return Some("There is no line yet.".to_owned());
        }
        let page = self.shape(view).rows.saturating_sub(1).max(1);
        match step {
            Step::Up => self.cursor_up(view),
            Step::PageUp => self.screen_up(view, page),
            Step::First => {
                let said = self.screen_up(view, usize::MAX);
                let first = self.log_page(view).first().map(|it| it.kept.number);
                let was_there = view.cursor == first;
                view.cursor = first;
                said.filter(|_| was_there)
            }
            Step::Down => self.cursor_down(view),
            Step::PageDown => self.screen_down(view, page),
            Step::Last => {
                let said = view.anchor.is_none().then(|| NEWEST.to_owned());
                go(view, None);
                said
            }
        }
    }

    /// Stops at the newest line, or follows again.
    pub(super) fn pause_or_follow(&self, view: &mut LogView) {
        let newest = match view.anchor {
            None => self.spot(view).map(|spot| spot.number),
            Some(_) => None,
        };
        go(view, newest);
        view.cursor = newest;
    }

    /// Where the screen ends.
    fn spot(&self, view: &LogView) -> Option<Spot> {
        let lowest = self.log_page(view).last()?.kept.number;
        let below = if view.anchor == Some(lowest) {
            view.below
        } else {
            0
        };
        Some(Spot {
            number: lowest,
            below,
        })
    }

    /// The line above comes under the cursor; nothing moves as long as it is on the screen. Of a
    /// line that begins above the screen the next row is shown first.
    fn cursor_up(&self, view: &mut LogView) -> Option<String> {
        let page = self.log_page(view);
        let at = log_rows::cursor(&page, view);
        let under = page.get(at)?;
        let spot = self.spot(view)?;
        if under.above > 0 {
            self.scroll_up(view, spot, 1);
            view.cursor = Some(under.kept.number);
            return None;
        }
        let pile = self.pile(view);
        let Some(goal) = pile.back_from(under.kept.number).nth(1) else {
            settle(view, spot);
            view.cursor = Some(under.kept.number);
            return Some(OLDEST.to_owned());
        };
        let shape = self.shape(view);
        let hidden = match at.checked_sub(1).and_then(|above| page.get(above)) {
            Some(above) => above.above,
            None => log_rows::height(goal, view, shape.columns),
        };
        // Of a line that is taller than the screen its end is shown.
        self.scroll_up(view, spot, hidden.min(shape.rows.saturating_sub(1).max(1)));
        view.cursor = Some(goal.number);
        None
    }

    /// The line below comes under the cursor; at the newest one it follows again.
    fn cursor_down(&self, view: &mut LogView) -> Option<String> {
        if view.anchor.is_none() {
            return Some(NEWEST.to_owned());
        }
        let page = self.log_page(view);
        let at = log_rows::cursor(&page, view);
        let under = page.get(at)?;
        let (number, shape) = (under.kept.number, self.shape(view));
        let tall = log_rows::height(under.kept, view, shape.columns);
        let spot = self.spot(view)?;
        let below = tall.saturating_sub(under.above + under.rows);
        if below > 0 {
            self.scroll_down(view, spot, 1);
            if view.anchor.is_some() {
                view.cursor = Some(number);
            }
            return None;
        }
        let pile = self.pile(view);
        let mut newer = pile.on_from(Some(number));
        let Some(goal) = newer.next() else {
            go(view, None);
            return None;
        };
        let is_newest = newer.next().is_none();
        let tall = log_rows::height(goal, view, shape.columns);
        let hidden = match page.get(at + 1) {
            Some(next) => tall.saturating_sub(next.above + next.rows),
            None => tall,
        };
        if is_newest && hidden <= 1 {
            go(view, None);
            return None;
        }
        self.scroll_down(view, spot, hidden.min(shape.rows.saturating_sub(1).max(1)));
        if view.anchor.is_none() {
            settle(view, spot);
        }
        view.cursor = Some(goal.number);
        None
    }

    /// Scrolls towards older lines; the cursor stays in its row.
    fn screen_up(&self, view: &mut LogView, by: usize) -> Option<String> {
        let (spot, row) = (self.spot(view)?, self.cursor_row(view));
        let was = (view.anchor, view.below);
        self.scroll_up(view, spot, by);
        if was == (view.anchor, view.below) {
            let first = self.log_page(view).first().map(|it| it.kept.number);
            let was_there = view.cursor == first;
            view.cursor = first;
            return was_there.then(|| OLDEST.to_owned());
        }
        self.put_cursor_in_row(view, row);
        None
    }

    /// Scrolls towards newer lines; the cursor stays in its row. At the newest it follows again.
    fn screen_down(&self, view: &mut LogView, by: usize) -> Option<String> {
        if view.anchor.is_none() {
            return Some(NEWEST.to_owned());
        }
        let (spot, row) = (self.spot(view)?, self.cursor_row(view));
        self.scroll_down(view, spot, by);
        if view.anchor.is_some() {
            self.put_cursor_in_row(view, row);
        }
        None
    }

    fn scroll_up(&self, view: &mut LogView, from: Spot, by: usize) {
        let goal = log_rows::up(&self.pile(view), view, self.shape(view), from, by);
        settle(view, goal);
    }

    fn scroll_down(&self, view: &mut LogView, from: Spot, by: usize) {
        match log_rows::down(&self.pile(view), view, self.shape(view), from, by) {
            Some(goal) => settle(view, goal),
            None => go(view, None),
        }
    }

    /// The row of the screen in which the line under the cursor begins.
    fn cursor_row(&self, view: &LogView) -> usize {
        let page = self.log_page(view);
        let at = log_rows::cursor(&page, view);
        page.iter().take(at).map(|placed| placed.rows).sum()
    }

    /// The line in a row of the screen comes under the cursor.
    fn put_cursor_in_row(&self, view: &mut LogView, row: usize) {
        let mut used = 0;
        let page = self.log_page(view);
        let found = page.iter().find(|placed| {
            used += placed.rows;
            used > row
        });
        view.cursor = found.or(page.last()).map(|placed| placed.kept.number);
    }

    /// The line under the cursor, and the row in which it begins; nothing while it follows.
    pub(super) fn place_of_cursor(&self, view: &LogView) -> Option<(u64, usize)> {
        view.anchor?;
        Some((self.line_under_cursor(view)?, self.cursor_row(view)))
    }

    /// Puts a line, or the one before it where it is not shown, into a row of the screen.
    pub(super) fn put_line_at(&self, view: &mut LogView, number: u64, row: usize) {
        let pile = self.pile(view);
        let near = pile.back_from(number).next();
        let near = near.or_else(|| pile.on_from(Some(number)).next());
        let Some(near) = near.map(|kept| kept.number) else {
            return;
        };
        if let Some(spot) = log_rows::with_line_at(&pile, view, self.shape(view), near, row) {
            settle(view, spot);
            view.cursor = Some(near);
        }
    }

    /// Brings a line under the cursor: where it is on the screen, else into the middle.
    pub(super) fn show_line(&self, view: &mut LogView, number: u64) {
        let page = self.log_page(view);
        let seen = page
            .iter()
            .any(|it| it.kept.number == number && it.above == 0);
        match self.spot(view).filter(|_| seen) {
            Some(spot) => {
                settle(view, spot);
                view.cursor = Some(number);
            }
            None => self.put_line_at(view, number, self.shape(view).rows / 2),
        }
    }
}

/// The screen ends there.
fn settle(view: &mut LogView, spot: Spot) {
    view.anchor = Some(spot.number);
    view.below = spot.below;
    view.lost = false;
}
