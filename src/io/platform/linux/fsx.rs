//! Files as this system opens them: modes, no surprises, kernel locks.
//!
//! Nothing here follows a symbolic link in the last part of a path, waits for the other end of a
//! pipe, or hands a descriptor on to a child.

use std::{
    fs::{DirBuilder, File},
    io::{self, Read},
    os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, PermissionsExt},
    path::Path,
};

use rustix::{
    fs::{
        FallocateFlags, FlockOperation, Mode, OFlags, SeekFrom, fallocate, fcntl_getfl,
        fcntl_setfl, flock, open, seek,
    },
    process::geteuid,
};

/// Whether a lock was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flock {
    /// It is ours.
    Taken,
    /// Somebody else holds it.
    Held,
}

/// Read and write for the user, nothing for anybody else.
const PRIVATE: Mode = Mode::from_raw_mode(0o600);

/// What every open here has in common. `NONBLOCK` keeps a planted pipe from stopping us.
const CAREFUL: OFlags = OFlags::CLOEXEC
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY);

/// Creates a file that must not be there yet, mode 0600.
///
/// # Errors
///
/// It is there already, or it cannot be created.
pub fn create_new(path: &Path) -> io::Result<File> {
    regular(
        path,
        OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | CAREFUL,
    )
}

/// Opens a regular file for appending, and creates it with mode 0600 when it is not there.
///
/// # Errors
///
/// It cannot be opened, or is not a regular file with exactly one name.
pub fn open_append(path: &Path) -> io::Result<File> {
    let file = regular(
        path,
        OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | CAREFUL,
    )?;
    if file.metadata()?.nlink() > 1 {
        return Err(io::Error::other("the file has a second name (hard link)"));
    }
    Ok(file)
}

/// Opens a regular file for reading.
///
/// # Errors
///
/// It cannot be opened, or is not a regular file.
pub fn open_read(path: &Path) -> io::Result<File> {
    regular(path, OFlags::RDONLY | CAREFUL)
}

/// Opens a regular file for reading and writing, and creates it with mode 0600 when it is not there.
///
/// # Errors
///
/// It cannot be opened, or is not a regular file.
pub fn open_update(path: &Path) -> io::Result<File> {
    regular(path, OFlags::RDWR | OFlags::CREATE | CAREFUL)
}

/// Opens a regular file that is there for reading and writing.
///
/// # Errors
///
/// It cannot be opened, or is not a regular file.
pub fn open_existing(path: &Path) -> io::Result<File> {
    regular(path, OFlags::RDWR | CAREFUL)
}

/// Opens a file, and refuses everything but regular ones.
fn regular(path: &Path, flags: OFlags) -> io::Result<File> {
    let file = File::from(open(path, flags, PRIVATE)?);
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    // A service inherits this descriptor and its flags: it must find a plain blocking one.
    fcntl_setfl(&file, fcntl_getfl(&file)? & !OFlags::NONBLOCK)?;
    Ok(file)
}

/// Reads a whole regular file of at most `limit` bytes.
///
/// # Errors
///
/// It cannot be read, is not a regular file, or is larger.
pub fn read_limited(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = open_read(path)?;
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|len| len > limit) {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("larger than {limit} bytes"),
        ));
    }
    Ok(bytes)
}

/// Reads from a place in a file until `buffer` is full or the file ends; returns how much there
/// was. The position of the file stays where it is.
///
/// # Errors
///
/// It cannot be read.
pub fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        let at = offset.saturating_add(filled as u64);
        match file.read_at(rest, at) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Writes at a place in a file, whatever stands there; the position of the file stays where it is.
///
/// # Errors
///
/// It cannot be written; some of it may stand there.
pub fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    file.write_all_at(bytes, offset)
}

/// Gives the blocks of a part of a file back; it reads as zeros then, and the file stays as long as
/// it is.
///
/// # Errors
///
/// The file system cannot do it.
pub fn punch(file: &File, from: u64, to: u64) -> io::Result<()> {
    let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
    Ok(fallocate(file, flags, from, to.saturating_sub(from))?)
}

/// Takes the first `len` bytes off a file: what follows moves to the front. `len` is a multiple of
/// [`block_size`] and less than the size of the file. Whoever writes meanwhile waits.
///
/// # Errors
///
/// The file system cannot do it.
pub fn collapse(file: &File, len: u64) -> io::Result<()> {
    Ok(fallocate(file, FallocateFlags::COLLAPSE_RANGE, 0, len)?)
}

/// Where the first byte of a file stands that is not in a hole; the end of the file where there is
/// none.
///
/// # Errors
///
/// The file cannot be asked.
pub fn first_data(file: &File) -> io::Result<u64> {
    match seek(file, SeekFrom::Data(0)) {
        Ok(at) => Ok(at),
        Err(rustix::io::Errno::NXIO) => Ok(file.metadata()?.len()),
        Err(error) => Err(error.into()),
    }
}

