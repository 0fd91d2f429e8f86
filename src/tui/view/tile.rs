//! The pane of one service: title rule, facts, its own log.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    Scene, say, spark,
    tail::{self, Precision},
    text::{Pen, cells, cut_middle, width, wrap},
};
use crate::{
    model::{HolderClass, ServiceView, State},
    tui::theme::{Theme, Weight},
};

/// The rows a reason may take below the facts.
const REASON_ROWS: usize = 2;

/// Columns of the sparkline in a title.
const TREND: usize = 12;

/// Draws one pane.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    view: &ServiceView,
    weight: Weight,
) {
    let state = State::of(view);
    title(buffer, area, scene, view, state, weight);
    let below = rows_from(area, 1);
    let facts = facts(scene, view, state, usize::from(below.width));
    for (row, line) in below.rows().zip(&facts) {
        Pen::new(buffer, row, scene.theme.cut()).skip(1).line(line);
    }
    let log = rows_from(below, cells(facts.len()));
    tail::draw(buffer, log, scene, &view.name, state, Precision::Seconds);
}

/// An area without its first rows.
pub(super) fn rows_from(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect::new(area.x, area.y + rows, area.width, area.height - rows)
}

/// The rule with symbol, word and name, and at its right the port.
fn title(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    view: &ServiceView,
    state: State,
    weight: Weight,
) {
    let theme = scene.theme;
    let right = Line::from(title_end(scene, view, weight));
    let room = usize::from(area.width).saturating_sub(right.width() + 3 + 8 + 2);
    let name = cut_middle(view.name.as_str(), room, theme.cut());
    let glyph = theme.rule_glyph(weight);
    let rule = theme.rule(weight);
    let style = match weight {
        Weight::Heavy => theme.state(state).patch(theme.strong()),
        Weight::Light => theme.state(state),
    };
    let mut pen = Pen::new(buffer, area, theme.cut());
    pen.put(&glyph.repeat(2), rule)
        .skip(1)
        .put(
            &format!(
                "{} {:<5}{}",
                theme.symbol(state),
                state.word(),
                scene.mark(view)
            ),
            style,
        )
        .put(&name, style)
        .skip(1)
        .line_right(&right);
    let room = pen.room();
    if room >= TREND + 6 && spark::is_known(scene, view) {
        pen.fill(glyph, TREND + 2 + right_end(&right), rule).skip(1);
        spark::put(&mut pen, scene, view, TREND, |style| style);
        pen.skip(1);
    }
    pen.fill(glyph, 0, rule);
}

/// Columns of rule between a sparkline and what stands at its right.
fn right_end(right: &Line<'_>) -> usize {
    if right.width() == 0 { 2 } else { 1 }
}

/// What stands at the right of a title: whether the log is paused, the port and who holds it.
fn title_end(scene: Scene<'_>, view: &ServiceView, weight: Weight) -> Vec<Span<'static>> {
    let theme = scene.theme;
    let rule = theme.rule(weight);
    let glyph = theme.rule_glyph(weight);
    let mut out = Vec::new();
    let behind = scene.ui.logs.get(&view.name).map_or(0, |ring| ring.behind);
    if behind > 0 {
        let paused = format!(" PAUSED +{} ", say::count(behind));
        out.push(Span::styled(paused, theme.warning()));
        out.push(Span::styled(glyph.repeat(2), rule));
    }
    if let Some(port) = view.port {
        let (holder, style) = match view.holder.as_ref().map(|holder| holder.class) {
            Some(class) => (class.word(), holder_style(theme, class)),
            None => ("", Style::new()),
        };
        let text = format!(" :{port} {holder}");
        out.push(Span::styled(format!("{} ", text.trim_end()), style));
        out.push(Span::styled(glyph.repeat(2), rule));
    }
    out
}

/// How loudly the holder of a port is named.
pub(super) fn holder_style(theme: &Theme, class: HolderClass) -> Style {
    match class {
        HolderClass::Own => Style::new(),
        HolderClass::Free => theme.dim(),
        HolderClass::OwnLeftover => theme.warning(),
        HolderClass::OtherService
        | HolderClass::Stranger
        | HolderClass::OtherUser
        | HolderClass::Unseen => theme.alarm(),
    }
}

/// Process, consumption, age and story on one row where they fit; otherwise the numbers give way,
/// and a long reason gets rows of its own.
fn facts<'a>(
    scene: Scene<'a>,
    view: &'a ServiceView,
    state: State,
    columns: usize,
) -> Vec<Line<'a>> {
    let columns = columns.saturating_sub(2);
    let story = scene.teller().story(view, state);
    let style = scene.theme.reason(state);
    let numbers = numbers(view);
    for kept in [
        numbers.as_slice(),
        numbers_without_load(&numbers).as_slice(),
    ] {
        let lead = kept.join("  ");
        let gap = if lead.is_empty() { "" } else { "  " };
        if width(&lead) + gap.len() + width(&story) <= columns {
            let spans = vec![Span::raw(lead), Span::raw(gap), Span::styled(story, style)];
            return vec![Line::from(spans)];
        }
    }
    let mut out = Vec::new();
    if !numbers.is_empty() {
        out.push(Line::raw(numbers.join("  ")));
    }
    for row in wrap(&story, columns, REASON_ROWS, scene.theme.cut()) {
        out.push(Line::styled(row.into_owned(), style));
    }
    out
}

/// What is known of the process: "PID 48202", "0.1%", "9M", "up 5m26s".
fn numbers(view: &ServiceView) -> Vec<String> {
    let mut out = Vec::new();
    let Some(pid) = view.pid else { return out };
    out.push(format!("PID {pid}"));
    out.extend(view.cpu_pct.map(say::cpu));
    out.extend(view.mem_bytes.map(say::memory));
    out.extend(view.uptime_s.map(|up| format!("up {}", say::span(up))));
    out
}

/// The first and the last of them: what a reason needs beside it.
fn numbers_without_load(numbers: &[String]) -> Vec<String> {
    match numbers {
        [pid, .., up] if numbers.len() > 2 => vec![pid.clone(), up.clone()],
        _ => numbers.to_vec(),
    }
}
