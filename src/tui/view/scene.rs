//! The whole picture, put together.

use ratatui::{
    Frame,
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};

use super::{
    attention, bar, batch, compact, detail, empty, events, footer, grid,
    header::{self, Page},
    help, hour, journal, keys, logs, menu, own, palette, pending, port, question, say, small,
    story::Teller,
    survivor, table,
    tail::{self, Precision},
    text::{Pen, cells, cut_middle},
    tile::{self, rows_from},
};
use crate::{
    keymap::Keymap,
    model::{ServiceView, Snapshot, State},
    tui::{
        layout::{self, Tier},
        own::OwnLog,
        rows::{self, Shown},
        state::{Density, DetailView, Overlay, UiState, View},
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
    /// What oats says about itself.
    pub(super) own: Option<&'a OwnLog>,
    /// Which services are shown, and in which order.
    pub(super) shown: &'a Shown<'a>,
}

impl<'a> Scene<'a> {
    /// Somebody who says how a service is.
    pub(super) fn teller(self) -> Teller<'a> {
        Teller {
            snapshot: self.snapshot,
            theme: self.theme,
        }
    }

    /// What stands before the name of a service: a sign when it is marked.
    pub(super) fn mark(self, view: &ServiceView) -> &'static str {
        if self.ui.list.marks.contains(&view.name) {
            self.theme.mark()
        } else {
            " "
        }
    }

    /// The number of the service under the cursor among those that are shown.
    pub(super) fn cursor_row(self) -> usize {
        let cursor = self.ui.cursor.as_ref();
        let row = cursor.and_then(|cursor| self.shown.index_of(cursor));
        let last = self.shown.services.len().saturating_sub(1);
        row.unwrap_or(self.ui.cursor_row).min(last)
    }
}

