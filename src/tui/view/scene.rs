//! The whole picture, put together.

use ratatui::{
    Frame,
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};

use super::{
    attention, bar, empty, events,
    header::{self, Page},
    help, keys, question, say, small,
    story::Teller,
    table::{self, position},
    tail::{self, Precision},
    text::{Pen, cells, cut_middle},
    tile::{self, rows_from},
};
use crate::{
    keymap::Keymap,
    model::{ServiceView, Snapshot, State},
    tui::{
        layout,
        state::{Density, Overlay, UiState},
        theme::{Theme, Weight},
    },
};

/// Everything a part of the picture may look at.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    /// The truth.
    pub(super) snapshot: &'a Snapshot,
    /// What is looked at.
    pub(super) ui: &'a UiState,
    /// The keys as they are bound.
    pub(super) keymap: &'a Keymap,
    /// How things look.
    pub(super) theme: &'a Theme,
}

impl<'a> Scene<'a> {
    /// Somebody who says how a service is.
    pub(super) fn teller(self) -> Teller<'a> {
        Teller {
            snapshot: self.snapshot,
            theme: self.theme,
        }
    }

    /// The row of the cursor among all services.
    fn cursor_row(self) -> usize {
        let cursor = self.ui.cursor.as_ref();
        let row = cursor.and_then(|cursor| self.snapshot.services.keys().position(|n| n == cursor));
        row.unwrap_or(self.ui.cursor_row)
    }
}

/// Draws the console: a pure function of what is so and what is looked at.
pub fn draw(
    frame: &mut Frame<'_>,
    snapshot: &Snapshot,
    ui: &UiState,
    keymap: &Keymap,
    theme: &Theme,
) {
    let scene = Scene {
        snapshot,
        ui,
        keymap,
        theme,
    };
    let area = Rect::new(0, 0, ui.size.0, ui.size.1).intersection(frame.area());
    let buffer = frame.buffer_mut();
    let cursor = if layout::is_tiny(ui.size) {
        small::draw(buffer, area, scene, layout::SMALLEST)
    } else {
        draw_whole(buffer, area, scene)
    };
    // The terminal's own cursor stands where the eye should be: screen readers follow it.
    if let Some(cursor) = cursor.filter(|cursor| area.contains(*cursor)) {
        frame.set_cursor_position(cursor);
    }
}

/// Draws every part; returns where the terminal's cursor belongs.
fn draw_whole(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) -> Option<Position> {
    let count = scene.snapshot.services.len();
    let density = layout::density(scene.ui, count);
    let row = |y: u16| Rect::new(area.x, area.y.saturating_add(y), area.width, 1);
    let body = layout::body(scene.ui.size);
    let mut page = None;
    let mut cursor = None;
    if count == 0 {
        empty::draw(buffer, body, scene);
    } else {
        match density {
            Density::Panes => (cursor, page) = draw_panes(buffer, scene),
            Density::Table => cursor = Some(draw_table(buffer, body, scene)),
        }
    }
    header::draw(buffer, row(0), scene, page);
    attention::draw(buffer, row(1), scene);
    bar::draw_actions(buffer, row(area.height.saturating_sub(2)), scene);
    let (over, footer) = match &scene.ui.overlay {
        Some(Overlay::Help { top }) => (
            Some(help::draw(buffer, body, scene, *top)),
            keys::help(scene),
        ),
        Some(Overlay::Question(asked)) => (
            question::draw(buffer, body, scene, asked),
            keys::question(scene, &asked.kind),
        ),
        // While it leaves, no key but the last resort does anything, and that one is named above.
        None if scene.ui.leaving.is_some() => (None, Vec::new()),
        None if count == 0 => (None, keys::few(scene)),
        None => (None, keys::services(scene, density)),
    };
    bar::draw_keys(buffer, row(area.height.saturating_sub(1)), scene, &footer);
    over.or(cursor)
}

