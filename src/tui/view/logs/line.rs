//! What one line of a log says, in rows.

use std::borrow::Cow;

use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthChar as _;

use super::super::{sgr, text};
use crate::{
    model::{
        Stream,
        reading::{Needle, fold, pretty},
    },
    tui::{
        state::{Kept, LogView},
        theme::Colour,
    },
};

/// A piece of text and how it looks.
pub(super) type Piece<'a> = (Cow<'a, str>, Style);

/// How the parts of a line look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Its text, where it does not say so itself.
    pub(super) base: Style,
    /// The fields behind a message.
    pub(super) fields: Style,
    /// Whether colours are shown.
    pub(super) colour: Colour,
}

impl Look {
    /// Where only the rows count.
    pub(super) const PLAIN: Self = Self {
        base: Style::new(),
        fields: Style::new(),
        colour: Colour::Mono,
    };
}

/// The rows that a line takes in so many columns.
pub(crate) fn height(kept: &Kept, view: &LogView, columns: usize) -> usize {
    if !view.wrap && !view.is_open(kept.number) {
        return 1;
    }
    rows(kept, view, Look::PLAIN, columns).len().max(1)
}

/// The columns that a line takes that is neither wrapped nor open.
pub(crate) fn width(kept: &Kept, view: &LogView) -> usize {
    if view.is_open(kept.number) {
        return 0;
    }
    let rows = strips(kept, false, Look::PLAIN).into_iter();
    let widths = rows.map(|row| row.iter().map(|(piece, _)| text::width(piece)).sum());
    widths.max().unwrap_or(0)
}

/// The rows of a line: one; several where it is wrapped or open.
pub(super) fn rows<'a>(
    kept: &'a Kept,
    view: &LogView,
    look: Look,
    columns: usize,
) -> Vec<Vec<Piece<'a>>> {
    let open = view.is_open(kept.number);
    let mut out = Vec::new();
    for mut strip in strips(kept, open, look) {
        if let Some(needle) = &view.search {
            strip = marked(strip, needle);
        }
        if view.wrap || open {
            out.extend(wrapped(strip, columns));
        } else {
            out.push(strip);
        }
    }
    out
}

/// What is shown of a line: as it came, or where it has fields its message and behind it the
/// fields; below it all of them where it is open.
fn strips(kept: &Kept, open: bool, look: Look) -> Vec<Vec<Piece<'_>>> {
    let text = kept.line.text.as_str();
    let folded = (kept.line.stream != Stream::Oats)
        .then(|| fold(text))
        .flatten()
        .filter(|folded| !folded.text().is_empty());
    let Some(folded) = folded else {
        let pieces = sgr::pieces(text, look.base, look.colour);
        return vec![
            pieces
                .map(|(piece, style)| (Cow::Borrowed(piece), style))
                .collect(),
        ];
    };
    let mut first = Vec::new();
    if !folded.message().is_empty() {
        first.push((Cow::Owned(folded.message().to_owned()), look.base));
    }
    if !folded.fields().is_empty() {
        let gap = if first.is_empty() { "" } else { "  " };
        let fields = format!("{gap}{}", folded.fields());
        first.push((Cow::Owned(fields), look.fields));
    }
    let below = if open { pretty(text) } else { None };
    let below = below.into_iter().flatten();
    let below = below.map(|line| vec![(Cow::Owned(line), look.base)]);
    std::iter::once(first).chain(below).collect()
}

/// The same pieces with what is looked for in reverse video.
fn marked<'a>(strip: Vec<Piece<'a>>, needle: &Needle) -> Vec<Piece<'a>> {
    let text: String = strip.iter().map(|(piece, _)| piece.as_ref()).collect();
    let hits = needle.find_all(&text);
    if hits.is_empty() {
        return strip;
    }
    let mut out = Vec::new();
    let mut start = 0;
    for (piece, style) in strip {
        let end = start + piece.len();
        let mut at = start;
        let mut put = |from: usize, to: usize, style: Style| {
            if let Some(part) = piece
                .get(from - start..to - start)
                .filter(|it| !it.is_empty())
            {
                out.push((Cow::Owned(part.to_owned()), style));
            }
        };
        for hit in hits.iter().filter(|hit| hit.start < end && hit.end > start) {
            let (from, to) = (hit.start.max(at), hit.end.min(end));
            put(at, from, style);
            // Dim text in reverse video can hardly be read.
            let style = style.remove_modifier(Modifier::DIM);
            put(from, to, style.add_modifier(Modifier::REVERSED));
            at = to;
        }
        put(at, end, style);
        start = end;
    }
    out
}

/// Breaks pieces into rows of so many columns. A wide character is never cut in half, and what has
/// no width stays with the letter before it.
fn wrapped(strip: Vec<Piece<'_>>, columns: usize) -> Vec<Vec<Piece<'_>>> {
    let columns = columns.max(2);
    let (mut out, mut row, mut used) = (Vec::new(), Vec::new(), 0);
    for (piece, style) in strip {
        let mut part = String::new();
        for letter in piece.chars() {
            let width = letter.width().unwrap_or(0);
            if used + width > columns {
                row.push((Cow::Owned(std::mem::take(&mut part)), style));
                out.push(std::mem::take(&mut row));
                used = 0;
            }
            used += width;
            part.push(letter);
        }
        row.push((Cow::Owned(part), style));
    }
    out.push(row);
    out
}
