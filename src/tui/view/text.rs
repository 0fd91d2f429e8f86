//! Text in columns: measuring, cutting, and a pen that never leaves its row.

use std::borrow::Cow;

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    text::Line,
};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// The columns a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// A number of columns as a coordinate.
pub(super) fn cells(columns: usize) -> u16 {
    u16::try_from(columns).unwrap_or(u16::MAX)
}

/// The longest beginning of `text` that fits into `columns`; looks no further than it must.
fn head(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, letter) in text.char_indices() {
        used += letter.width().unwrap_or(0);
        if used > columns {
            return text.get(..at).unwrap_or(text);
        }
    }
    text
}

/// The longest end of `text` that fits into `columns`.
fn tail(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let mut start = text.len();
    for (at, letter) in text.char_indices().rev() {
        used += letter.width().unwrap_or(0);
        if used > columns {
            break;
        }
        start = at;
    }
    // A combining character without its letter would land on the cut mark.
    let end = text.get(start..).unwrap_or(text);
    end.trim_start_matches(|letter: char| letter.width() == Some(0))
}

/// Cuts at the end, with a mark.
pub(super) fn cut_end<'a>(text: &'a str, columns: usize, mark: &str) -> Cow<'a, str> {
    if head(text, columns).len() == text.len() {
        return Cow::Borrowed(text);
    }
    let kept = head(text, columns.saturating_sub(width(mark)));
    let kept = kept.trim_end().trim_end_matches(mark);
    Cow::Owned(format!("{kept}{}", head(mark, columns)))
}

/// Cuts a sentence behind a whole word, with a mark; a word longer than half of it is cut too.
pub(super) fn cut_words<'a>(text: &'a str, columns: usize, mark: &str) -> Cow<'a, str> {
    if head(text, columns).len() == text.len() {
        return Cow::Borrowed(text);
    }
    let kept = head(text, columns.saturating_sub(width(mark)));
    match kept.rfind(' ').and_then(|blank| kept.get(..blank)) {
        Some(words) if width(words) * 2 >= columns => Cow::Owned(format!("{words} {mark}")),
        Some(_) | None => cut_end(text, columns, mark),
    }
}

/// Cuts in the middle, with a mark: what tells long names apart often stands at their end.
pub(super) fn cut_middle<'a>(text: &'a str, columns: usize, mark: &str) -> Cow<'a, str> {
    if head(text, columns).len() == text.len() {
        return Cow::Borrowed(text);
    }
    let room = columns.saturating_sub(width(mark));
    let back = room / 2;
    let front = head(text, room - back);
    Cow::Owned(format!(
        "{front}{}{}",
        head(mark, columns),
        tail(text, back)
    ))
}

/// Breaks a text into at most `rows` rows at blanks; the last one is cut with a mark.
pub(super) fn wrap<'a>(
    text: &'a str,
    columns: usize,
    rows: usize,
    mark: &str,
) -> Vec<Cow<'a, str>> {
    let mut out = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() && out.len() < rows {
        let fits = head(rest, columns);
        if fits.len() == rest.len() || out.len() + 1 == rows {
            out.push(cut_words(rest, columns, mark));
            break;
        }
        let next_is_blank = rest.get(fits.len()..).is_some_and(|t| t.starts_with(' '));
        let end = match fits.rfind(' ') {
            _ if next_is_blank => fits.len(),
            Some(blank) if blank > 0 => blank,
            Some(_) | None => fits.len(),
        };
        if end == 0 {
            break;
        }
        let (row, more) = rest.split_at_checked(end).unwrap_or((rest, ""));
        out.push(Cow::Borrowed(row.trim_end()));
        rest = more.trim_start();
    }
    out
}

/// Writes one row from left to right and never leaves it.
pub(super) struct Pen<'a> {
    buffer: &'a mut Buffer,
    x: u16,
    y: u16,
    right: u16,
    end: u16,
    mark: &'static str,
}

impl<'a> Pen<'a> {
    /// A pen at the left end of the first row of `area`; `mark` is written where text is cut.
    pub(super) fn new(buffer: &'a mut Buffer, area: Rect, mark: &'static str) -> Self {
        let area = area.intersection(buffer.area);
        let right = if area.height == 0 {
            area.x
        } else {
            area.right()
        };
        Self {
            buffer,
            x: area.x,
            y: area.y,
            right,
            end: right,
            mark,
        }
    }

    /// Columns that are left.
    pub(super) fn room(&self) -> usize {
        usize::from(self.right.saturating_sub(self.x))
    }

    /// Where the next letter is written.
    pub(super) fn position(&self) -> Position {
        Position::new(self.x, self.y)
    }

    /// Leaves columns blank.
    pub(super) fn skip(&mut self, columns: u16) -> &mut Self {
        self.x = self.x.saturating_add(columns).min(self.right);
        self
    }

    /// Keeps the last columns of the row free.
    pub(super) fn keep(&mut self, columns: u16) -> &mut Self {
        self.right = self.right.saturating_sub(columns).max(self.x);
        self
    }

    /// Gives back columns that were kept free.
    pub(super) fn keep_back(&mut self, columns: u16) -> &mut Self {
        self.right = self.right.saturating_add(columns).min(self.end);
        self
    }

