//! Keymap files: where they lie, their bytes, and the setting that chooses one.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use crate::model::ServiceName;

use super::config::{self, Diagnostic, Document, Place, Source};

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

/// Whether a text can be the name of a keymap: the rule is that for services.
pub fn is_name(text: &str) -> bool {
    text.parse::<ServiceName>().is_ok()
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
    setting(config::read(&root.join("oats.toml"), "oats.toml").ok()?)
}

/// The setting `keymap` of the user's own `oats.toml`; `None` also where that is wrong, of which
/// whoever reads the settings speaks.
pub fn user_setting(user: &Path) -> Option<Setting> {
    let path = user.join("oats.toml");
    setting(config::read(&path, &label_of(&path, None)).ok()?)
}

/// The setting in a text.
fn setting(source: Source) -> Option<Setting> {
    let (name, span) = {
        let (table, _) = toml::de::DeTable::parse_recoverable(source.text());
        let value = table.get_ref().get("keymap")?;
        let name = value.get_ref().as_str().filter(|name| is_name(name))?;
        (name.to_owned(), value.span())
    };
    Some(Setting { name, source, span })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_folder() {
        for good in ["default", "left-hand", "mine_2"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "../x", "a/b", ".", "a.b", "ä", "a b", &"x".repeat(65)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
