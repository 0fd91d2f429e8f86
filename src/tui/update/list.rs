//! Which services are shown: density, filter, order, groups.

use std::time::Duration;

use super::desk::Desk;
use crate::{
    keymap::{Command, command::PromptCommand},
    model::{Filter, State},
    tui::{
        rows,
        state::{Before, Density, Sort, Tone, View},
    },
};

/// The shortest time between two orders by a column that lives.
const SORT_PAUSE: Duration = Duration::from_secs(5);

/// Letters of the longest filter.
const FILTER_MAX: usize = 80;

impl Desk<'_> {
    /// A command about the services and their logs.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the commands are taken level by level"
    )]
    pub(super) fn list_command(&mut self, command: Command) {
        match command {
            Command::DensityNext => self.next_density(),
            Command::FilterEdit => self.edit_filter(),
            Command::FilterProblems => self.toggle_problems(),
            Command::SortNext => self.sort_by(1),
            Command::SortPrev => self.sort_by(Sort::ALL.len() - 1),
            Command::SortInvert => {
                self.ui.list.inverted = !self.ui.list.inverted;
                self.sort_anew();
            }
            Command::GroupNext => self.move_to_group(1),
            Command::GroupPrev => self.move_to_group(-1),
            Command::GroupFold => self.toggle_fold(),
            other => self.marks_command(other),
        }
    }

    /// Panes, table, cells, panes; the next one that there is room for.
    fn next_density(&mut self) {
        let before = self.shown().density;
        let mut next = before;
        for _ in 0..2 {
            next = match next {
                Density::Panes => Density::Table,
                Density::Table => Density::Grid,
                Density::Grid => Density::Panes,
            };
            self.ui.chosen = Some(next);
            if self.shown().density != before {
                return;
            }
        }
    }

    /// A filter is typed.
    fn edit_filter(&mut self) {
        self.show_services();
        self.ui.list.typing = Some(Before {
            filter: self.ui.list.filter.clone(),
            good: self.ui.list.filter.clone(),
            cursor: self.ui.cursor.clone(),
        });
    }

    /// Only what is in trouble, or everything.
    fn toggle_problems(&mut self) {
        if self.ui.view != View::Services {
            self.show_services();
            self.ui.list.problems = true;
            return;
        }
        self.ui.list.problems = !self.ui.list.problems;
    }

    /// Takes the filter away, and what else hides services; says whether there was any.
    pub(super) fn clear_filter(&mut self) -> bool {
        let list = &mut self.ui.list;
        let hid = list.hides();
        list.filter.clear();
        list.problems = false;
        hid
    }

    /// A letter of the filter.
    pub(super) fn type_in_filter(&mut self, letter: char) {
        let filter = &mut self.ui.list.filter;
        if filter.chars().count() < FILTER_MAX {
            filter.push(letter);
        }
        self.keep_good();
    }

    /// Remembers what is typed when it is a filter.
    fn keep_good(&mut self) {
        let list = &mut self.ui.list;
        if let Some(before) = &mut list.typing
            && Filter::parse(&list.filter).is_ok()
        {
            before.good.clone_from(&list.filter);
        }
    }

    /// Pasted text goes into the filter when one is typed: its first line. Says whether it did.
    pub(super) fn paste_in_filter(&mut self, text: &str) -> bool {
        let free = self.ui.overlay.is_none() && self.ui.leave.is_none();
        let typing = free && self.ui.list.typing.is_some();
        if typing {
            let line = text.trim_start().lines().next().unwrap_or("");
            for letter in line.chars().filter(|letter| !letter.is_control()) {
                self.type_in_filter(letter);
            }
        }
        typing
    }

    /// The filter is kept, changed or forgotten.
    pub(super) fn filter_command(&mut self, command: PromptCommand) {
        match command {
            // What is wrong stands below it: it goes on being typed.
            PromptCommand::Accept if self.ui.list.wrong().is_some() => {}
            PromptCommand::Accept => self.keep_filter(),
            PromptCommand::Erase => {
                self.ui.list.filter.pop();
                self.keep_good();
            }
            PromptCommand::Clear => {
                self.ui.list.filter.clear();
                self.keep_good();
            }
            PromptCommand::Regex => {
                self.say(Tone::Info, "A filter is no regular expression.".to_owned());
            }
            PromptCommand::Close => {
                if let Some(before) = self.ui.list.typing.take() {
                    self.ui.list.filter = before.filter;
                    self.ui.cursor = before.cursor.or(self.ui.cursor.take());
                }
            }
        }
    }

    /// The filter is typed no more, and stays.
    pub(super) fn keep_filter(&mut self) {
        let kept = self.ui.list.in_force().trim().to_owned();
        self.ui.list.typing = None;
        self.ui.list.filter = kept;
    }

    /// Goes so many columns on.
    fn sort_by(&mut self, steps: usize) {
        let list = &mut self.ui.list;
        let at = Sort::ALL.iter().position(|sort| *sort == list.sort);
        let next = (at.unwrap_or(0) + steps) % Sort::ALL.len();
        list.sort = Sort::ALL.get(next).copied().unwrap_or_default();
        list.inverted = false;
        self.sort_anew();
    }

    /// The order is another one: it is made at once, and said.
    fn sort_anew(&mut self) {
        self.ui.list.sorted = None;
        let words = self.ui.list.sort.words(self.ui.list.inverted);
        self.say(Tone::Info, format!("Sorted {words}."));
    }

    /// Keeps the order by a column fresh: not more often than an eye can follow, and never while
    /// something is open.
    pub(super) fn settle_order(&mut self) {
        let list = &self.ui.list;
        if list.sort == Sort::Name {
            self.ui.list.order.clear();
            return;
        }
        let busy = self.ui.overlay.is_some() || list.typing.is_some();
        let rests = |at| busy || self.now.mono.since(at) < SORT_PAUSE;
        if list.sorted.is_some_and(rests) {
            return;
        }
        let order = rows::sorted(self.snapshot, list.sort, list.inverted);
        self.ui.list.order = order;
        self.ui.list.sorted = Some(self.now.mono);
    }

    /// Folds what is up in the group of the cursor into one row, or shows it again.
    fn toggle_fold(&mut self) {
        let shown = self.shown();
        let group = shown.group_of(self.ui.cursor_row);
        let folded = group.and_then(|at| shown.groups.get(at));
        self.fold(folded.is_none_or(|group| group.folded == 0));
    }

    /// Folds or unfolds the group of the cursor; says so where that changes nothing.
    pub(super) fn fold(&mut self, fold: bool) {
        let shown = self.shown();
        let why = if shown.density != Density::Table {
            "groups fold in the table only"
        } else if !shown.grouped {
            "there are no groups"
        } else if self.ui.list.hides() {
            "a filter is on"
        } else {
            ""
        };
        if !why.is_empty() {
            return self.say(Tone::Info, format!("Nothing folds: {why}."));
        }
        let group = shown.group_of(self.ui.cursor_row);
        let Some(group) = group.and_then(|at| shown.groups.get(at)) else {
            return;
        };
        if fold && group.count(State::Up) < 2 {
            let title = group.title();
            return self.say(
                Tone::Info,
                format!("Nothing folds: {title} has no two services that are up."),
            );
        }
        let list = &mut self.ui.list;
        let (from, to) = if fold {
            (&mut list.unfolded, &mut list.folded)
        } else {
            (&mut list.folded, &mut list.unfolded)
        };
        from.remove(group.name);
        to.insert(group.name.to_owned());
    }
}