/// Draws the console: a pure function of what is so and what is looked at.
pub fn draw(
    frame: &mut Frame<'_>,
    snapshot: &Snapshot,
    ui: &UiState,
    keymap: &Keymap,
    theme: &Theme,
    own: Option<&OwnLog>,
) {
    let shown = rows::shown(snapshot, ui);
    let scene = Scene {
        snapshot,
        ui,
        keymap,
        theme,
        own,
        shown: &shown,
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
pub(super) fn draw_whole(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) -> Option<Position> {
    let row = |y: u16| Rect::new(area.x, area.y.saturating_add(y), area.width, 1);
    let body = layout::body(scene.ui.size);
    let (cursor, page) = draw_view(buffer, body, scene);
    match &scene.ui.view {
        View::Services => header::draw(buffer, row(0), scene, page),
        view @ (View::Detail(_) | View::Logs(_) | View::Events(_) | View::Own) => {
            header::draw_trail(buffer, row(0), scene, view);
        }
    }
    let narrow = layout::tier(scene.ui.size) == Tier::Compact;
    if !narrow {
        attention::draw(buffer, row(1), scene);
    }
    let actions = row(area.height.saturating_sub(2));
    let listed = scene.ui.view == View::Services && !scene.snapshot.services.is_empty();
    let prompt = if narrow && listed && scene.ui.overlay.is_none() {
        let words = Rect::new(area.x, actions.y.saturating_sub(1), area.width, 2);
        compact::draw_words(buffer, words, scene)
    } else {
        bar::draw_actions(buffer, actions, scene)
    };
    let over = draw_overlay(buffer, body, scene);
    let last = row(area.height.saturating_sub(1));
    if !logs::draw_problem(buffer, last, scene) {
        footer::draw(buffer, last, scene, &keys::footer(scene));
    }
    pending::draw(buffer, area, scene);
    over.or(prompt).or(cursor)
}

/// Draws what fills the screen; returns where the cursor is, and which page of how many.
fn draw_view(buffer: &mut Buffer, body: Rect, scene: Scene<'_>) -> (Option<Position>, Page) {
    match &scene.ui.view {
        View::Detail(detail) => (detail::draw(buffer, body, scene, *detail), None),
        View::Logs(log) => (logs::draw(buffer, body, scene, log), None),
        View::Events(events) => (journal::draw(buffer, body, scene, events), None),
        View::Own => (own::draw(buffer, body, scene), None),
        View::Services if scene.snapshot.services.is_empty() => {
            empty::draw(buffer, body, scene);
            (None, None)
        }
        View::Services if scene.shown.services.is_empty() => {
            empty::draw_hidden(buffer, body, scene);
            (None, None)
        }
        View::Services => match scene.shown.density {
            Density::Panes => draw_panes(buffer, scene),
            Density::Grid => (grid::draw(buffer, body, scene), None),
            Density::Table if layout::tier(scene.ui.size) == Tier::Compact => {
                (compact::draw_table(buffer, body, scene), None)
            }
            Density::Table => (draw_table(buffer, body, scene), None),
        },
    }
}

/// Draws what covers the view; returns where the cursor is in it.
fn draw_overlay(buffer: &mut Buffer, body: Rect, scene: Scene<'_>) -> Option<Position> {
    match &scene.ui.overlay {
        Some(Overlay::Help { top }) => Some(help::draw(buffer, body, scene, *top)),
        Some(Overlay::Question(asked)) => question::draw(buffer, body, scene, asked),
        Some(Overlay::Menu(open)) => menu::draw(buffer, body, scene, open),
        Some(Overlay::Batch(open)) => batch::draw(buffer, body, scene, open),
        Some(Overlay::Palette(open)) => Some(palette::draw(buffer, body, scene, open)),
        Some(Overlay::Port(open)) => port::draw(buffer, body, scene, open),
        Some(Overlay::Survivor(open)) => survivor::draw(buffer, body, scene, open),
        Some(Overlay::LogServices(open)) => Some(logs::draw_choice(buffer, body, scene, open)),
        None => None,
    }
}

/// Draws the page of panes on which the cursor is.
fn draw_panes(buffer: &mut Buffer, scene: Scene<'_>) -> (Option<Position>, Page) {
    let size = scene.ui.size;
    let grid = layout::grid(size, scene.shown.services.len());
    let page = grid
        .page_of(scene.cursor_row())
        .min(grid.pages.saturating_sub(1));
    let mut tiles = layout::tiles(size, grid).into_iter();
    let mut cursor = None;
    let first = page * grid.per_page();
    let services = scene.shown.services.iter().skip(first);
    for (item, tile) in services.zip(tiles.by_ref().take(grid.per_page())) {
        let view = item.view;
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
    let shown = scene.shown.services.len().saturating_sub(first);
    if let Some(spare) = layout::tiles(size, grid).get(shown) {
        events::draw(buffer, *spare, scene);
    }
    (cursor, (grid.pages > 1).then_some((page + 1, grid.pages)))
}

/// Draws the table and the log of the row under the cursor; its page as well where there is room.
fn draw_table(buffer: &mut Buffer, body: Rect, scene: Scene<'_>) -> Option<Position> {
    let (size, count) = (scene.ui.size, scene.shown.rows.len());
    let upper = layout::upper_rows(size, count) + 1;
    let area = Rect {
        height: cells(upper).min(body.height),
        ..body
    };
    let (left, right) = layout::beside(size, area);
    let rows = layout::table_rows(size, count);
    let cursor = draw_rows(buffer, left, scene, rows);
    if right.width > 0 {
        for row in right.rows() {
            Pen::new(buffer, row, scene.theme.cut()).put(scene.theme.bar(), scene.theme.dim());
        }
        let page = Rect {
            x: right.x + 1,
            width: right.width - 1,
            ..right
        };
        let _top = detail::draw(buffer, page, scene, DetailView::default());
    }
    let rest = rows_from(body, area.height);
    let hour = cells(layout::hour_rows(size, count));
    if hour > 0 {
        hour::draw(buffer, rest, scene);
    }
    let rest = rows_from(rest, hour);
    if let Some(view) = bar::focused(scene) {
        draw_tail(buffer, rest, scene, view, position(scene, rows));
    }
    cursor
}

/// Draws so many rows of the table below its headings; returns where the cursor is.
pub(super) fn draw_rows(
    buffer: &mut Buffer,
    body: Rect,
    scene: Scene<'_>,
    rows: usize,
) -> Option<Position> {
    let at = scene.cursor_row();
    // The cursor is always seen, whatever was scrolled before the terminal shrank.
    let top = scene.shown.top_row(scene.ui.table_top, at, rows);
    let headings = layout::headings(scene.ui.size);
    let area = Rect {
        height: cells(rows + headings).min(body.height),
        ..body
    };
    table::draw(buffer, area, scene, top);
    scene.ui.cursor.as_ref()?;
    let y = cells(scene.shown.row_of(at).saturating_sub(top) + headings);
    Some(Position::new(
        body.x.saturating_add(1),
        body.y.saturating_add(y),
    ))
}

/// Which rows of the table are seen, when there are others.
pub(super) fn position(scene: Scene<'_>, rows: usize) -> Option<String> {
    let top = scene
        .shown
        .top_row(scene.ui.table_top, scene.cursor_row(), rows);
    table::position(top, rows, scene.shown.rows.len())
}

/// The log below the table, under the story of its service.
pub(super) fn draw_tail(
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
