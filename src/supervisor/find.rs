//! Which folder is the root.

use std::{
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::{
    io::{config, platform::owner},
    model::root::Root,
};

/// The smallest useful service file: `services/web.toml`.
pub const SMALLEST_SERVICE: &str = "\
command = [\"python3\", \"-m\", \"http.server\", \"{port}\"]
port    = 8000
";

/// Why there is no root to work in. Reads after "could not".
#[derive(Debug, Error)]
pub enum RootError {
    /// Nothing upwards is a root.
    #[error(
        "find a project: looked for oats.toml and services/*.toml in {} and in every folder above, \
         and found neither\n{}", .start.display(), example()
    )]
    NotFound {
        /// Where the search began.
        start: PathBuf,
    },
    /// The folder that was named is no root.
    #[error(
        "use {} as a project: looked there for oats.toml and services/, and found neither\n{}",
        .dir.display(), example()
    )]
    Empty {
        /// The folder.
        dir: PathBuf,
    },
    /// The folder cannot be looked at.
    #[error("use {} as a project: it is no folder that can be opened", .dir.display())]
    Unusable {
        /// The folder.
        dir: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What would be run was written by somebody else.
    #[error(
        "use {} as a project: it belongs to another user (uid {owner}), whose commands oats would \
         run as you\n  help: run oats as that user, or make the folder yours", .path.display()
    )]
    OtherUser {
        /// The folder or file.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
}

/// What a beginner needs to go on.
fn example() -> String {
    let lines = SMALLEST_SERVICE.lines().map(|line| format!("    {line}"));
    let lines: Vec<String> = lines.collect();
    format!(
        "  help: a service is a file; write this one as services/web.toml:\n\n{}\n\n  \
         or: `oats init` writes a starting point, `oats demo` shows five services at work",
        lines.join("\n")
    )
}

/// The canonical path of the root: the named folder, else the nearest one from `start` upwards
/// that has an `oats.toml` or a `services/*.toml`.
///
/// # Errors
/// There is none, or it belongs to another user.
pub fn find_root(explicit: Option<&Path>, start: &Path) -> Result<PathBuf, RootError> {
    let dir = if let Some(dir) = explicit {
        let dir = canonical(dir)?;
        if !config::can_be_root(&dir) {
            return Err(RootError::Empty { dir });
        }
        dir
    } else {
        let start = canonical(start)?;
        let found = start.ancestors().find(|dir| config::is_root(dir));
        let found = found.map(Path::to_owned);
        found.ok_or(RootError::NotFound { start })?
    };
    // In a folder that everybody may write to, the files decide whose root it is.
    let root = Root::new(&dir);
    for path in [dir.clone(), root.settings_file(), root.services_dir()] {
        if let Ok(Some(owner)) = owner::other_owner(&path) {
            return Err(RootError::OtherUser { path, owner });
        }
    }
    Ok(dir)
}

/// The one spelling of a folder.
fn canonical(dir: &Path) -> Result<PathBuf, RootError> {
    let unusable = |source| RootError::Unusable {
        dir: dir.to_owned(),
        source,
    };
    let canonical = std::fs::canonicalize(dir).map_err(unusable)?;
    if canonical.is_dir() {
        Ok(canonical)
    } else {
        Err(unusable(io::ErrorKind::NotADirectory.into()))
    }
}
