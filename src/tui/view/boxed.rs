//! A box over the view: the only thing with vertical borders.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    text::Line,
};

use super::{
    Scene,
    text::{Pen, cells, width},
};
use crate::tui::theme::Weight;

/// A box of this many columns and rows inside its border, in the middle of `area`; smaller where
/// there is no room for it.
pub(super) fn centred(area: Rect, columns: usize, rows: usize) -> Rect {
    let columns = cells(columns).saturating_add(4).min(area.width);
    let rows = cells(rows).saturating_add(2).min(area.height);
    Rect::new(
        area.x + (area.width - columns) / 2,
        area.y + (area.height - rows) / 2,
        columns,
        rows,
    )
}

/// Clears the box and draws its border, the title in the upper one, `foot` at the right of the
/// lower one; returns what is inside.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    title: &str,
    foot: Option<&str>,
) -> Rect {
    let theme = scene.theme;
    let [top_left, top_right, bottom_left, bottom_right] = theme.corners();
    let glyph = theme.rule_glyph(Weight::Light);
    let plain = Style::new();
    let area = area.intersection(buffer.area);
    clear(buffer, area);
    let mut rows = area.rows();
    if let Some(row) = rows.next() {
        let mut pen = Pen::new(buffer, row, theme.cut());
        pen.put(top_left, plain).put(glyph, plain).keep(2);
        pen.put(&format!(" {title} "), theme.strong());
        pen.keep_back(2).fill(glyph, 1, plain).put(top_right, plain);
    }
    if let Some(row) = rows.next_back() {
        let mut pen = Pen::new(buffer, row, theme.cut());
        pen.put(bottom_left, plain);
        let foot = foot.map(|foot| format!(" {foot} ")).unwrap_or_default();
        pen.fill(glyph, width(&foot) + 2, plain)
            .put(&foot, plain)
            .fill(glyph, 1, plain)
            .put(bottom_right, plain);
    }
    let bar = theme.bar();
    for row in rows {
        let mut pen = Pen::new(buffer, row, theme.cut());
        let inner = pen.room().saturating_sub(2);
        pen.put(bar, plain).skip(cells(inner)).put(bar, plain);
    }
    Rect::new(
        area.x + 2.min(area.width),
        area.y + 1.min(area.height),
        area.width.saturating_sub(4),
        area.height.saturating_sub(2),
    )
}

/// Blanks an area, and the left half of a wide character that it would cut in two.
pub(super) fn clear(buffer: &mut Buffer, area: Rect) {
    for row in area.rows() {
        if let Some(left) = area.x.checked_sub(1)
            && let Some(cell) = buffer.cell_mut(Position::new(left, row.y))
            && width(cell.symbol()) > 1
        {
            cell.set_symbol(" ");
        }
        for position in row.positions() {
            if let Some(cell) = buffer.cell_mut(position) {
                cell.reset();
            }
        }
    }
}

/// Writes lines into the rows of an area.
pub(super) fn lines(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, lines: &[Line<'_>]) {
    for (row, line) in area.rows().zip(lines) {
        Pen::new(buffer, row, scene.theme.cut()).line(line);
    }
}
