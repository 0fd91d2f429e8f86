//! The last lines of a service.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{
    Scene, say, sgr,
    text::{Pen, Side},
};
use crate::{
    model::{LogLine, ServiceName, State, Stream},
    tui::state::LogRing,
};

/// How exactly a line says when it arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Precision {
    /// "12:04:21"
    Seconds,
    /// "12:04:21.011"
    Millis,
}

/// Draws the lines of `service` that are shown now, the newest one last.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    service: &ServiceName,
    state: State,
    precision: Precision,
) {
    let dim = scene.theme.dim();
    let base = if state == State::Stop {
        dim
    } else {
        Style::new()
    };
    let ring = scene.ui.logs.get(service);
    let mut lines = shown(ring, usize::from(area.height)).peekable();
    if lines.peek().is_none() {
        Pen::new(buffer, area, scene.theme.cut())
            .skip(1)
            .put("no output yet", dim);
        return;
    }
    for (row, line) in area.rows().zip(lines) {
        draw_line(buffer, row, scene, line, base, precision);
    }
}

/// The lines that fit into `rows`, oldest first.
fn shown(ring: Option<&LogRing>, rows: usize) -> impl Iterator<Item = &LogLine> {
    let len = ring.map_or(0, |ring| ring.lines.len());
    let behind = ring.map_or(0, |ring| ring.behind);
    // However far it was scrolled up, the pane stays full.
    let end = len.saturating_sub(behind).max(rows.min(len));
    let lines = ring.into_iter().flat_map(|ring| &ring.lines);
    lines.take(end).skip(end.saturating_sub(rows))
}

/// One line: when it arrived, where it came from, what it says.
fn draw_line(
    buffer: &mut Buffer,
    row: Rect,
    scene: Scene<'_>,
    line: &LogLine,
    base: Style,
    precision: Precision,
) {
    let theme = scene.theme;
    let (columns, at) = match (precision, line.at) {
        (Precision::Seconds, Some(at)) => (8, say::clock(at, &theme.zone)),
        (Precision::Millis, Some(at)) => (12, say::clock_millis(at, &theme.zone)),
        (Precision::Seconds, None) => (8, "-".to_owned()),
        (Precision::Millis, None) => (12, "-".to_owned()),
    };
    let (mark, mark_style, base) = match line.stream {
        Stream::Stdout => (" ", base, base),
        Stream::Stderr => ("!", theme.stderr(), base),
        Stream::Oats => ("-", theme.oats(), base.patch(theme.oats())),
    };
    let mut pen = Pen::new(buffer, row, theme.cut());
    pen.skip(1)
        .column(&at, columns, Side::Left, theme.dim())
        .skip(1)
        .put(mark, mark_style)
        .skip(1);
    for (piece, style) in sgr::pieces(&line.text, base, theme.colour) {
        pen.put(piece, style);
        if pen.room() == 0 {
            break;
        }
    }
}
