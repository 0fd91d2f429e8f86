//! Keymap files as people write them: what they bind, the exact words about mistakes, and
//! `oats keymap` as a command.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on has failed; it starts processes and waits with a deadline"
)]

mod commands;
mod files;
mod page;
mod presets;
mod terminal;
mod words;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use oats::io::keymaps::Places;
use tempfile::TempDir;

/// A root and a folder for the user's settings.
pub(crate) struct Home {
    dir: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        let home = Self {
            dir: TempDir::new().unwrap(),
        };
        home.write("root/oats.toml", "");
        fs::create_dir_all(home.user()).unwrap();
        home
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.dir.path().join("root")
    }

    pub(crate) fn user(&self) -> PathBuf {
        self.dir.path().join("config/oats")
    }

    /// Writes a file below the folder of both.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes a keymap of the root.
    pub(crate) fn ours(&self, name: &str, text: &str) {
        self.write(&format!("root/keymaps/{name}.toml"), text);
    }

    /// Writes a keymap of the user.
    pub(crate) fn users(&self, name: &str, text: &str) {
        self.write(&format!("config/oats/keymaps/{name}.toml"), text);
    }

    /// Calls something with both places.
    pub(crate) fn with<T>(&self, body: impl FnOnce(&Places<'_>) -> T) -> T {
        let (root, user) = (self.root(), self.user());
        body(&Places {
            user: Some(&user),
            root: Some(&root),
        })
    }

    /// A text without the names of this test's folders.
    pub(crate) fn plain(&self, text: &str) -> String {
        text.replace(self.dir.path().to_str().unwrap(), "HOME")
    }

    /// `oats` in the root, with these arguments and variables.
    pub(crate) fn oats(&self, args: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oats"));
        command
            .args(args)
            .current_dir(self.root())
            .env_remove("OATS_KEYMAP")
            .env("HOME", self.dir.path())
            .env("XDG_CONFIG_HOME", self.dir.path().join("config"))
            .envs(variables.iter().copied());
        command.output().unwrap()
    }
}

/// A path of this package.
pub(crate) fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Bytes as text.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
