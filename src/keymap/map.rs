//! Which key means which command.

use std::collections::BTreeMap;

use thiserror::Error;

use super::{
    command::{COMMANDS, Command, CommandRow, Context},
    key::{BadKey, Key},
};

/// The keymap that oats brings along: the same file that documents it.
const BUILTIN: &str = include_str!("../../keymaps/default.toml");

/// Which key means which command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keymap {
    keys: BTreeMap<Command, Vec<Key>>,
    commands: BTreeMap<(Context, Key), Command>,
}

/// A mistake in a keymap.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeymapError {
    /// It is not TOML of the right shape.
    #[error("keymap: {0}")]
    Toml(String),
    /// There is no such context or command.
    #[error("keymap: [{context}] has no command \"{id}\"")]
    Unknown {
        /// The table.
        context: String,
        /// The command.
        id: String,
    },
    /// There is no such key.
    #[error("keymap: \"{id}\": {cause}")]
    Key {
        /// The command.
        id: String,
        /// What is wrong with the key.
        cause: BadKey,
    },
    /// A key means two things in one context.
    #[error("keymap: [{context}] binds \"{key}\" to \"{first}\" and to \"{second}\"")]
    Clash {
        /// The table.
        context: &'static str,
        /// The key.
        key: String,
        /// The command that keeps it.
        first: &'static str,
        /// The command that loses it.
        second: &'static str,
    },
}

impl Keymap {
    /// The keymap that oats brings along. A test proves that it holds no mistake.
    pub fn builtin() -> Self {
        Self::parse(BUILTIN).0
    }

    /// The keymap in a text, and every mistake in it. What is right stays in force.
    pub fn parse(text: &str) -> (Self, Vec<KeymapError>) {
        let mut map = Self::default();
        let mut errors = Vec::new();
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(error) => return (map, vec![KeymapError::Toml(error.to_string())]),
        };
        for (name, value) in &table {
            let Some(bindings) = value.as_table() else {
                continue;
            };
            for (id, keys) in bindings {
                let known = COMMANDS
                    .iter()
                    .find(|row| row.context.id() == name && row.id == id);
                match known {
                    Some(row) => map.bind_all(row, keys, &mut errors),
                    None => errors.push(KeymapError::Unknown {
                        context: name.clone(),
                        id: id.clone(),
                    }),
                }
            }
        }
        (map, errors)
    }

    /// Binds the keys of one line.
    fn bind_all(&mut self, row: &CommandRow, keys: &toml::Value, errors: &mut Vec<KeymapError>) {
        let Some(names) = keys.as_array() else {
            errors.push(KeymapError::Toml(format!(
                "\"{}\" needs a list of keys",
                row.id
            )));
            return;
        };
        for name in names.iter().map(|name| name.as_str().unwrap_or_default()) {
            match name.parse() {
                Ok(key) => self.bind(row, key, errors),
                Err(cause) => errors.push(KeymapError::Key {
                    id: row.id.to_owned(),
                    cause,
                }),
            }
        }
    }

    /// Binds one key; the first binding of a key in a context stays.
    fn bind(&mut self, row: &CommandRow, key: Key, errors: &mut Vec<KeymapError>) {
        if let Some(first) = self.commands.get(&(row.context, key)) {
            errors.push(KeymapError::Clash {
                context: row.context.id(),
                key: key.to_string(),
                first: first.row().map_or("", |row| row.id),
                second: row.id,
            });
            return;
        }
        self.commands.insert((row.context, key), row.command);
        self.keys.entry(row.command).or_default().push(key);
    }

    /// What a key means. The context's own keys win over the global ones.
    pub fn lookup(&self, context: Context, key: Key) -> Option<Command> {
        let own = self.commands.get(&(context, key));
        own.or_else(|| self.commands.get(&(Context::Global, key)))
            .copied()
    }

    /// The keys of a command, the shown one first.
    pub fn keys(&self, command: Command) -> &[Key] {
        self.keys
            .get(&command)
            .map(Vec::as_slice)
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
        for row in &COMMANDS {
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
        let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(
            said.iter()
                .any(|it| it.contains("cannot tell \"ctrl+i\" from \"tab\""))
        );
        assert!(
            said.iter()
                .any(|it| it.contains("no command \"service.fly\""))
        );
        assert!(
            said.iter()
                .any(|it| it.contains("binds \"s\" to \"service.start\" and to \"service.stop\""))
        );
    }
}
