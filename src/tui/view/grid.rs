//! One cell per service, and below them a row for each that is in trouble.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    text::Span,
};

use super::{
    Scene, bar, scene,
    table::{self, Plan},
    text::{Pen, Side, cells, cut_middle},
    tile::rows_from,
};
use crate::{
    model::State,
    tui::{
        layout,
        rows::{Group, LABEL},
        theme::Weight,
    },
};

/// Draws the cells, the services in trouble, and the log where there is room for it; returns where
/// the cursor is.
pub(super) fn draw(buffer: &mut Buffer, body: Rect, scene: Scene<'_>) -> Option<Position> {
    let size = scene.ui.size;
    let plan = scene.shown.cells(size);
    let body = Rect {
        height: cells(layout::cells_body(size)).min(body.height),
        ..body
    };
    legend(buffer, body, scene);
    let area = rows_from(body, 1);
    let cursor = draw_cells(buffer, area, scene, plan.lines);
    let mut area = rows_from(area, cells(plan.lines));
    let mut over = None;
    if plan.problems > 0 {
        over = draw_problems(buffer, area, scene, plan.problems);
        area = rows_from(area, cells(plan.problems + 1));
    }
    if plan.log > 0
        && let Some(view) = bar::focused(scene)
    {
        scene::draw_tail(buffer, area, scene, view, None);
    }
    over.or(cursor)
}

/// The rule above the cells: what their symbols mean.
fn legend(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) {
    let theme = scene.theme;
    let (glyph, rule) = (theme.rule_glyph(Weight::Light), theme.rule(Weight::Light));
    let mut pen = Pen::new(buffer, area, theme.cut());
    pen.put(&glyph.repeat(2), rule).keep(2);
    let lead = Span::raw(" 1 cell = 1 service:");
    let mut words = Vec::new();
    for (at, state) in State::ALL.into_iter().enumerate() {
        let count = |group: &Group<'_>| group.states.get(at).copied();
        let count: usize = scene.shown.groups.iter().filter_map(count).sum();
        if count > 0 {
            let symbol = symbol(scene, state);
            let text = format!(" {symbol} {}", state.counted());
            words.push(Span::styled(text, theme.reason(state)));
        }
    }
    if !scene.ui.list.marks.is_empty() {
        let text = format!(" {} marked", theme.mark());
        words.push(Span::styled(text, theme.strong()));
    }
    // The symbols matter more than the words before them.
    let taken: usize = words.iter().map(Span::width).sum();
    if lead.width() + taken < pen.room() {
        words.insert(0, lead);
    }
    let mut shown = 0;
    for word in words {
        if word.width() >= pen.room() {
            break;
        }
        shown += 1;
        pen.put(&word.content, word.style);
    }
    if shown > 0 {
        pen.skip(1);
    }
    pen.keep_back(2).fill(glyph, 0, rule);
}

/// The symbol of a state among cells: what is up is hardly there.
fn symbol(scene: Scene<'_>, state: State) -> &'static str {
    if state == State::Up {
        scene.theme.quiet()
    } else {
        scene.theme.symbol(state)
    }
}

/// Draws the lines of cells of the page on which the cursor is.
fn draw_cells(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, rows: usize) -> Option<Position> {
    let (theme, shown) = (scene.theme, scene.shown);
    let lines = shown.lines(shown.across(scene.ui.size));
    let at = scene.cursor_row();
    let line = lines.iter().position(|(_, cells)| cells.contains(&at));
    let top = layout::page_top(line.unwrap_or(0), rows, lines.len());
    let label = shown.label_width();
    let mut cursor = None;
    let visible = lines.iter().skip(top).take(rows).enumerate();
    for (row, (y, (group, range))) in area.rows().zip(visible) {
        let mut pen = Pen::new(buffer, row, theme.cut());
        pen.skip(1);
        let group = shown.groups.get(*group);
        if let Some(group) =
            group.filter(|group| label > 0 && (y == 0 || group.shown.start == range.start))
        {
            let title = cut_middle(group.title(), LABEL, theme.cut());
            let count = group.size().to_string();
            pen.put(&title, Style::new());
            let used = super::text::width(&title) + 2;
            pen.column(&count, label.saturating_sub(used), Side::Right, theme.dim());
        } else {
            pen.skip(cells(label.saturating_sub(2)));
        }
        pen.skip(if label > 0 { 2 } else { 0 });
        for number in range.clone() {
            let Some(item) = shown.services.get(number) else {
                continue;
            };
            let mut style = theme.state(item.state);
            if number == at && scene.ui.cursor.is_some() {
                style = theme.selected(style);
                let x = area
                    .x
                    .saturating_add(cells(1 + label + number - range.start));
                cursor = Some(Position::new(x, row.y));
            }
            let marked = scene.ui.list.marks.contains(&item.view.name);
            let symbol = if marked {
                theme.mark()
            } else {
                symbol(scene, item.state)
            };
            pen.put(symbol, style);
        }
    }
    cursor
}

/// Draws the services in trouble, the worst first: the page on which the cursor is.
fn draw_problems(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    rows: usize,
) -> Option<Position> {
    let (theme, shown) = (scene.theme, scene.shown);
    let troubles = &shown.troubles;
    let at = troubles.iter().position(|it| *it == scene.cursor_row());
    let top = layout::page_top(at.unwrap_or(0), rows, troubles.len());
    let (glyph, rule) = (theme.rule_glyph(Weight::Light), theme.rule(Weight::Light));
    let seen = table::position(top, rows, troubles.len());
    let seen = seen.unwrap_or_else(|| troubles.len().to_string());
    Pen::new(buffer, area, theme.cut())
        .put(&glyph.repeat(2), rule)
        .put(" Problems first ", theme.strong())
        .line_right(&ratatui::text::Line::from(vec![
            Span::raw(format!(" {seen} ")),
            Span::styled(glyph.repeat(2), rule),
        ]))
        .fill(glyph, 0, rule);
    let items = || troubles.iter().filter_map(|at| shown.services.get(*at));
    let longest = items().map(|item| item.view.name.as_str().len()).max();
    let plan = Plan::problems(usize::from(area.width), longest.unwrap_or(0));
    let below = rows_from(area, 1);
    for (row, item) in below.rows().zip(items().skip(top).take(rows)) {
        table::draw_row(buffer, row, scene, &plan, *item);
    }
    let y = below.y.saturating_add(cells(at?.checked_sub(top)?));
    Some(Position::new(below.x.saturating_add(1), y))
}
