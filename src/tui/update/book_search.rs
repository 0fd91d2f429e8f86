//! Searches that go on through the files of a log.

use super::{book::PIECE, desk::Desk};
use crate::{
    model::{ServiceName, Stream},
    supervisor::book::{Page, Progress, Reading, Sought, Towards},
    tui::{
        book::{Searching, Window, top_of},
        state::{LogView, Tone, View},
    },
};

impl Desk<'_> {
    /// Where what is kept holds nothing further, the search goes on through the files.
    pub(super) fn search_on(
        &mut self,
        view: &LogView,
        on: bool,
        said: Option<(String, Sought)>,
    ) -> Option<String> {
        let (said, sought) = said?;
        let Some(service) = view.service.clone() else {
            return Some(said);
        };
        let window = self.ui.book.window.as_ref();
        let spot = match (on, window) {
            (true, Some(window)) => window.newer,
            (false, Some(window)) => Some(window.older).filter(|_| !window.is_first),
            (true, None) => None,
            (false, None) => {
                let top = self.ui.logs.get(&service).and_then(top_of);
                top.filter(|_| !self.is_first(view, &service))
            }
        };
        let Some(spot) = spot else { return Some(said) };
        let number = self.ui.book.next();
        self.ui.book.search = Some(Searching {
            number,
            progress: Progress { done: 0, of: 0 },
            nothing: said,
        });
        let want = Reading::Search {
            spot,
            towards: if on { Towards::Newer } else { Towards::Older },
            sought: Box::new(sought),
            most: PIECE,
        };
        self.look(number, &service, want);
        None
    }

    /// Stops the search through the files; says whether one went on.
    pub(super) fn stop_search(&mut self) -> bool {
        let Some(search) = self.ui.book.search.take() else {
            return false;
        };
        if let View::Logs(view) = &self.ui.view
            && let Some(service) = view.service.clone()
        {
            self.look(search.number, &service, Reading::Stop);
        }
        let text = match percent(search.progress) {
            0 => "The search was stopped.".to_owned(),
            at => format!("The search was stopped at {at} %."),
        };
        self.say(Tone::Info, text);
        true
    }

    /// Shows lines that were found, the found one under the cursor.
    pub(super) fn take_found(
        &mut self,
        view: &mut LogView,
        service: &ServiceName,
        (stream, pos): (Stream, u64),
        page: Page,
    ) {
        let window = Window::of(service, page, self.ui.logs.get(service));
        let Some(number) = window.find(stream, pos) else {
            return;
        };
        self.open_window(view, window);
        self.show_line(view, number);
    }
}

/// How far a search is, in hundredths.
fn percent(progress: Progress) -> u64 {
    progress.done * 100 / progress.of.max(1)
}
