//! The unix socket of the control API: in a folder of its user's own, for that user alone.

use std::{
    fs, io,
    os::{
        fd::AsFd,
        unix::{
            fs::{FileTypeExt, PermissionsExt},
            net::{UnixListener, UnixStream},
        },
    },
    path::Path,
};

use rustix::{net::sockopt::socket_peercred, process::geteuid};

/// A unix socket that takes connections.
pub type Listener = UnixListener;

/// Listens at a path; what an ended owner left there is taken away first.
///
/// # Errors
///
/// Somebody listens there, something that is no socket lies there, or the path is too long.
pub fn listen(path: &Path) -> io::Result<UnixListener> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.file_type().is_socket() => {
            if UnixStream::connect(path).is_ok() {
                return Err(io::Error::new(
                    io::ErrorKind::AddrInUse,
                    "somebody listens there",
                ));
            }
            fs::remove_file(path)?;
        }
        Ok(_) => return Err(io::Error::other("something that is no socket lies there")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Whether the other end of a connection is a process of this user.
///
/// # Errors
///
/// The kernel does not tell.
pub fn is_own_peer(stream: impl AsFd) -> io::Result<bool> {
    Ok(socket_peercred(stream)?.uid == geteuid())
}
