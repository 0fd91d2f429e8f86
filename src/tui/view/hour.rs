//! The last hour of all services together.

use ratatui::{buffer::Buffer, layout::Rect, style::Style, text::Line};

use super::{
    Scene, charts_marks as marks,
    text::{Pen, cells},
    tile::rows_from,
};
use crate::{
    model::{State, metrics::UpState},
    tui::{theme::Weight, trend::MINUTES},
};

/// Columns of the name, with its blanks.
const NAME: u16 = 9;

/// Draws the rule and the strip, a cell a minute.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) {
    let (theme, trends) = (scene.theme, &scene.ui.trends);
    let (glyph, rule) = (theme.rule_glyph(Weight::Light), theme.rule(Weight::Light));
    let signs = [
        (UpState::Healthy, "all up"),
        (UpState::Unhealthy, "some degraded"),
        (UpState::Down, "some down"),
        (UpState::Unknown, "not watched"),
    ];
    let legend = signs.map(|(state, word)| format!("{} {word}", theme.uptime(state)));
    let share = match trends.availability() {
        Some(ratio) => format!(
            " {} of wanted time up ",
            super::charts_numbers::whole(ratio)
        ),
        None => String::new(),
    };
    let mut pen = Pen::new(buffer, area, theme.cut());
    pen.put(&glyph.repeat(2), rule)
        .put(" Last 60 min", theme.strong())
        .put(
            &format!(", 1 cell = 1 min, {} ", legend.join(" ")),
            Style::new(),
        );
    let keep = super::text::width(&share) + 2;
    pen.fill(glyph, keep, rule)
        .put(&share, Style::new())
        .fill(glyph, 0, rule);
    let mut pen = Pen::new(buffer, rows_from(area, 1), theme.cut());
    pen.skip(1).put("Overall", theme.dim()).skip(NAME - 8);
    let seen = trends.strip().count();
    pen.skip(cells(MINUTES.saturating_sub(seen)));
    for state in trends.strip() {
        let style = match state {
            UpState::Healthy => Style::new(),
            UpState::Unhealthy => theme.reason(State::Degraded),
            UpState::Down => theme.reason(State::Fail),
            UpState::Unknown | UpState::Unwanted => theme.dim(),
        };
        pen.put(theme.uptime(state), style);
    }
    let since = scene.snapshot.written_at.millis() - 3_600_000;
    let by = marks::by_actor(&scene.ui.events, since);
    let text = if by.is_empty() { "none".to_owned() } else { by };
    pen.keep(1)
        .line_right(&Line::styled(format!("actions: {text}"), Style::new()));
}
