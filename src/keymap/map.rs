//! Which key means which command.

use std::{collections::BTreeMap, fmt, sync::Arc};

use super::{
    command::{Command, CommandRow, Context},
    key::Key,
    sheet::{Fault, Sheet},
    table::COMMANDS,
};

/// The keymap that oats brings along: the same file that documents it.
const BUILTIN: &str = include_str!("../../keymaps/default.toml");

/// Which key means which command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keymap {
    pub(super) title: Option<String>,
    pub(super) keys: BTreeMap<Command, Bound>,
    pub(super) commands: BTreeMap<(Context, Key), Command>,
}

/// The keys of one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bound {
    /// The shown one first.
    pub(super) keys: Vec<Key>,
    pub(super) origin: Origin,
}

impl Bound {
    /// No key yet.
    pub(super) fn new(origin: Origin) -> Self {
        let keys = Vec::new();
        Self { keys, origin }
    }
}

/// Where the keys of a command come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Oats brings them along.
    Builtin,
    /// A line of a file.
    File {
        /// The file, as messages name it.
        label: Arc<str>,
        /// The line, from 1.
        line: u32,
    },
    /// The command had no key left, and must have one.
    PutBack,
}

impl Origin {
    /// The line of the file, from 1.
    pub fn line(&self) -> Option<u32> {
        match self {
            Self::File { line, .. } => Some(*line),
            Self::Builtin | Self::PutBack => None,
        }
    }
}

/// "keymaps/mine.toml:7", "built in", "put back".
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builtin => f.write_str("built in"),
            Self::File { label, line } => write!(f, "{label}:{line}"),
            Self::PutBack => f.write_str("put back"),
        }
    }
}

impl Keymap {
    /// The keymap that oats brings along. A test proves that it holds no mistake.
    pub fn builtin() -> Self {
        Self::parse(BUILTIN).0
    }

    /// The keymap in a text alone, nothing inherited and nothing put back, and everything that is
    /// wrong with it. What is right stays in force.
    pub fn parse(text: &str) -> (Self, Vec<Fault>) {
        let (sheet, mut faults) = Sheet::read(None, text);
        let mut map = Self::default();
        faults.extend(map.lay(&sheet));
        (map, faults)
    }

    /// Its title.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// Where the keys of a command come from; `None` when nobody says anything about it.
    pub fn from(&self, command: Command) -> Option<&Origin> {
        self.keys.get(&command).map(|bound| &bound.origin)
    }

    /// Adds a key that nobody has in this context.
    pub(super) fn bind(&mut self, command: Command, context: Context, key: Key) {
        self.commands.insert((context, key), command);
        let bound = self.keys.entry(command);
        let bound = bound.or_insert_with(|| Bound::new(Origin::PutBack));
        bound.keys.push(key);
    }

    /// Takes a key away from whoever has it in this context: that command.
    pub(super) fn take(&mut self, context: Context, key: Key) -> Option<Command> {
        let command = self.commands.remove(&(context, key))?;
        if let Some(bound) = self.keys.get_mut(&command) {
            bound.keys.retain(|other| *other != key);
        }
        Some(command)
    }

    /// Takes all keys away from a command.
    pub(super) fn unbind(&mut self, command: Command) {
        self.keys.remove(&command);
        self.commands.retain(|_, other| *other != command);
    }

    /// What a key means. The context's own keys win over those of the contexts it falls back on.
    pub fn lookup(&self, context: Context, key: Key) -> Option<Command> {
        let mut at = Some(context);
        while let Some(context) = at {
            if let Some(command) = self.commands.get(&(context, key)) {
                return Some(*command);
            }
            at = context.falls_back_on();
        }
        None
    }

    /// The keys of a command, the shown one first.
    pub fn keys(&self, command: Command) -> &[Key] {
        self.keys
            .get(&command)
            .map(|bound| bound.keys.as_slice())
            .unwrap_or_default()
    }

    /// The key of a command as it is shown; `None` when it has none.
    pub fn label(&self, command: Command) -> Option<String> {
        self.keys(command).first().map(Key::label)
    }

    /// Every bound command with its row, in the order of the help.
    pub fn rows(&self) -> impl Iterator<Item = (&'static CommandRow, &[Key])> {
        COMMANDS
            .iter()
            .map(|row| (row, self.keys(row.command)))
            .filter(|(_, keys)| !keys.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Action, action::ACTIONS};

    #[test]
    fn the_builtin_keymap_has_no_mistake_and_binds_every_command() {
        let (map, errors) = Keymap::parse(BUILTIN);
        assert_eq!(errors, []);
        for row in COMMANDS {
            assert!(map.label(row.command).is_some(), "{} has no key", row.id);
            assert_eq!(row.command.row().map(|found| found.id), Some(row.id));
        }
    }

    #[test]
    fn every_action_but_free_port_has_a_command() {
        for row in &ACTIONS {
            let has = Command::of_action(row.action).is_some();
            assert_eq!(has, row.action != Action::FreePort, "{}", row.id);
        }
    }

    #[test]
    fn a_context_wins_over_the_global_keys() {
        let map = Keymap::builtin();
        let key = |name: &str| name.parse::<Key>().unwrap();
        assert_eq!(
            map.lookup(Context::Services, key("x")),
            Some(Command::ServiceStop)
        );
        assert_eq!(
            map.lookup(Context::Services, key("q")),
            Some(Command::NavClose)
        );
        assert_eq!(map.lookup(Context::Dialog, key("x")), None);
        assert_eq!(
            map.lookup(Context::Dialog, key("y")),
            Some(Command::DialogYes)
        );
        assert_eq!(map.lookup(Context::Services, key("d")), None);
    }

    #[test]
    fn mistakes_are_named_and_the_rest_stays() {
        let text = "[services]\n\"service.start\" = [\"s\", \"ctrl+i\"]\n\
                    \"service.stop\" = [\"s\"]\n\"service.fly\" = [\"y\"]\n";
        let (map, errors) = Keymap::parse(text);
        assert_eq!(
            map.lookup(Context::Services, "s".parse().unwrap()),
            Some(Command::ServiceStart)
        );
        let said: Vec<String> = errors.into_iter().map(|fault| fault.message).collect();
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(
            said.iter()
                .any(|it| it.contains("cannot tell \"ctrl+i\" from \"tab\""))
        );
        assert!(
            said.iter()
                .any(|it| it.contains("[services] has no command \"service.fly\""))
        );
        assert!(
            said.iter().any(|it| it
                == "\"s\" is the key of service.start (line 2): service.stop does not get it")
        );
    }
}
