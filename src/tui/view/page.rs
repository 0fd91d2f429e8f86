//! A page of named facts, in sections: as many rows as its texts need, never wider than it may be.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::text::{width, wrap};
use crate::tui::theme::{Theme, Weight};

/// Columns of the names of facts.
const NAME: usize = 11;
/// Rows that one fact may take.
const ROWS: usize = 6;

/// A page that is being written.
pub(super) struct Page<'a> {
    theme: &'a Theme,
    columns: usize,
    lines: Vec<Line<'static>>,
}

impl<'a> Page<'a> {
    /// An empty page of so many columns.
    pub(super) fn new(theme: &'a Theme, columns: usize) -> Self {
        Self {
            theme,
            columns,
            lines: Vec::new(),
        }
    }

    /// What was written.
    pub(super) fn into_lines(self) -> Vec<Line<'static>> {
        self.lines
    }

    /// A line as it is.
    pub(super) fn line(&mut self, line: Line<'static>) {
        self.lines.push(line);
    }

    /// The rule that begins a section.
    pub(super) fn section(&mut self, title: &str) {
        let glyph = self.theme.rule_glyph(Weight::Light);
        let style = self.theme.rule(Weight::Light);
        let rest = self.columns.saturating_sub(width(title) + 4);
        self.lines.push(Line::from(vec![
            Span::styled(glyph.repeat(2), style),
            Span::styled(format!(" {title} "), self.theme.strong()),
            Span::styled(glyph.repeat(rest), style),
        ]));
    }

    /// A sentence over as many rows as it needs.
    pub(super) fn say(&mut self, text: &str, style: Style) {
        let columns = self.columns.saturating_sub(2);
        for row in wrap(text, columns, ROWS, self.theme.cut()) {
            self.lines.push(Line::styled(format!(" {row}"), style));
        }
    }

    /// A fact with its name; a long one goes on below itself.
    pub(super) fn fact(&mut self, name: &str, text: &str, style: Style) {
        let columns = self.columns.saturating_sub(NAME + 2);
        let rows = wrap(text, columns, ROWS, self.theme.cut());
        for (at, row) in rows.into_iter().enumerate() {
            let name = if at == 0 { name } else { "" };
            self.lines.push(Line::from(vec![
                Span::styled(format!(" {name:<NAME$}"), self.theme.dim()),
                Span::styled(row.into_owned(), style),
            ]));
        }
    }
}
