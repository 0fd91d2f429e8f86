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

/// What a rule above a chart says.
pub(super) struct Heading<'a> {
    /// What is drawn.
    pub(super) title: &'a str,
    /// What its signs mean.
    pub(super) legend: &'a str,
    /// What it comes to.
    pub(super) right: &'a str,
}

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

    /// How many columns it has.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// The rule above a chart: what its signs mean, and at its right what it comes to. Where there is
    /// little room the signs are not explained, and at last only the title is left.
    pub(super) fn heading(&mut self, heading: &Heading<'_>) {
        let Heading {
            title,
            legend,
            right,
        } = heading;
        let glyph = self.theme.rule_glyph(Weight::Light);
        let style = self.theme.rule(Weight::Light);
        let needs = |legend: &str, right: &str| {
            let sign = |text: &str, more| {
                if text.is_empty() {
                    0
                } else {
                    width(text) + more
                }
            };
            width(title) + 6 + sign(legend, 2) + sign(right, 4)
        };
        let kept = [(*legend, *right), ("", *right), (*legend, "")];
        let mut kept = kept.into_iter();
        let kept = kept.find(|(legend, right)| needs(legend, right) <= self.columns);
        let (legend, right) = kept.unwrap_or_default();
        let rest = self.columns.saturating_sub(needs(legend, right)) + 2;
        let mut spans = vec![
            Span::styled(glyph.repeat(2), style),
            Span::styled(format!(" {title}"), self.theme.strong()),
        ];
        if !legend.is_empty() {
            spans.push(Span::raw(format!(", {legend}")));
        }
        spans.push(Span::styled(format!(" {}", glyph.repeat(rest)), style));
        if !right.is_empty() {
            spans.push(Span::raw(format!(" {right} ")));
            spans.push(Span::styled(glyph.repeat(2), style));
        }
        self.lines.push(Line::from(spans));
    }

    /// A sentence over as many rows as it needs.
    pub(super) fn say(&mut self, text: &str, style: Style) {
        let columns = self.columns.saturating_sub(2);
        for row in wrap(text, columns, ROWS, self.theme.cut()) {
            self.lines.push(Line::styled(format!(" {row}"), style));
        }
    }

    /// Two pages side by side.
    pub(super) fn beside(&mut self, [left, right]: [Page<'_>; 2]) {
        let columns = left.columns;
        let (left, right) = (left.into_lines(), right.into_lines());
        let (mut left, mut right) = (left.into_iter(), right.into_iter());
        loop {
            let (one, other) = (left.next(), right.next());
            if one.is_none() && other.is_none() {
                return;
            }
            // Its own style belongs to a line: two lines in one have it in their parts.
            let spans = |line: Line<'static>| {
                let style = line.style;
                let patched =
                    |span: Span<'static>| Span::styled(span.content, style.patch(span.style));
                line.spans.into_iter().map(patched).collect::<Vec<_>>()
            };
            let one = one.unwrap_or_default();
            let blank = (columns + 1).saturating_sub(one.width());
            let mut whole = spans(one);
            whole.push(Span::raw(" ".repeat(blank)));
            whole.push(Span::styled(self.theme.bar(), self.theme.dim()));
            whole.extend(other.map(spans).unwrap_or_default());
            self.lines.push(Line::from(whole));
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
