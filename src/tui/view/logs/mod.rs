//! The log that fills the screen.

mod choose;
mod empty;
mod far;
pub(super) mod keys;
mod line;
mod page;
mod rule;

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::{Color, Style},
};

pub(super) use choose::draw as draw_choice;
pub(super) use rule::{draw_problem, draw_prompt};

use self::{
    line::Look,
    page::{Placed, Shape},
};
use super::{
    Scene, say,
    tail::{self, Precision},
    text::{Pen, Side, cells, cut_middle},
};
use crate::{
    model::{ServiceName, Wall, reading::Level},
    tui::{
        rings::Pile,
        state::{Kept, LogView, Times},
        theme::{Colour, Theme},
    },
};

pub(crate) mod rows {
    //! What moving has to know of the rows.
    pub(crate) use super::{
        line::{height, width},
        page::{Placed, Shape, Spot, cursor, down, page, top, up, with_line_at},
    };
}

/// Draws the view; returns where the cursor is: on the line under the cursor, or the lowest one.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    view: &LogView,
) -> Option<Position> {
    let pile = Pile::of(scene.ui.lines(), scene.snapshot, view);
    let height = area.height.checked_sub(1)?;
    let (lines, rule) = (
        Rect { height, ..area },
        Rect::new(area.x, area.y + height, area.width, 1),
    );
    let shape = Shape::new(scene.snapshot, view, (area.width, usize::from(height)));
    let page = if height == 0 {
        Vec::new()
    } else {
        page::page(&pile, view, shape)
    };
    let lowest = page.last().map(|placed| placed.kept);
    let focused = page::cursor(&page, view);
    let under = page.get(focused).map(|placed| placed.kept);
    rule::draw(buffer, rule, scene, view, &pile, (lowest, under));
    let Some(lowest) = lowest else {
        empty::draw(buffer, lines, scene, view, &pile);
        return Some(lines.as_position());
    };
    // Rows of lines that have been dropped since stay blank: what is left does not move.
    let ever = usize::try_from(pile.ever_to(lowest.number)).unwrap_or(shape.rows);
    let used: usize = page.iter().map(|placed| placed.rows).sum();
    let free = shape.rows.saturating_sub(used);
    let mut row = free.min(ever.saturating_sub(page.len()));
    let mut at = None;
    let zero = under.filter(|_| view.anchor.is_some()).unwrap_or(lowest);
    for (index, placed) in page.iter().enumerate() {
        let mark = (index == focused && view.anchor.is_some(), zero.line.at);
        let area = super::tile::rows_from(lines, cells(row));
        if index == focused {
            at = Some(area.as_position());
        }
        draw_line(buffer, area, scene, view, (placed, shape), mark);
        row += placed.rows;
    }
    at
}

/// One line: when, whose, from which stream, how serious, and what it says.
fn draw_line(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    view: &LogView,
    (placed, shape): (&Placed<'_>, Shape),
    (is_focused, zero): (bool, Option<Wall>),
) {
    let (theme, kept) = (scene.theme, placed.kept);
    let base = tail::text_style(theme, &kept.line, Style::new());
    let look = Look {
        base,
        fields: base.patch(theme.dim()),
        colour: theme.colour,
    };
    let rows = line::rows(kept, view, look, shape.columns);
    let shown = rows.iter().enumerate().skip(placed.above).take(placed.rows);
    for ((at, pieces), row) in shown.zip(area.rows()) {
        let mut pen = Pen::new(buffer, row, theme.cut());
        let is_marked = view.marks.contains(&kept.number);
        match (at, is_focused, is_marked) {
            (0, true, true) => pen.put("*", theme.selected(theme.key())),
            (0, true, false) => pen.put(">", theme.key()),
            (0, false, true) => pen.put("*", theme.key()),
            _ => pen.skip(1),
        };
        if at == 0 {
            put_lead(&mut pen, theme, view, kept, shape, zero);
        } else {
            let lead = row.width.saturating_sub(cells(shape.columns) + 1);
            pen.skip(lead);
        }
        let hidden = if view.wrap || view.is_open(kept.number) {
            0
        } else {
            view.left
        };
        let pieces = pieces.iter().map(|(text, style)| (text.as_ref(), *style));
        tail::put_pieces(&mut pen, pieces, hidden);
    }
}

/// What stands before the text of a line.
fn put_lead(
    pen: &mut Pen<'_>,
    theme: &Theme,
    view: &LogView,
    kept: &Kept,
    shape: Shape,
    zero: Option<Wall>,
) {
    let line = &kept.line;
    if let Some(precision) = shape.time {
        match view.times {
            Times::Relative => {
                let columns = if precision == Precision::Millis {
                    12
                } else {
                    8
                };
                let text = line.at.zip(zero).map(|(at, zero)| apart(at, zero));
                let text = text.unwrap_or_else(|| "-".to_owned());
                pen.column(&text, columns, Side::Right, theme.dim());
            }
            Times::Utc => {
                let utc = Theme {
                    zone: jiff::tz::TimeZone::UTC,
                    ..theme.clone()
                };
                tail::put_time(pen, &utc, line, precision);
            }
            Times::Local | Times::Off => {
                tail::put_time(pen, theme, line, precision);
            }
        }
        pen.skip(1);
    }
    if let Some(columns) = shape.names {
        let name = cut_middle(line.service.as_str(), columns, theme.cut());
        let style = name_style(theme, &line.service);
        pen.column(&name, columns, Side::Left, style).skip(1);
    }
    let base = tail::text_style(theme, line, Style::new());
    tail::put_mark(pen, theme, line, base);
    match kept.level {
        Some(level @ Level::Error) => pen.put(level.letter(), theme.alarm()),
        Some(level @ Level::Warning) => pen.put(level.letter(), theme.warning()),
        Some(level @ (Level::Info | Level::Debug)) => pen.put(level.letter(), theme.dim()),
        None => pen.skip(1),
    };
    pen.skip(1);
}

/// The colour of a service's name among others: the same one for the same name, always.
fn name_style(theme: &Theme, service: &ServiceName) -> Style {
    const COLOURS: [Color; 4] = [Color::Blue, Color::Green, Color::Magenta, Color::Cyan];
    match theme.colour {
        Colour::Mono => Style::new(),
        Colour::Ansi => {
            let sum = service
                .as_str()
                .bytes()
                .fold(7_usize, |sum, byte| (sum * 31 + usize::from(byte)) % 9973);
            COLOURS
                .get(sum % COLOURS.len())
                .map_or(Style::new(), |colour| Style::new().fg(*colour))
        }
    }
}

/// How long before or after another moment: "-1.204", "+12.000", "-5m26s".
fn apart(at: Wall, zero: Wall) -> String {
    let (sign, span) = if at < zero {
        ("-", zero.since(at))
    } else {
        ("+", at.since(zero))
    };
    if span.as_secs() < 60 {
        let millis = span.as_millis();
        return format!("{sign}{}.{:03}", millis / 1000, millis % 1000);
    }
    format!("{sign}{}", say::span(span.as_secs()))
}