    /// Writes a text; cuts it at the end of the row.
    pub(super) fn put(&mut self, text: &str, style: Style) -> &mut Self {
        let room = self.room();
        if room == 0 {
            return self;
        }
        let text = cut_end(text, room, self.mark);
        let (x, _) = self.buffer.set_stringn(self.x, self.y, text, room, style);
        self.x = x;
        self
    }

    /// Writes a text when all of it fits; else nothing more is written into this row.
    pub(super) fn put_whole(&mut self, text: &str, style: Style) -> &mut Self {
        if width(text) > self.room() {
            self.x = self.right;
        }
        self.put(text, style)
    }

    /// Writes a sentence; what does not fit is cut behind a whole word.
    pub(super) fn say(&mut self, text: &str, style: Style) -> &mut Self {
        let cut = cut_words(text, self.room(), self.mark);
        self.put(&cut, style)
    }

    /// Writes a text into a column of its own: at its left, or at its right.
    pub(super) fn column(
        &mut self,
        text: &str,
        columns: usize,
        side: Side,
        style: Style,
    ) -> &mut Self {
        let columns = columns.min(self.room());
        let text = cut_end(text, columns, self.mark);
        let blank = cells(columns.saturating_sub(width(&text)));
        let end = self.x.saturating_add(cells(columns));
        if side == Side::Right {
            self.x = self.x.saturating_add(blank);
        }
        let room = usize::from(end.saturating_sub(self.x));
        if room > 0 {
            self.buffer.set_stringn(self.x, self.y, text, room, style);
        }
        self.x = end;
        self
    }

    /// Writes a line of several styles; cuts it at the end of the row.
    pub(super) fn line(&mut self, line: &Line<'_>) -> &mut Self {
        for span in &line.spans {
            let fits = width(&span.content) <= self.room();
            self.put(&span.content, line.style.patch(span.style));
            // One mark says that the rest is cut.
            if !fits {
                break;
            }
        }
        self
    }

    /// Writes a line at the right end of what is left, when all of it fits; keeps it free there.
    pub(super) fn line_right(&mut self, line: &Line<'_>) -> &mut Self {
        let columns = line.width();
        if columns == 0 || columns > self.room() {
            return self;
        }
        let (left, right) = (self.x, self.right);
        self.x = right.saturating_sub(cells(columns));
        let end = self.x;
        self.line(line);
        self.x = left;
        self.right = end;
        self
    }

    /// Fills what is left, but for `keep` columns, with one glyph.
    pub(super) fn fill(&mut self, glyph: &str, keep: usize, style: Style) -> &mut Self {
        let columns = self.room().saturating_sub(keep);
        for _ in 0..columns {
            if let Some(cell) = self.buffer.cell_mut((self.x, self.y)) {
                cell.set_symbol(glyph).set_style(style);
            }
            self.x = self.x.saturating_add(1);
        }
        self
    }
}

/// The side of a column where its text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_in_the_middle_and_texts_at_the_end() {
        assert_eq!(cut_middle("checkout-worker-07", 12, "…"), "checko…er-07");
        assert_eq!(cut_end("port 8080 is held", 10, "…"), "port 8080…");
        assert_eq!(cut_words("port 8080 is held", 14, "…"), "port 8080 is …");
        assert_eq!(cut_words("port 8080 is held", 11, "…"), "port 8080 …");
        assert_eq!(cut_words("unbreakable words", 9, "…"), "unbreaka…");
        assert_eq!(cut_end("fits", 4, "…"), "fits");
        assert_eq!(cut_end("anything", 0, "…"), "");
    }

    #[test]
    fn wide_and_combining_characters_never_take_more_than_their_columns() {
        let texts = [
            "日本語のログ",
            "e\u{301}e\u{301}e\u{301}",
            "a👩‍👩‍👧b",
            "\u{301}x",
            "ﾊﾞﾋﾞ",
        ];
        for text in texts {
            for columns in 0..12 {
                assert!(
                    width(&cut_end(text, columns, "…")) <= columns,
                    "{text} {columns}"
                );
                assert!(
                    width(&cut_words(text, columns, "…")) <= columns,
                    "{text} {columns}"
                );
                assert!(
                    width(&cut_middle(text, columns, "…")) <= columns,
                    "{text} {columns}"
                );
            }
        }
    }

    #[test]
    fn texts_are_wrapped_at_blanks_and_the_last_row_is_cut() {
        let text = "GET /healthz answered 200, but port 8103 is held by PID 7";
        assert_eq!(
            wrap(text, 24, 2, "…"),
            ["GET /healthz answered", "200, but port 8103 is …"]
        );
        assert_eq!(wrap("a bb", 10, 3, "…"), ["a bb"]);
        assert_eq!(wrap("unbreakable", 4, 9, "…"), ["unbr", "eaka", "ble"]);
        assert!(wrap("日", 1, 3, "…").is_empty());
    }

    #[test]
    fn a_pen_stays_in_its_row() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 2));
        Pen::new(&mut buffer, Rect::new(4, 1, 50, 50), "…").put("wide 日本", Style::new());
        Pen::new(&mut buffer, Rect::new(9, 9, 5, 5), "…").put("outside", Style::new());
        assert_eq!(buffer, Buffer::with_lines(["      ", "    w…"]));
    }
}
