//! Keys by name: "x", "X", "ctrl+r", "shift+tab", "pgup", "f1".

use std::{fmt, str::FromStr};

use thiserror::Error;

use super::near;

/// A key as a terminal can report it. A capital letter is Shift and that letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Which key.
    pub code: Code,
    /// Whether Control is held.
    pub ctrl: bool,
    /// Whether Alt is held.
    pub alt: bool,
}

/// Which key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// A character, Shift already applied.
    Char(char),
    /// A function key.
    F(u8),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Insert.
    Insert,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
}

/// The named keys: in files, and as they are shown.
pub(super) const NAMED: [(Code, &str, &str); 17] = [
    (Code::Char(' '), "space", "Space"),
    (Code::Enter, "enter", "Enter"),
    (Code::Esc, "esc", "Esc"),
    (Code::Tab, "tab", "Tab"),
    (Code::BackTab, "shift+tab", "Shift-Tab"),
    (Code::Backspace, "backspace", "Backspace"),
    (Code::Delete, "del", "Del"),
    (Code::Insert, "ins", "Ins"),
    (Code::Home, "home", "Home"),
    (Code::End, "end", "End"),
    (Code::PageUp, "pgup", "PgUp"),
    (Code::PageDown, "pgdn", "PgDn"),
    (Code::Up, "up", "Up"),
    (Code::Down, "down", "Down"),
    (Code::Left, "left", "Left"),
    (Code::Right, "right", "Right"),
    (Code::Char('+'), "plus", "+"),
];

/// A text that names no key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadKey {
    /// There is no key of this name.
    #[error("unknown key \"{}\"", .0.escape_debug())]
    Unknown(String),
    /// It names too many keys one after another.
    #[error("\"{}\" is more keys one after another than anybody can keep in mind", .0.escape_debug())]
    TooLong(String),
    /// A terminal sends the same for something else.
    #[error("a terminal cannot tell \"{0}\" from {1}")]
    SameAs(String, String),
}

impl BadKey {
    /// What to write instead.
    pub fn help(&self) -> String {
        match self {
            Self::Unknown(text) => {
                let examples = "a key is written \"x\", \"X\", \"ctrl+r\", \"pgup\" or \"f1\"";
                match near::key(text) {
                    Some(key) => format!("did you mean \"{key}\"? {examples}"),
                    None => examples.to_owned(),
                }
            }
            Self::TooLong(_) => {
                format!("at most {} keys make a sequence", super::sequence::LONGEST)
            }
            Self::SameAs(_, other) if other.starts_with('"') => {
                format!("write {other}, or bind another key")
            }
            Self::SameAs(..) => "bind another key".to_owned(),
        }
    }
}

impl Key {
    /// A key without Control or Alt.
    pub fn plain(code: Code) -> Self {
        Self {
            code,
            ctrl: false,
            alt: false,
        }
    }

    /// As it is shown: "x", "Ctrl-R", "PgUp", "F1".
    pub fn label(&self) -> String {
        let named = NAMED.iter().find(|(code, ..)| *code == self.code);
        let base = match (named, self.code) {
            (Some((_, _, label)), _) => (*label).to_owned(),
            (None, Code::F(number)) => format!("F{number}"),
            (None, Code::Char(c)) if self.ctrl => c.to_uppercase().to_string(),
            (None, Code::Char(c)) => c.to_string(),
            (None, _) => String::new(),
        };
        let ctrl = if self.ctrl { "Ctrl-" } else { "" };
        let alt = if self.alt { "Alt-" } else { "" };
        format!("{ctrl}{alt}{base}")
    }
}

/// The name in a keymap file.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("ctrl+")?;
        }
        if self.alt {
            f.write_str("alt+")?;
        }
        if let Some((_, name, _)) = NAMED.iter().find(|(code, ..)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            Code::Char(c) => write!(f, "{c}"),
            Code::F(number) => write!(f, "f{number}"),
            Code::Enter
            | Code::Esc
            | Code::Tab
            | Code::BackTab
            | Code::Backspace
            | Code::Delete
            | Code::Insert
            | Code::Home
            | Code::End
            | Code::PageUp
            | Code::PageDown
            | Code::Up
            | Code::Down
            | Code::Left
            | Code::Right => Ok(()),
        }
    }
}

