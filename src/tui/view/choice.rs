//! A dialog with numbered choices, and the pid that has to be typed in it.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};

use super::{
    Scene, boxed,
    text::{Pen, cells, width, wrap},
    tile::rows_from,
};
use crate::{model::Force, tui::state::PidEntry};

/// The widest dialog.
const COLUMNS: usize = 90;

/// Columns of a warning.
const WARNING: usize = 64;

/// A choice.
pub(super) struct Row<'a> {
    /// In words.
    pub(super) label: &'a str,
    /// What is asked first.
    pub(super) note: &'a str,
    /// Why it cannot be chosen.
    pub(super) refused: Option<&'a str>,
    /// Whether it is focused.
    pub(super) focused: bool,
}

/// The signal by its name.
pub(super) fn signal(force: Force) -> &'static str {
    match force {
        Force::Term => "SIGTERM",
        Force::Kill => "SIGKILL",
    }
}

/// Draws a dialog: what is so, then the choices. Where there is little room the choices stay.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    title: &str,
    mut facts: Vec<Line<'static>>,
    rows: &[Row<'_>],
) -> Option<Position> {
    let most = usize::from(area.width.saturating_sub(4)).min(COLUMNS);
    let mut choices = Vec::new();
    let mut focused = 0;
    for (at, row) in rows.iter().enumerate() {
        if row.focused {
            focused = choices.len();
        }
        choices.extend(lines_of(scene, at, row, most));
    }
    let room = usize::from(area.height.saturating_sub(2));
    facts.truncate(room.saturating_sub(choices.len()));
    let top = facts.len();
    let widest = facts.iter().chain(&choices).map(Line::width).max();
    let wish = widest.unwrap_or(0).max(width(title) + 4).min(most);
    let frame = boxed::centred(area, wish, top + choices.len());
    let inner = boxed::draw(buffer, frame, scene, title, None);
    boxed::lines(buffer, inner, scene, &facts);
    let list = rows_from(inner, cells(top));
    let skip = (focused + 1).saturating_sub(usize::from(list.height));
    boxed::lines(buffer, list, scene, choices.get(skip..).unwrap_or_default());
    let row = list.rows().nth(focused - skip)?;
    buffer.set_style(
        row.intersection(buffer.area),
        scene.theme.selected(Style::new()),
    );
    Some(row.as_position())
}

/// A choice with its number; its reason stands below it when it cannot be chosen.
fn lines_of(scene: Scene<'_>, at: usize, row: &Row<'_>, columns: usize) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let mark = if row.focused { ">" } else { " " };
    let style = match row.refused {
        Some(_) => theme.dim(),
        None => Style::new(),
    };
    let mut spans = vec![
        Span::styled(format!("{mark} {}  ", at + 1), theme.key()),
        Span::styled(row.label.to_owned(), style),
    ];
    if row.refused.is_none() && !row.note.is_empty() {
        spans.push(Span::styled(format!("   {}", row.note), theme.dim()));
    }
    let mut out = vec![Line::from(spans)];
    if let Some(reason) = row.refused {
        for text in wrap(reason, columns.saturating_sub(5), 2, theme.cut()) {
            out.push(Line::styled(format!("     {text}"), theme.dim()));
        }
    }
    out
}

/// Draws a dialog in which a pid is typed; returns where the next digit goes.
pub(super) fn draw_entry(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    title: &str,
    mut facts: Vec<Line<'static>>,
    entry: &PidEntry,
    warning: &str,
) -> Position {
    let theme = scene.theme;
    let most = usize::from(area.width.saturating_sub(4)).min(COLUMNS);
    let warning: Vec<Line<'static>> = wrap(warning, most.min(WARNING), 4, theme.cut())
        .into_iter()
        .map(|row| Line::raw(row.into_owned()))
        .collect();
    let room = usize::from(area.height.saturating_sub(2));
    facts.truncate(room.saturating_sub(warning.len() + 2));
    facts.extend(warning);
    facts.push(Line::default());
    let widest = facts.iter().map(Line::width).max().unwrap_or(0);
    let frame = boxed::centred(
        area,
        widest.max(width(title) + 4).min(most),
        facts.len() + 1,
    );
    let inner = boxed::draw(buffer, frame, scene, title, None);
    boxed::lines(buffer, inner, scene, &facts);
    let row = rows_from(inner, cells(facts.len()));
    let label = format!("{} to PID: ", signal(entry.force));
    let style = if entry.is_right() {
        theme.strong()
    } else {
        theme.warning()
    };
    Pen::new(buffer, row, theme.cut())
        .put(&label, theme.key())
        .put(&entry.typed, style);
    let x = row
        .x
        .saturating_add(cells(width(&label) + entry.typed.len()));
    Position::new(x.min(row.right().saturating_sub(1).max(row.x)), row.y)
}
