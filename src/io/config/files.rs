//! The files of a root that hold definitions: which there are, and their bytes.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use crate::model::{ServiceName, root::Root};

use super::{diagnostic::Diagnostic, source::Source};

/// The longest file that is read: anything longer is no service file.
const LONGEST: u64 = 256 << 10;

/// A file below `services/` that ends in `.toml`.
#[derive(Debug)]
pub struct Found {
    /// Its path, relative to the root.
    pub label: String,
    /// Its stem as a name.
    pub name: Result<ServiceName, Box<Diagnostic>>,
    /// Where it is.
    path: PathBuf,
}

/// Whether a folder is a root that can be found from below: it has an `oats.toml`, or a
/// `services/*.toml`.
pub fn is_root(dir: &Path) -> bool {
    let root = Root::new(dir);
    let has_services = || {
        let entries = fs::read_dir(root.services_dir()).into_iter().flatten();
        let mut paths = entries.flatten().map(|entry| entry.path());
        paths.any(|path| is_definition(&path))
    };
    root.settings_file().is_file() || has_services()
}

/// Whether a folder can be named as a root: it may also have an empty `services/`.
pub fn can_be_root(dir: &Path) -> bool {
    let root = Root::new(dir);
    root.settings_file().is_file() || root.services_dir().is_dir()
}

/// The service files of a root, by name. Other files and folders are none of our business.
///
/// # Errors
/// The folder is there and cannot be read.
pub fn list(root: &Root) -> Result<Vec<Found>, Box<Diagnostic>> {
    let dir = root.services_dir();
    let failed = |error: std::io::Error| {
        let message = format!("the folder cannot be read: {error}");
        Box::new(Diagnostic::whole_file("services", message, None))
    };
    let entries = match fs::read_dir(&dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if is_definition(&path) {
            found.push(Found::new(path));
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// Whether a path is a service file: hidden ones are what editors leave behind.
fn is_definition(path: &Path) -> bool {
    let hidden = path
        .file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    path.extension()
        .is_some_and(|extension| extension == "toml")
        && !hidden
        && !path.is_dir()
}

impl Found {
    fn new(path: PathBuf) -> Self {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let label = format!("services/{}", file.escape_debug());
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = stem.parse().ok().ok_or_else(|| {
            let message = format!("\"{}\" is not a service name", stem.escape_debug());
            let help = "rename the file: 1 to 63 of a-z, 0-9, \"-\" and \"_\", \
                        starting with a letter or a digit";
            Box::new(Diagnostic::whole_file(
                &label,
                message,
                Some(help.to_owned()),
            ))
        });
        Self { label, name, path }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read, is no plain file, is longer than 256 KiB, or is not UTF-8.
    pub fn read(&self) -> Result<Source, Box<Diagnostic>> {
        read(&self.path, &self.label)
    }
}

/// Reads `oats.toml`; `None` when there is none.
///
/// # Errors
/// As for [`Found::read`].
pub fn read_settings_file(root: &Root) -> Result<Option<Source>, Box<Diagnostic>> {
    read_if_there(&root.settings_file(), "oats.toml")
}

/// Reads an `oats.toml`; `None` when there is none.
///
/// # Errors
/// As for [`Found::read`].
pub(super) fn read_if_there(path: &Path, label: &str) -> Result<Option<Source>, Box<Diagnostic>> {
    if fs::symlink_metadata(path).is_ok() {
        read(path, label).map(Some)
    } else {
        Ok(None)
    }
}

/// Reads a file that is written by people; `label` names it in messages.
///
/// # Errors
/// As for [`Found::read`].
pub(in crate::io) fn read(path: &Path, label: &str) -> Result<Source, Box<Diagnostic>> {
    let failed = |message: String| Box::new(Diagnostic::whole_file(label, message, None));
    Source::new(label, &bytes(path).map_err(failed)?)
}

/// The bytes of a plain file, or why there are none.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| format!("the file cannot be read: {error}");
    // Opening a pipe would wait for its writer.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("this is not a plain file".to_owned());
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    if bytes.len() as u64 > LONGEST {
        return Err("the file is longer than 256 KiB".to_owned());
    }
    Ok(bytes)
}
