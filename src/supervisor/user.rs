//! The user's own settings, beside those of a root: contract section 6.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use crate::{
    io::config::{self, Diagnostic},
    model::Settings,
};

/// The folder of the user's own settings and keymaps, by the variables of `environment`:
/// `$XDG_CONFIG_HOME/oats`, else `$HOME/.config/oats`; `None` when neither names a folder.
pub fn user_folder(environment: &BTreeMap<OsString, OsString>) -> Option<PathBuf> {
    let folder = |name: &str| {
        let value = environment.get(OsStr::new(name))?;
        // A relative path would mean another file in each folder.
        Some(Path::new(value)).filter(|path| path.is_absolute())
    };
    let config = match folder("XDG_CONFIG_HOME") {
        Some(config) => config.to_owned(),
        None => folder("HOME")?.join(".config"),
    };
    Some(config.join("oats"))
}

/// The user's own `oats.toml`, and everything that is wrong with it. What is right in it counts all
/// the same; without the file nothing is chosen.
pub fn user_settings(environment: &BTreeMap<OsString, OsString>) -> (Settings, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let settings = user_folder(environment).map_or_else(Settings::default, |folder| {
        config::read_user_settings(&folder.join("oats.toml"), &mut problems)
    });
    (settings, problems)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::io::files;

    /// A home folder with this text in `.config/oats/oats.toml`.
    fn home(text: &str) -> (TempDir, BTreeMap<OsString, OsString>) {
        let home = TempDir::new().unwrap();
        let folder = home.path().join(".config/oats");
        std::fs::create_dir_all(&folder).unwrap();
        files::replace(&folder.join("oats.toml"), text.as_bytes()).unwrap();
        let environment = BTreeMap::from([("HOME".into(), home.path().into())]);
        (home, environment)
    }

    #[test]
    fn the_users_own_settings_are_found_by_the_environment() {
        let (home, mut environment) = home("keymap = \"mine\"\ntheme = \"mono\"\n");
        let (settings, problems) = user_settings(&environment);
        assert_eq!(problems, []);
        assert_eq!(settings.keymap.as_deref(), Some("mine"));
        assert_eq!(settings.theme.as_deref(), Some("mono"));
        // Nothing there, relative, empty.
        environment.insert("XDG_CONFIG_HOME".into(), home.path().join("none").into());
        assert_eq!(
            user_settings(&environment),
            (Settings::default(), Vec::new())
        );
        for odd in ["", "relative"] {
            environment.insert("XDG_CONFIG_HOME".into(), odd.into());
            assert_eq!(
                user_folder(&environment),
                Some(home.path().join(".config/oats"))
            );
        }
        assert_eq!(user_folder(&BTreeMap::new()), None);
        assert_eq!(
            user_settings(&BTreeMap::new()),
            (Settings::default(), Vec::new())
        );
    }

    #[test]
    fn a_mistake_is_told_with_its_place_and_the_rest_counts() {
        let text = "keymapp = \"x\"\ntheme = \"mono\"\nlog_dir = \"logs\"\nkeymap = \"../x\"\n";
        let (home, environment) = home(text);
        let (settings, problems) = user_settings(&environment);
        assert_eq!(
            (settings.keymap, settings.theme.as_deref()),
            (None, Some("mono"))
        );
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let file = home.path().join(".config/oats/oats.toml");
        let file = file.display();
        assert_eq!(
            said,
            [
                format!(
                    "{file}:1:1: unknown key \"keymapp\"\n  | keymapp = \"x\"\n  | ^^^^^^^\n  \
                     help: did you mean \"keymap\"? known keys: keymap, theme, color, glyphs"
                ),
                format!(
                    "{file}:3:1: unknown key \"log_dir\"\n  | log_dir = \"logs\"\n  | ^^^^^^^\n  \
                     help: known keys: keymap, theme, color, glyphs"
                ),
                format!(
                    "{file}:4:10: keymap: expected the name of a keymap, found \"../x\"\n  \
                     | keymap = \"../x\"\n  |          ^^^^^^\n  \
                     help: 1 to 63 of a-z, 0-9, \"-\" and \"_\", starting with a letter or a digit"
                ),
            ]
        );
        let (_home, environment) = self::home("theme = ");
        let (settings, problems) = user_settings(&environment);
        assert_eq!(settings, Settings::default());
        assert_eq!((problems.len(), problems[0].line), (1, 1));
    }
}
