//! The last row: the keys that work now.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    Scene, keys,
    text::{Pen, cells, width},
};

/// How many keys at the end of a footer stay whatever else has to go: help and quit.
const STAY: usize = 2;

/// Draws the footer: as many keys as fit, the most useful first, and always the last ones.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, all: &[keys::Hint]) {
    if let Some(wrong) = wrong_filter(scene) {
        let mut pen = Pen::new(buffer, area, scene.theme.cut());
        pen.keep(1).skip(1);
        // Half a list of words would lie: what was meant has to do.
        let meant = wrong.split_inclusive('?').next().unwrap_or(&wrong);
        let fits = width(&wrong) <= pen.room();
        pen.say(if fits { &wrong } else { meant }, scene.theme.alarm());
        return;
    }
    for (x, hint) in placed(area.width, all) {
        let place = Rect {
            x: area.x.saturating_add(x),
            width: area.width.saturating_sub(x),
            ..area
        };
        Pen::new(buffer, place, scene.theme.cut()).line(&Line::from(hint.to_vec()));
    }
}

/// What is wrong with the filter: it matters more than the keys.
fn wrong_filter(scene: Scene<'_>) -> Option<String> {
    let typing = scene.ui.overlay.is_none() && scene.ui.leaving.is_none();
    let wrong = scene.ui.list.wrong().filter(|_| typing)?;
    Some(wrong.to_string())
}

/// The keys of a footer that are drawn on so many columns, each with the column where it begins.
pub(super) fn placed(columns: u16, all: &[keys::Hint]) -> Vec<(u16, &keys::Hint)> {
    // Where there is little room one blank between them has to do.
    let gap: usize = if columns < 60 { 1 } else { 2 };
    let taken = |hint: &keys::Hint| hint.iter().map(Span::width).sum::<usize>() + gap;
    let (front, last) = all.split_at(all.len().saturating_sub(STAY));
    let end = usize::from(columns) + gap;
    let kept: usize = last.iter().map(taken).sum();
    let mut room = end.saturating_sub(kept + 1);
    let fits = front.iter().take_while(|hint| {
        let fits = taken(hint) <= room;
        room = room.saturating_sub(taken(hint));
        fits
    });
    let mut x = 1;
    let mut out = Vec::new();
    for hint in fits.chain(last) {
        if x + taken(hint) > end {
            break;
        }
        out.push((cells(x), hint));
        x += taken(hint);
    }
    out
}
