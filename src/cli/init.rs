//! `oats init`: what a new project begins with.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::{
    io::{config, platform::owner},
    model::{Port, root::Root},
};

/// A first service.
const SERVICE: &str = include_str!("init/web.toml");
/// The settings of a project.
const SETTINGS: &str = include_str!("init/oats.toml");
/// The port in the text of the first service.
const PORT: &str = "8000";

/// Why nothing was written. Reads after "could not".
#[derive(Debug, Error)]
pub enum InitError {
    /// There is a project already.
    #[error("write a starting point: {file} is there already, and nothing is written over")]
    Exists {
        /// What is there.
        file: String,
    },
    /// It would be refused as a project.
    #[error("use {dir} as a project: it belongs to another user (uid {owner})")]
    OtherUser {
        /// The folder.
        dir: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// A file or folder cannot be made.
    #[error("write {path}: {source}")]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Writes `services/web.toml` and `oats.toml`, or nothing; returns their paths, relative to `dir`.
/// The folder is made when only it is missing. The service listens on `port`.
///
/// # Errors
///
/// See [`InitError`]. Whatever was made is taken away again.
pub fn write(dir: &Path, port: Port) -> Result<Vec<String>, InitError> {
    let mut made = Vec::new();
    let written = write_all(dir, port, &mut made);
    if written.is_err() {
        for path in made.iter().rev() {
            // A folder goes only when it is empty.
            let _ = fs::remove_file(path).or_else(|_no_file| fs::remove_dir(path));
        }
    }
    written
}

fn write_all(dir: &Path, port: Port, made: &mut Vec<PathBuf>) -> Result<Vec<String>, InitError> {
    let root = Root::new(dir);
    let service = root.services_dir().join("web.toml");
    nothing_there(&root)?;
    make_dir(dir, made)?;
    if let Ok(Some(owner)) = owner::other_owner(dir) {
        let dir = dir.to_owned();
        return Err(InitError::OtherUser { dir, owner });
    }
    make_dir(&root.services_dir(), made)?;
    create(&service, &SERVICE.replace(PORT, &port.to_string()), made)?;
    create(&root.settings_file(), SETTINGS, made)?;
    let names = [&service, &root.settings_file()];
    Ok(names
        .map(|path| root.relative(path).display().to_string())
        .to_vec())
}

/// Whether there is no project yet.
fn nothing_there(root: &Root) -> Result<(), InitError> {
    let exists = |file: String| Err(InitError::Exists { file });
    if fs::symlink_metadata(root.settings_file()).is_ok() {
        return exists("oats.toml".to_owned());
    }
    match config::list(root) {
        Ok(found) => match found.into_iter().next() {
            Some(found) => exists(found.label),
            None => Ok(()),
        },
        Err(problem) => Err(InitError::Write {
            path: root.services_dir(),
            source: io::Error::other(problem.message),
        }),
    }
}

fn make_dir(path: &Path, made: &mut Vec<PathBuf>) -> Result<(), InitError> {
    match fs::create_dir(path) {
        Ok(()) => made.push(path.to_owned()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
        Err(source) => {
            let path = path.to_owned();
            return Err(InitError::Write { path, source });
        }
    }
    Ok(())
}

/// Creates a file that must not be there yet, as a person's own: other users may read it when the
/// umask allows that.
fn create(path: &Path, text: &str, made: &mut Vec<PathBuf>) -> Result<(), InitError> {
    let failed = |source| InitError::Write {
        path: path.to_owned(),
        source,
    };
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(failed)?;
    made.push(path.to_owned());
    file.write_all(text.as_bytes()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supervisor;

    fn port() -> Port {
        Port::new(8001).unwrap()
    }

    /// The text with every commented key and table made real.
    fn uncommented(text: &str) -> String {
        let key = regex::Regex::new(r"^# (\[[a-z.]+\]|[a-z_]+ *= .*)$").unwrap();
        let lines = text.lines().map(|line| match key.captures(line) {
            Some(found) => found[1].to_owned(),
            None => line.to_owned(),
        });
        lines.map(|line| line + "\n").collect()
    }

    fn check(dir: &Path) -> Result<supervisor::Loaded, String> {
        supervisor::load(dir, Path::new("oats")).map_err(|problems| {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            problems.join("\n")
        })
    }

    #[test]
    fn what_is_written_has_no_mistake_nor_has_what_it_shows_in_comments() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("new");
        assert_eq!(
            write(&dir, port()).unwrap(),
            ["services/web.toml", "oats.toml"]
        );
        let loaded = check(&dir).unwrap();
        assert_eq!(loaded.services.len(), 1);
        assert_eq!(loaded.services[0].port, Some(port()));
        let before = loaded.services[0].clone();
        for file in ["services/web.toml", "oats.toml"] {
            let text = fs::read_to_string(dir.join(file)).unwrap();
            let more = uncommented(&text);
            assert!(
                more.matches("\n[").count() > text.matches("\n[").count(),
                "{more}"
            );
            let mut file = fs::File::create(dir.join(file)).unwrap();
            file.write_all(more.as_bytes()).unwrap();
        }
        let after = check(&dir).unwrap();
        // The comments show the defaults, but for examples where there is none.
        assert_eq!(after.services[0].stop, before.stop);
        assert_eq!(after.services[0].restart, before.restart);
        assert_eq!(after.services[0].logs, before.logs);
        assert_eq!(after.root, loaded.root);
    }

    #[test]
    fn nothing_is_written_over_and_nothing_is_left_of_half_a_start() {
        let dir = tempfile::tempdir().unwrap();
        let said = |dir: &Path| write(dir, port()).unwrap_err().to_string();
        fs::create_dir(dir.path().join("services")).unwrap();
        fs::File::create(dir.path().join("services/a.toml")).unwrap();
        assert!(said(dir.path()).contains("services/a.toml is there already"));
        assert!(!dir.path().join("oats.toml").exists());
        fs::remove_file(dir.path().join("services/a.toml")).unwrap();
        // A folder that is no service file, and where none can be written.
        fs::create_dir(dir.path().join("services/web.toml")).unwrap();
        assert!(said(dir.path()).contains("web.toml"));
        assert!(!dir.path().join("oats.toml").exists());
        fs::remove_dir(dir.path().join("services/web.toml")).unwrap();
        fs::File::create(dir.path().join("oats.toml")).unwrap();
        assert!(said(dir.path()).contains("oats.toml is there already"));
        assert!(
            fs::read_dir(dir.path().join("services"))
                .unwrap()
                .next()
                .is_none()
        );
        let below_a_file = dir.path().join("oats.toml/new");
        assert!(said(&below_a_file).contains("oats.toml/new"));
        assert!(said(&dir.path().join("a/b")).contains("a/b"));
    }

    #[test]
    fn the_second_file_that_fails_takes_the_first_one_back() {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::new(dir.path());
        let mut made = Vec::new();
        make_dir(&root.services_dir(), &mut made).unwrap();
        create(&root.services_dir().join("web.toml"), "x", &mut made).unwrap();
        assert!(create(&root.services_dir().join("web.toml"), "y", &mut made).is_err());
        assert_eq!(made.len(), 2);
    }
}
