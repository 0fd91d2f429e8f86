//! Which rows of which lines are on the screen: pure, shared by drawing and by moving.

use std::cmp::Reverse;

use super::{
    super::{
        tail::Precision,
        text::{cells, width},
    },
    line::height,
};
use crate::{
    model::Snapshot,
    tui::{
        rings::{Pile, shown},
        state::{Kept, LogView, Times},
    },
};

/// Columns of the screen from which on a line says when it arrived, and how exactly.
const TIMES: [(u16, Precision); 2] = [(60, Precision::Millis), (50, Precision::Seconds)];
/// Columns that the name of a service takes at most.
const NAME: usize = 16;

/// How the rows of the lines are laid out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// Rows of the screen that lines have.
    pub(crate) rows: usize,
    /// Columns of the text of a line.
    pub(crate) columns: usize,
    /// Columns of the name of its service, where it is shown.
    pub(in crate::tui::view) names: Option<usize>,
    /// How exactly it says when it arrived.
    pub(in crate::tui::view) time: Option<Precision>,
}

impl Shape {
    /// The shape of a view on so many columns and rows.
    pub(crate) fn new(snapshot: &Snapshot, view: &LogView, (columns, rows): (u16, usize)) -> Self {
        let time = TIMES.iter().find(|(from, _)| columns >= *from);
        let time = time.map(|(_, precision)| *precision);
        let time = time.filter(|_| view.times != Times::Off);
        let names = view.service.is_none().then(|| {
            let names = shown(snapshot, view).into_iter();
            let widest = names.map(|name| width(name.as_str())).max();
            widest.unwrap_or(0).min(NAME)
        });
        let time_columns = match time {
            Some(Precision::Millis) => 13,
            Some(Precision::Seconds) => 9,
            None => 0,
        };
        // The cursor, the mark of the stream, the level, a blank.
        let lead = 4 + time_columns + names.map_or(0, |columns| columns + 1);
        Self {
            rows: rows.max(1),
            columns: usize::from(columns.saturating_sub(cells(lead))),
            names,
            time,
        }
    }
}

/// A line on the screen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed<'a> {
    /// The line.
    pub(crate) kept: &'a Kept,
    /// How many of its rows lie above the screen.
    pub(crate) above: usize,
    /// How many are on it.
    pub(crate) rows: usize,
}

/// Where the screen ends: in which line, and how many rows of it lie below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spot {
    /// The lowest line.
    pub(crate) number: u64,
    /// Its rows below the screen.
    pub(crate) below: usize,
}

impl Spot {
    /// Orders spots from the oldest on.
    pub(crate) fn key(self) -> (u64, Reverse<usize>) {
        (self.number, Reverse(self.below))
    }
}

/// The lines on the screen, the oldest first: up to the anchor, or up to the newest. Where
/// everything up to the anchor is gone, the oldest ones that are left.
pub(crate) fn page<'a>(pile: &Pile<'a>, view: &LogView, shape: Shape) -> Vec<Placed<'a>> {
    let mut left = shape.rows;
    let mut out = Vec::new();
    for kept in pile.back_from(view.anchor.unwrap_or(u64::MAX)) {
        let tall = height(kept, view, shape.columns);
        let below = if view.anchor == Some(kept.number) {
            view.below.min(tall - 1)
        } else {
            0
        };
        let rows = (tall - below).min(left);
        out.push(Placed {
            kept,
            above: tall - below - rows,
            rows,
        });
        left -= rows;
        if left == 0 {
            break;
        }
    }
    out.reverse();
    if out.is_empty() {
        for kept in pile.on_from(None) {
            let rows = height(kept, view, shape.columns).min(left);
            let above = 0;
            out.push(Placed { kept, above, rows });
            left -= rows;
            if left == 0 {
                break;
            }
        }
    }
    out
}

/// The place among those lines of the one under the cursor.
pub(crate) fn cursor(page: &[Placed<'_>], view: &LogView) -> usize {
    let last = page.len().saturating_sub(1);
    view.cursor.map_or(last, |cursor| {
        let above = page.iter().rposition(|it| it.kept.number <= cursor);
        above.unwrap_or(0)
    })
}

/// The spot at which the oldest line stands at the top of a full screen: nobody scrolls up further.
pub(crate) fn top(pile: &Pile<'_>, view: &LogView, shape: Shape) -> Option<Spot> {
    from_here(pile, view, shape, None, shape.rows)
}

/// The spot at which the first row of a line stands in this row of the screen.
pub(crate) fn with_line_at(
    pile: &Pile<'_>,
    view: &LogView,
    shape: Shape,
    number: u64,
    row: usize,
) -> Option<Spot> {
    let rows = shape.rows.saturating_sub(row).max(1);
    let spot = from_here(pile, view, shape, Some(number), rows)?;
    let top = top(pile, view, shape)?;
    Some(if spot.key() < top.key() { top } else { spot })
}

/// The spot so many rows below the upper edge of a line, or of the oldest one; the newest line
/// where there are fewer.
fn from_here(
    pile: &Pile<'_>,
    view: &LogView,
    shape: Shape,
    number: Option<u64>,
    rows: usize,
) -> Option<Spot> {
    let mut used = 0;
    let mut last = None;
    let before = number.map(|number| number.checked_sub(1));
    let lines = match before {
        None | Some(None) => pile.on_from(None),
        Some(before) => pile.on_from(before),
    };
    for kept in lines {
        used += height(kept, view, shape.columns);
        last = Some(Spot {
            number: kept.number,
            below: used.saturating_sub(rows),
        });
        if used >= rows {
            break;
        }
    }
    last
}

/// So many rows towards older lines; never past the oldest full screen.
pub(crate) fn up(pile: &Pile<'_>, view: &LogView, shape: Shape, from: Spot, by: usize) -> Spot {
    let Some(top) = top(pile, view, shape) else {
        return from;
    };
    let mut below = from.below.saturating_add(by);
    let mut goal = top;
    if by < usize::MAX {
        for kept in pile.back_from(from.number) {
            let tall = height(kept, view, shape.columns);
            if below < tall {
                let number = kept.number;
                goal = Spot { number, below };
                break;
            }
            below -= tall;
        }
    }
    let goal = if goal.key() < top.key() { top } else { goal };
    // Where the screen is not full any more, the text stays where it is.
    if goal.key() < from.key() { goal } else { from }
}

/// So many rows towards newer lines; `None` at the newest one.
pub(crate) fn down(
    pile: &Pile<'_>,
    view: &LogView,
    shape: Shape,
    from: Spot,
    by: usize,
) -> Option<Spot> {
    let mut newer = pile.on_from(Some(from.number)).peekable();
    let mut spot = from;
    let mut by = by;
    if by > spot.below {
        by -= spot.below;
        loop {
            let kept = newer.next()?;
            let tall = height(kept, view, shape.columns);
            if by <= tall {
                spot = Spot {
                    number: kept.number,
                    below: tall - by,
                };
                break;
            }
            by -= tall;
        }
    } else {
        spot.below -= by;
    }
    (spot.below > 0 || newer.peek().is_some()).then_some(spot)
}
