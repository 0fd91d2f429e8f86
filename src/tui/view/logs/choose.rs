//! Which services are merged: a list with a check mark each.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};

use super::super::{Scene, boxed, say, text::cells};
use crate::{
    model::ServiceName,
    tui::{layout::page_top, state::LogChoice},
};

/// Draws the list; returns where the cursor is.
pub(in crate::tui::view) fn draw(
    buffer: &mut Buffer,
    body: Rect,
    scene: Scene<'_>,
    open: &LogChoice,
) -> Position {
    let theme = scene.theme;
    let names: Vec<&str> = scene
        .snapshot
        .services
        .keys()
        .map(ServiceName::as_str)
        .collect();
    let title = match open.checked.len() {
        0 => "Log of all services together".to_owned(),
        count => format!(
            "Log of {} of {} services together",
            say::count(count),
            say::count(names.len())
        ),
    };
    let rows = usize::from(body.height.saturating_sub(2)).max(1);
    let at = open.focused.min(names.len().saturating_sub(1));
    let top = page_top(at, rows, names.len());
    let mut lines = Vec::new();
    for (index, name) in names.iter().enumerate().skip(top).take(rows) {
        let checked = open.checked.iter().any(|it| it.as_str() == *name);
        let check = if checked { "[x]" } else { "[ ]" };
        let style = if index == at {
            theme.selected(Style::new())
        } else {
            Style::new()
        };
        let mark = if index == at { ">" } else { " " };
        lines.push(Line::from(Span::styled(
            format!("{mark} {check} {name} "),
            style,
        )));
    }
    let widest = lines.iter().map(Line::width).max().unwrap_or(0);
    let frame = boxed::centred(body, widest.max(title.len()), lines.len());
    let inner = boxed::draw(buffer, frame, scene, &title, None);
    boxed::lines(buffer, inner, scene, &lines);
    Position::new(inner.x, inner.y.saturating_add(cells(at - top)))
}
