//! What is wrong in a file, and where: printed with the line and a caret under it.

use std::fmt;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::model::snapshot::Problem;

/// The widest part of a source line that is shown.
const SHOWN: usize = 100;

/// One mistake in a file of the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file, relative to the root.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is wrong, and what was expected.
    pub message: String,
    /// What to write instead, or where else to look.
    pub help: Option<String>,
    /// The line it is about; `None` when it is about the file as a whole.
    pub excerpt: Option<Excerpt>,
}

/// A source line, clean and cut for printing, and what to mark in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The text.
    pub text: String,
    /// Terminal cells before the mark.
    pub indent: usize,
    /// Terminal cells of the mark; at least one.
    pub width: usize,
}

impl Diagnostic {
    /// A mistake that concerns a file as a whole.
    pub fn whole_file(file: &str, message: impl Into<String>, help: Option<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: 1,
            column: 1,
            message: message.into(),
            help,
            excerpt: None,
        }
    }

    /// The mistake as the snapshot publishes it.
    pub fn problem(&self) -> Problem {
        Problem {
            file: self.file.clone(),
            line: self.line,
            column: self.column,
            message: self.message.clone(),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            message,
            ..
        } = self;
        write!(f, "{file}:{line}:{column}: {message}")?;
        if let Some(excerpt) = &self.excerpt {
            let indent = " ".repeat(excerpt.indent);
            let carets = "^".repeat(excerpt.width);
            write!(f, "\n  | {}\n  | {indent}{carets}", excerpt.text)?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

impl Excerpt {
    /// The line `before` + `marked` + `after`, with `marked` marked. A long line is cut so that
    /// the mark stays visible.
    pub(super) fn new(before: &str, marked: &str, after: &str) -> Self {
        let (cut, before) = keep_end(before, SHOWN / 2);
        let mut text = if cut { "…".to_owned() } else { String::new() };
        text.push_str(&before);
        let indent = text.width();
        // One character more than fits, so that the cut is seen.
        let some = |text: &str| clean(text.chars().take(SHOWN + 1));
        let marked = some(marked);
        text.push_str(&marked);
        text.push_str(&some(after));
        let text = keep_start(&text, SHOWN);
        let width = marked.width().min(text.width().saturating_sub(indent));
        Self {
            text,
            indent,
            width: width.max(1),
        }
    }
}

/// Text that cannot move a cursor, and in which every character is as wide as it says.
fn clean(text: impl Iterator<Item = char>) -> String {
    let turns = |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = |c: char| match c {
        '\t' => ' ',
        c if c.is_control() || turns(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.map(shown).collect()
}

/// The last cells of a text, clean, and whether anything was cut.
fn keep_end(text: &str, cells: usize) -> (bool, String) {
    let mut room = cells;
    let last: Vec<char> = text.chars().rev().take(cells + 1).collect();
    let kept = last.iter().take_while(|c| {
        let width = c.width().unwrap_or(1);
        let fits = width <= room;
        room = room.saturating_sub(width);
        fits
    });
    let kept: Vec<char> = kept.copied().collect();
    let bytes: usize = kept.iter().map(|c| c.len_utf8()).sum();
    (bytes < text.len(), clean(kept.into_iter().rev()))
}

/// The first cells of a text, with a mark where it was cut.
fn keep_start(text: &str, cells: usize) -> String {
    let mut room = cells;
    let fits = |c: &char| {
        let width = c.width().unwrap_or(0);
        let fits = width <= room;
        room = room.saturating_sub(width);
        fits
    };
    let kept: String = text.chars().take_while(fits).collect();
    if kept.len() < text.len() {
        kept + "…"
    } else {
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_under_wide_letters_and_tabs() {
        let excerpt = Excerpt::new("\tname = \"漢字\", ", "port", " = 1");
        assert_eq!(excerpt.text, " name = \"漢字\", port = 1");
        assert_eq!((excerpt.indent, excerpt.width), (16, 4));
    }

    #[test]
    fn a_long_line_is_cut_around_its_mark() {
        let excerpt = Excerpt::new(&"a".repeat(500), "bad", &"z".repeat(500));
        assert_eq!(excerpt.indent, 51);
        assert!(excerpt.text.starts_with("…aaa") && excerpt.text.ends_with("zzz…"));
        assert_eq!(excerpt.text.width(), 101);
        let long = Excerpt::new("", &"b".repeat(500), "");
        assert_eq!((long.indent, long.width), (0, 101));
    }

    #[test]
    fn nothing_in_a_line_reaches_the_terminal_as_a_control() {
        let excerpt = Excerpt::new("\u{1b}[2J\u{202e}", "\u{7}", "\r\0");
        assert!(!excerpt.text.chars().any(char::is_control));
        assert_eq!(excerpt.text, "\u{fffd}[2J\u{fffd}\u{fffd}\u{fffd}\u{fffd}");
    }
}
