//! The unix socket of the control API: in a folder of its user's own, for that user alone.

use std::{
    ffi::OsStr,
    fs, io,
    os::{
        fd::{AsFd, AsRawFd, OwnedFd},
        unix::{
            ffi::OsStrExt,
            fs::{FileTypeExt, PermissionsExt},
            net::{UnixListener, UnixStream},
        },
    },
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use rustix::{
    fs::{Mode, OFlags},
    net::sockopt::socket_peercred,
    process::geteuid,
};

/// A unix socket that takes connections.
pub type Listener = UnixListener;

/// How often it is looked whether somebody listens at a path, and how long before each look.
const LOOKS: u32 = 50;
const LOOK_AGAIN: Duration = Duration::from_millis(10);
/// The longest path that the kernel takes as the address of a socket, in bytes.
const LONGEST: usize = 107;

/// A path of a socket that may be longer than the kernel takes: such a one is reached through its
/// folder, which is held open.
#[derive(Debug, Clone)]
pub struct Reach {
    path: PathBuf,
    _folder: Option<Arc<OwnedFd>>,
}

impl Reach {
    /// The way to a socket.
    ///
    /// # Errors
    ///
    /// The path is long, and its folder cannot be opened.
    pub fn to(path: &Path) -> io::Result<Self> {
        if path.as_os_str().as_bytes().len() <= LONGEST {
            return Ok(Self {
                path: path.to_owned(),
                _folder: None,
            });
        }
        let (folder, name) = (path.parent(), path.file_name());
        let folder = folder.unwrap_or(Path::new("."));
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(folder, flags, Mode::empty())?;
        let short = format!("/proc/self/fd/{}", folder.as_raw_fd());
        Ok(Self {
            path: Path::new(&short).join(name.unwrap_or(OsStr::new(""))),
            _folder: Some(Arc::new(folder)),
        })
    }

    /// A path to the same socket that is short enough. Good as long as this lives, in this process.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Listens at a path; what an ended owner left there is taken away first.
///
/// # Errors
///
/// Somebody listens there, something that is no socket lies there, or the folder cannot be used.
pub fn listen(path: &Path) -> io::Result<UnixListener> {
    let reach = Reach::to(path)?;
    match fs::symlink_metadata(path) {
        Ok(found) if found.file_type().is_socket() => {
            if !falls_silent(reach.path()) {
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
    let listener = UnixListener::bind(reach.path())?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Whether nobody listens at a path, at the latest in a moment: an owner that was killed while it
/// started a service leaves a child behind that holds its sockets until it has become the service.
fn falls_silent(path: &Path) -> bool {
    (0..LOOKS).any(|look| {
        if look > 0 {
            thread::park_timeout(LOOK_AGAIN);
        }
        UnixStream::connect(path).is_err()
    })
}

/// Whether the other end of a connection is a process of this user.
///
/// # Errors
///
/// The kernel does not tell.
pub fn is_own_peer(stream: impl AsFd) -> io::Result<bool> {
    Ok(socket_peercred(stream)?.uid == geteuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connects(path: &Path) -> bool {
        let reach = Reach::to(path).unwrap();
        UnixStream::connect(reach.path()).is_ok()
    }

    #[test]
    fn a_socket_is_for_its_user_alone_and_a_left_one_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("oats.sock");
        let first = listen(&path).unwrap();
        let mode = fs::symlink_metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let second = listen(&path).unwrap_err();
        assert_eq!(second.kind(), io::ErrorKind::AddrInUse);
        drop(first);
        // A child that another test starts at this moment holds it until it has become its program.
        assert!(falls_silent(Reach::to(&path).unwrap().path()));
        let _third = listen(&path).unwrap();
        assert!(connects(&path));
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "a test puts down what it looks at"
    )]
    fn what_is_no_socket_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("oats.sock");
        let target = dir.path().join("precious");
        fs::write(&target, "kept").unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        let planted = listen(&path).unwrap_err();
        assert_eq!(
            planted.to_string(),
            "something that is no socket lies there"
        );
        assert_eq!(fs::read_to_string(&target).unwrap(), "kept");
        fs::remove_file(&path).unwrap();
        fs::write(&path, "a file").unwrap();
        assert!(listen(&path).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "a file");
    }

    #[test]
    fn a_path_longer_than_the_kernel_takes_works_all_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("x".repeat(120)).join("y".repeat(120));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("oats.sock");
        let listener = listen(&path).unwrap();
        assert!(connects(&path));
        drop(listener);
        let _again = listen(&path).unwrap();
        assert!(connects(&path));
    }
}
