//! What this process must be before it starts others.

use rustix::{
    io::Errno,
    process::{getpid, set_child_subreaper},
};
use thiserror::Error;

/// Why this process could not be prepared; reads after "could not".
#[derive(Debug, Error)]
pub enum PrepareError {
    /// Orphans would go to somebody else.
    #[error("become the parent of orphaned processes")]
    Subreaper(#[source] Errno),
}

/// The first thing in `main`: descriptors that were inherited do not leak into services, and
/// whoever outlives its parents comes to us.
///
/// # Errors
///
/// The kernel does not let us have the orphans.
pub fn prepare_process() -> Result<(), PrepareError> {
    close_fds::set_fds_cloexec(3, &[]);
    set_child_subreaper(Some(getpid())).map_err(PrepareError::Subreaper)
}
