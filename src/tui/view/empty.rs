//! A project without services: what a service file looks like, and where it goes.

use ratatui::{buffer::Buffer, layout::Rect, style::Style, text::Line};

use super::{Scene, boxed, text::cut_middle};

/// Draws the smallest service file.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) {
    let (strong, dim, plain) = (scene.theme.strong(), scene.theme.dim(), Style::new());
    let root = scene.snapshot.root.trim_end_matches('/');
    let path = format!("{root}/services/web.toml");
    let path = cut_middle(
        &path,
        usize::from(area.width).saturating_sub(7),
        scene.theme.cut(),
    );
    let text = [
        ("No services yet.", strong),
        ("", plain),
        (
            "A service is a file, and its name is the name of the file.",
            plain,
        ),
        ("The smallest one:", plain),
        ("", plain),
        (&format!("  {path}"), strong),
        ("", plain),
        (
            "    command = [\"python3\", \"-m\", \"http.server\", \"{port}\"]",
            plain,
        ),
        ("    port    = 8000", plain),
        ("", plain),
        ("Write it, leave, and start oats again.", plain),
        ("Nothing runs, so leaving asks nothing.", dim),
    ];
    let lines: Vec<Line<'_>> = text
        .into_iter()
        .map(|(text, style)| Line::styled(text, style))
        .collect();
    let spare = usize::from(area.height).saturating_sub(lines.len());
    let top = u16::try_from(spare / 3).unwrap_or(0).min(area.height);
    let inner = Rect::new(
        area.x + 3.min(area.width),
        area.y + top,
        area.width.saturating_sub(4),
        area.height - top,
    );
    boxed::lines(buffer, inner, scene, &lines);
}
