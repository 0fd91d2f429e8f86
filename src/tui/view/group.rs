//! The rows of a group in the table: its heading, and what of it is folded.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{
    Scene, keys,
    text::{Pen, cut_middle},
};
use crate::{keymap::Command, model::State, tui::rows::Group};

/// The name of a group takes at most this.
const NAME: usize = 32;

/// The heading of a group: its name, and how its services are.
pub(super) fn heading(buffer: &mut Buffer, row: Rect, scene: Scene<'_>, group: &Group<'_>) {
    let theme = scene.theme;
    let mark = theme.fold(group.folded > 0);
    let noun = if group.size() == 1 {
        "service"
    } else {
        "services"
    };
    let title = cut_middle(group.title(), NAME, theme.cut());
    let mut pen = Pen::new(buffer, row, theme.cut());
    pen.skip(1)
        .put(&format!("{mark} "), theme.dim())
        .put(&title, theme.strong());
    let size = format!(" {} {} {noun}", theme.dot(), group.size());
    pen.put_whole(&size, theme.dim());
    let worst = State::ALL.into_iter().zip(group.states);
    let mut parts = Vec::new();
    let mut in_trouble = 0;
    for (state, count) in worst.filter(|(state, count)| *count > 0 && *state != State::Up) {
        let style = match state.trouble() {
            Some(_) => theme.reason(state),
            None => theme.dim(),
        };
        in_trouble += count * usize::from(state.trouble().is_some());
        parts.push((format!("{count} {}", state.counted()), style));
    }
    // All counts or one sum: half of them would lie.
    if parts.iter().map(|(text, _)| text.len() + 2).sum::<usize>() > pen.room() {
        parts = vec![(format!("{in_trouble} in trouble"), theme.warning())];
    }
    for (text, style) in parts {
        if text.len() + 2 <= pen.room() {
            pen.put(", ", theme.dim()).put(&text, style);
        }
    }
}

/// The services of a group that are up, in one row: how many; and in the group of the cursor the
/// key that shows them.
pub(super) fn folded(buffer: &mut Buffer, row: Rect, scene: Scene<'_>, group: &Group<'_>) {
    let theme = scene.theme;
    let mut pen = Pen::new(buffer, row, theme.cut());
    let more = if group.shown.is_empty() { "" } else { "more " };
    let marks = &scene.ui.list.marks;
    let marked = group.hidden.iter().filter(|name| marks.contains(**name));
    let marked = match marked.count() {
        0 => String::new(),
        count => format!(", {} {count} marked", theme.mark()),
    };
    let text = format!("{} {more}up{marked}", group.folded);
    pen.skip(1).put(theme.quiet(), theme.dim()).skip(7);
    pen.put(&text, theme.dim());
    let here = group.shown.contains(&scene.cursor_row());
    if let Some(key) = keys::label(scene, Command::GroupFold).filter(|_| here) {
        pen.put_whole("  ", theme.dim())
            .put_whole(&key, theme.key())
            .put_whole(" shows them", theme.dim());
    }
}
