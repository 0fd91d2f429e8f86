//! Who a file belongs to.

use std::{fs, io, os::unix::fs::MetadataExt, path::Path};

/// The user a file or folder belongs to, when that is somebody else than who runs oats.
///
/// # Errors
/// The file cannot be looked at.
pub fn other_owner(path: &Path) -> io::Result<Option<u32>> {
    let owner = fs::metadata(path)?.uid();
    let me = rustix::process::geteuid().as_raw();
    Ok((owner != me).then_some(owner))
}
