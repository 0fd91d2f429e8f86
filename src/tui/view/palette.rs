//! Any command by its name; disabled ones at the end, with their reason.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
};

use super::{
    Scene, bar, batch, boxed, keys,
    table::position,
    text::{Pen, Side, cells, cut_middle, width},
    tile::rows_from,
};
use crate::{
    keymap::CommandRow,
    model::ServiceView,
    tui::{
        menu,
        state::{Palette, View},
    },
};

/// Columns of the palette.
const COLUMNS: usize = 84;
/// The most rows of the palette.
const ROWS: usize = 24;
/// Columns of a key, and of a label.
const KEY: usize = 9;
const LABEL: usize = 14;
/// Columns of a key where there is little room.
const KEY_NARROW: usize = 7;

/// Draws the palette over `area`; returns where the next letter goes.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, open: &Palette) -> Position {
    let marked = match scene.ui.view {
        View::Services => batch::views(scene, scene.ui.list.marks.iter()),
        View::Detail(_) | View::Logs(_) | View::Events(_) | View::Own => Vec::new(),
    };
    let service = bar::focused(scene);
    let found = menu::palette(&open.typed, &scene.ui.view, service, &marked);
    let title = title(scene, service, &marked);
    // Its height never changes while one types, so that nothing jumps.
    let most = usize::from(area.width.saturating_sub(4)).min(COLUMNS);
    let frame = boxed::centred(area, most, usize::from(area.height).min(ROWS));
    let rows = usize::from(frame.height.saturating_sub(4));
    let focused = open.focused.min(found.len().saturating_sub(1));
    let top = (focused + 1).saturating_sub(rows);
    let foot = position(top, rows, found.len());
    let inner = boxed::draw(buffer, frame, scene, &title, foot.as_deref());
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
        let about = match row.action {
            Some(action) if !marked.is_empty() => batch::count(&marked, action).1,
            Some(_) | None => row.about.to_owned(),
        };
        let text = refused.as_deref().unwrap_or(&about);
        draw_row(buffer, area, scene, row, text, (refused.is_some(), chosen));
    }
    let x = inner
        .x
        .saturating_add(2)
        .saturating_add(cells(width(&open.typed)));
    let last = inner.right().saturating_sub(1).max(inner.x);
    Position::new(x.min(last), inner.y)
}

/// To whom an action would happen.
fn title(scene: Scene<'_>, service: Option<&ServiceView>, marked: &[&ServiceView]) -> String {
    let dot = scene.theme.dot();
    match (marked, service) {
        ([], None) => "Commands".to_owned(),
        ([], Some(view)) => {
            let name = cut_middle(view.name.as_str(), 24, scene.theme.cut());
            format!("Commands {dot} for {name}")
        }
        ([one], _) => format!("Commands {dot} for the marked {}", one.name),
        (many, _) => format!("Commands {dot} for {} marked services", many.len()),
    }
}

/// One command: its key, its name, what it does or why it cannot.
fn draw_row(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    row: &CommandRow,
    text: &str,
    (refused, focused): (bool, bool),
) {
    let theme = scene.theme;
    let narrow = area.width < 50;
    let key = keys::label(scene, row.command).unwrap_or_default();
    let (key_width, text) = match (narrow, refused) {
        (false, _) => (KEY, text),
        // Where there is little room: half a sentence helps nobody. The key says why.
        (true, true) => (KEY_NARROW, "disabled"),
        (true, false) => (KEY_NARROW, ""),
    };
    let base = if refused { theme.dim() } else { Style::new() };
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
        .column(&key, key_width, Side::Left, key_style)
        .column(row.label, LABEL, Side::Left, base)
        .skip(1)
        .say(text, base);
}