/// Draws the page of panes on which the cursor is.
fn draw_panes(buffer: &mut Buffer, scene: Scene<'_>) -> (Option<Position>, Page) {
    let size = scene.ui.size;
    let grid = layout::grid(size, scene.snapshot.services.len());
    let page = grid
        .page_of(scene.cursor_row())
        .min(grid.pages.saturating_sub(1));
    let mut tiles = layout::tiles(size, grid).into_iter();
    let mut cursor = None;
    let first = page * grid.per_page();
    let services = scene.snapshot.services.values().skip(first);
    for (view, tile) in services.zip(tiles.by_ref().take(grid.per_page())) {
        let focused = scene.ui.cursor.as_ref() == Some(&view.name);
        let weight = if focused {
            Weight::Heavy
        } else {
            Weight::Light
        };
        tile::draw(buffer, tile, scene, view, weight);
        if focused {
            cursor = Some(Position::new(tile.x.saturating_add(3), tile.y));
        }
    }
    // The first tile that no service needs shows what happened.
    let shown = scene.snapshot.services.len().saturating_sub(first);
    if let Some(spare) = layout::tiles(size, grid).get(shown) {
        events::draw(buffer, *spare, scene);
    }
    (cursor, (grid.pages > 1).then_some((page + 1, grid.pages)))
}

/// Draws the table and the log of the row under the cursor.
fn draw_table(buffer: &mut Buffer, body: Rect, scene: Scene<'_>) -> Position {
    let count = scene.snapshot.services.len();
    let rows = layout::table_rows(scene.ui.size, count);
    let at = scene.cursor_row().min(count.saturating_sub(1));
    // The cursor is always seen, whatever was scrolled before the terminal shrank.
    let top = scene.ui.table_top.min(count.saturating_sub(rows));
    let top = top.clamp((at + 1).saturating_sub(rows), at);
    let head = Rect {
        height: cells(rows + 1).min(body.height),
        ..body
    };
    table::draw(buffer, head, scene, top);
    let rest = rows_from(body, head.height);
    if let Some(view) = bar::focused(scene) {
        draw_tail(buffer, rest, scene, view, position(top, rows, count));
    }
    let y = body.y.saturating_add(cells(at - top)).saturating_add(1);
    Position::new(body.x.saturating_add(1), y)
}

/// The log below the table, under the story of its service.
fn draw_tail(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    view: &ServiceView,
    position: Option<String>,
) {
    let theme = scene.theme;
    let state = State::of(view);
    draw_tail_title(buffer, area, scene, view, position);
    let story = scene.teller().story(view, state);
    let below = rows_from(area, 1);
    let style = theme.reason(state);
    Pen::new(buffer, below, theme.cut())
        .skip(1)
        .say(&story, style);
    let log = rows_from(below, 1);
    tail::draw(buffer, log, scene, &view.name, state, Precision::Millis);
}

/// The rule between the table and the log: whose log, which rows of the table, whether it follows.
fn draw_tail_title(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    view: &ServiceView,
    position: Option<String>,
) {
    let theme = scene.theme;
    let glyph = theme.rule_glyph(Weight::Heavy);
    let rule = theme.rule(Weight::Heavy);
    let plain = Style::new();
    let ring = scene.ui.logs.get(&view.name);
    let (how, style) = match ring.map_or(0, |ring| ring.behind) {
        0 => ("following".to_owned(), plain),
        behind => (format!("PAUSED +{}", say::count(behind)), theme.warning()),
    };
    let lines = say::count(ring.map_or(0, |ring| ring.lines.len()));
    let mut right = Line::default();
    if let Some(rows) = position {
        right.push_span(Span::styled(format!(" rows {rows} "), plain));
        right.push_span(Span::styled(glyph.repeat(2), rule));
    }
    right.push_span(Span::styled(format!(" {how}"), style));
    right.push_span(Span::styled(
        format!(" {} {lines} lines ", theme.dot()),
        plain,
    ));
    right.push_span(Span::styled(glyph.repeat(2), rule));
    let name = cut_middle(view.name.as_str(), 32, theme.cut());
    Pen::new(buffer, area, theme.cut())
        .put(&glyph.repeat(2), rule)
        .put(&format!(" {name}"), theme.strong())
        .put(&format!(" {} log ", theme.dot()), plain)
        .line_right(&right)
        .fill(glyph, 0, rule);
}
