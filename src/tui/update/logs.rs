//! The log that fills the screen.

use super::desk::Desk;
use crate::{
    keymap::{
        Command,
        command::{LogCommand, Step},
    },
    tui::{
        layout,
        rings::Pile,
        state::{Kept, LogView, Streams, Tone, View},
        view,
    },
};

/// Columns of one step sideways.
const ASIDE: usize = 8;

impl Desk<'_> {
    /// A step or a switch in the log that fills the screen.
    pub(super) fn log_command(&mut self, command: LogCommand) {
        let View::Logs(mut view) = self.ui.view.clone() else {
            return;
        };
        let said = match command {
            LogCommand::Step(step) => self.step_in_log(&mut view, step),
            LogCommand::Follow => {
                let anchor = match view.anchor {
                    None => self.lowest(&view).map(|kept| kept.number),
                    Some(_) => None,
                };
                go(&mut view, anchor);
                None
            }
            LogCommand::Left => aside(&mut view, ASIDE),
            LogCommand::LineStart => aside(&mut view, usize::MAX),
            LogCommand::Right => self.move_right(&mut view),
            LogCommand::Stream => {
                view.streams = view.streams.next();
                None
            }
            LogCommand::Merge => {
                view.service = match view.service {
                    Some(_) => None,
                    None => self.ui.cursor.clone(),
                };
                None
            }
            LogCommand::NextError => self.jump(&mut view, true),
            LogCommand::PrevError => self.jump(&mut view, false),
            LogCommand::NextService => self.log_of_next(&mut view, 1),
            LogCommand::PrevService => self.log_of_next(&mut view, -1),
        };
        self.ui.view = View::Logs(view);
        if let Some(text) = said {
            self.say(Tone::Info, text);
        }
    }

    /// The anchor names a line that is left. Says once when the line it named is gone.
    pub(super) fn hold_place(&mut self) {
        let View::Logs(view) = &self.ui.view else {
            return;
        };
        let Some(anchor) = view.anchor else { return };
        let pile = self.pile(view).with(Streams::Both);
        let all_gone = pile.rank(anchor) == 0 && pile.dropped() > 0;
        let Some(top) = pile.top(self.log_rows()).filter(|_| all_gone) else {
            return;
        };
        let (top, was_said) = (top.number, view.lost);
        if let View::Logs(view) = &mut self.ui.view {
            view.anchor = Some(top);
            view.found = None;
            view.lost = true;
        }
        if !was_said {
            self.say(Tone::Info, "Older lines were dropped.".to_owned());
        }
    }

    /// The lines that `view` shows.
    fn pile(&self, view: &LogView) -> Pile<'_> {
        Pile::of(&self.ui.logs, self.snapshot, view)
    }

    fn log_rows(&self) -> usize {
        layout::log_view_rows(self.ui.size).max(1)
    }

    /// The lowest line that is shown.
    fn lowest(&self, view: &LogView) -> Option<&Kept> {
        self.pile(view).page(view.anchor, self.log_rows()).pop()
    }

    /// Scrolls; returns why it did not.
    fn step_in_log(&self, view: &mut LogView, step: Step) -> Option<String> {
        let rows = self.log_rows();
        let page = rows.saturating_sub(1).max(1);
        match step {
            Step::Up => self.log_up(view, 1),
            Step::PageUp => self.log_up(view, page),
            Step::First => self.log_up(view, usize::MAX),
            Step::Down => self.log_down(view, 1),
            Step::PageDown => self.log_down(view, page),
            Step::Last => self.log_down(view, usize::MAX),
        }
    }

    /// Towards older lines, at most so far that the screen stays full; pauses in any case.
    fn log_up(&self, view: &mut LogView, by: usize) -> Option<String> {
        let pile = self.pile(view);
        let (Some(lowest), Some(top)) = (self.lowest(view), pile.top(self.log_rows())) else {
            return Some("There is no line yet.".to_owned());
        };
        let goal = match by {
            usize::MAX => top.number,
            _ => pile
                .back_from(lowest.number)
                .nth(by)
                .map_or(top.number, |kept| kept.number.max(top.number)),
        };
        // Where the screen is not full any more, the text stays where it is.
        let goal = goal.min(lowest.number);
        let said = view.anchor == Some(goal);
        go(view, Some(goal));
        said.then(|| "This is the oldest line that is kept.".to_owned())
    }

    /// Towards newer lines; at the newest one it follows again.
    fn log_down(&self, view: &mut LogView, by: usize) -> Option<String> {
        if view.anchor.is_none() {
            return Some("This is the newest line.".to_owned());
        }
        let goal = match (by, self.lowest(view)) {
            (usize::MAX, _) | (_, None) => None,
            (_, Some(lowest)) => {
                let mut newer = self.pile(view).on_from(Some(lowest.number));
                let goal = newer.nth(by - 1).map(|kept| kept.number);
                goal.filter(|_| newer.next().is_some())
            }
        };
        go(view, goal);
        None
    }

    /// Towards the ends of the lines, as long as there is text; returns why it did not move.
    fn move_right(&self, view: &mut LogView) -> Option<String> {
        let page = self.pile(view).page(view.anchor, self.log_rows());
        let texts = page.iter().map(|kept| &kept.line.text);
        let widest = texts.map(|text| view::text_columns(text)).max();
        if view.left + ASIDE >= widest.unwrap_or(0) {
            return Some("The lines on the screen end here.".to_owned());
        }
        view.left += ASIDE;
        None
    }

    /// To the next or the previous line with an error; it comes to stand in the middle.
    fn jump(&self, view: &mut LogView, on: bool) -> Option<String> {
        let rows = self.log_rows();
        let pile = self.pile(view);
        let page = pile.page(view.anchor, rows);
        let shown = |kept: &&Kept| Some(kept.number) == view.found;
        let at = page.iter().copied().find(shown).map(|kept| kept.number);
        let found = match (on, at, view.anchor) {
            (true, Some(at), _) => pile.error_after(Some(at)),
            // Nothing is newer than the newest.
            (true, None, None) => None,
            (true, None, Some(_)) => {
                let first = page.first().and_then(|kept| kept.number.checked_sub(1));
                pile.error_after(first)
            }
            (false, Some(at), _) => pile.error_before(at),
            (false, None, _) => {
                let end = page.last().map_or(0, |kept| kept.number + 1);
                pile.error_before(end)
            }
        };
        let Some(found) = found else {
            return Some(self.no_more(on));
        };
        let below = pile.on_from(Some(found)).take(rows / 2).last();
        let goal = below.map_or(found, |kept| kept.number);
        let top = pile.top(rows).map_or(goal, |kept| kept.number);
        go(view, Some(goal.max(top)));
        view.found = Some(found);
        None
    }

    /// There is no further error in this direction.
    fn no_more(&self, on: bool) -> String {
        let (where_not, other, there) = if on {
            ("below", LogCommand::PrevError, "above")
        } else {
            ("above", LogCommand::NextError, "below")
        };
        match self.keymap.label(Command::Log(other)) {
            Some(key) => format!("No more errors {where_not}; {key} looks {there}."),
            None => format!("No more errors {where_not}."),
        }
    }

    /// The log of the next service, or the one before; the cursor goes with it.
    fn log_of_next(&mut self, view: &mut LogView, by: isize) -> Option<String> {
        self.move_by(by);
        if view.service == self.ui.cursor {
            let side = if by > 0 { "last" } else { "first" };
            return Some(format!("This is the {side} service."));
        }
        view.service.clone_from(&self.ui.cursor);
        go(view, None);
        None
    }
}

/// Towards the start of the lines; returns why it did not move.
fn aside(view: &mut LogView, by: usize) -> Option<String> {
    if view.left == 0 {
        return Some("Lines are shown from their start.".to_owned());
    }
    view.left = view.left.saturating_sub(by);
    None
}

/// Goes to a line, or follows the newest.
fn go(view: &mut LogView, anchor: Option<u64>) {
    view.anchor = anchor;
    view.found = None;
    view.lost = false;
}