/// What a terminal sends the same bytes for; `None` when a key has bytes of its own.
fn same_as(ctrl: bool, alt: bool, code: Code) -> Option<String> {
    let named = |name: &str| Some(format!("\"{name}\""));
    match code {
        Code::Esc if ctrl || alt => named("esc"),
        Code::Char('[' | 'O') if alt && !ctrl => Some("the beginning of an arrow key".to_owned()),
        Code::Enter if ctrl => named("enter"),
        Code::Tab if ctrl => named("tab"),
        Code::BackTab if ctrl => named("shift+tab"),
        Code::Backspace if ctrl => named("backspace"),
        Code::Char(c) if ctrl => match c.to_ascii_lowercase() {
            'i' => named("tab"),
            'm' | 'j' => named("enter"),
            '[' | '3' => named("esc"),
            'h' | '8' | '?' => named("backspace"),
            '2' | '@' => named("ctrl+space"),
            '\\' => named("ctrl+4"),
            ']' => named("ctrl+5"),
            '^' => named("ctrl+6"),
            '_' | '/' => named("ctrl+7"),
            'a'..='z' | ' ' | '4'..='7' => None,
            _ => Some(format!("\"{}\"", Key::plain(code))),
        },
        Code::Char(_)
        | Code::F(_)
        | Code::Enter
        | Code::Esc
        | Code::Tab
        | Code::BackTab
        | Code::Backspace
        | Code::Delete
        | Code::Insert
        | Code::Home
        | Code::End
        | Code::PageUp
        | Code::PageDown
        | Code::Up
        | Code::Down
        | Code::Left
        | Code::Right => None,
    }
}

impl FromStr for Key {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let unknown = || BadKey::Unknown(text.to_owned());
        let (mut ctrl, mut alt, mut rest) = (false, false, text);
        loop {
            if let Some(after) = rest.strip_prefix("ctrl+").filter(|_| !ctrl) {
                (ctrl, rest) = (true, after);
            } else if let Some(after) = rest.strip_prefix("alt+").filter(|_| !alt) {
                (alt, rest) = (true, after);
            } else {
                break;
            }
        }
        let named = NAMED
            .iter()
            .find(|(_, name, _)| *name == rest)
            .map(|(code, ..)| *code);
        let number = rest
            .strip_prefix('f')
            .and_then(|number| number.parse::<u8>().ok());
        let mut chars = rest.chars();
        let code = match (named, number, chars.next(), chars.next()) {
            (Some(code), ..) => code,
            (None, Some(number @ 1..=24), ..) => Code::F(number),
            (None, None, Some(c), None) if !c.is_control() && c != ' ' => Code::Char(c),
            _ => return Err(unknown()),
        };
        if let Some(other) = same_as(ctrl, alt, code) {
            return Err(BadKey::SameAs(text.to_owned(), other));
        }
        let code = match (ctrl, code) {
            // With Control a terminal does not report Shift.
            (true, Code::Char(c)) => Code::Char(c.to_lowercase().next().unwrap_or(c)),
            (_, code) => code,
        };
        Ok(Self { code, ctrl, alt })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_a_round_trip() {
        for name in [
            "x",
            "X",
            "?",
            ".",
            "ctrl+r",
            "alt+1",
            "ctrl+alt+x",
            "space",
            "enter",
            "esc",
            "tab",
            "shift+tab",
            "pgup",
            "pgdn",
            "home",
            "end",
            "up",
            "left",
            "f1",
            "f12",
            "plus",
            "f",
        ] {
            assert_eq!(name.parse::<Key>().unwrap().to_string(), name);
        }
        assert_eq!("ctrl+R".parse::<Key>().unwrap(), "ctrl+r".parse().unwrap());
    }

    #[test]
    fn keys_that_a_terminal_cannot_tell_apart_are_refused() {
        for name in [
            "ctrl+i",
            "ctrl+m",
            "ctrl+[",
            "ctrl+h",
            "ctrl+enter",
            "ctrl+/",
            "ctrl+1",
            "ctrl+é",
            "alt+esc",
            "alt+[",
        ] {
            assert!(
                matches!(name.parse::<Key>(), Err(BadKey::SameAs(..))),
                "{name}"
            );
        }
        for name in ["", "xx", "f0", "f25", "ctrl+", "hyper+x", " "] {
            assert!(
                matches!(name.parse::<Key>(), Err(BadKey::Unknown(_))),
                "{name:?}"
            );
        }
    }

    #[test]
    fn labels_are_what_people_read_on_their_keys() {
        let label = |name: &str| name.parse::<Key>().unwrap().label();
        assert_eq!(label("ctrl+r"), "Ctrl-R");
        assert_eq!(label("X"), "X");
        assert_eq!(label("pgup"), "PgUp");
        assert_eq!(label("f10"), "F10");
        assert_eq!(label("shift+tab"), "Shift-Tab");
    }
}
