//! What can follow the keys of a sequence that were pressed so far.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    Scene, keys,
    text::{Pen, cells},
};
use crate::{keymap::Sequence, tui::pending::Reading};

/// Rows that it takes at most.
const ROWS: usize = 4;

/// Draws what can follow, on the rows right above the footer; nothing when nothing is waited for.
pub(super) fn draw(buffer: &mut Buffer, screen: Rect, scene: Scene<'_>) {
    let lines = lines(scene, usize::from(screen.width).saturating_sub(2));
    let height = cells(lines.len()).min(screen.height.saturating_sub(1));
    let area = Rect {
        y: screen.y + screen.height.saturating_sub(1 + height),
        height,
        ..screen
    };
    super::boxed::clear(buffer, area.intersection(buffer.area));
    for (row, line) in area.rows().zip(&lines) {
        Pen::new(buffer, row, scene.theme.cut()).skip(1).line(line);
    }
}

/// "g > g first  r Recover", on as many rows as it takes.
fn lines(scene: Scene<'_>, columns: usize) -> Vec<Line<'static>> {
    let Some(pending) = &scene.ui.pending else {
        return Vec::new();
    };
    let reading = Reading {
        keymap: scene.keymap,
        snapshot: scene.snapshot,
        ui: scene.ui,
    };
    let Some(pressed) = Sequence::of(&pending.keys) else {
        return Vec::new();
    };
    let head = keys::caps(scene, &pressed);
    let head = Span::styled(
        format!("{head} {}", scene.theme.step()),
        scene.theme.strong(),
    );
    let indent = head.width();
    let mut lines = vec![Line::from(head)];
    for (rest, command) in reading.continuations(pending.context, &pending.keys) {
        let Some(row) = command.row() else { continue };
        let what = row.action.map_or(row.label, |action| action.label());
        let hint = [
            Span::styled(format!(" {}", keys::caps(scene, &rest)), scene.theme.key()),
            Span::styled(format!(" {what} "), Style::new()),
        ];
        let wide: usize = hint.iter().map(Span::width).sum();
        let full = lines
            .last()
            .is_none_or(|line| line.width() + wide > columns);
        if full && lines.len() >= ROWS {
            break;
        }
        if full {
            lines.push(Line::from(" ".repeat(indent)));
        }
        if let Some(line) = lines.last_mut() {
            line.extend(hint);
        }
    }
    lines
}
