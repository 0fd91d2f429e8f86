//! What is typed: into the filter, the palette, or as the pid of a process.

use super::desk::Desk;
use crate::{
    keymap::{Context, command::PromptCommand},
    tui::state::{Overlay, PidEntry},
};

/// Digits of the longest pid.
const DIGITS: usize = 10;

/// Whether a letter is text in this context.
pub(super) fn types(context: Context, letter: char) -> bool {
    match context {
        Context::Palette | Context::Prompt => !letter.is_control(),
        Context::Global
        | Context::Services
        | Context::Detail
        | Context::Logs
        | Context::Events
        | Context::Own
        | Context::Menu
        | Context::Dialog
        | Context::Help => false,
    }
}

impl Desk<'_> {
    /// A letter was typed.
    pub(super) fn type_letter(&mut self, letter: char) {
        if let Some(entry) = self.entry() {
            if letter.is_ascii_digit() && entry.typed.len() < DIGITS {
                entry.typed.push(letter);
            }
        } else if matches!(self.ui.overlay, Some(Overlay::Palette(_))) {
            self.type_in_palette(letter);
        } else if self.types_search() {
            self.change_search(|text| text.push(letter));
        } else {
            self.type_in_filter(letter);
        }
    }

    /// The pid that is being typed.
    pub(super) fn entry(&mut self) -> Option<&mut PidEntry> {
        match &mut self.ui.overlay {
            Some(Overlay::Port(dialog)) => dialog.entry.as_mut(),
            Some(Overlay::Survivor(dialog)) => dialog.entry.as_mut(),
            _ => None,
        }
    }

    /// Takes what was typed, changes it, or forgets it.
    pub(super) fn prompt_command(&mut self, command: PromptCommand) {
        if self.ui.overlay.is_none() && self.types_search() {
            return self.search_command(command);
        }
        let Some(entry) = self.entry() else {
            return self.filter_command(command);
        };
        match command {
            PromptCommand::Regex => {}
            PromptCommand::Erase => {
                entry.typed.pop();
            }
            PromptCommand::Clear => entry.typed.clear(),
            PromptCommand::Close => self.forget_entry(),
            PromptCommand::Accept => self.take_entry(),
        }
    }

    /// The pid is not typed any more: the choices are there again.
    fn forget_entry(&mut self) {
        match &mut self.ui.overlay {
            Some(Overlay::Port(dialog)) => dialog.entry = None,
            Some(Overlay::Survivor(dialog)) => dialog.entry = None,
            _ => {}
        }
    }

    /// The pid was typed: right, or not.
    fn take_entry(&mut self) {
        let Some(entry) = self.entry().cloned() else {
            return;
        };
        if !entry.is_right() {
            let pid = entry.target.pid;
            let text = format!("Nothing was sent: type {pid} to go on.");
            return self.say(crate::tui::state::Tone::Error, text);
        }
        self.forget_entry();
        match &self.ui.overlay {
            Some(Overlay::Port(_)) => self.signal_holder(&entry),
            Some(Overlay::Survivor(_)) => self.signal_survivor(&entry),
            _ => {}
        }
    }
}
