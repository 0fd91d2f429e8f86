//! Keymap files: where they lie, their bytes, and the setting that chooses one.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use super::config::{self, Diagnostic, Document, Place, Source};

/// The keys that the user's own `oats.toml` may hold.
const USER_KEYS: [&str; 1] = ["keymap"];
/// The longest name of a keymap.
const LONGEST_NAME: usize = 64;

/// The two folders above `keymaps/`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Places<'a> {
    /// The user's own settings: the folder `oats` below the configuration folder.
    pub user: Option<&'a Path>,
    /// The root.
    pub root: Option<&'a Path>,
}

/// A keymap file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeymapFile {
    /// The name of the keymap: the file's stem.
    pub name: String,
    /// How messages name the file: relative to the root, or where it is.
    pub label: String,
    path: PathBuf,
}

/// The folder of the user's own settings: `$XDG_CONFIG_HOME/oats`, else `$HOME/.config/oats`.
/// Relative paths in these variables are nobody's folder.
pub fn user_dir(env: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name: &str| env(name).map(PathBuf::from).filter(|it| it.is_absolute());
    let config = absolute("XDG_CONFIG_HOME");
    let config = config.or_else(|| absolute("HOME").map(|home| home.join(".config")));
    config.map(|config| config.join("oats"))
}

/// Whether a text can be the name of a keymap: 1 to 64 letters, digits, "-" and "_" of ASCII.
pub fn is_name(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    (1..=LONGEST_NAME).contains(&text.len()) && text.bytes().all(allowed)
}

impl Places<'_> {
    /// The files that a name may mean, the strongest first: the user's, the root's.
    pub fn files(&self, name: &str) -> Vec<KeymapFile> {
        let file = format!("{name}.toml");
        let paths = self.folders();
        let paths = paths.map(|(folder, root)| (folder.join(&file), root));
        // Also what points nowhere: that it cannot be read has to be said.
        let there = paths.filter(|(path, _)| is_name(name) && fs::symlink_metadata(path).is_ok());
        there
            .map(|(path, root)| KeymapFile::new(path, root))
            .collect()
    }

    /// Every keymap file in both folders, the user's first. Hidden files are what editors leave
    /// behind.
    ///
    /// # Errors
    /// The folders that are there and cannot be read.
    pub fn list(&self) -> (Vec<KeymapFile>, Vec<Diagnostic>) {
        let (mut files, mut problems) = (Vec::new(), Vec::new());
        for (folder, root) in self.folders() {
            let mut found = match entries(&folder) {
                Ok(found) => found,
                Err(error) => {
                    let label = label_of(&folder, root);
                    let message = format!("the folder cannot be read: {error}");
                    problems.push(Diagnostic::whole_file(&label, message, None));
                    continue;
                }
            };
            found.sort();
            files.extend(found.into_iter().map(|path| KeymapFile::new(path, root)));
        }
        (files, problems)
    }

    /// Which keymap was probably meant, and which there are, as a help line; `also` are names
    /// without a file.
    pub fn suggest(&self, name: &str, also: &[&str]) -> String {
        let (files, _) = self.list();
        let files = files.iter().map(|file| file.name.as_str());
        let known: BTreeSet<&str> = files
            .filter(|other| is_name(other) && *other != name)
            .chain(also.iter().copied())
            .collect();
        let known: Vec<&str> = known.into_iter().collect();
        config::suggest(name, "keymaps", &known)
    }

    /// The folders with keymaps, and below which root each lies.
    fn folders(&self) -> impl Iterator<Item = (PathBuf, Option<&Path>)> {
        let user = self.user.map(|dir| (dir.join("keymaps"), None));
        let root = self.root.map(|dir| (dir.join("keymaps"), Some(dir)));
        user.into_iter().chain(root)
    }
}

/// The keymap files of a folder that may not be there.
fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let paths: Vec<PathBuf> = paths.collect::<Result<_, _>>()?;
    let is_keymap = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        name.ends_with(b".toml") && !name.starts_with(b".") && !path.is_dir()
    };
    Ok(paths.into_iter().filter(is_keymap).collect())
}

/// A path as messages show it.
fn label_of(path: &Path, root: Option<&Path>) -> String {
    let relative = root.and_then(|root| path.strip_prefix(root).ok());
    let shown = relative.unwrap_or(path).to_string_lossy();
    shown.escape_debug().to_string()
}

impl KeymapFile {
    /// A file that somebody named by its path.
    pub fn at(path: &Path) -> Self {
        Self::new(path.to_owned(), None)
    }