/// What parts of a file are multiples of that can be given back, in bytes.
///
/// # Errors
///
/// The file cannot be asked.
pub fn block_size(file: &File) -> io::Result<u64> {
    Ok(file.metadata()?.blksize().max(4096))
}

/// Tells files apart, whatever their names: device and inode.
///
/// # Errors
///
/// The file cannot be asked.
pub fn file_id(file: &File) -> io::Result<(u64, u64)> {
    let metadata = file.metadata()?;
    Ok((metadata.dev(), metadata.ino()))
}

/// Makes a folder and what is missing above it, mode 0700; a folder that is there stays as it is.
///
/// # Errors
///
/// It cannot be made, or something else has its name.
pub fn make_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes a folder that only its user may enter. One that is there is corrected.
///
/// # Errors
///
/// It cannot be made or corrected, is not a folder, or belongs to somebody else.
pub fn make_private_dir(path: &Path) -> io::Result<()> {
    make_dir(path)?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = File::from(open(path, flags, Mode::empty())?);
    let metadata = folder.metadata()?;
    if metadata.uid() != geteuid().as_raw() {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "the folder belongs to another user",
        ));
    }
    if metadata.mode() & 0o777 != 0o700 {
        folder.set_permissions(std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Takes the kernel lock of an open file, without waiting. It ends with the last descriptor.
///
/// # Errors
///
/// The file system has no locks.
pub fn try_lock(file: &File) -> io::Result<Flock> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Flock::Taken),
        Err(error) if error == rustix::io::Errno::WOULDBLOCK => Ok(Flock::Held),
        Err(error) => Err(error.into()),
    }
}

/// Whether a path still names this open file.
pub fn is_same_file(file: &File, path: &Path) -> bool {
    match (file.metadata(), path.symlink_metadata()) {
        (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
        (Err(_), _) | (_, Err(_)) => false,
    }
}

#[cfg(test)]
pub mod plant {
    //! What a test plants where a file should be.

    use std::{os::unix::fs::symlink, path::Path};

    use super::{MetadataExt, Mode};

    /// A symbolic link.
    pub fn link(target: &Path, at: &Path) {
        symlink(target, at).unwrap();
    }

    /// A named pipe.
    pub fn pipe(at: &Path) {
        let mode = Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, at, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    }

    /// The permissions of a path.
    pub fn mode(of: &Path) -> u32 {
        of.symlink_metadata().unwrap().mode() & 0o7777
    }

    /// Sets the permissions of a path.
    pub fn set_mode(of: &Path, mode: u32) {
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(of, permissions).unwrap();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planted_link_pipe_or_folder_is_not_opened() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("target");
        File::create(&target).unwrap();
        plant::link(&target, &dir.path().join("link"));
        plant::pipe(&dir.path().join("pipe"));
        std::fs::create_dir(dir.path().join("folder")).unwrap();
        for name in ["link", "pipe", "folder"] {
            let path = dir.path().join(name);
            assert!(open_append(&path).is_err(), "{name} was opened to append");
            assert!(open_read(&path).is_err(), "{name} was opened to read");
            assert!(open_existing(&path).is_err(), "{name} was opened to write");
            assert!(create_new(&path).is_err(), "{name} was created");
        }
    }

    #[test]
    fn a_file_with_a_second_name_is_not_appended_to() {
        let dir = tempfile::tempdir().unwrap();
        let (first, second) = (dir.path().join("a"), dir.path().join("b"));
        File::create(&first).unwrap();
        std::fs::hard_link(&first, &second).unwrap();
        assert!(open_append(&second).is_err());
    }

    #[test]
    fn a_file_for_a_service_is_private_blocking_appended_to_and_ends_with_exec() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let file = open_append(&path).unwrap();
        let flags = fcntl_getfl(&file).unwrap();
        assert!(flags.contains(OFlags::APPEND) && !flags.contains(OFlags::NONBLOCK));
        let kept = rustix::io::fcntl_getfd(&file).unwrap();
        assert!(kept.contains(rustix::io::FdFlags::CLOEXEC));
        assert_eq!(plant::mode(&path), 0o600);
    }

    #[test]
    fn a_private_folder_is_corrected_and_a_planted_link_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run");
        make_dir(&path).unwrap();
        plant::set_mode(&path, 0o755);
        make_private_dir(&path).unwrap();
        assert_eq!(plant::mode(&path), 0o700);
        plant::link(&path, &dir.path().join("link"));
        assert!(make_private_dir(&dir.path().join("link")).is_err());
    }

    #[test]
    fn a_file_over_the_limit_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("big");
        File::create(&path).unwrap().set_len(11).unwrap();
        assert_eq!(read_limited(&path, 11).unwrap().len(), 11);
        assert!(read_limited(&path, 10).is_err());
    }
}
