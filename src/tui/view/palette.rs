//! Any command by its name; disabled ones at the end, with their reason.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
};

use super::{
    Scene, bar, boxed, keys,
    table::position,
    text::{Pen, Side, cells, width},
    tile::rows_from,
};
use crate::{
    keymap::CommandRow,
    tui::{menu, state::Palette},
};

/// Columns of the palette.
const COLUMNS: usize = 84;
/// The most rows of the palette.
const ROWS: usize = 24;
/// Columns of a key, and of a label.
const KEY: usize = 9;
const LABEL: usize = 14;

/// Draws the palette over `area`; returns where the next letter goes.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, open: &Palette) -> Position {
    let found = menu::palette(&open.typed, &scene.ui.view, bar::focused(scene));
    // Its height never changes while one types, so that nothing jumps.
    let most = usize::from(area.width.saturating_sub(4)).min(COLUMNS);
    let frame = boxed::centred(area, most, usize::from(area.height).min(ROWS));
    let rows = usize::from(frame.height.saturating_sub(4));
    let focused = open.focused.min(found.len().saturating_sub(1));
    let top = (focused + 1).saturating_sub(rows);
    let foot = position(top, rows, found.len());
    let inner = boxed::draw(buffer, frame, scene, "Commands", foot.as_deref());
    let theme = scene.theme;
    Pen::new(buffer, inner, theme.cut())
        .put("> ", theme.key())
        .put(&open.typed, theme.strong());
    let below = rows_from(inner, 2);
    if found.is_empty() {
        Pen::new(buffer, below, theme.cut())
            .skip(2)
            .put("no command matches", theme.dim());
    }
    for (place, ((row, refused), area)) in found.iter().skip(top).zip(below.rows()).enumerate() {
        let chosen = place + top == focused;
        draw_row(buffer, area, scene, row, refused.as_deref(), chosen);
    }
    let x = inner
        .x
        .saturating_add(2)
        .saturating_add(cells(width(&open.typed)));
    let last = inner.right().saturating_sub(1).max(inner.x);
    Position::new(x.min(last), inner.y)
}

/// One command: its key, its name, what it does or why it cannot.
fn draw_row(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    row: &CommandRow,
    refused: Option<&str>,
    focused: bool,
) {
    let theme = scene.theme;
    let key = keys::label(scene, row.command).unwrap_or_default();
    let base = match refused {
        Some(_) => theme.dim(),
        None => Style::new(),
    };
    let (mark, base, key_style) = if focused {
        let calm = theme.selected(base);
        buffer.set_style(area.intersection(buffer.area), calm);
        (">", calm, calm)
    } else {
        (" ", base, theme.key())
    };
    Pen::new(buffer, area, theme.cut())
        .put(mark, base)
        .skip(1)
        .column(&key, KEY, Side::Left, key_style)
        .column(row.label, LABEL, Side::Left, base)
        .skip(1)
        .say(refused.unwrap_or(row.about), base);
}
