//! Which services are shown, and in which order: the one answer for drawing, moving and counting.
//!
//! *Owns*: filter, order, groups and folding. *Never*: draws, changes anything, reads a clock.
//! *Talks to*: `model`, the geometry, what is looked at.

mod order;

#[cfg(test)]
mod tests;

use std::ops::Range;

pub use order::sorted;

use super::{
    layout,
    state::{Density, Sort, UiState, View},
};
use crate::model::{Filter, ServiceName, ServiceView, Snapshot, State};

/// A service, and how it is.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// The service.
    pub view: &'a ServiceView,
    /// Its state.
    pub state: State,
}

/// A group of services that stand together.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    /// Its name; empty for services without a group, and when there are no groups.
    pub name: &'a str,
    /// Its first service, shown or not.
    pub first: &'a ServiceName,
    /// How many of its services are in each state, folded ones too.
    pub states: [usize; State::ALL.len()],
    /// Its services that are shown, as numbers in [`Shown::services`].
    pub shown: Range<usize>,
    /// How many services that are up are folded into one row.
    pub folded: usize,
    /// Which these are.
    pub hidden: Vec<&'a ServiceName>,
}

impl Group<'_> {
    /// How many services it has, folded ones too.
    pub fn size(&self) -> usize {
        self.states.iter().sum()
    }

    /// How many of its services are in this state.
    pub fn count(&self, state: State) -> usize {
        let mut counts = State::ALL.iter().zip(&self.states);
        counts
            .find(|(other, _)| **other == state)
            .map_or(0, |(_, count)| *count)
    }
}

/// A row of the table. The numbers are those in [`Shown::groups`] and [`Shown::services`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// The heading of a group.
    Group(usize),
    /// A service.
    Service(usize),
    /// The services of a group that are up, in one row.
    More(usize),
}

/// What is shown.
#[derive(Debug, Clone)]
pub struct Shown<'a> {
    /// How many services there are.
    pub all: usize,
    /// How many of them the filter lets through.
    pub matching: usize,
    /// How they are shown.
    pub density: Density,
    /// Whether there are at least two groups, and they stand together.
    pub grouped: bool,
    /// The services that are shown, in their order. The cursor goes over these.
    pub services: Vec<Item<'a>>,
    /// Their groups; one without a name when they do not stand in groups.
    pub groups: Vec<Group<'a>>,
    /// The rows of the table; empty in panes and cells.
    pub rows: Vec<Row>,
    /// Numbers of the services in trouble, the worst first.
    pub troubles: Vec<usize>,
}

/// What is shown of these services.
pub fn shown<'a>(snapshot: &'a Snapshot, ui: &UiState) -> Shown<'a> {
    let list = &ui.list;
    let Found {
        mut items,
        grouped,
        in_trouble,
    } = found(snapshot, ui);
    let grouped = grouped && list.sort == Sort::Name;
    order::put_in_order(&mut items, list, grouped);
    let mut shown = Shown {
        all: snapshot.services.len(),
        matching: items.len(),
        density: layout::density(ui, snapshot.services.len(), in_trouble),
        grouped,
        services: Vec::with_capacity(items.len()),
        groups: Vec::new(),
        rows: Vec::new(),
        troubles: Vec::new(),
    };
    shown.take_groups(&items, ui);
    shown.find_troubles();
    shown
}

/// The services that pass, in the order of their names.
struct Found<'a> {
    items: Vec<Item<'a>>,
    /// Whether any two services, shown or not, are in different groups.
    grouped: bool,
    /// How many are in trouble, shown or not.
    in_trouble: usize,
}

/// Finds the services that the filter lets through.
fn found<'a>(snapshot: &'a Snapshot, ui: &UiState) -> Found<'a> {
    let list = &ui.list;
    // A text that is no filter is never kept; should it be one, nothing is lost from sight.
    let filter = Filter::parse(list.in_force()).unwrap_or_default();
    let cursor = ui.cursor.as_ref();
    let group_of = |view: &'a ServiceView| view.group.as_deref().unwrap_or("");
    let first_group = snapshot.services.values().next().map(|view| group_of(view));
    let mut found = Found {
        items: Vec::with_capacity(snapshot.services.len()),
        grouped: false,
        in_trouble: 0,
    };
    for view in snapshot.services.values() {
        let view: &ServiceView = view;
        let state = State::of(view);
        found.in_trouble += usize::from(state.trouble().is_some());
        found.grouped |= Some(group_of(view)) != first_group;
        // The page of a service stays with it, whatever the list behind it hides.
        let kept = ui.view != View::Services && cursor == Some(&view.name);
        let passes = !list.problems || state.trouble().is_some();
        if kept || (passes && filter.matches(view, state)) {
            found.items.push(Item { view, state });
        }
    }
    found
}

/// Every service that is shown, folded ones too, in the order of their names.
pub fn matching<'a>(snapshot: &'a Snapshot, ui: &UiState) -> Vec<Item<'a>> {
    found(snapshot, ui).items
}

