//! What a theme says: a colour and a weight for each role that text can have on the screen.

/// What text on the screen is, whatever it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A service that is up.
    Up,
    /// Something is wrong, and the service does not live; an error.
    Alarm,
    /// Something is wrong, and the service lives.
    Warning,
    /// Something is not known for certain.
    Doubt,
    /// On its way: starts, waits, ends.
    Busy,
    /// Names and titles that are looked for first.
    Strong,
    /// What is there but need not be read; a service that is stopped.
    Dim,
    /// A key.
    Key,
    /// A rule.
    Rule,
    /// The rule of the pane in focus.
    Focus,
    /// The mark of a line of stderr.
    Stderr,
    /// A line of oats's own.
    Oats,
}

/// How many roles there are.
const ROLES: usize = 12;

impl Role {
    /// Every role, in the order of the documentation.
    pub const ALL: [Self; ROLES] = [
        Self::Up,
        Self::Alarm,
        Self::Warning,
        Self::Doubt,
        Self::Busy,
        Self::Strong,
        Self::Dim,
        Self::Key,
        Self::Rule,
        Self::Focus,
        Self::Stderr,
        Self::Oats,
    ];

    /// Its key in a theme file.
    pub fn id(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Alarm => "alarm",
            Self::Warning => "warning",
            Self::Doubt => "doubt",
            Self::Busy => "busy",
            Self::Strong => "strong",
            Self::Dim => "dim",
            Self::Key => "key",
            Self::Rule => "rule",
            Self::Focus => "focus",
            Self::Stderr => "stderr",
            Self::Oats => "oats",
        }
    }
}

/// A colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ink {
    /// The terminal's own colour of text.
    #[default]
    Default,
    /// One of the sixteen, from 0; the terminal's palette decides how it looks.
    Ansi(u8),
    /// One of the 256, from 16: the cube of colours, then greys.
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

/// The names of the sixteen colours, in their order.
pub const ANSI_NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

impl Ink {
    /// The colour that a word names: "default", one of the sixteen, or "#rrggbb".
    pub fn parse(word: &str) -> Option<Self> {
        if word == "default" {
            return Some(Self::Default);
        }
        if let Some(digits) = word.strip_prefix('#') {
            let whole = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            let number = u32::from_str_radix(digits, 16).ok().filter(|_| whole)?;
            let [_, red, green, blue] = number.to_be_bytes();
            return Some(Self::Rgb(red, green, blue));
        }
        let at = ANSI_NAMES.iter().position(|name| *name == word)?;
        u8::try_from(at).ok().map(Self::Ansi)
    }
}

/// How one role looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Face {
    /// Its colour.
    pub ink: Ink,
    /// Its colour where the terminal has only sixteen; `None`: as the theme `terminal` shows the
    /// role.
    pub few: Option<Ink>,
    /// Bold.
    pub bold: bool,
    /// Underlined.
    pub underline: bool,
    /// Faint, as the terminal does it.
    pub faint: bool,
}

impl Face {
    const fn of(ink: Ink) -> Self {
        Self {
            ink,
            few: None,
            bold: false,
            underline: false,
            faint: false,
        }
    }

    const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    const fn underlined(self) -> Self {
        Self {
            underline: true,
            ..self
        }
    }

    const fn faint(self) -> Self {
        Self {
            faint: true,
            ..self
        }
    }
}

/// How every role looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Palette([Face; ROLES]);

/// How many colours a terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None.
    None,
    /// The sixteen.
    Sixteen,
    /// The 256.
    Indexed,
    /// Red, green and blue, 256 steps each.
    True,
}

impl Palette {
    /// The sixteen colours of the terminal.
    pub const TERMINAL: Self = Self([
        Face::of(Ink::Default),
        Face::of(Ink::Ansi(1)).bold(),
        Face::of(Ink::Ansi(3)).bold(),
        Face::of(Ink::Ansi(5)).bold(),
        Face::of(Ink::Ansi(6)),
        Face::of(Ink::Default).bold(),
        Face::of(Ink::Default).faint(),
        Face::of(Ink::Ansi(6)).bold(),
        Face::of(Ink::Default).faint(),
        Face::of(Ink::Ansi(6)).bold(),
        Face::of(Ink::Ansi(3)),
        Face::of(Ink::Ansi(6)),
    ]);

    /// No colours: weight and lines only.
    pub const MONO: Self = Self([
        Face::of(Ink::Default),
        Face::of(Ink::Default).bold().underlined(),
        Face::of(Ink::Default).bold(),
        Face::of(Ink::Default).bold().underlined(),
        Face::of(Ink::Default),
        Face::of(Ink::Default).bold(),
        Face::of(Ink::Default).faint(),
        Face::of(Ink::Default).bold(),
        Face::of(Ink::Default).faint(),
        Face::of(Ink::Default).bold(),
        Face::of(Ink::Default),
        Face::of(Ink::Default),
    ]);

