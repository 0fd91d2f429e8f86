//! The last lines of a service.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use unicode_width::UnicodeWidthChar as _;

use super::{
    Scene, say, sgr,
    text::{Pen, Side, width},
};
use crate::{
    model::{LogLine, ServiceName, State, Stream},
    tui::{
        state::LogRing,
        theme::{Colour, Theme},
    },
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
    let lines = lines.map(|kept| &kept.line);
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
    let base = text_style(theme, line, base);
    let mut pen = Pen::new(buffer, row, theme.cut());
    put_time(pen.skip(1), theme, line, precision).skip(1);
    put_mark(&mut pen, theme, line, base).skip(1);
    put_text(&mut pen, theme, &line.text, base, 0);
}

/// When a line arrived, in a column of its own.
pub(super) fn put_time<'p, 'b>(
    pen: &'p mut Pen<'b>,
    theme: &Theme,
    line: &LogLine,
    precision: Precision,
) -> &'p mut Pen<'b> {
    let (columns, at) = match (precision, line.at) {
        (Precision::Seconds, Some(at)) => (8, say::clock(at, &theme.zone)),
        (Precision::Millis, Some(at)) => (12, say::clock_millis(at, &theme.zone)),
        (Precision::Seconds, None) => (8, "-".to_owned()),
        (Precision::Millis, None) => (12, "-".to_owned()),
    };
    pen.column(&at, columns, Side::Left, theme.dim())
}

/// Where a line came from: nothing for stdout, `!` for stderr, `-` for oats itself.
pub(super) fn put_mark<'p, 'b>(
    pen: &'p mut Pen<'b>,
    theme: &Theme,
    line: &LogLine,
    base: Style,
) -> &'p mut Pen<'b> {
    match line.stream {
        Stream::Stdout => pen.skip(1),
        Stream::Stderr => pen.put("!", theme.stderr()),
        Stream::Oats => pen.put("-", base),
    }
}

/// How the text of a line looks where it does not say so itself.
pub(super) fn text_style(theme: &Theme, line: &LogLine, base: Style) -> Style {
    match line.stream {
        Stream::Stdout | Stream::Stderr => base,
        Stream::Oats => base.patch(theme.oats()),
    }
}

/// The text of a line, from its column `left` on.
pub(super) fn put_text(pen: &mut Pen<'_>, theme: &Theme, text: &str, base: Style, left: usize) {
    put_pieces(pen, sgr::pieces(text, base, theme.colour), left);
}

/// Pieces of a text, from its column `left` on.
pub(super) fn put_pieces<'a>(
    pen: &mut Pen<'_>,
    pieces: impl Iterator<Item = (&'a str, Style)>,
    left: usize,
) {
    let mut hidden = left;
    for (piece, style) in pieces {
        let (rest, blank) = behind(piece, &mut hidden);
        if blank {
            pen.skip(1);
        }
        pen.put(rest, style);
        if pen.room() == 0 {
            break;
        }
    }
}

/// What is left of a piece behind the columns that are hidden, and whether a wide character was cut
/// in half there.
fn behind<'a>(piece: &'a str, hidden: &mut usize) -> (&'a str, bool) {
    if *hidden == 0 {
        return (piece, false);
    }
    let mut rest = piece.chars();
    while let Some(letter) = rest.clone().next() {
        let columns = letter.width().unwrap_or(0);
        // What has no width belongs to the letter before it, and goes with it.
        if *hidden == 0 && columns > 0 {
            break;
        }
        rest.next();
        if columns > *hidden {
            *hidden = 0;
            return (rest.as_str(), true);
        }
        *hidden -= columns;
    }
    (rest.as_str(), false)
}

/// The columns that the text of a line takes.
pub fn columns(text: &str) -> usize {
    let pieces = sgr::pieces(text, Style::new(), Colour::Mono);
    pieces.map(|(piece, _)| width(piece)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_columns_are_those_of_the_screen() {
        let of = |text, mut hidden: usize| {
            let (rest, blank) = behind(text, &mut hidden);
            (rest, blank, hidden)
        };
        assert_eq!(of("abc", 0), ("abc", false, 0));
        assert_eq!(of("abc", 2), ("c", false, 0));
        assert_eq!(of("abc", 5), ("", false, 2));
        assert_eq!(of("日本", 2), ("本", false, 0));
        assert_eq!(of("日本", 1), ("本", true, 0));
        assert_eq!(of("e\u{301}x", 1), ("x", false, 0));
        assert_eq!(columns("\u{1b}[32m日\u{1b}[0ma"), 3);
    }
}
