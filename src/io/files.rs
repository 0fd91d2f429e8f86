//! Files of a root: replaced whole, in folders that are made first, under one lock.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use thiserror::Error;

use super::platform::fsx::{self, Flock};
use crate::model::root::Root;

/// Attempts to create a temporary file whose name somebody else keeps taking.
const ATTEMPTS: usize = 4;

/// What keeps a folder of ours out of version control.
const GITIGNORE: &[u8] = b"*\n!.gitignore\n";

/// A file or folder of the root that could not be made.
#[derive(Debug, Error)]
pub enum FileError {
    /// The folder.
    #[error("make the folder {path}")]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The new file, under its temporary name.
    #[error("write {path}")]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The step from the temporary to the final name.
    #[error("replace {path}")]
    Rename {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Replaces a file as a whole: a reader sees the old bytes or the new ones. Mode 0600. Survives a
/// crash of oats, not one of the machine: nothing is forced to the disk.
///
/// # Errors
///
/// The old file stays when the new one cannot be written.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let temporary = temporary_name(path);
    let written = create_over(&temporary).and_then(|mut file| file.write_all(bytes));
    if let Err(source) = written {
        discard(&temporary);
        return Err(FileError::Write {
            path: path.to_owned(),
            source,
        });
    }
    fs::rename(&temporary, path).map_err(|source| {
        discard(&temporary);
        FileError::Rename {
            path: path.to_owned(),
            source,
        }
    })
}

/// The name next to `path` under which its next version is written.
fn temporary_name(path: &Path) -> PathBuf {
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(".tmp");
    path.with_file_name(name)
}

/// Creates a file where a crash, or somebody with bad intent, may have left something.
///
/// # Errors
///
/// What is there cannot be removed, or the file cannot be created.
pub fn create_over(path: &Path) -> io::Result<File> {
    for _ in 1..ATTEMPTS {
        match fsx::create_new(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::remove_file(path)?,
            result => return result,
        }
    }
    fsx::create_new(path)
}

/// Removes a file that is of no use any more.
pub fn discard(path: &Path) {
    // Best effort: what stays is replaced by the next attempt.
    drop(fs::remove_file(path));
}

/// Makes the folders of a root.
///
/// # Errors
///
/// One of them cannot be made.
pub fn prepare(root: &Root) -> Result<(), FileError> {
    for own in [&root.data_dir, &root.log_dir] {
        make(own, fsx::make_dir)?;
        // Never where it would hide the project itself.
        if !root.dir.starts_with(own) {
            ignore(own)?;
        }
    }
    make(&root.data_dir.join("runs"), fsx::make_dir)?;
    make(&root.data_dir.join("logtimes"), fsx::make_dir)?;
    make(&root.data_dir.join("run"), fsx::make_private_dir)
}

fn make(path: &Path, how: fn(&Path) -> io::Result<()>) -> Result<(), FileError> {
    how(path).map_err(|source| FileError::Folder {
        path: path.to_owned(),
        source,
    })
}

/// Writes the `.gitignore` of a folder of ours, when it has none.
fn ignore(folder: &Path) -> Result<(), FileError> {
    let path = folder.join(".gitignore");
    let written = fsx::create_new(&path).and_then(|mut file| file.write_all(GITIGNORE));
    match written {
        Err(source) if source.kind() != io::ErrorKind::AlreadyExists => {
            Err(FileError::Write { path, source })
        }
        Err(_) | Ok(()) => Ok(()),
    }
}

/// Why a root could not be locked.
#[derive(Debug, Error)]
pub enum LockError {
    /// Another oats owns it.
    #[error("own the root: another oats owns it")]
    Held,
    /// There is no lock to take.
    #[error("lock {path}")]
    Open {
        /// The lock file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The right to own a root. Ends when it is dropped, or with the process; no child inherits it.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock, without waiting.
    ///
    /// # Errors
    ///
    /// [`LockError::Held`] when another process has it.
    pub fn acquire(path: &Path) -> Result<Self, LockError> {
        let locked = fsx::open_append(path).and_then(|file| Ok((fsx::try_lock(&file)?, file)));
        match locked {
            Ok((Flock::Taken, file)) => Ok(Self { file }),
            Ok((Flock::Held, _)) => Err(LockError::Held),
            Err(source) => Err(LockError::Open {
                path: path.to_owned(),
                source,
            }),
        }
    }
}

impl Lock {
    /// Whether the locked file still lies at its path.
    pub fn is_at(&self, path: &Path) -> bool {
        fsx::is_same_file(&self.file, path)
    }
}

#[cfg(test)]
#[path = "tests/files.rs"]
mod tests;
