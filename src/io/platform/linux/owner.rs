//! Who a file belongs to.

use std::{fs, io, os::unix::fs::MetadataExt, path::Path};

/// Whether a folder can be trusted with what nobody else may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// It is a folder of who runs oats, and nobody else may write to it.
    Own,
    /// There is nothing of this name.
    Missing,
    /// It is a symbolic link.
    Link,
    /// It is no folder.
    NoFolder,
    /// It belongs to this user.
    OtherUser(u32),
    /// Others may write to it; its permissions.
    Open(u32),
}

/// Looks whether a folder can be trusted. A symbolic link is not followed.
///
/// # Errors
/// It cannot be looked at.
pub fn trust(path: &Path) -> io::Result<Trust> {
    const OTHERS_WRITE: u32 = 0o022;
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Trust::Missing),
        Err(error) => return Err(error),
    };
    Ok(if metadata.is_symlink() {
        Trust::Link
    } else if !metadata.is_dir() {
        Trust::NoFolder
    } else if metadata.uid() != rustix::process::geteuid().as_raw() {
        Trust::OtherUser(metadata.uid())
    } else if metadata.mode() & OTHERS_WRITE != 0 {
        Trust::Open(metadata.mode() & 0o7777)
    } else {
        Trust::Own
    })
}

/// The user a file or folder belongs to, when that is somebody else than who runs oats.
///
/// # Errors
/// The file cannot be looked at.
pub fn other_owner(path: &Path) -> io::Result<Option<u32>> {
    let owner = fs::metadata(path)?.uid();
    let me = rustix::process::geteuid().as_raw();
    Ok((owner != me).then_some(owner))
}
