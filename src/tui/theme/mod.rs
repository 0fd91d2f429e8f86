//! How things look: colours, glyphs, and the time zone people read times in.
//!
//! By default sixteen ANSI colours only, so that the terminal's own palette decides; no background
//! is ever set. What is healthy looks like plain text. Every state can be told by its word alone.

mod looks;
#[cfg(test)]
mod tests;

use jiff::tz::TimeZone;
use ratatui::style::{Color, Modifier, Style};

use super::state::Tone;
use crate::model::{
    State,
    metrics::UpState,
    settings::{ColourChoice, GlyphChoice},
    theme::{Depth, Face, Ink, Palette, Role},
};

pub use looks::Looks;

/// Whether colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Those of the palette.
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
    /// How each role looks, where colours are used.
    pub palette: Palette,
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
        let mono = depth(&var, ColourChoice::Auto) == Depth::None;
        Self {
            colour: if mono { Colour::Mono } else { Colour::Ansi },
            glyphs: glyphs(&var, GlyphChoice::Auto),
            zone,
            palette: Palette::TERMINAL,
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

    /// How a role looks.
    fn role(&self, role: Role) -> Style {
        match self.colour {
            Colour::Ansi => style(self.palette.face(role)),
            Colour::Mono => style(Palette::MONO.face(role)),
        }
    }

    /// One of two texts, by glyph set.
    fn glyph(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self.glyphs {
            Glyphs::Unicode => unicode,
            Glyphs::Ascii => ascii,
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

    /// Before the name of a service that is marked.
    pub fn mark(&self) -> &'static str {
        self.glyph("✓", "+")
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
            UpState::Unknown => "?",
            UpState::Unwanted => " ",
        }
    }

    /// A probe that failed, where its latency would stand.
    pub fn no_answer(&self) -> &'static str {
        self.glyph("·", "x")
    }

    /// Where a chart has its limit.
    pub fn limit(&self) -> &'static str {
        self.glyph("┄", "-")
    }

    /// The axis of a chart, at a value that is named.
    pub fn axis(&self) -> &'static str {
        self.glyph("┤", "+")
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
            State::Doubt => self.role(Role::Doubt),
            State::Start | State::Wait | State::Ends => self.role(Role::Busy),
            State::Stop => self.dim(),
            State::Up => self.role(Role::Up),
        }
    }

    /// What is said about a service in this state: its colour, without its weight.
    pub fn reason(&self, state: State) -> Style {
        self.state(state)
            .remove_modifier(Modifier::BOLD | Modifier::UNDERLINED)
    }

    /// Something is wrong, and the service lives.
    pub fn warning(&self) -> Style {
        self.role(Role::Warning)
    }

    /// Something is wrong, and the service does not live.
    pub fn alarm(&self) -> Style {
        self.role(Role::Alarm)
    }

    /// Names and titles that are looked for first.
    pub fn strong(&self) -> Style {
        self.role(Role::Strong)
    }

    /// What is there but need not be read.
    pub fn dim(&self) -> Style {
        self.role(Role::Dim)
    }

    /// A key.
    pub fn key(&self) -> Style {
        self.role(Role::Key)
    }

    /// A rule.
    pub fn rule(&self, weight: Weight) -> Style {
        match weight {
            Weight::Light => self.role(Role::Rule),
            Weight::Heavy => self.role(Role::Focus),
        }
    }

    /// The mark of a line of stderr.
    pub fn stderr(&self) -> Style {
        self.role(Role::Stderr)
    }

    /// A line of oats's own.
    pub fn oats(&self) -> Style {
        self.role(Role::Oats)
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

/// How many colours are used: as many as were chosen, none where the environment forbids them, and
/// where nothing was chosen as many as the terminal says it has.
pub fn depth(var: &impl Fn(&str) -> Option<String>, choice: ColourChoice) -> Depth {
    let set = |name: &str| var(name).filter(|value| !value.is_empty());
    if forbidden(var).is_some() {
        return Depth::None;
    }
    let term = set("TERM").unwrap_or_default();
    match (choice, set("COLORTERM").as_deref()) {
        (ColourChoice::Depth(depth), _) => depth,
        (ColourChoice::Auto, Some("truecolor" | "24bit")) => Depth::True,
        (ColourChoice::Auto, _) if term.ends_with("-direct") => Depth::True,
        (ColourChoice::Auto, _) if term.contains("256color") => Depth::Indexed,
        (ColourChoice::Auto, _) => Depth::Sixteen,
    }
}

/// What in the environment forbids colours.
pub fn forbidden(var: &impl Fn(&str) -> Option<String>) -> Option<&'static str> {
    if var("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        return Some("NO_COLOR is set");
    }
    (var("TERM").as_deref() == Some("dumb")).then_some("TERM is dumb")
}

/// Which characters are drawn: those that were chosen, else what the locale allows.
pub fn glyphs(var: &impl Fn(&str) -> Option<String>, choice: GlyphChoice) -> Glyphs {
    let set = |name: &str| var(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    let unicode = locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    });
    match choice {
        GlyphChoice::Ascii => Glyphs::Ascii,
        GlyphChoice::Auto if !unicode => Glyphs::Ascii,
        GlyphChoice::Unicode | GlyphChoice::Auto => Glyphs::Unicode,
    }
}

/// The style of a face. The default colour is left to the terminal: nothing is written for it.
fn style(face: Face) -> Style {
    let style = match face.ink {
        Ink::Default => Style::new(),
        Ink::Ansi(number) => Style::new().fg(ansi(number)),
        Ink::Indexed(index) => Style::new().fg(Color::Indexed(index)),
        Ink::Rgb(red, green, blue) => Style::new().fg(Color::Rgb(red, green, blue)),
    };
    let mut modifiers = Modifier::empty();
    modifiers.set(Modifier::BOLD, face.bold);
    modifiers.set(Modifier::UNDERLINED, face.underline);
    modifiers.set(Modifier::DIM, face.faint);
    style.add_modifier(modifiers)
}

/// One of the sixteen, from 0.
pub(in crate::tui) fn ansi(number: u8) -> Color {
    match number {
        0 => Color::Black,
        1 => Color::Red,
        2 => Color::Green,
        3 => Color::Yellow,
        4 => Color::Blue,
        5 => Color::Magenta,
        6 => Color::Cyan,
        7 => Color::Gray,
        8 => Color::DarkGray,
        9 => Color::LightRed,
        10 => Color::LightGreen,
        11 => Color::LightYellow,
        12 => Color::LightBlue,
        13 => Color::LightMagenta,
        14 => Color::LightCyan,
        _ => Color::White,
    }
}
