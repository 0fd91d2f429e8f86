//! The log that fills the screen.

use super::desk::Desk;
use crate::{
    keymap::{Command, command::LogCommand},
    model::reading::Level,
    tui::{
        layout,
        rings::{self, Pile, Sieve},
        state::{LogView, Tone, View},
        view::log_rows::{self, Placed, Shape},
    },
};

/// Columns of one step sideways.
const ASIDE: usize = 8;

impl Desk<'_> {
    /// A step or a switch in the log that fills the screen.
    pub(super) fn log_command(&mut self, command: LogCommand) {
        use LogCommand as L;
        let View::Logs(mut view) = self.ui.view.clone() else {
            return;
        };
        let before = view.clone();
        let said = match command {
            L::Step(step) => self.step_in_log(&mut view, step),
            L::Follow => {
                self.pause_or_follow(&mut view);
                None
            }
            L::Left => aside(&mut view, ASIDE),
            L::LineStart => aside(&mut view, usize::MAX),
            L::Right => self.move_right(&mut view, ASIDE),
            L::LineEnd => self.move_right(&mut view, usize::MAX),
            L::NextError | L::PrevError => self.jump(&mut view, command == L::NextError),
            L::NextService => self.log_of_next(&mut view, 1),
            L::PrevService => self.log_of_next(&mut view, -1),
            L::NextMatch | L::PrevMatch => self.next_match(&mut view, command == L::NextMatch),
            L::NextMark | L::PrevMark => self.next_mark(&mut view, command == L::NextMark),
            L::Mark => Some(self.mark_line(&mut view)),
            L::Clear => Some(self.clear_log(&mut view)),
            L::Stream | L::OnlyMatching | L::Level | L::Wrap | L::Times | L::Open | L::Pretty => {
                self.switch(&mut view, command)
            }
            L::Search => {
                self.begin_search(&mut view);
                None
            }
            L::Merge => return self.open_log_choice(),
            L::Copy => return self.copy_lines(&view),
            L::CopyAll => return self.copy_shown(&view),
            L::Save => return self.save_shown(&view),
            L::Pager => return self.open_pager(&view),
        };
        let said = self.read_on(&before, &mut view, command, said);
        self.ui.view = View::Logs(view);
        if let Some(text) = said {
            self.say(Tone::Info, text);
        }
    }

    /// Changes what is shown of the lines, or which. The line under the cursor stays in its row.
    fn switch(&mut self, view: &mut LogView, command: LogCommand) -> Option<String> {
        if command == LogCommand::OnlyMatching && view.search.is_none() {
            return Some(self.nothing_sought());
        }
        let place = self.place_of_cursor(view);
        let mut said = None;
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the commands are taken level by level"
        )]
        match command {
            LogCommand::Stream => view.streams = view.streams.next(),
            LogCommand::OnlyMatching => view.only = !view.only,
            LogCommand::Level => {
                view.least = match view.least {
                    None => Some(Level::Info),
                    Some(Level::Info | Level::Debug) => Some(Level::Warning),
                    Some(Level::Warning) => Some(Level::Error),
                    Some(Level::Error) => None,
                };
            }
            LogCommand::Wrap => view.wrap = !view.wrap,
            LogCommand::Times => view.times = view.times.next(),
            LogCommand::Pretty => {
                view.pretty = !view.pretty;
                view.turned.clear();
            }
            LogCommand::Open => match self.line_under_cursor(view) {
                None => said = Some("There is no line yet.".to_owned()),
                Some(number) => {
                    if view.anchor.is_none() {
                        self.pause_or_follow(view);
                    }
                    if !view.turned.remove(&number) {
                        view.turned.insert(number);
                    }
                }
            },
            _ => {}
        }
        let place = place.or_else(|| self.place_of_cursor(view));
        if let Some((number, row)) = place.filter(|_| view.anchor.is_some()) {
            self.put_line_at(view, number, row);
        }
        said
    }

    /// What is sifted out of the lines is brought up to date.
    pub(super) fn sift(&mut self) {
        let View::Logs(view) = &self.ui.view else {
            for ring in self.ui.logs.values_mut() {
                ring.sifted = None;
            }
            return;
        };
        let sieve = Sieve::of(view);
        for name in rings::shown(self.snapshot, view) {
            let window = self.ui.book.window.as_mut();
            let logs = window.map_or(&mut self.ui.logs, |window| &mut window.logs);
            if let Some(ring) = logs.get_mut(name) {
                ring.sift(sieve.as_ref());
            }
        }
    }

    /// The anchor names a line that is left. Says once when the line it named is gone.
    pub(super) fn hold_place(&mut self) {
        let View::Logs(view) = &self.ui.view else {
            return;
        };
        let Some(anchor) = view.anchor else { return };
        let pile = self.pile(view).unfiltered();
        let all_gone = pile.rank(anchor) == 0 && pile.dropped() > 0;
        if !all_gone {
            return;
        }
        let top = log_rows::top(&self.pile(view), view, self.shape(view));
        let Some(top) = top else { return };
        let was_said = view.lost;
        if let View::Logs(view) = &mut self.ui.view {
            view.anchor = Some(top.number);
            view.below = top.below;
            view.cursor = None;
            view.lost = true;
        }
        if !was_said {
            self.say(Tone::Info, "Older lines were dropped.".to_owned());
        }
    }

    /// The lines that `view` shows.
    pub(super) fn pile(&self, view: &LogView) -> Pile<'_> {
        Pile::of(self.ui.lines(), self.snapshot, view)
    }

    /// How their rows are laid out.
    pub(super) fn shape(&self, view: &LogView) -> Shape {
        let rows = layout::log_view_rows(self.ui.size);
        Shape::new(self.snapshot, view, (self.ui.size.0, rows))
    }

    /// The lines on the screen.
    pub(super) fn log_page(&self, view: &LogView) -> Vec<Placed<'_>> {
        log_rows::page(&self.pile(view), view, self.shape(view))
    }

    /// The line under the cursor; the newest while it follows.
    pub(super) fn line_under_cursor(&self, view: &LogView) -> Option<u64> {
        let page = self.log_page(view);
        let at = log_rows::cursor(&page, view);
        page.get(at).map(|placed| placed.kept.number)
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

    /// Towards the ends of the lines, as long as there is text; returns why it did not move.
    fn move_right(&self, view: &mut LogView, by: usize) -> Option<String> {
        if view.wrap {
            return Some("Long lines are wrapped: nothing lies at the side.".to_owned());
        }
        let page = self.log_page(view);
        let widths = page.iter().map(|placed| log_rows::width(placed.kept, view));
        let widest = widths.max().unwrap_or(0);
        let left = if by == usize::MAX {
            widest.saturating_sub(self.shape(view).columns)
        } else {
            view.left + by
        };
        if left >= widest || left == view.left || by == usize::MAX && left < view.left {
            return Some("The lines on the screen end here.".to_owned());
        }
        view.left = left;
        None
    }

    /// To the next or the previous line with an error; it comes to stand in the middle.
    fn jump(&self, view: &mut LogView, on: bool) -> Option<String> {
        let pile = self.pile(view);
        let from = self.jump_from(view, on);
        let found = match (on, from) {
            (_, None) => None,
            (true, Some(from)) => pile.error_after(from.checked_sub(1)),
            (false, Some(from)) => pile.error_before(from),
        };
        let Some(found) = found else {
            return Some(self.no_more("errors", on, LogCommand::NextError, LogCommand::PrevError));
        };
        self.show_line(view, found);
        None
    }

    /// Where a jump begins: behind the line under the cursor, or before it. Where nothing is
    /// under a cursor, what is on the screen counts. `None`: nothing lies in that direction.
    pub(super) fn jump_from(&self, view: &LogView, on: bool) -> Option<u64> {
        let page = self.log_page(view);
        match (on, view.cursor.filter(|_| view.anchor.is_some())) {
            (true, Some(cursor)) => Some(cursor + 1),
            (false, Some(cursor)) => Some(cursor),
            // Nothing is newer than the newest.
            (true, None) if view.anchor.is_none() => None,
            (true, None) => page.first().map(|placed| placed.kept.number),
            (false, None) => page.last().map(|placed| placed.kept.number + 1),
        }
    }

    /// There is nothing further in this direction.
    pub(super) fn no_more(
        &self,
        what: &str,
        on: bool,
        next: LogCommand,
        before: LogCommand,
    ) -> String {
        let (where_not, other, there) = if on {
            ("below", before, "above")
        } else {
            ("above", next, "below")
        };
        match self.keymap.label(Command::Log(other)) {
            Some(key) => format!("No more {what} {where_not}; {key} looks {there}."),
            None => format!("No more {what} {where_not}."),
        }
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
pub(super) fn go(view: &mut LogView, anchor: Option<u64>) {
    view.anchor = anchor;
    view.below = 0;
    view.cursor = None;
    view.lost = false;
}