impl<'a> Shown<'a> {
    /// Divides the services into groups, and folds what is up where not all of them fit.
    fn take_groups(&mut self, items: &[Item<'a>], ui: &UiState) {
        let grouped = self.grouped;
        let name = |item: &Item<'a>| {
            let group = item.view.group.as_deref().filter(|_| grouped);
            group.unwrap_or("")
        };
        let parts: Vec<&[Item<'a>]> = items.chunk_by(|a, b| name(a) == name(b)).collect();
        let table = self.density == Density::Table;
        let may_fold = table && self.grouped && !ui.list.hides();
        let room = layout::table_room(ui.size);
        let crowded = items.len() + parts.len() > room;
        for part in parts {
            let Some(first) = part.first() else { continue };
            let name = name(first);
            let folds = may_fold
                && (ui.list.folded.contains(name) || (crowded && !ui.list.unfolded.contains(name)));
            self.take_group(name, part, folds, ui.cursor.as_ref());
        }
    }

    /// Adds a group. One service is never folded alone; the one under the cursor never is.
    fn take_group(
        &mut self,
        name: &'a str,
        part: &[Item<'a>],
        folds: bool,
        cursor: Option<&ServiceName>,
    ) {
        let Some(first) = part.first() else { return };
        let mut states = [0; State::ALL.len()];
        for item in part {
            for (state, count) in State::ALL.iter().zip(&mut states) {
                *count += usize::from(*state == item.state);
            }
        }
        let up = part.iter().filter(|item| item.state == State::Up).count();
        let folds = folds && up > 1;
        let number = self.groups.len();
        let table = self.density == Density::Table;
        if table && self.grouped {
            self.rows.push(Row::Group(number));
        }
        let from = self.services.len();
        let mut hidden = Vec::new();
        for item in part {
            let hides = folds && item.state == State::Up && cursor != Some(&item.view.name);
            if hides {
                hidden.push(&item.view.name);
                continue;
            }
            if table {
                self.rows.push(Row::Service(self.services.len()));
            }
            self.services.push(*item);
        }
        let shown = from..self.services.len();
        let folded = hidden.len();
        if folded > 0 {
            self.rows.push(Row::More(number));
        }
        self.groups.push(Group {
            name,
            first: &first.view.name,
            states,
            shown,
            folded,
            hidden,
        });
    }

    /// Finds the services in trouble.
    fn find_troubles(&mut self) {
        let all = self.services.iter().enumerate();
        let mut ranked: Vec<(u8, usize)> = all
            .filter_map(|(at, item)| Some((item.state.trouble()?, at)))
            .collect();
        ranked.sort_unstable();
        self.troubles = ranked.into_iter().map(|(_, at)| at).collect();
    }

    /// The number of a service among those that are shown.
    pub fn index_of(&self, name: &ServiceName) -> Option<usize> {
        self.services
            .iter()
            .position(|item| item.view.name == *name)
    }

    /// The number of the group of a shown service.
    pub fn group_of(&self, service: usize) -> Option<usize> {
        let holds = |group: &Group<'_>| group.shown.contains(&service);
        self.groups.iter().position(holds)
    }

    /// The row of the table in which a shown service stands.
    pub fn row_of(&self, service: usize) -> usize {
        let its = |row: &Row| *row == Row::Service(service);
        self.rows.iter().position(its).unwrap_or(0)
    }

    /// The first row of the table that is shown: as near to `top` as it can be so that the service
    /// is seen, and with it the heading of its group.
    pub fn top_row(&self, top: usize, service: usize, rows: usize) -> usize {
        let at = self.row_of(service);
        let above = at.checked_sub(1).and_then(|above| self.rows.get(above));
        let head = match above {
            Some(Row::Group(_)) if rows > 1 => at - 1,
            _ => at,
        };
        let top = top.min(self.rows.len().saturating_sub(rows));
        top.clamp((at + 1).saturating_sub(rows).min(head), head)
    }

    /// The lines of cells, each with the numbers of its group and of its services.
    pub fn lines(&self, across: usize) -> Vec<(usize, Range<usize>)> {
        let across = across.max(1);
        let mut out = Vec::new();
        for (number, group) in self.groups.iter().enumerate() {
            let Range { start, end } = group.shown;
            for from in (start..end).step_by(across) {
                out.push((number, from..(from + across).min(end)));
            }
        }
        out
    }

    /// The columns that the names of the groups take beside the cells: name, blank, number.
    pub fn label_width(&self) -> usize {
        if !self.grouped {
            return 0;
        }
        let one = |group: &Group<'_>| {
            let digits = group.size().to_string().len();
            group.title().chars().count().min(LABEL) + 1 + digits
        };
        self.groups.iter().map(one).max().unwrap_or(0) + 2
    }

    /// Cells beside each other.
    pub fn across(&self, size: (u16, u16)) -> usize {
        let room = usize::from(size.0).saturating_sub(2 + self.label_width());
        room.max(1)
    }

    /// The rows of the grid of cells.
    pub fn cells(&self, size: (u16, u16)) -> layout::Cells {
        let lines = self.lines(self.across(size)).len();
        layout::cells(size, lines, self.troubles.len())
    }

    /// Rows of log that the service under the cursor has, where its story takes one row.
    pub fn log_rows(&self, size: (u16, u16)) -> usize {
        match self.density {
            Density::Panes => layout::log_in_tile(size, self.services.len()),
            Density::Table => layout::log_below(size, self.rows.len()),
            Density::Grid => self.cells(size).log.saturating_sub(2),
        }
    }
}

/// The name of a group takes at most this beside the cells.
pub const LABEL: usize = 16;

impl<'a> Group<'a> {
    /// What the group is called.
    pub fn title(&self) -> &'a str {
        if self.name.is_empty() {
            "no group"
        } else {
            self.name
        }
    }
}
