//! What is pressed for a command: a key, or several one after another.

use std::{fmt, str::FromStr};

use super::key::{BadKey, Key};

/// The most keys of a sequence.
pub const LONGEST: usize = 4;

/// One key, or several that are pressed one after another: "x", "g r".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sequence(Vec<Key>);

impl Sequence {
    /// Keys one after another; `None` when there is none.
    pub fn of(keys: &[Key]) -> Option<Self> {
        (!keys.is_empty()).then(|| Self(keys.to_vec()))
    }

    /// Its keys, in the order they are pressed: at least one.
    pub fn keys(&self) -> &[Key] {
        &self.0
    }

    /// The key, where it is only one.
    pub fn single(&self) -> Option<Key> {
        match self.0.as_slice() {
            [key] => Some(*key),
            _ => None,
        }
    }

    /// The keys that are missing after those that were pressed; `None` when it does not begin with
    /// them, or when none is missing.
    pub fn after(&self, pressed: &[Key]) -> Option<&[Key]> {
        let rest = self.0.strip_prefix(pressed)?;
        (!rest.is_empty()).then_some(rest)
    }

    /// As it is shown: "x", "Ctrl-R", "g r".
    pub fn label(&self) -> String {
        let labels: Vec<String> = self.0.iter().map(Key::label).collect();
        labels.join(" ")
    }
}

impl From<Key> for Sequence {
    fn from(key: Key) -> Self {
        Self(vec![key])
    }
}

/// The text in a keymap file.
impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, key) in self.0.iter().enumerate() {
            let gap = if at == 0 { "" } else { " " };
            write!(f, "{gap}{key}")?;
        }
        Ok(())
    }
}

impl FromStr for Sequence {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let parts: Vec<&str> = text.split(' ').collect();
        if parts.len() < 2 || text.trim() != text {
            return text.parse::<Key>().map(Self::from);
        }
        if parts.len() > LONGEST {
            return Err(BadKey::TooLong(text.to_owned()));
        }
        let keys: Result<Vec<Key>, BadKey> = parts.into_iter().map(str::parse).collect();
        keys.map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Sequence, BadKey> {
        text.parse()
    }

    #[test]
    fn a_space_separates_the_keys_of_a_sequence() {
        for text in ["x", "g r", "ctrl+x ctrl+s", "g space", "g g g g"] {
            assert_eq!(of(text).unwrap().to_string(), text);
        }
        assert_eq!(of("ctrl+x pgup").unwrap().label(), "Ctrl-X PgUp");
        assert_eq!(of("x").unwrap().single(), "x".parse().ok());
        assert_eq!(of("g r").unwrap().single(), None);
    }

    #[test]
    fn what_is_wrong_with_a_key_of_a_sequence_is_said_as_for_a_key() {
        assert_eq!(of("g xx"), Err(BadKey::Unknown("xx".to_owned())));
        assert!(matches!(of("g ctrl+i"), Err(BadKey::SameAs(..))));
        assert_eq!(
            of("g g g g g"),
            Err(BadKey::TooLong("g g g g g".to_owned()))
        );
        for text in ["", " ", "g ", " g", "g  r"] {
            assert!(matches!(of(text), Err(BadKey::Unknown(_))), "{text:?}");
        }
    }

    #[test]
    fn what_is_missing_of_a_sequence_is_known() {
        let (g, r) = ("g".parse().unwrap(), "r".parse().unwrap());
        assert_eq!(of("g r").unwrap().after(&[g]), Some([r].as_slice()));
        assert_eq!(of("g r").unwrap().after(&[r]), None);
        assert_eq!(of("g r").unwrap().after(&[g, r]), None);
    }
}
