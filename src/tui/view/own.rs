//! What oats says about itself, and how much of it is kept and shown.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::{Modifier, Style},
    widgets::Widget as _,
};
use tui_logger::{TuiLoggerLevelOutput, TuiLoggerSmartWidget};

use super::Scene;
use crate::tui::theme::Glyphs;

/// Draws oats's own log; returns where it begins.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) -> Option<Position> {
    let own = scene.own?;
    let theme = scene.theme;
    let area = area.intersection(buffer.area);
    // The widget counts on room for its borders.
    if area.width < 20 || area.height < 4 {
        return None;
    }
    TuiLoggerSmartWidget::default()
        .border_style(theme.dim())
        .style_error(theme.alarm())
        .style_warn(theme.warning())
        .style_info(Style::new())
        .style_debug(theme.dim())
        .style_trace(theme.dim())
        .style_show(Style::new())
        .style_hide(theme.dim())
        .style_off(theme.dim())
        .highlight_style(Style::new().add_modifier(Modifier::REVERSED))
        .output_separator(' ')
        .output_timestamp(Some("%H:%M:%S".to_owned()))
        .output_level(Some(TuiLoggerLevelOutput::Abbreviated))
        .output_target(false)
        .output_file(false)
        .output_line(false)
        .title_target(" Targets ")
        .title_log(" oats's own log ")
        .state(&own.state)
        .render(area, buffer);
    if theme.glyphs == Glyphs::Ascii {
        to_ascii(buffer, area);
    }
    Some(area.as_position())
}

/// Puts letters of ASCII where the widget draws lines.
fn to_ascii(buffer: &mut Buffer, area: Rect) {
    for at in area.positions() {
        if let Some(cell) = buffer.cell_mut(at)
            && !cell.symbol().is_ascii()
        {
            let plain = match cell.symbol() {
                "─" => "-",
                "│" => "|",
                _ => "+",
            };
            cell.set_symbol(plain);
        }
    }
}
