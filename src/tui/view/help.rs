//! The help: every bound key with what it does, read from the keymap as it is now.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};

use super::{Scene, boxed, keys, table::position, text::width};
use crate::keymap::Context;

/// Columns of the keys.
const KEYS: usize = 16;
/// Columns of the help.
const COLUMNS: usize = 70;

/// Draws the help over `area`, from row `top` on; returns where it begins.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, top: usize) -> Position {
    let lines = lines(scene);
    let frame = boxed::centred(area, COLUMNS, lines.len());
    let rows = usize::from(frame.height.saturating_sub(2));
    // However far it was scrolled, the box stays full.
    let top = top.min(lines.len().saturating_sub(rows));
    let foot = position(top, rows, lines.len());
    let inner = boxed::draw(buffer, frame, scene, "Keys", foot.as_deref());
    boxed::lines(buffer, inner, scene, lines.get(top..).unwrap_or_default());
    inner.as_position()
}

/// The rows of the help: contexts with their commands, in the order of the command table.
fn lines(scene: Scene<'_>) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let mut out: Vec<Line<'static>> = Vec::new();
    for context in Context::ALL {
        let rows: Vec<_> = scene
            .keymap
            .rows()
            .filter(|(row, _)| row.context == context)
            .collect();
        if rows.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(Line::default());
        }
        out.push(Line::styled(context.title(), theme.strong()));
        for (row, bound) in rows {
            let caps: Vec<String> = bound
                .iter()
                .map(|pressed| keys::caps(scene, pressed))
                .collect();
            let caps = caps.join(" ");
            let blank = " ".repeat(KEYS.saturating_sub(width(&caps)).max(1));
            // An action brings its name along; the other lines say it all.
            let name = row.action.map(|action| format!("{}: ", action.label()));
            out.push(Line::from(vec![
                Span::raw("  "),
                Span::styled(caps, theme.key()),
                Span::raw(blank),
                Span::styled(name.unwrap_or_default(), Style::new()),
                Span::raw(row.about),
            ]));
        }
    }
    out
}

/// How many rows the help has.
#[must_use]
pub fn height(keymap: &crate::keymap::Keymap) -> usize {
    let mut rows = 0;
    for context in Context::ALL {
        let bound = keymap
            .rows()
            .filter(|(row, _)| row.context == context)
            .count();
        if bound > 0 {
            rows += bound + 1 + usize::from(rows > 0);
        }
    }
    rows
}
