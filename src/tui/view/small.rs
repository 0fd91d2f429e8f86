//! Below the smallest size there are three plain lines. It is never a wall: keys still work.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
};

use super::{
    Scene, header, keys, question,
    text::{Pen, width},
};
use crate::{
    keymap::Command,
    model::state,
    tui::state::{Overlay, Question},
};

/// Draws the three lines; returns where the focused choice of a question stands.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    needed: (u16, u16),
) -> Option<Position> {
    if let Some(Overlay::Question(asked)) = &scene.ui.overlay {
        return ask(buffer, area, scene, asked);
    }
    let (columns, rows) = scene.ui.size;
    let running = scene
        .snapshot
        .services
        .values()
        .any(|view| view.pid.is_some());
    let leave = keys::label(scene, Command::NavClose).map(|key| {
        let asks = if running { " (asks first)" } else { "" };
        format!("{key} quit{asks}")
    });
    let lines = [
        counts(scene),
        format!(
            "too small for {}x{}, is {columns}x{rows}",
            needed.0, needed.1
        ),
        leave.unwrap_or_default(),
    ];
    for (row, line) in area.rows().zip(&lines) {
        Pen::new(buffer, row, scene.theme.cut()).say(line, Style::new());
    }
    None
}

/// "oats 7: 3 up 3 bad 1 off"
fn counts(scene: Scene<'_>) -> String {
    let counts = state::counts(scene.snapshot);
    let all = scene.snapshot.services.len();
    if all == 0 {
        return "oats: no services".to_owned();
    }
    // What does not fit is left out whole, the least telling count first.
    let sums = header::sums(&counts);
    let sums: Vec<String> = sums
        .iter()
        .map(|(sum, word)| format!(" {sum} {word}"))
        .collect();
    let columns = usize::from(scene.ui.size.0);
    let line = |shown: usize| {
        format!(
            "oats {all}:{}",
            sums.iter().take(shown).cloned().collect::<String>()
        )
    };
    let fits = (0..=sums.len())
        .rev()
        .map(line)
        .find(|line| width(line) <= columns);
    fits.unwrap_or_else(|| "oats".to_owned())
}

/// A question in three lines: what is asked, the focused choice, the keys.
fn ask(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, asked: &Question) -> Option<Position> {
    let mut rows = area.rows();
    let title = question::title(scene, &asked.kind);
    Pen::new(buffer, rows.next()?, scene.theme.cut()).put(&title, scene.theme.strong());
    let row = rows.next()?;
    let choices = asked.kind.choices();
    let choice = choices.get(asked.focused)?;
    Pen::new(buffer, row, scene.theme.cut())
        .put(
            &format!("[ {} ]", question::label(&asked.kind, *choice)),
            scene.theme.selected(scene.theme.strong()),
        )
        .put(
            &format!(" {} of {}", asked.focused + 1, choices.len()),
            Style::new(),
        );
    if let Some(row) = rows.next() {
        let mut pen = Pen::new(buffer, row, scene.theme.cut());
        for [key, what] in keys::question(scene, &asked.kind) {
            if key.width() + what.width() <= pen.room() {
                pen.put(&key.content, key.style)
                    .put(&what.content, what.style)
                    .skip(2);
            }
        }
    }
    Some(row.as_position())
}
