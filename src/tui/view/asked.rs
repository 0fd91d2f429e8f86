//! What a picture that is not shown tells: how high a page is, and what stands where.

use jiff::tz::TimeZone;
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    text::Span,
};

use super::{Scene, bar, detail, footer, keys, scene::draw_whole, text::cells};
use crate::{
    keymap::Keymap,
    model::{Snapshot, theme::Palette},
    tui::{
        layout::{self, Tier},
        rows,
        state::UiState,
        theme::{Colour, Glyphs, Theme},
    },
};

/// How many rows the page of the service under the cursor has: colours and zones change nothing.
#[must_use]
pub fn detail_height(snapshot: &Snapshot, ui: &UiState, keymap: &Keymap) -> usize {
    look(snapshot, ui, keymap, |scene| {
        let body = layout::body(ui.size);
        detail::height(scene, usize::from(body.width), usize::from(body.height))
    })
}

/// Asks the picture something that has to do neither with colours nor with zones.
fn look<T>(
    snapshot: &Snapshot,
    ui: &UiState,
    keymap: &Keymap,
    ask: impl FnOnce(Scene<'_>) -> T,
) -> T {
    let theme = Theme {
        colour: Colour::Mono,
        glyphs: ui.pointer.glyphs.unwrap_or(Glyphs::Unicode),
        zone: TimeZone::UTC,
        palette: Palette::MONO,
    };
    let shown = rows::shown(snapshot, ui);
    ask(Scene {
        snapshot,
        ui,
        keymap,
        theme: &theme,
        own: None,
        shown: &shown,
    })
}

/// Where the terminal's cursor belongs: on what is focused.
#[must_use]
pub fn cursor(snapshot: &Snapshot, ui: &UiState, keymap: &Keymap) -> Option<Position> {
    let area = Rect::new(0, 0, ui.size.0, ui.size.1);
    look(snapshot, ui, keymap, |scene| {
        draw_whole(&mut Buffer::empty(area), area, scene)
    })
}

/// The keys that are offered at a place of the last two rows, and how many columns into it the
/// place is.
#[must_use]
pub fn hint_at(
    snapshot: &Snapshot,
    ui: &UiState,
    keymap: &Keymap,
    at: Position,
) -> Option<(String, u16)> {
    let (columns, rows) = ui.size;
    look(snapshot, ui, keymap, |scene| {
        let placed = if at.y + 1 == rows {
            let offered = keys::footer(scene);
            let placed = footer::placed(columns, &offered).into_iter();
            placed.map(|(x, hint)| (x, hint.clone())).collect()
        } else if at.y + 2 == rows && ui.overlay.is_none() && layout::tier(ui.size) > Tier::Compact
        {
            bar::placed_actions(columns, scene)
        } else {
            Vec::new()
        };
        let hit = placed.into_iter().find(|(x, hint)| {
            let wide: usize = hint.iter().map(Span::width).sum();
            (*x..x.saturating_add(cells(wide))).contains(&at.x)
        });
        hit.map(|(x, [keys, _])| (keys.content.into_owned(), at.x - x))
    })
}
