//! Whether somebody has seen the console before: a file in the user's own folder for such things.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The file that says so.
const MARKER: &str = "toured";

/// `$XDG_STATE_HOME/oats/toured`, else `$HOME/.local/state/oats/toured`.
fn marker() -> Option<PathBuf> {
    let folder = |name: &str| {
        let value = PathBuf::from(std::env::var_os(name)?);
        value.is_absolute().then_some(value)
    };
    let state = folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")))?;
    Some(state.join("oats").join(MARKER))
}

/// What notes that the tour is over; `None` when it was seen before, or when that cannot be known.
pub(super) fn for_newcomers() -> Option<Box<dyn Fn()>> {
    let marker = marker()?;
    match fs::symlink_metadata(&marker) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Some(Box::new(move || note(&marker)))
        }
        Ok(_) | Err(_) => None,
    }
}

/// Notes that the tour is over.
fn note(marker: &Path) {
    let written = match marker.parent() {
        Some(folder) => {
            fs::create_dir_all(folder).and_then(|()| fs::File::create(marker).map(drop))
        }
        None => Ok(()),
    };
    if let Err(error) = written {
        let shown = marker.display();
        tracing::warn!(target: "files", "the tour will come again: {shown} cannot be written: {error}");
    }
}
