//! Keymaps for hands that know other tools: the files that oats brings along.

use super::{
    map::{Keymap, Origin},
    sheet::{Fault, Sheet},
};

/// The name and the text of each.
const PRESETS: [(&str, &str); 7] = [
    ("vim", include_str!("../../keymaps/vim.toml")),
    ("k9s", include_str!("../../keymaps/k9s.toml")),
    ("htop", include_str!("../../keymaps/htop.toml")),
    ("mprocs", include_str!("../../keymaps/mprocs.toml")),
    ("lazydocker", include_str!("../../keymaps/lazydocker.toml")),
    (
        "process-compose",
        include_str!("../../keymaps/process-compose.toml"),
    ),
    ("left-hand", include_str!("../../keymaps/left-hand.toml")),
];

impl Keymap {
    /// The names of the keymaps that oats brings along beside the default.
    pub fn presets() -> impl Iterator<Item = &'static str> {
        PRESETS.iter().map(|(name, _)| *name)
    }

    /// A keymap that oats brings along; `None` when none has this name. It builds on what oats
    /// brings along, whatever files there are.
    pub fn preset(name: &str) -> Option<Self> {
        Self::judged(name).map(|(map, _)| map)
    }

    /// A preset, and what is wrong with it. A test proves that nothing is.
    fn judged(name: &str) -> Option<(Self, Vec<Fault>)> {
        let (name, text) = PRESETS.iter().find(|(it, _)| *it == name)?;
        let (sheet, mut faults) = Sheet::read(None, text);
        let mut map = Self::builtin();
        faults.extend(map.lay(&sheet));
        for binding in &sheet.bindings {
            if let Some(bound) = map.keys.get_mut(&binding.row.command) {
                bound.origin = Origin::Preset(name);
            }
        }
        faults.extend(map.keep(&sheet));
        Some((map, faults))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keymap::{COMMANDS, Command, Context};

    #[test]
    fn no_preset_has_a_fault_or_leaves_a_command_without_a_key() {
        for name in Keymap::presets() {
            let (map, faults) = Keymap::judged(name).unwrap();
            assert_eq!(faults, [], "{name}");
            for row in COMMANDS {
                assert!(map.label(row.command).is_some(), "{name}: {}", row.id);
            }
            assert_ne!(map, Keymap::builtin(), "{name}");
        }
        assert_eq!(Keymap::preset("emacs"), None);
    }

    #[test]
    fn no_habit_that_expects_something_harmless_ends_a_process() {
        let ends = [
            Command::ServiceStop,
            Command::ServiceKill,
            Command::ServiceRestart,
        ];
        // What these keys do in the tool itself: move, undo, uncover, refresh, show a tree, follow.
        for (name, keys) in [
            ("vim", "h j k l u ctrl+r ctrl+d ctrl+u n p y v g"),
            ("k9s", "x ctrl+r ctrl+d ctrl+k ctrl+w ctrl+z d l s y e"),
            ("htop", "f5 f6 f4 f3 f2 f7 f8 t h l u k"),
            ("mprocs", "p z v a e d C j k"),
            ("lazydocker", "x m u e b p S d E ctrl+d"),
            ("process-compose", "f1 f3 f4 f5 f6 f8 ctrl+d ctrl+s tab"),
            ("left-hand", "w a s d e f g t c b q"),
        ] {
            let map = Keymap::preset(name).unwrap();
            for key in keys.split(' ') {
                let found = map.lookup(Context::Services, key.parse().unwrap());
                assert!(found.is_none_or(|it| !ends.contains(&it)), "{name}: {key}");
            }
        }
    }
}