    fn new(path: PathBuf, root: Option<&Path>) -> Self {
        Self {
            name: path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            label: label_of(&path, root),
            path,
        }
    }

    /// Whether both are one file.
    pub fn is(&self, other: &Self) -> bool {
        let canonical = |file: &Self| fs::canonicalize(&file.path);
        let same = |a: PathBuf| canonical(other).is_ok_and(|b| a == b);
        self.path == other.path || canonical(self).is_ok_and(same)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read, is no plain file, is longer than 256 KiB, or is not UTF-8.
    pub fn read(&self) -> Result<Source, Box<Diagnostic>> {
        config::read(&self.path, &self.label)
    }
}

/// Everything that keeps a text from being TOML.
pub fn syntax(source: &Source) -> Vec<Diagnostic> {
    Document::parse(source).err().unwrap_or_default()
}

/// The name of a keymap in an `oats.toml`.
#[derive(Debug)]
pub struct Setting {
    /// The name.
    pub name: String,
    source: Source,
    span: std::ops::Range<usize>,
}

impl Setting {
    /// Where it stands.
    pub fn place(&self) -> Place<'_> {
        self.source.place(self.span.clone())
    }
}

/// The setting `keymap` of a root; `None` also where `oats.toml` is wrong, of which whoever loads
/// the services speaks.
pub fn root_setting(root: &Path) -> Option<Setting> {
    let path = root.join("oats.toml");
    let source = config::read(&path, "oats.toml").ok()?;
    setting(source).0
}

/// The setting `keymap` of the user's own `oats.toml`, and all that is wrong with that file.
pub fn user_setting(user: &Path) -> (Option<Setting>, Vec<Diagnostic>) {
    let path = user.join("oats.toml");
    if fs::symlink_metadata(&path).is_err() {
        return (None, Vec::new());
    }
    match config::read(&path, &label_of(&path, None)) {
        Err(problem) => (None, vec![*problem]),
        Ok(source) => {
            let mut problems = syntax(&source);
            if problems.is_empty() {
                problems = unknown_keys(&source);
                let (setting, wrong) = setting(source);
                problems.extend(wrong);
                return (setting, problems);
            }
            (None, problems)
        }
    }
}

/// The setting in a text, or what is wrong with it.
fn setting(source: Source) -> (Option<Setting>, Option<Diagnostic>) {
    let found = {
        let (table, _) = toml::de::DeTable::parse_recoverable(source.text());
        let value = table.get_ref().get("keymap");
        value.map(|value| (value.span(), value.get_ref().as_str().map(str::to_owned)))
    };
    match found {
        None => (None, None),
        Some((span, Some(name))) => {
            let setting = Setting { name, source, span };
            (Some(setting), None)
        }
        Some((span, None)) => {
            let message = "keymap: expected the name of a keymap in quotes";
            (None, Some(source.place(span).says(message, None)))
        }
    }
}

/// Keys of the user's own `oats.toml` that nothing reads.
fn unknown_keys(source: &Source) -> Vec<Diagnostic> {
    let (table, _) = toml::de::DeTable::parse_recoverable(source.text());
    let keys = table.get_ref().keys();
    let unknown = keys.filter(|key| !USER_KEYS.contains(&key.get_ref().as_ref()));
    let say = |key: &toml::Spanned<std::borrow::Cow<'_, str>>| {
        let name = key.get_ref();
        let help = config::suggest(name, "keys", &USER_KEYS);
        let message = format!("nothing reads \"{}\" here", name.escape_debug());
        source.place(key.span()).says(message, Some(help))
    };
    unknown.map(say).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_has_a_folder_by_variables() {
        let dir = |xdg: Option<&str>, home: Option<&str>| {
            user_dir(|name| {
                let value = if name == "HOME" { home } else { xdg };
                value.map(OsString::from)
            })
        };
        assert_eq!(dir(Some("/x"), Some("/h")), Some("/x/oats".into()));
        assert_eq!(dir(None, Some("/h")), Some("/h/.config/oats".into()));
        assert_eq!(dir(Some("x"), Some("/h")), Some("/h/.config/oats".into()));
        assert_eq!(dir(Some(""), None), None);
    }

    #[test]
    fn a_name_cannot_leave_its_folder() {
        for good in ["default", "left-hand", "Mine_2"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "../x", "a/b", ".", "a.b", "ä", "a b", &"x".repeat(65)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
