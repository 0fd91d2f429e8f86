//! Nothing to show: a project without services, or a filter that hides them all.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    Scene, boxed, keys,
    text::{cells, cut_middle},
};
use crate::keymap::Command;

/// Draws the ways to a first service, and the smallest file.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) {
    let (strong, key, plain) = (scene.theme.strong(), scene.theme.key(), Style::new());
    let project = scene.snapshot.root.trim_end_matches('/');
    let path = format!("{project}/services/web.toml");
    let room = usize::from(area.width).saturating_sub(7);
    let path = cut_middle(&path, room, scene.theme.cut()).into_owned();
    let way = |command: &'static str, what: &'static str| {
        Line::from(vec![
            Span::raw("  "),
            Span::styled(format!("{command:<11}"), key),
            Span::raw(what),
        ])
    };
    let narrow = area.width < 64;
    let (command, writes, shows, smallest) = if narrow {
        (
            "command = [\"my-server\"]",
            "writes a first file",
            "shows five services",
            "The smallest service file:",
        )
    } else {
        (
            "command = [\"python3\", \"-m\", \"http.server\", \"{port}\"]",
            "writes a first service file",
            "shows five services at play",
            "A service is one file. The smallest one:",
        )
    };
    let all = [
        Line::styled("No services yet.", strong),
        Line::default(),
        way("oats init", writes),
        way("oats demo", shows),
        Line::default(),
        Line::styled(smallest, plain),
        Line::default(),
        Line::from(vec![Span::raw("  "), Span::styled(path, strong)]),
        Line::styled(format!("    {command}"), plain),
        Line::styled("    port    = 8000", plain),
        Line::default(),
        Line::styled(
            "Write it in another terminal: it appears here at once.",
            plain,
        ),
    ];
    // Where there is little room the blank rows go first, and the sentences after them.
    let height = usize::from(area.height);
    let lines: Vec<Line<'_>> = if all.len() <= height {
        all.into()
    } else {
        let told = all.into_iter().filter(|line| line.width() > 0);
        told.collect()
    };
    put(buffer, area, scene, &lines);
}

/// Draws why nothing is shown although there are services, and the key that shows them.
pub(super) fn draw_hidden(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) {
    let list = &scene.ui.list;
    let filter = cut_middle(list.filter.trim(), 24, scene.theme.cut());
    let what = match (&*filter, list.problems) {
        ("", _) => "No service is in trouble.".to_owned(),
        (filter, false) => format!("No service matches \"{filter}\"."),
        (filter, true) => format!("Nothing in trouble matches \"{filter}\"."),
    };
    let mut lines = vec![Line::styled(what, scene.theme.strong())];
    let all = scene.shown.all;
    let help = match &list.typing {
        Some(_) => keys::typed_away(scene),
        None => keys::hint(scene, &[Command::NavBack], &format!("shows all {all}")),
    };
    lines.extend(help.map(|hint| Line::from(hint.to_vec())));
    put(buffer, area, scene, &lines);
}

/// Writes lines at the left, a third of the way down.
fn put(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, lines: &[Line<'_>]) {
    let spare = usize::from(area.height).saturating_sub(lines.len());
    let top = cells(spare / 3).min(area.height);
    let left = if area.width < 64 { 1 } else { 3 };
    let inner = Rect::new(
        area.x + left.min(area.width),
        area.y + top,
        area.width.saturating_sub(left + 1),
        area.height - top,
    );
    boxed::lines(buffer, inner, scene, lines);
}
