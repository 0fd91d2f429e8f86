//! The themes there are, and the one in force.

use super::{Colour, Theme};
use crate::model::theme::{Depth, NamedTheme, Palette};

/// The themes there are, the one in force, and what the terminal can show of it.
#[derive(Debug, Clone)]
pub struct Looks {
    themes: Vec<NamedTheme>,
    at: usize,
    depth: Depth,
    /// Why no colours are used, whatever theme is chosen.
    why_none: Option<&'static str>,
    theme: Theme,
}

impl Looks {
    /// These themes, of which the one at `at` is in force.
    pub fn new(
        theme: Theme,
        themes: Vec<NamedTheme>,
        at: usize,
        (depth, why_none): (Depth, Option<&'static str>),
    ) -> Self {
        let mut looks = Self {
            themes,
            at,
            depth,
            why_none,
            theme,
        };
        looks.put_on();
        looks
    }

    /// One theme only, as it is.
    pub fn only(theme: Theme) -> Self {
        Self {
            themes: Vec::new(),
            at: 0,
            depth: Depth::Sixteen,
            why_none: None,
            theme,
        }
    }

    /// How things look now.
    pub fn theme(&self) -> &Theme {
        &self.theme
    }

    /// Puts the next theme in force, and says which, and how to keep it.
    pub fn turn(&mut self) -> String {
        if self.depth == Depth::None {
            let why = self.why_none.unwrap_or("color is \"none\" in oats.toml");
            return format!("No theme has colours here: {why}.");
        }
        self.at = (self.at + 1) % self.themes.len().max(1);
        self.put_on();
        match self.themes.get(self.at) {
            Some(NamedTheme { name, .. }) => {
                format!(
                    "Theme {name}, until you leave. To keep it: theme = \"{name}\" in oats.toml."
                )
            }
            None => "There is no other theme.".to_owned(),
        }
    }

    fn put_on(&mut self) {
        let Some(chosen) = self.themes.get(self.at) else {
            return;
        };
        let palette = chosen.palette.at(self.depth);
        self.theme.colour = if palette == Palette::MONO {
            Colour::Mono
        } else {
            Colour::Ansi
        };
        self.theme.palette = palette;
    }
}

/// Whether both look alike and lead to the same themes.
impl PartialEq for Looks {
    fn eq(&self, other: &Self) -> bool {
        let of = |looks: &Self| (looks.at, looks.depth, looks.theme.glyphs);
        self.themes == other.themes && of(self) == of(other)
    }
}
