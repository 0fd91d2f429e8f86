//! The text of one file, and places in it.

use std::ops::Range;

use super::diagnostic::{Diagnostic, Excerpt};

/// The text of a file, kept for as long as anything may still point into it.
#[derive(Debug)]
pub struct Source {
    label: String,
    text: String,
    /// Where each line but the first begins.
    lines: Vec<usize>,
}

/// A stretch of a file.
#[derive(Debug, Clone)]
pub struct Place<'a> {
    source: &'a Source,
    span: Range<usize>,
}

impl Source {
    /// The bytes of a file as text; `label` is its path, relative to the root.
    ///
    /// # Errors
    /// The first byte that is not UTF-8.
    pub fn new(label: &str, bytes: &[u8]) -> Result<Self, Box<Diagnostic>> {
        let source = |text: &str| {
            // Windows editors begin a file with a mark that is no part of its text.
            let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
            Self {
                label: label.to_owned(),
                lines: text.match_indices('\n').map(|(at, _)| at + 1).collect(),
                text,
            }
        };
        let error = match std::str::from_utf8(bytes) {
            Ok(text) => return Ok(source(text)),
            Err(error) => error,
        };
        // Up to the bad byte both texts are the same, so the place is right in either.
        let shown = source(&String::from_utf8_lossy(bytes));
        let mark = bytes.len().min(3) * usize::from(bytes.starts_with("\u{feff}".as_bytes()));
        let at = error.valid_up_to().saturating_sub(mark);
        let help = "save the file as UTF-8".to_owned();
        let place = shown.place(at..at + char::REPLACEMENT_CHARACTER.len_utf8());
        Err(Box::new(place.says("this is not UTF-8", Some(help))))
    }

    /// The path of the file, relative to the root.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line that holds a byte, from 0, and its stretch without what ends it.
    fn line_at(&self, offset: usize) -> (usize, Range<usize>) {
        let index = self.lines.partition_point(|start| *start <= offset);
        let start = index.checked_sub(1).and_then(|last| self.lines.get(last));
        let start = start.copied().unwrap_or(0);
        let next = self.lines.get(index).map(|next| next - 1);
        let end = next.unwrap_or(self.text.len());
        let line = self.text.get(start..end).unwrap_or_default();
        (index, start..start + line.trim_end_matches('\r').len())
    }

    /// A stretch of the text, in bytes.
    pub fn place(&self, span: Range<usize>) -> Place<'_> {
        Place { source: self, span }
    }
}

impl Place<'_> {
    /// Something to say about this place.
    pub fn says(&self, message: impl Into<String>, help: Option<String>) -> Diagnostic {
        let text = &self.source.text;
        let start = text.floor_char_boundary(self.span.start);
        let end = text.floor_char_boundary(self.span.end.max(start));
        let (index, line) = self.source.line_at(start);
        // A mark over several lines is shown on the first.
        let end = end.min(line.end);
        let part = |range: Range<usize>| text.get(range).unwrap_or_default();
        let before = part(line.start..start);
        let excerpt = Excerpt::new(before, part(start..end), part(end..line.end));
        Diagnostic {
            file: self.source.label.clone(),
            line: count(index + 1),
            column: count(before.chars().count() + 1),
            message: message.into(),
            help,
            // An empty line shows nothing.
            excerpt: Some(excerpt).filter(|_| !line.is_empty()),
        }
    }

    /// What stands there.
    pub(super) fn text(&self) -> &str {
        self.source.text.get(self.span.clone()).unwrap_or_default()
    }

    /// Where it begins, in bytes.
    pub(super) fn start(&self) -> usize {
        self.span.start
    }

    /// Its line, from 0.
    pub(super) fn line(&self) -> usize {
        self.source.line_at(self.span.start).0
    }

    /// The place as people write it: `services/orders.toml:7`.
    pub fn file_and_line(&self) -> String {
        format!("{}:{}", self.source.label, self.line() + 1)
    }
}

/// A count of lines or columns.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_lines_and_columns_of_characters() {
        let source = Source::new("a.toml", "ä = 1\r\nöü = 2\r\n".as_bytes()).unwrap();
        let diagnostic = source.place(15..16).says("bad", None);
        assert_eq!(
            diagnostic.to_string(),
            "a.toml:2:6: bad\n  | öü = 2\n  |      ^"
        );
        assert_eq!(source.place(15..16).file_and_line(), "a.toml:2");
    }

    #[test]
    fn a_mark_over_several_lines_shows_the_first() {
        let source = Source::new("a.toml", "x = [\n1,\n]\n".as_bytes()).unwrap();
        let diagnostic = source.place(4..10).says("bad", None);
        assert_eq!(
            diagnostic.to_string(),
            "a.toml:1:5: bad\n  | x = [\n  |     ^"
        );
    }

    #[test]
    fn a_byte_that_is_not_utf8_is_found() {
        let error = Source::new("a.toml", b"a = 1\nb = \"\xff\"\n").unwrap_err();
        assert_eq!((error.line, error.column), (2, 6));
        let marked = Source::new("a.toml", b"\xef\xbb\xbfa\xff").unwrap_err();
        assert_eq!((marked.line, marked.column), (1, 2));
    }

    #[test]
    fn no_place_is_out_of_bounds() {
        let source = Source::new("a.toml", "ä".as_bytes()).unwrap();
        for (start, end) in [(0, 0), (1, 1), (2, 9), (9, 9), (1, 9)] {
            let _ = source.place(start..end).says("bad", None).to_string();
        }
    }
}
