//! A screen as an SVG: text stays text, and columns stay columns in any font.

use std::fmt::Write as _;

use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};
use unicode_width::UnicodeWidthStr;

/// The size of a cell, in pixels.
const CELL: (usize, usize) = (8, 17);
/// How far below the upper edge of its row text stands, in pixels.
const BASELINE: usize = 13;
/// The margin around the screen, in pixels.
const MARGIN: usize = 10;

/// The colours of a terminal.
struct Palette {
    sixteen: [&'static str; 16],
    foreground: &'static str,
    background: &'static str,
}

const DARK: Palette = Palette {
    sixteen: [
        "#1c1c1c", "#ff7b72", "#7bc275", "#e5c04d", "#6cb2f7", "#d58fe6", "#56c8d8", "#c8c8c8",
        "#7f7f7f", "#ff9d96", "#a0dd9b", "#f2d675", "#93c9ff", "#e5b0f2", "#86e0ec", "#ffffff",
    ],
    foreground: "#d8d8d8",
    background: "#16181c",
};
const LIGHT: Palette = Palette {
    sixteen: [
        "#1c1c1c", "#c01c28", "#2a7b23", "#8a5a00", "#1a5fb4", "#8b2fa3", "#0b6e7d", "#5e5c64",
        "#6f6f6f", "#d12f3a", "#358f2d", "#9a6700", "#2b70c9", "#9c43b4", "#16808f", "#2d2d2d",
    ],
    foreground: "#24292f",
    background: "#ffffff",
};

/// On which ground a picture stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ground {
    /// That of its reader, dark or light.
    Readers,
    /// A dark terminal.
    Dark,
    /// A light terminal.
    Light,
}

/// How a run of cells looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    colour: Color,
    modifier: Modifier,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        Self {
            colour: cell.fg,
            modifier: cell.modifier,
        }
    }

    fn has(self, modifier: Modifier) -> bool {
        self.modifier.contains(modifier)
    }
}

/// The screen as an SVG that says `title` to those who cannot see it.
pub(crate) fn svg(buffer: &Buffer, ground: Ground, title: &str) -> String {
    let (columns, rows) = (
        usize::from(buffer.area.width),
        usize::from(buffer.area.height),
    );
    let (width, height) = (columns * CELL.0 + 2 * MARGIN, rows * CELL.1 + 2 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" xml:space=\"preserve\" role=\"img\" \
         aria-label=\"{}\">\n<style>\n\
         text{{font:14px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;white-space:pre}}\n\
         .b{{font-weight:700}}.d{{opacity:.62}}.u{{text-decoration:underline}}\n",
        escaped(title)
    );
    match ground {
        Ground::Readers => {
            colours(&mut out, &LIGHT);
            out.push_str("@media (prefers-color-scheme:dark){\n");
            colours(&mut out, &DARK);
            out.push_str("}\n");
        }
        Ground::Dark => colours(&mut out, &DARK),
        Ground::Light => colours(&mut out, &LIGHT),
    }
    out.push_str("</style>\n<rect class=\"g\" width=\"100%\" height=\"100%\" rx=\"6\"/>\n");
    for (y, row) in buffer.content.chunks(columns.max(1)).enumerate() {
        draw_row(&mut out, row, MARGIN + y * CELL.1);
    }
    out.push_str("</svg>\n");
    out
}

/// The rules for the colours of a palette.
fn colours(out: &mut String, palette: &Palette) {
    for (number, colour) in palette.sixteen.iter().enumerate() {
        let _infallible = write!(out, ".c{number}{{fill:{colour}}}");
    }
    let Palette {
        foreground,
        background,
        ..
    } = palette;
    let _infallible = writeln!(out, ".f{{fill:{foreground}}}.g{{fill:{background}}}");
}

/// One row, run by run.
fn draw_row(out: &mut String, row: &[Cell], top: usize) {
    let mut at = 0;
    while let Some(first) = row.get(at) {
        let look = Look::of(first);
        let (mut text, mut columns) = (String::new(), 0);
        while let Some(cell) = row.get(at + columns).filter(|cell| Look::of(cell) == look) {
            text.push_str(cell.symbol());
            columns += cell.symbol().width().max(1);
        }
        draw_run(out, (at, columns), top, look, &text);
        at += columns;
    }
}

fn draw_run(out: &mut String, (at, columns): (usize, usize), top: usize, look: Look, text: &str) {
    let (x, width) = (MARGIN + at * CELL.0, columns * CELL.0);
    let is_reversed = look.has(Modifier::REVERSED);
    if is_reversed {
        let (height, (class, fill)) = (CELL.1, paint(look.colour));
        let _infallible = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" class=\"{class}\"{fill}/>"
        );
    }
    // Blanks at both ends need no text: what follows begins further right.
    let is_seen = is_reversed || look.has(Modifier::UNDERLINED);
    let shown = if is_seen { text } else { text.trim() };
    if shown.trim().is_empty() {
        return;
    }
    let lead = if is_seen {
        0
    } else {
        text.len() - text.trim_start().len()
    };
    let (x, y, length) = (x + lead * CELL.0, top + BASELINE, shown.width() * CELL.0);
    let (colour, fill) = if is_reversed {
        ("g", String::new())
    } else {
        paint(look.colour)
    };
    let marks = [
        (Modifier::BOLD, "b"),
        (Modifier::DIM, "d"),
        (Modifier::UNDERLINED, "u"),
    ];
    let marks = marks
        .into_iter()
        .filter(|(modifier, _)| look.has(*modifier));
    let marks = marks.map(|(_, class)| class);
    let classes: Vec<&str> = marks.chain([colour]).collect();
    let (class, text) = (classes.join(" "), escaped(shown));
    let _infallible = writeln!(
        out,
        "<text x=\"{x}\" y=\"{y}\" textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\" \
         class=\"{class}\"{fill}>{text}</text>"
    );
}

/// The class that paints in a colour; where there is none for it, an attribute.
fn paint(colour: Color) -> (&'static str, String) {
    let class = match colour {
        Color::Rgb(red, green, blue) => {
            return ("", format!(" fill=\"#{red:02x}{green:02x}{blue:02x}\""));
        }
        Color::Reset | Color::Indexed(_) => "f",
        Color::Black => "c0",
        Color::Red => "c1",
        Color::Green => "c2",
        Color::Yellow => "c3",
        Color::Blue => "c4",
        Color::Magenta => "c5",
        Color::Cyan => "c6",
        Color::Gray => "c7",
        Color::DarkGray => "c8",
        Color::LightRed => "c9",
        Color::LightGreen => "c10",
        Color::LightYellow => "c11",
        Color::LightBlue => "c12",
        Color::LightMagenta => "c13",
        Color::LightCyan => "c14",
        Color::White => "c15",
    };
    (class, String::new())
}

/// Text that an SVG can hold.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
