//! Which key means which command.

use std::{collections::BTreeMap, fmt, sync::Arc};

use super::{
    command::{Command, CommandRow, Context},
    key::Key,
    sequence::Sequence,
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
    pub(super) commands: BTreeMap<(Context, Sequence), Command>,
}

/// The keys of one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bound {
    /// The shown one first.
    pub(super) all: Vec<Sequence>,
    /// Those of a single key.
    pub(super) single: Vec<Key>,
    pub(super) origin: Origin,
}

impl Bound {
    /// No key yet.
    pub(super) fn new(origin: Origin) -> Self {
        Self {
            all: Vec::new(),
            single: Vec::new(),
            origin,
        }
    }
}

/// Where the keys of a command come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Oats brings them along.
    Builtin,
    /// A keymap of this name that oats brings along.
    Preset(&'static str),
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
            Self::Builtin | Self::Preset(_) | Self::PutBack => None,
        }
    }
}

/// "keymaps/mine.toml:7", "built in", "built in: vim", "put back".
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builtin => f.write_str("built in"),
            Self::Preset(name) => write!(f, "built in: {name}"),
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

    /// Adds what nobody has in this context.
    pub(super) fn bind(&mut self, command: Command, context: Context, pressed: Sequence) {
        self.commands.insert((context, pressed.clone()), command);
        let bound = self.keys.entry(command);
        let bound = bound.or_insert_with(|| Bound::new(Origin::PutBack));
        bound.single.extend(pressed.single());
        bound.all.push(pressed);
    }

    /// Takes a key away from whoever has it in this context: that command.
    pub(super) fn take(&mut self, context: Context, pressed: &Sequence) -> Option<Command> {
        let command = self.commands.remove(&(context, pressed.clone()))?;
        if let Some(bound) = self.keys.get_mut(&command) {
            bound.all.retain(|other| other != pressed);
            bound
                .single
                .retain(|other| Some(*other) != pressed.single());
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
        self.meaning(context, &[key])
    }

    /// What keys mean that were pressed one after another. The context's own win over those of the
    /// contexts it falls back on.
    pub fn meaning(&self, context: Context, pressed: &[Key]) -> Option<Command> {
        let pressed = Sequence::of(pressed)?;
        context
            .chain()
            .find_map(|context| self.commands.get(&(context, pressed.clone())).copied())
    }

    /// What can be pressed next to end a sequence that begins with these keys, and what it then
    /// means: the keys that are missing, in the order of the keys.
    pub fn continuations(&self, context: Context, pressed: &[Key]) -> Vec<(Sequence, Command)> {
        let mut found: BTreeMap<Sequence, Command> = BTreeMap::new();
        for context in context.chain() {
            let longer = self.commands.iter().filter(|((at, _), _)| *at == context);
            for ((_, sequence), command) in longer {
                if let Some(rest) = sequence.after(pressed).and_then(Sequence::of) {
                    found.entry(rest).or_insert(*command);
                }
            }
        }
        found.into_iter().collect()
    }

    /// The single keys of a command, the shown one first.
    pub fn keys(&self, command: Command) -> &[Key] {
        self.keys
            .get(&command)
            .map(|bound| bound.single.as_slice())
            .unwrap_or_default()
    }

    /// All that can be pressed for a command, the shown one first.
    pub fn bound(&self, command: Command) -> &[Sequence] {
        self.keys
            .get(&command)
            .map(|bound| bound.all.as_slice())
            .unwrap_or_default()
    }

    /// What is pressed for a command as it is shown; `None` when nothing is.
    pub fn label(&self, command: Command) -> Option<String> {
        self.bound(command).first().map(Sequence::label)
    }

    /// Every bound command with its row, in the order of the help.
    pub fn rows(&self) -> impl Iterator<Item = (&'static CommandRow, &[Sequence])> {
        COMMANDS
            .iter()
            .map(|row| (row, self.bound(row.command)))
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