    /// How a role looks.
    pub fn face(&self, role: Role) -> Face {
        self.0.get(role as usize).copied().unwrap_or_default()
    }

    /// Changes how a role looks.
    pub fn set(&mut self, role: Role, face: Face) {
        if let Some(slot) = self.0.get_mut(role as usize) {
            *slot = face;
        }
    }

    /// The same on a terminal that shows so many colours.
    #[must_use]
    pub fn at(&self, depth: Depth) -> Self {
        let mut fitted = self.clone();
        for role in Role::ALL {
            let face = self.face(role);
            let fit = match (depth, face.ink) {
                (Depth::None, _) => Self::MONO.face(role),
                (Depth::Indexed, Ink::Rgb(red, green, blue)) => Face {
                    ink: Ink::Indexed(nearest_indexed([red, green, blue])),
                    ..face
                },
                (Depth::Sixteen, Ink::Rgb(..) | Ink::Indexed(_)) => match face.few {
                    Some(ink) => Face { ink, ..face },
                    None => Self::TERMINAL.face(role),
                },
                (Depth::Sixteen | Depth::Indexed | Depth::True, _) => face,
            };
            fitted.set(role, fit);
        }
        fitted
    }
}

/// The steps of the cube of colours.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// Red, green and blue of one of the 256 colours, from 16 on.
pub fn indexed_rgb(index: u8) -> [u8; 3] {
    if index >= 232 {
        return [8 + (index - 232) * 10; 3];
    }
    let cell = index.saturating_sub(16);
    [cell / 36, cell / 6 % 6, cell % 6].map(|step| {
        let step = STEPS.get(usize::from(step));
        step.copied().unwrap_or(u8::MAX)
    })
}

/// The nearest of the 256 colours that look the same everywhere: those from 16 on.
fn nearest_indexed(wanted: [u8; 3]) -> u8 {
    let far = |index: &u8| {
        let steps = indexed_rgb(*index).into_iter().zip(wanted);
        // Green weighs most in what the eye sees, blue least.
        let weighed = steps.zip([2_u32, 4, 1]);
        weighed
            .map(|((a, b), weight)| weight * u32::from(a.abs_diff(b)).pow(2))
            .sum::<u32>()
    };
    (16..=255).min_by_key(far).unwrap_or(16)
}

/// A theme, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedTheme {
    /// The name: that of its file.
    pub name: String,
    /// How every role looks.
    pub palette: Palette,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_by_name_and_by_number() {
        assert_eq!(Ink::parse("default"), Some(Ink::Default));
        assert_eq!(Ink::parse("cyan"), Some(Ink::Ansi(6)));
        assert_eq!(Ink::parse("bright-black"), Some(Ink::Ansi(8)));
        assert_eq!(Ink::parse("#00fF7a"), Some(Ink::Rgb(0, 255, 122)));
        for wrong in ["", "#", "#fff", "#+12345", "#12345g", "Cyan", "0"] {
            assert_eq!(Ink::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn roles_stand_where_their_number_says() {
        for (at, role) in Role::ALL.into_iter().enumerate() {
            assert_eq!(role as usize, at);
        }
    }

    #[test]
    fn the_nearest_of_256_is_exact_where_there_is_one() {
        for index in 16..=231 {
            assert_eq!(
                indexed_rgb(nearest_indexed(indexed_rgb(index))),
                indexed_rgb(index)
            );
        }
        assert_eq!(nearest_indexed([0x89, 0x89, 0x89]), 245);
    }

    #[test]
    fn fewer_colours_fall_back_on_those_that_the_terminal_has() {
        let mut palette = Palette::TERMINAL;
        let face = Face::of(Ink::Rgb(255, 0, 0));
        palette.set(Role::Alarm, face);
        palette.set(
            Role::Warning,
            Face {
                few: Some(Ink::Ansi(4)),
                ..face
            },
        );
        let few = palette.at(Depth::Sixteen);
        assert_eq!(few.face(Role::Alarm), Palette::TERMINAL.face(Role::Alarm));
        assert_eq!(few.face(Role::Warning).ink, Ink::Ansi(4));
        assert_eq!(
            palette.at(Depth::Indexed).face(Role::Alarm).ink,
            Ink::Indexed(196)
        );
        assert_eq!(palette.at(Depth::True), palette);
        assert_eq!(palette.at(Depth::None), Palette::MONO);
    }
}
