//! What oats says about itself, with a selector of what is shown and recorded.

use jiff::tz::TimeZone;
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
    widgets::Widget as _,
};
use tui_logger::{ExtLogRecord, LogFormatter, TuiLoggerTargetWidget, TuiLoggerWidget};

use super::{
    Scene, say,
    text::{Pen, wrap},
    tile::rows_from,
};
use crate::{
    model::{Wall, clean},
    tui::theme::{Theme, Weight},
};

/// Columns of the selector: five letters, a colon, the longest target, a gap.
const SELECTOR: u16 = 20;

/// Below so many columns the selector gives way.
const NARROW: u16 = 60;

/// Rows that one line of the log takes at most.
const ROWS: usize = 4;

/// Draws the view.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) -> Option<Position> {
    let theme = scene.theme;
    let Some(own) = scene.own else {
        say_nothing(buffer, area, theme);
        return None;
    };
    let mut log = area;
    if own.shows_targets() && area.width >= NARROW {
        let targets = Rect {
            width: SELECTOR,
            ..area
        };
        draw_rule(buffer, targets, theme, "Targets", Weight::Heavy);
        log.x = log.x.saturating_add(SELECTOR);
        log.width = log.width.saturating_sub(SELECTOR);
        TuiLoggerTargetWidget::default()
            .style_show(theme.strong())
            .style_hide(theme.dim())
            .highlight_style(theme.selected(Style::new()))
            .state(own.state())
            .render(rows_from(targets, 1).intersection(buffer.area), buffer);
    }
    draw_rule(
        buffer,
        log,
        theme,
        "What oats says about itself",
        Weight::Light,
    );
    let lines = rows_from(log, 1).intersection(buffer.area);
    TuiLoggerWidget::default()
        .formatter(Box::new(Teller::new(theme)))
        .state(own.state())
        .render(lines, buffer);
    if is_blank(buffer, lines) {
        say_nothing(buffer, lines, theme);
    }
    None
}

/// A rule with its title.
fn draw_rule(buffer: &mut Buffer, area: Rect, theme: &Theme, title: &str, weight: Weight) {
    let glyph = theme.rule_glyph(weight);
    let rule = theme.rule(weight);
    Pen::new(buffer, area, theme.cut())
        .put(&glyph.repeat(2), rule)
        .put(&format!(" {title} "), theme.strong())
        .fill(glyph, 0, rule);
}

/// There is nothing to show.
fn say_nothing(buffer: &mut Buffer, area: Rect, theme: &Theme) {
    Pen::new(buffer, area, theme.cut())
        .skip(1)
        .put("Nothing was logged yet.", theme.dim());
}

/// Whether nothing was drawn there.
fn is_blank(buffer: &Buffer, area: Rect) -> bool {
    let mut cells = area.positions().filter_map(|at| buffer.cell(at));
    cells.all(|cell| cell.symbol() == " ")
}

/// Puts a line of the log into words.
struct Teller {
    zone: TimeZone,
    cut: &'static str,
    dim: Style,
    warning: Style,
    alarm: Style,
}

impl Teller {
    fn new(theme: &Theme) -> Self {
        Self {
            zone: theme.zone.clone(),
            cut: theme.cut(),
            dim: theme.dim(),
            warning: theme.warning(),
            alarm: theme.alarm(),
        }
    }
}

impl LogFormatter for Teller {
    fn min_width(&self) -> u16 {
        1
    }

    /// Never empty: the widget counts on a row for each line of the log.
    fn format(&self, width: usize, evt: &ExtLogRecord) -> Vec<Line<'_>> {
        let at = Wall::from_millis(evt.timestamp.timestamp().as_millisecond());
        let (word, style) = match evt.level.as_str() {
            "ERROR" => ("error", self.alarm),
            "WARN" => ("warn", self.warning),
            "INFO" => ("info", Style::new()),
            "DEBUG" => ("debug", self.dim),
            _ => ("trace", self.dim),
        };
        let head = format!(" {} ", say::clock(at, &self.zone));
        let level = format!("{word:<5} ");
        let text = format!("{}: {}", evt.target(), clean::plain(evt.msg()).trim());
        let indent = head.len() + level.len();
        let room = width.saturating_sub(indent);
        let mut rows = wrap(&text, room, ROWS, self.cut).into_iter();
        let first = rows.next().unwrap_or_default().into_owned();
        let mut lines = vec![Line::from(vec![
            Span::styled(head, self.dim),
            Span::styled(level, style),
            Span::styled(first, style),
        ])];
        for row in rows {
            let blank = Span::raw(" ".repeat(indent));
            lines.push(Line::from(vec![
                blank,
                Span::styled(row.into_owned(), style),
            ]));
        }
        lines
    }
}
