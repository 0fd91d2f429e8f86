//! The latest ledger lines, newest first.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{
    Scene,
    happened::{is_told, outcome, service, style, what, who},
    say,
    text::{Pen, Side, cut_middle, width},
    tile::rows_from,
};
use crate::{model::Event, tui::theme::Weight};

/// An actor, a service's name, an action takes at most this.
const NAME: usize = 16;

/// Draws the events pane.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) {
    let theme = scene.theme;
    let glyph = theme.rule_glyph(Weight::Light);
    let rule = theme.rule(Weight::Light);
    Pen::new(buffer, area, theme.cut())
        .put(&glyph.repeat(2), rule)
        .put(" Events ", Style::new())
        .fill(glyph, 0, rule);
    let below = rows_from(area, 1);
    let events = scene.ui.events.iter().rev();
    let told = events.filter(|event| is_told(event, scene));
    let shown: Vec<&Event> = told
        .map(AsRef::as_ref)
        .take(usize::from(below.height))
        .collect();
    if shown.is_empty() {
        Pen::new(buffer, below, theme.cut())
            .skip(1)
            .put("nothing happened yet", theme.dim());
        return;
    }
    let widest = |text: fn(&Event) -> &str| {
        let widths = shown.iter().map(|event| text(event).len());
        widths.max().unwrap_or(0).min(NAME)
    };
    let columns = [widest(who), widest(service), widest(what)];
    let mut rows = below.rows();
    for event in shown {
        let Some(row) = rows.next() else { return };
        if draw_event(buffer, row, scene, event, columns) {
            continue;
        }
        // What came of it is worth a row of its own where it would be cut.
        if let Some(row) = rows.next() {
            Pen::new(buffer, row, theme.cut())
                .skip(10)
                .say(&outcome(event), style(event, scene));
        }
    }
}

/// One event: when, who, which service, what, and what came of it; says whether all of it fits.
fn draw_event(
    buffer: &mut Buffer,
    row: Rect,
    scene: Scene<'_>,
    event: &Event,
    [who_width, service_width, what_width]: [usize; 3],
) -> bool {
    let theme = scene.theme;
    let name = cut_middle(service(event), service_width, theme.cut());
    let clock = say::clock(event.at, &theme.zone);
    let plain = Style::new();
    let mut pen = Pen::new(buffer, row, theme.cut());
    pen.skip(1)
        .column(&clock, 8, Side::Left, theme.dim())
        .skip(1)
        .column(who(event), who_width, Side::Left, plain)
        .skip(1)
        .column(&name, service_width, Side::Left, theme.strong())
        .skip(1)
        .column(what(event), what_width, Side::Left, plain)
        .skip(1);
    let outcome = outcome(event);
    let fits = width(&outcome) <= pen.room();
    if fits {
        pen.put(&outcome, style(event, scene));
    }
    fits
}
