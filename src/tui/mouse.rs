//! Which service is where the mouse points. Pure: from the same geometry that is drawn.

use std::time::Duration;

use ratatui::layout::Position;

use super::{
    layout::{self, Tier},
    rows::{Row, Shown},
    state::{Density, UiState, View},
    theme::Glyphs,
};
use crate::model::Mono;

/// Two clicks within this time are one double click.
pub const DOUBLE: Duration = Duration::from_millis(400);

/// The mouse.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pointer {
    /// What it does comes here, not to the terminal.
    pub on: bool,
    /// The last click: where and when.
    pub last: Option<(Position, Mono)>,
    /// With which glyphs the screen is drawn: keys are as wide as what is written on them.
    pub glyphs: Option<Glyphs>,
}

/// The number of the service at a place, among those that are shown.
pub fn service_at(shown: &Shown<'_>, ui: &UiState, at: Position) -> Option<usize> {
    let body = layout::body(ui.size);
    if ui.view != View::Services || !body.contains(at) {
        return None;
    }
    match shown.density {
        Density::Panes => {
            let grid = layout::grid(ui.size, shown.services.len());
            let first = grid.page_of(ui.cursor_row) * grid.per_page();
            let tiles = layout::tiles(ui.size, grid);
            let tile = tiles.iter().position(|tile| tile.contains(at))?;
            Some(first + tile).filter(|number| *number < shown.services.len())
        }
        Density::Table => {
            let (list, _) = layout::beside(ui.size, body);
            let rows = layout::table_rows(ui.size, shown.rows.len());
            let row = usize::from(at.y - body.y).checked_sub(layout::headings(ui.size))?;
            let top = shown.top_row(ui.table_top, ui.cursor_row, rows);
            let hit = list.contains(at) && row < rows;
            match shown.rows.get(top + row).filter(|_| hit)? {
                Row::Service(number) => Some(*number),
                Row::Group(_) | Row::More(_) => None,
            }
        }
        Density::Grid => cell_at(shown, ui, at),
    }
}

/// The number of the service whose cell, or whose row below the cells, is at a place.
fn cell_at(shown: &Shown<'_>, ui: &UiState, at: Position) -> Option<usize> {
    let body = layout::body(ui.size);
    // The legend is the first row, but where there is little room.
    let row = usize::from(at.y - body.y);
    let row = match layout::tier(ui.size) {
        Tier::Compact => row,
        Tier::Floor | Tier::Standard | Tier::Wide => row.checked_sub(1)?,
    };
    let plan = shown.cells(ui.size);
    if let Some(below) = row.checked_sub(plan.lines) {
        let place = below.checked_sub(1).filter(|row| *row < plan.problems)?;
        let troubles = &shown.troubles;
        let cursor = troubles.iter().position(|it| *it == ui.cursor_row);
        let top = layout::page_top(cursor.unwrap_or(0), plan.problems, troubles.len());
        return troubles.get(top + place).copied();
    }
    let lines = shown.lines(shown.across(ui.size));
    let cursor = lines.iter().position(|(_, it)| it.contains(&ui.cursor_row));
    let top = layout::page_top(cursor.unwrap_or(0), plan.lines, lines.len());
    let (_, range) = lines.get(top + row)?;
    let column = usize::from(at.x).checked_sub(1 + shown.label_width())?;
    Some(range.start + column).filter(|number| range.contains(number))
}
