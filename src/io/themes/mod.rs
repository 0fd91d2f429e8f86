//! Themes: those that oats brings along, and the files of the user and of the root.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::model::{
    ServiceName,
    theme::{NamedTheme, Palette},
};

use super::config::{self, Diagnostic, Source, read_theme};

/// The theme that nobody has to choose.
pub const DEFAULT: &str = "terminal";

/// The theme files that oats brings along.
const SHIPPED: [(&str, &str); 4] = [
    ("dark", include_str!("dark.toml")),
    ("light", include_str!("light.toml")),
    ("high-contrast", include_str!("high-contrast.toml")),
    ("blue-orange", include_str!("blue-orange.toml")),
];

/// The two folders above `themes/`.
#[derive(Debug, Clone, Copy, Default)]
pub struct ThemePlaces<'a> {
    /// The user's own settings: the folder `oats` below the configuration folder.
    pub user: Option<&'a Path>,
    /// The root.
    pub root: Option<&'a Path>,
}

/// Every theme there is, in the order in which a key goes through them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Themes {
    /// The themes; each name once.
    pub all: Vec<NamedTheme>,
    /// What is wrong in a theme file, by the name of its theme.
    pub wrong: BTreeMap<String, Vec<Diagnostic>>,
}

/// The themes that oats brings along: names and looks.
fn builtin() -> Vec<(&'static str, Palette)> {
    let mut all = vec![(DEFAULT, Palette::TERMINAL), ("mono", Palette::MONO)];
    for (name, text) in SHIPPED {
        // A test reads them all: none is wrong.
        if let Ok(source) = Source::new(name, text.as_bytes()) {
            let palette = read_theme(&source, &all).0;
            all.push((name, palette));
        }
    }
    all
}

impl Themes {
    /// Those that oats brings along, then the files of both folders. A file of the user comes
    /// before one of the root, and both before what oats brings along.
    pub fn find(places: ThemePlaces<'_>) -> Self {
        let known = builtin();
        let mut found = Self::default();
        found
            .all
            .extend(known.iter().map(|(name, palette)| NamedTheme {
                name: (*name).to_owned(),
                palette: palette.clone(),
            }));
        // The strongest last: it replaces.
        for (dir, root) in [(places.root, places.root), (places.user, None)] {
            let Some(dir) = dir else { continue };
            for (name, path) in files(&dir.join("themes")) {
                let relative = root.and_then(|root| path.strip_prefix(root).ok());
                let shown = relative.unwrap_or(&path).to_string_lossy();
                let label = shown.escape_debug().to_string();
                let (palette, wrong) = match config::read(&path, &label) {
                    Ok(source) => read_theme(&source, &known),
                    Err(problem) => (Palette::TERMINAL, vec![*problem]),
                };
                found.put(NamedTheme { name, palette }, wrong);
            }
        }
        found
    }

    fn put(&mut self, theme: NamedTheme, wrong: Vec<Diagnostic>) {
        self.wrong.remove(&theme.name);
        if !wrong.is_empty() {
            self.wrong.insert(theme.name.clone(), wrong);
        }
        match self.all.iter_mut().find(|other| other.name == theme.name) {
            Some(other) => *other = theme,
            None => self.all.push(theme),
        }
    }

    /// Where a theme stands in the list.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.all.iter().position(|theme| theme.name == name)
    }

    /// What is wrong with a name that no theme has.
    pub fn unknown(&self, name: &str) -> String {
        let names = self.all.iter().map(|theme| theme.name.as_str());
        let names: Vec<&str> = names.collect();
        let help = config::suggest(name, "themes", &names);
        format!("there is no theme \"{}\"; {help}", name.escape_debug())
    }
}

/// The theme files of a folder that may not be there, by name. One that cannot be listed has none.
fn files(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(String, PathBuf)> = entries
        .filter_map(|entry| {
            let path = entry.path();
            let file = path.file_name()?.to_str()?;
            let name = file.strip_suffix(".toml")?.to_owned();
            let is_theme = name.parse::<ServiceName>().is_ok() && !path.is_dir();
            is_theme.then_some((name, path))
        })
        .collect();
    found.sort();
    found
}

#[cfg(test)]
mod eyes;
#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::model::theme::{Ink, Role};

    #[test]
    fn what_oats_brings_along_is_right() {
        for (name, text) in SHIPPED {
            let source = Source::new(name, text.as_bytes()).unwrap();
            let (_, problems) = read_theme(&source, &builtin());
            assert_eq!(problems, [], "{name}");
        }
        let names: Vec<_> = builtin().into_iter().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            [
                "terminal",
                "mono",
                "dark",
                "light",
                "high-contrast",
                "blue-orange"
            ]
        );
    }

    #[test]
    fn a_file_of_the_user_replaces_one_of_the_root_and_what_is_brought_along() {
        let (user, root) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let write = |dir: &TempDir, name: &str, text: &str| {
            let folder = dir.path().join("themes");
            fs::create_dir_all(&folder).unwrap();
            crate::io::files::replace(&folder.join(name), text.as_bytes()).unwrap();
        };
        write(&root, "dark.toml", "[roles]\nkey = \"blue\"\n");
        write(&root, "team.toml", "[roles]\nkye = \"blue\"\n");
        write(&root, "Not_a_name!.toml", "");
        write(&user, "dark.toml", "[roles]\nkey = \"green\"\n");
        let found = Themes::find(ThemePlaces {
            user: Some(user.path()),
            root: Some(root.path()),
        });
        let names: Vec<&str> = found.all.iter().map(|theme| theme.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "terminal",
                "mono",
                "dark",
                "light",
                "high-contrast",
                "blue-orange",
                "team"
            ]
        );
        let dark = &found.all[found.position("dark").unwrap()];
        assert_eq!(dark.palette.face(Role::Key).ink, Ink::Ansi(2));
        let said = found.wrong["team"][0].to_string();
        assert!(
            said.starts_with("themes/team.toml:2:1: unknown key \"kye\" in roles"),
            "{said}"
        );
        assert!(said.contains("did you mean \"key\"?"), "{said}");
        assert!(found.unknown("drak").contains("did you mean \"dark\"?"));
    }
}
