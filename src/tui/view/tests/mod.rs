//! What the pictures look like, and what must hold for every picture.

mod ascii;
mod dialogs;
mod hostile;
mod lists;
mod log_look;
mod logs;
mod pages;
mod pictures;
mod promises;

use jiff::tz::TimeZone;
use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::{Buffer, Cell},
    layout::Position,
    style::{Color, Modifier},
};

use crate::{
    keymap::Keymap,
    model::{Snapshot, theme::Palette},
    tui::{
        state::UiState,
        theme::{Colour, Glyphs, Theme},
        view::draw,
    },
};

/// The theme of most pictures.
fn theme() -> Theme {
    Theme {
        colour: Colour::Ansi,
        glyphs: Glyphs::Unicode,
        zone: TimeZone::UTC,
        palette: Palette::TERMINAL,
    }
}

/// A screen as it was drawn.
struct Picture {
    buffer: Buffer,
    cursor: Option<Position>,
}

/// Draws one screen.
fn picture(snapshot: &Snapshot, ui: &UiState, theme: &Theme) -> Picture {
    let keymap = Keymap::builtin();
    let mut terminal = Terminal::new(TestBackend::new(ui.size.0, ui.size.1)).unwrap();
    let done = terminal
        .draw(|frame| draw(frame, snapshot, ui, &keymap, theme, None))
        .unwrap();
    let buffer = done.buffer.clone();
    let backend = terminal.backend();
    let cursor = backend.cursor_visible().then(|| backend.cursor_position());
    Picture { buffer, cursor }
}

impl Picture {
    /// The rows as text; a wide character stands for both of its columns.
    fn rows(&self) -> Vec<String> {
        let mut out = Vec::new();
        for y in 0..self.buffer.area.height {
            let mut row = String::new();
            let mut hidden = 0;
            for x in 0..self.buffer.area.width {
                let symbol = self.buffer[(x, y)].symbol();
                if hidden > 0 {
                    hidden -= 1;
                    continue;
                }
                hidden = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
                row.push_str(symbol);
            }
            out.push(row.trim_end().to_owned());
        }
        out
    }

    /// The rows as one letter per style, same geometry; the terminal's cursor is `@`.
    fn styles(&self) -> Vec<String> {
        let mut out = Vec::new();
        for y in 0..self.buffer.area.height {
            let letters: String = (0..self.buffer.area.width)
                .map(|x| {
                    if self.cursor == Some(Position::new(x, y)) {
                        '@'
                    } else {
                        letter(&self.buffer[(x, y)])
                    }
                })
                .collect();
            out.push(letters.trim_end().to_owned());
        }
        out
    }

    /// Text, then styles: what a snapshot holds.
    fn sheet(&self) -> String {
        format!(
            "{}\n\n{LEGEND}\n{}",
            self.rows().join("\n"),
            self.styles().join("\n")
        )
    }
}

/// What the letters of the style layer mean.
const LEGEND: &str = "styles: . plain, b bold, d dim, u underlined, v reversed; r y c m g l o \
                      red yellow cyan magenta green blue other, capital: bold; 1-5 reversed and \
                      red yellow cyan magenta other; @ the cursor";

/// The letter of a cell's style.
fn letter(cell: &Cell) -> char {
    let style = cell.style();
    let has = |modifier| style.add_modifier.contains(modifier);
    let colour = match cell.fg {
        Color::Reset => None,
        Color::Red => Some('r'),
        Color::Yellow => Some('y'),
        Color::Cyan => Some('c'),
        Color::Magenta => Some('m'),
        Color::Green => Some('g'),
        Color::Blue => Some('l'),
        Color::Black
        | Color::Gray
        | Color::DarkGray
        | Color::White
        | Color::LightRed
        | Color::LightGreen
        | Color::LightYellow
        | Color::LightBlue
        | Color::LightMagenta
        | Color::LightCyan
        | Color::Rgb(..)
        | Color::Indexed(_) => Some('o'),
    };
    if has(Modifier::REVERSED) {
        return match colour {
            None => 'v',
            Some('r') => '1',
            Some('y') => '2',
            Some('c') => '3',
            Some('m') => '4',
            Some(_) => '5',
        };
    }
    match colour {
        Some(colour) if has(Modifier::BOLD) => colour.to_ascii_uppercase(),
        Some(colour) => colour,
        None if has(Modifier::UNDERLINED) => 'u',
        None if has(Modifier::BOLD) => 'b',
        None if has(Modifier::DIM) => 'd',
        None if cell.symbol() == " " => ' ',
        None => '.',
    }
}
