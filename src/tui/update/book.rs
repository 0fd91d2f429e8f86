//! Reading a log far back: in its files and archives, beyond the lines that are kept.

use super::{desk::Desk, logs::go};
use crate::{
    keymap::command::{LogCommand, Step},
    model::{ServiceName, reading::Level},
    supervisor::{
        Command as Wish,
        book::{Leaf, Look, Page, Reading, Sought, Spot, Told, Towards},
    },
    tui::{
        book::{Piece, Searching, Window, top_of},
        message::{Effect, Urgency},
        state::{LogView, Tally, Tone, View},
    },
};

/// Lines of one piece.
pub(super) const PIECE: usize = 1000;
/// So many screens before the edge the next piece is asked for.
const AHEAD: usize = 3;

impl Desk<'_> {
    /// After a step or a jump in a log: goes on in its files where the kept lines end. Returns what is
    /// said.
    pub(super) fn read_on(
        &mut self,
        before: &LogView,
        view: &mut LogView,
        command: LogCommand,
        said: Option<String>,
    ) -> Option<String> {
        let Some(service) = view.service.clone() else {
            return said;
        };
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the commands are taken level by level"
        )]
        let said = match command {
            LogCommand::Step(Step::First) => self.read_from_the_first(view, &service, said),
            LogCommand::Step(Step::Up | Step::PageUp) => self.upwards(view, &service, said),
            LogCommand::Step(Step::Down | Step::PageDown) => self.downwards(before, view, said),
            LogCommand::NextMatch | LogCommand::PrevMatch if view.search.is_some() => {
                let sought = Sought {
                    needle: view.search.clone(),
                    level: None,
                };
                let said = said.map(|it| (it, sought));
                self.search_on(view, command == LogCommand::NextMatch, said)
            }
            LogCommand::NextError | LogCommand::PrevError => {
                let sought = Sought {
                    needle: None,
                    level: Some(Level::Error),
                };
                let said = said.map(|it| (it, sought));
                self.search_on(view, command == LogCommand::NextError, said)
            }
            _ => said,
        };
        if view.anchor.is_none() && self.ui.book.window.is_some() {
            let is_step = matches!(command, LogCommand::Step(Step::Down | Step::PageDown));
            self.go_back(view, is_step);
        }
        said
    }

    /// Back to the kept lines: where somebody has stepped there and newer ones have come since, the
    /// text stays.
    fn go_back(&mut self, view: &mut LogView, is_step: bool) {
        let Some(window) = self.ui.book.window.as_ref() else {
            return;
        };
        let ring = view.service.as_ref().and_then(|it| self.ui.logs.get(it));
        let newest = ring.and_then(|ring| ring.lines.back());
        let last = window.last_kept().filter(|_| is_step);
        if let (Some(last), Some(newest)) = (last, newest)
            && last < newest.number
        {
            go(view, Some(last));
            view.cursor = Some(last);
        }
        give_back(view, window);
        self.close_window();
    }

    /// Asks for the first lines, unless they are shown.
    fn read_from_the_first(
        &mut self,
        view: &mut LogView,
        service: &ServiceName,
        said: Option<String>,
    ) -> Option<String> {
        if self.is_first(view, service) {
            return said;
        }
        self.ask_piece(service, Piece::First, Spot::Start);
        None
    }

    /// Asks for older lines before they are needed.
    fn upwards(
        &mut self,
        view: &mut LogView,
        service: &ServiceName,
        said: Option<String>,
    ) -> Option<String> {
        if self.is_first(view, service) {
            return said;
        }
        let first = self.log_page(view).first().map(|it| it.kept.number);
        let ahead = AHEAD * self.shape(view).rows.max(1);
        let is_near =
            first.is_none_or(|first| self.pile(view).back_from(first).nth(ahead).is_none());
        if !is_near {
            return said;
        }
        let spot = match &self.ui.book.window {
            Some(window) => Some(window.older),
            None => self.ui.logs.get(service).and_then(top_of),
        };
        let Some(spot) = spot else { return said };
        self.ask_piece(service, Piece::Older, spot);
        said.map(|_| "Older lines are being read.".to_owned())
    }

    /// Asks for newer lines before they are needed. Where they are not there yet, the text stays.
    fn downwards(
        &mut self,
        before: &LogView,
        view: &mut LogView,
        said: Option<String>,
    ) -> Option<String> {
        let window = self.ui.book.window.as_ref();
        let Some(spot) = window.and_then(|window| window.newer) else {
            return said;
        };
        let Some(service) = view.service.clone() else {
            return said;
        };
        let is_at_end = view.anchor.is_none();
        if is_at_end {
            let last = self.pile(view).back_from(u64::MAX).next();
            let last = last.map(|kept| kept.number);
            go(view, last.or(before.anchor));
            view.cursor = last;
        }
        let last = self.log_page(view).last().map(|it| it.kept.number);
        let ahead = AHEAD * self.shape(view).rows.max(1);
        let is_near = is_at_end || self.pile(view).on_from(last).nth(ahead).is_none();
        if is_near {
            self.ask_piece(&service, Piece::Newer, spot);
        }
        said.filter(|_| !is_at_end)
            .or_else(|| is_at_end.then(|| "Newer lines are being read.".to_owned()))
    }

    /// Whether nothing lies before what is shown, or it was cleared away.
    pub(super) fn is_first(&self, view: &LogView, service: &ServiceName) -> bool {
        if let Some(window) = &self.ui.book.window {
            return window.is_first;
        }
        let Some(ring) = self.ui.logs.get(service) else {
            return true;
        };
        let is_whole = self.ui.book.whole.as_ref() == Some(service);
        view.cleared > 0 || is_whole && ring.gone == Tally::default() || top_of(ring).is_none()
    }

    /// Asks for a piece, unless one is on its way.
    pub(super) fn ask_piece(&mut self, service: &ServiceName, piece: Piece, spot: Spot) {
        if self
            .ui
            .book
            .asked
            .is_some_and(|(_, asked)| asked == piece || piece != Piece::First)
        {
            return;
        }
        let towards = match piece {
            Piece::Older => Towards::Older,
            Piece::First | Piece::Newer => Towards::Newer,
        };
        let number = self.ui.book.next();
        self.ui.book.asked = Some((number, piece));
        let want = Reading::Page {
            spot,
            towards,
            most: PIECE,
        };
        self.look(number, service, want);
    }

    pub(super) fn look(&mut self, number: u64, service: &ServiceName, want: Reading) {
        let look = Look {
            number,
            service: service.clone(),
            streams: None,
            want,
        };
        self.want(Effect::Send(Wish::Book(look)));
    }

    /// Back to the lines that are kept.
    pub(super) fn close_window(&mut self) {
        let Some(window) = self.ui.book.window.take() else {
            return;
        };
        self.ui.book.asked = None;
        if let Some(service) = window.logs.into_keys().next() {
            let number = self.ui.book.next();
            self.look(number, &service, Reading::Close);
        }
    }

    /// What is read far back belongs to the log that is shown, and to no other.
    pub(super) fn settle_book(&mut self) {
        let shown = match &self.ui.view {
            View::Logs(view) => view.service.clone(),
            View::Services | View::Detail(_) | View::Events(_) | View::Own => None,
        };
        let window = self.ui.book.window.as_ref();
        let is_other = window
            .is_some_and(|window| shown.is_none_or(|shown| !window.logs.contains_key(&shown)));
        if is_other {
            self.ui.book.search = None;
            if let (View::Logs(view), Some(window)) = (&mut self.ui.view, window) {
                give_back(view, window);
            }
            self.close_window();
        }
    }

    /// Takes what was asked for.
    pub(super) fn take_leaf(&mut self, leaf: Leaf) {
        let View::Logs(mut view) = self.ui.view.clone() else {
            return;
        };
        if view.service.as_ref() != Some(&leaf.service) {
            return;
        }
        let book = &mut self.ui.book;
        let asked = book.asked.filter(|(number, _)| *number == leaf.number);
        let searched = book.search.take_if(|search| search.number == leaf.number);
        match (leaf.told, asked, searched) {
            (Told::Page(page), Some((_, piece)), _) => {
                book.asked = None;
                self.take_piece(&mut view, &leaf.service, piece, page);
            }
            (Told::Progress(progress), _, Some(search)) => {
                book.search = Some(Searching { progress, ..search });
            }
            (Told::Found { stream, pos, page }, _, Some(_)) => {
                self.take_found(&mut view, &leaf.service, (stream, pos), page);
            }
            (Told::Nothing, _, Some(search)) => self.say(Tone::Info, search.nothing),
            (Told::Failed(why), asked, searched) => {
                if asked.is_some() {
                    book.asked = None;
                }
                if asked.is_some() || searched.is_some() {
                    self.say(Tone::Error, why);
                }
            }
            // A late answer.
            _ => return,
        }
        self.ui.view = View::Logs(view);
        self.sift();
        self.draw(Urgency::Data);
    }

    /// Takes a piece of a log.
    fn take_piece(&mut self, view: &mut LogView, service: &ServiceName, piece: Piece, page: Page) {
        let ring = self.ui.logs.get(service);
        match (piece, &mut self.ui.book.window) {
            (Piece::First, _) => {
                let window = Window::of(service, page, ring);
                let first = window.logs.values().find_map(|ring| ring.lines.front());
                let Some(first) = first.map(|kept| kept.number) else {
                    return;
                };
                self.open_window(view, window);
                self.put_line_at(view, first, 0);
                view.cursor = Some(first);
            }
            (Piece::Older | Piece::Newer, Some(window)) => {
                window.add(service, page, piece, ring);
            }
            (Piece::Older, None) => {
                let Some(ring) = ring else { return };
                if page.lines.is_empty() {
                    self.ui.book.whole = Some(service.clone());
                    return;
                }
                let window = Window::before(service, page, ring);
                take_over(view, &window);
                if view.anchor.is_some() {
                    self.ui.book.window = Some(window);
                }
            }
            (Piece::Newer, None) => {}
        }
    }

    /// Shows a window; what was noted about kept lines is forgotten.
    pub(super) fn open_window(&mut self, view: &mut LogView, window: Window) {
        view.marks.clear();
        view.turned.clear();
        go(view, None);
        self.ui.book.window = Some(window);
        self.ui.view = View::Logs(view.clone());
        self.sift();
    }
}

/// What was noted about kept lines is noted about those of a window.
pub(super) fn take_over(view: &mut LogView, window: &Window) {
    let place = |number: u64| window.number_of(number);
    view.anchor = view.anchor.and_then(place);
    view.cursor = view.cursor.and_then(place);
    view.marks = view.marks.iter().copied().filter_map(place).collect();
    view.turned = view.turned.iter().copied().filter_map(place).collect();
}

/// What was noted about lines of a window is noted about the kept ones.
fn give_back(view: &mut LogView, window: &Window) {
    let kept = |number: u64| window.kept(number);
    view.marks = view.marks.iter().copied().filter_map(kept).collect();
    view.turned = view.turned.iter().copied().filter_map(kept).collect();
}
