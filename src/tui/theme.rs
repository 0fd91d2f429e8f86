//! How things look: colours, glyphs, and the time zone people read times in.
//!
//! Sixteen ANSI colours only, so that the terminal's own palette decides; no background is ever
//! set. What is healthy looks like plain text. Every state can be told by its word alone.

use jiff::tz::TimeZone;
use ratatui::style::{Color, Modifier, Style};

use super::state::Tone;
use crate::model::{State, metrics::UpState};

/// Whether colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// The sixteen ANSI colours.
    Ansi,
    /// Bold, dim, underline and reverse video only.
    Mono,
}

/// Which characters are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyphs {
    /// Lines and symbols of Unicode, one column each.
    Unicode,
    /// ASCII only.
    Ascii,
}

/// How things look.
#[derive(Debug, Clone)]
pub struct Theme {
    /// Whether colours are used.
    pub colour: Colour,
    /// Which characters are drawn.
    pub glyphs: Glyphs,
    /// The zone times are shown in.
    pub zone: TimeZone,
}

/// How loudly a rule is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Everything that is not in focus.
    Light,
    /// The pane in focus.
    Heavy,
}

impl Theme {
    /// The theme that fits an environment: `NO_COLOR` and `TERM=dumb` mean mono, a locale that is
    /// not UTF-8 means ASCII.
    pub fn from_env(var: impl Fn(&str) -> Option<String>, zone: TimeZone) -> Self {
        let set = |name: &str| var(name).filter(|value| !value.is_empty());
        let mono = set("NO_COLOR").is_some() || set("TERM").as_deref() == Some("dumb");
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
        let unicode = locale.is_some_and(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        Self {
            colour: if mono { Colour::Mono } else { Colour::Ansi },
            glyphs: if unicode {
                Glyphs::Unicode
            } else {
                Glyphs::Ascii
            },
            zone,
        }
    }

    /// The same without colours.
    #[must_use]
    pub fn without_colours(self) -> Self {
        Self {
            colour: Colour::Mono,
            ..self
        }
    }

    /// One of two texts, by glyph set.
    fn glyph(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self.glyphs {
            Glyphs::Unicode => unicode,
            Glyphs::Ascii => ascii,
        }
    }

    /// A style with a colour, or without it.
    fn tint(&self, colour: Color, mono: Modifier) -> Style {
        match self.colour {
            Colour::Ansi => Style::new().fg(colour),
            Colour::Mono => Style::new().add_modifier(mono),
        }
    }

    /// The symbol of a state, one column.
    pub fn symbol(&self, state: State) -> &'static str {
        self.glyph(state.symbol(), state.ascii())
    }

