//! Little room: a list, a rule, two lines about the service under the cursor.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};

use super::{
    Scene, attention, bar, say, scene,
    tail::{self, Precision},
    text::{Pen, cells, cut_middle, wrap},
    tile::rows_from,
};
use crate::{
    model::State,
    tui::{layout, theme::Weight},
};

/// Rows of the words.
const WORDS: u16 = 2;

/// Draws the table, the rule below it, and the log where there is room for it; returns where the
/// cursor is.
pub(super) fn draw_table(buffer: &mut Buffer, body: Rect, scene: Scene<'_>) -> Option<Position> {
    let size = scene.ui.size;
    let count = scene.shown.rows.len();
    let log = layout::log_below(size, count);
    let rows = if log > 0 {
        layout::table_rows(size, count)
    } else {
        layout::table_room(size)
    };
    let cursor = scene::draw_rows(buffer, body, scene, rows);
    let rule = rows_from(body, cells(rows + layout::headings(size)));
    draw_rule(buffer, rule, scene, rows, log > 0);
    let area = rows_from(rule, 1);
    let area = Rect {
        height: cells(log).min(area.height),
        ..area
    };
    if let Some(view) = bar::focused(scene) {
        let state = State::of(view);
        tail::draw(buffer, area, scene, &view.name, state, Precision::Seconds);
    }
    cursor
}

/// The rule below the list: whose log it is, and which rows of the list are seen.
fn draw_rule(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, rows: usize, log: bool) {
    let theme = scene.theme;
    let (glyph, rule) = (theme.rule_glyph(Weight::Heavy), theme.rule(Weight::Heavy));
    let mut pen = Pen::new(buffer, area, theme.cut());
    pen.put(&glyph.repeat(2), rule);
    let seen = scene::position(scene, rows);
    if let Some(seen) = seen {
        pen.line_right(&Line::from(vec![
            Span::raw(format!(" {seen} ")),
            Span::styled(glyph.repeat(2), rule),
        ]));
    }
    if let Some(view) = bar::focused(scene).filter(|_| log) {
        let behind = scene.ui.logs.get(&view.name).map_or(0, |ring| ring.behind);
        let how = match behind {
            0 => "log".to_owned(),
            more => format!("PAUSED +{}", say::count(more)),
        };
        let room = pen.room().saturating_sub(super::text::width(&how) + 6);
        let name = cut_middle(view.name.as_str(), room, theme.cut());
        pen.put(&format!(" {name}"), theme.strong());
        pen.put(&format!(" {} {how} ", theme.dot()), Style::new());
    }
    pen.fill(glyph, 0, rule);
}

/// Draws the two lines above the footer; returns where the cursor is when something is typed.
pub(super) fn draw_words(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) -> Option<Position> {
    if scene.ui.list.typing.is_some() && scene.ui.leaving.is_none() {
        return bar::draw_actions(buffer, rows_from(area, WORDS - 1), scene);
    }
    if !scene.ui.list.marks.is_empty() && bar::said(scene).is_none() {
        return bar::draw_actions(buffer, rows_from(area, WORDS - 1), scene);
    }
    let columns = usize::from(area.width).saturating_sub(2);
    let most = usize::from(WORDS);
    let fits = |text: &str| wrap(text, columns, most + 1, "").len() <= most;
    let (text, style) = match bar::said(scene) {
        Some((text, style)) => (bar::shortest(&text, fits).into_owned(), style),
        None => words(scene),
    };
    for (row, line) in area
        .rows()
        .zip(wrap(&text, columns, most, scene.theme.cut()))
    {
        Pen::new(buffer, row, scene.theme.cut())
            .skip(1)
            .put(&line, style);
    }
    None
}

/// What is said while nothing was done: what is wrong beside the services, how the service is.
fn words(scene: Scene<'_>) -> (String, Style) {
    let view = bar::focused(scene);
    let state = view.map(State::of);
    let well = state.and_then(State::trouble).is_none();
    if let Some(wrong) = attention::beside(scene).filter(|_| well) {
        return wrong;
    }
    if let Some((text, Some([key, what]))) = attention::at_rest(scene) {
        return (
            format!("{text} {}{}.", key.content, what.content),
            scene.theme.strong(),
        );
    }
    match (view, state) {
        (Some(view), Some(state)) => {
            let text = scene.teller().trouble(view, state);
            (text, scene.theme.reason(state))
        }
        _ => (String::new(), Style::new()),
    }
}
