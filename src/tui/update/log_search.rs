//! What is looked for in a log.

use super::desk::Desk;
use crate::{
    keymap::{
        Command,
        command::{LogCommand, PromptCommand},
    },
    model::reading::{Kind, Needle},
    tui::state::{BeforeSearch, LogView, Tone, Typing, View},
};

/// The longest text that is looked for, in letters.
const LONGEST: usize = 1000;

impl Desk<'_> {
    /// Opens the prompt; what was looked for stands in it.
    pub(super) fn begin_search(&self, view: &mut LogView) {
        let before = BeforeSearch {
            search: view.search.clone(),
            anchor: view.anchor,
            below: view.below,
            cursor: view.anchor.and_then(|_| self.line_under_cursor(view)),
        };
        let needle = view.search.as_ref();
        view.typing = Some(Box::new(Typing {
            text: String::new(),
            kind: needle.map(Needle::kind).unwrap_or_default(),
            problem: None,
            before,
        }));
    }

    /// Whether a search is being typed.
    pub(super) fn types_search(&self) -> bool {
        matches!(&self.ui.view, View::Logs(view) if view.typing.is_some())
    }

    /// Pasted text is looked for where a search is typed; says whether it is.
    pub(super) fn paste_in_search(&mut self, pasted: &str) -> bool {
        let free = self.ui.overlay.is_none() && self.ui.leave.is_none();
        if !free || !self.types_search() {
            return false;
        }
        let line = pasted.trim_start().lines().next().unwrap_or("");
        let line: String = line.chars().filter(|letter| !letter.is_control()).collect();
        self.change_search(|text| text.push_str(&line));
        true
    }

    /// What is typed has changed: the nearest hit above the place where it began is shown.
    pub(super) fn change_search(&mut self, change: impl FnOnce(&mut String)) {
        let View::Logs(mut view) = self.ui.view.clone() else {
            return;
        };
        let Some(typing) = &mut view.typing else {
            return;
        };
        change(&mut typing.text);
        if let Some((end, _)) = typing.text.char_indices().nth(LONGEST) {
            typing.text.truncate(end);
        }
        self.look_for(&mut view);
        self.ui.view = View::Logs(view);
    }

    /// Looks for what is typed, from the place where typing began.
    fn look_for(&mut self, view: &mut LogView) {
        let Some(typing) = &mut view.typing else {
            return;
        };
        typing.problem = None;
        let needle = if typing.text.is_empty() {
            None
        } else {
            match Needle::new(&typing.text, typing.kind) {
                Ok(needle) => Some(needle),
                Err(error) => {
                    typing.problem = Some(error.to_string());
                    return;
                }
            }
        };
        let before = &typing.before;
        (view.anchor, view.below, view.cursor) = (before.anchor, before.below, before.cursor);
        view.search = needle;
        self.ui.view = View::Logs(view.clone());
        self.sift();
        if view.search.is_none() {
            return;
        }
        let pile = self.pile(view);
        let from = view.cursor.map_or(u64::MAX, |cursor| cursor + 1);
        let hit = pile
            .hit_before(from)
            .or_else(|| pile.hit_after(view.cursor));
        if let Some(hit) = hit {
            self.show_line(view, hit);
        }
    }

    /// The search is kept, changed or forgotten.
    pub(super) fn search_command(&mut self, command: PromptCommand) {
        match command {
            PromptCommand::Accept => self.keep_search(),
            PromptCommand::Erase => self.change_search(|text| {
                text.pop();
            }),
            PromptCommand::Clear => self.change_search(String::clear),
            PromptCommand::Regex => {
                if let View::Logs(view) = &mut self.ui.view
                    && let Some(typing) = &mut view.typing
                {
                    typing.kind = match typing.kind {
                        Kind::Text => Kind::Regex,
                        Kind::Regex => Kind::Text,
                    };
                }
                self.change_search(|_| {});
            }
            PromptCommand::Close => {
                if let View::Logs(view) = &mut self.ui.view
                    && let Some(typing) = view.typing.take()
                {
                    let before = typing.before;
                    view.search = before.search;
                    (view.anchor, view.below) = (before.anchor, before.below);
                    view.cursor = before.cursor;
                    view.only &= view.search.is_some();
                }
            }
        }
    }

    /// Typing ends. An empty search is none; one that cannot be looked for stays open.
    fn keep_search(&mut self) {
        let View::Logs(view) = &mut self.ui.view else {
            return;
        };
        let typing = view.typing.take_if(|typing| typing.problem.is_none());
        if typing.is_none() {
            let text = "This is no regular expression yet.";
            return self.say(Tone::Error, text.to_owned());
        }
        view.only &= view.search.is_some();
    }

    /// Nothing is looked for any more; says whether there was something.
    pub(super) fn clear_search(&mut self) -> bool {
        let View::Logs(mut view) = self.ui.view.clone() else {
            return false;
        };
        if view.search.is_none() {
            return false;
        }
        let place = self.place_of_cursor(&view);
        view.search = None;
        if std::mem::take(&mut view.only)
            && let Some((number, row)) = place
        {
            self.put_line_at(&mut view, number, row);
        }
        self.ui.view = View::Logs(view);
        true
    }

    /// To the next line that holds what is looked for, or the one before.
    pub(super) fn next_match(&self, view: &mut LogView, on: bool) -> Option<String> {
        let Some(needle) = &view.search else {
            return Some(self.nothing_sought());
        };
        let pile = self.pile(view);
        if pile.hits() == 0 {
            return Some(format!("No line holds \"{}\".", needle.as_str()));
        }
        let found = match (on, self.jump_from(view, on)) {
            (_, None) => None,
            (true, Some(from)) => pile.hit_after(from.checked_sub(1)),
            (false, Some(from)) => pile.hit_before(from),
        };
        let Some(found) = found else {
            let (next, before) = (LogCommand::NextMatch, LogCommand::PrevMatch);
            return Some(self.no_more("matches", on, next, before));
        };
        self.show_line(view, found);
        None
    }

    /// Nothing is looked for, and how that is changed.
    pub(super) fn nothing_sought(&self) -> String {
        match self.keymap.label(Command::Log(LogCommand::Search)) {
            Some(key) => format!("Nothing is looked for; {key} begins a search."),
            None => "Nothing is looked for.".to_owned(),
        }
    }
}