    /// The character rules are made of.
    pub fn rule_glyph(&self, weight: Weight) -> &'static str {
        match weight {
            Weight::Light => self.glyph("─", "-"),
            Weight::Heavy => self.glyph("━", "="),
        }
    }

    /// What separates parts of a line.
    pub fn bar(&self) -> &'static str {
        self.glyph("│", "|")
    }

    /// What separates words of a title.
    pub fn dot(&self) -> &'static str {
        self.glyph("·", "-")
    }

    /// What stands between the steps of a way.
    pub fn step(&self) -> &'static str {
        self.glyph("›", ">")
    }

    /// A service that is up, where only trouble should be seen.
    pub fn quiet(&self) -> &'static str {
        self.glyph("·", ".")
    }

    /// At a heading: which way the values go below it.
    pub fn order(&self, falls: bool) -> &'static str {
        if falls {
            self.glyph("↓", "v")
        } else {
            self.glyph("↑", "^")
        }
    }

    /// At the heading of a group: whether something of it is folded.
    pub fn fold(&self, folded: bool) -> &'static str {
        if folded {
            self.glyph("▸", ">")
        } else {
            self.glyph("▾", "v")
        }
    }

    /// How a service was for a while: one column, told apart without colours.
    pub fn uptime(&self, state: UpState) -> &'static str {
        match state {
            UpState::Healthy => self.glyph("▇", "#"),
            UpState::Unhealthy => self.glyph("▄", "!"),
            UpState::Down => self.glyph("▁", "_"),
            UpState::Unknown => self.glyph("·", "?"),
            UpState::Unwanted => " ",
        }
    }

    /// One column of a chart: how high it is, from 0 to 1.
    pub fn spark(&self, share: f64) -> &'static str {
        let levels = match self.glyphs {
            Glyphs::Unicode => ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
            Glyphs::Ascii => ["_", ".", ",", "-", "~", "=", "+", "#"],
        };
        let bounds = (1..8_u8).map(|level| f64::from(level) / 8.0);
        let level = bounds.filter(|bound| share > *bound).count();
        levels.get(level).copied().unwrap_or_default()
    }

    /// Where the next letter will stand.
    pub fn caret(&self) -> &'static str {
        self.glyph("█", "_")
    }

    /// What stands where text was cut.
    pub fn cut(&self) -> &'static str {
        self.glyph("…", "..")
    }

    /// The corners of a box: top left, top right, bottom left, bottom right.
    pub fn corners(&self) -> [&'static str; 4] {
        match self.glyphs {
            Glyphs::Unicode => ["┌", "┐", "└", "┘"],
            Glyphs::Ascii => ["+", "+", "+", "+"],
        }
    }

    /// Symbol, word and name of a service in this state.
    pub fn state(&self, state: State) -> Style {
        match state {
            State::Degraded | State::Retry => self.warning(),
            State::Fail | State::Port => self.alarm(),
            State::Doubt => self
                .tint(Color::Magenta, Modifier::UNDERLINED)
                .add_modifier(Modifier::BOLD),
            State::Start | State::Wait | State::Ends => self.tint(Color::Cyan, Modifier::empty()),
            State::Stop => self.dim(),
            State::Up => Style::new(),
        }
    }

    /// What is said about a service in this state: its colour, without its weight.
    pub fn reason(&self, state: State) -> Style {
        self.state(state)
            .remove_modifier(Modifier::BOLD | Modifier::UNDERLINED)
    }

    /// Something is wrong, and the service lives.
    pub fn warning(&self) -> Style {
        self.tint(Color::Yellow, Modifier::empty())
            .add_modifier(Modifier::BOLD)
    }

    /// Something is wrong, and the service does not live.
    pub fn alarm(&self) -> Style {
        self.tint(Color::Red, Modifier::UNDERLINED)
            .add_modifier(Modifier::BOLD)
    }

    /// Names and titles that are looked for first.
    pub fn strong(&self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What is there but need not be read.
    pub fn dim(&self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// A key.
    pub fn key(&self) -> Style {
        self.tint(Color::Cyan, Modifier::empty())
            .add_modifier(Modifier::BOLD)
    }

    /// A rule.
    pub fn rule(&self, weight: Weight) -> Style {
        match weight {
            Weight::Light => self.dim(),
            Weight::Heavy => self.key(),
        }
    }

    /// The mark of a line of stderr.
    pub fn stderr(&self) -> Style {
        self.tint(Color::Yellow, Modifier::empty())
    }

    /// A line of oats's own.
    pub fn oats(&self) -> Style {
        self.tint(Color::Cyan, Modifier::empty())
    }

    /// A message of this tone.
    pub fn tone(&self, tone: Tone) -> Style {
        match tone {
            Tone::Info => self.strong(),
            Tone::Error => self.alarm(),
        }
    }

    /// The same thing under the cursor, in reverse video. Dim text would vanish there.
    #[must_use]
    pub fn selected(&self, style: Style) -> Style {
        style
            .remove_modifier(Modifier::DIM | Modifier::UNDERLINED)
            .add_modifier(Modifier::REVERSED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(pairs: &[(&str, &str)]) -> Theme {
        let var = |name: &str| {
            let found = pairs.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Theme::from_env(var, TimeZone::UTC)
    }

    #[test]
    fn the_environment_chooses_colour_and_glyphs() {
        let plain = detect(&[("TERM", "xterm"), ("LANG", "de_DE.UTF-8")]);
        assert_eq!(
            (plain.colour, plain.glyphs),
            (Colour::Ansi, Glyphs::Unicode)
        );
        let overruled = detect(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]);
        assert_eq!(overruled.glyphs, Glyphs::Ascii);
        let empty_is_unset = detect(&[("LC_ALL", ""), ("LANG", "en.utf8"), ("NO_COLOR", "")]);
        assert_eq!(empty_is_unset.glyphs, Glyphs::Unicode);
        assert_eq!(empty_is_unset.colour, Colour::Ansi);
        assert_eq!(detect(&[("NO_COLOR", "1")]).colour, Colour::Mono);
        assert_eq!(detect(&[("TERM", "dumb")]).colour, Colour::Mono);
    }

    #[test]
    fn no_style_sets_a_background_and_mono_sets_no_colour() {
        let mono = detect(&[("NO_COLOR", "1")]);
        let ansi = detect(&[]);
        for theme in [&mono, &ansi] {
            for state in State::ALL {
                for style in [theme.state(state), theme.reason(state)] {
                    assert_eq!(style.bg, None);
                    assert!(theme.colour == Colour::Ansi || style.fg.is_none());
                }
            }
        }
        assert!(mono.key().fg.is_none() && mono.rule(Weight::Heavy).fg.is_none());
    }
}
