//! The palette: any command by its name.

use super::{desk::Desk, menu::step_in};
use crate::{
    keymap::command::{Command, PaletteCommand},
    tui::{
        menu,
        state::{Overlay, Palette, Tone},
    },
};

/// Letters that can be typed.
const LETTERS: usize = 64;

impl Desk<'_> {
    /// Opens the palette.
    pub(super) fn open_palette(&mut self) {
        self.ui.overlay = Some(Overlay::Palette(Palette::default()));
    }

    /// The open palette.
    fn palette(&mut self) -> Option<&mut Palette> {
        match &mut self.ui.overlay {
            Some(Overlay::Palette(palette)) => Some(palette),
            _ => None,
        }
    }

    /// A letter is added to what was typed.
    pub(super) fn type_in_palette(&mut self, letter: char) {
        if let Some(palette) = self.palette()
            && palette.typed.chars().count() < LETTERS
        {
            palette.typed.push(letter);
            palette.focused = 0;
        }
    }

    /// A step, a choice, or a change of what was typed.
    pub(super) fn palette_command(&mut self, command: PaletteCommand) {
        let found = self.found().len();
        let Some(palette) = self.palette() else {
            return;
        };
        match command {
            PaletteCommand::Step(step) => palette.focused = step_in(found, palette.focused, step),
            PaletteCommand::Erase => {
                palette.typed.pop();
                palette.focused = 0;
            }
            PaletteCommand::Clear => *palette = Palette::default(),
            PaletteCommand::Close => self.back(),
            PaletteCommand::Choose => self.choose_in_palette(),
        }
    }

    /// The commands that match, each with the reason why it cannot do anything.
    fn found(&self) -> Vec<(Command, Option<String>)> {
        let Some(Overlay::Palette(palette)) = &self.ui.overlay else {
            return Vec::new();
        };
        let view = self.focused().map(AsRef::as_ref);
        let services = &self.snapshot.services;
        let marked = self.marked();
        let marked = marked.iter().filter_map(|name| services.get(name));
        let marked: Vec<_> = marked.map(AsRef::as_ref).collect();
        let found = menu::palette(&palette.typed, &self.ui.view, view, &marked);
        found
            .into_iter()
            .map(|(row, refused)| (row.command, refused))
            .collect()
    }

    /// Runs the focused command. One that is disabled says why, and the palette stays.
    fn choose_in_palette(&mut self) {
        let Some(Overlay::Palette(palette)) = &self.ui.overlay else {
            return;
        };
        let at = palette.focused;
        match self.found().into_iter().nth(at) {
            None => self.say(Tone::Info, "No command matches.".to_owned()),
            Some((command, refused)) => {
                let asks = command.row().is_some_and(|row| row.action.is_some());
                match refused {
                    // The owner refuses it again, and writes that down.
                    Some(_) if asks && self.marked().is_empty() => self.command(command),
                    Some(reason) => self.say(Tone::Error, reason),
                    None => {
                        self.ui.overlay = None;
                        self.command(command);
                    }
                }
            }
        }
    }
}
