//! Who owns a root, as far as can be seen from outside.

use std::time::Duration;

use crate::{
    io::{
        clock::Clock,
        files::{Lock, LockError},
        platform, status,
    },
    model::{Moment, Snapshot, root::Root},
};

/// How long a lock may be held by nobody who owns the root.
const LOCK_WITHIN: Duration = Duration::from_secs(1);
/// How long before it is tried again.
const LOCK_AGAIN: Duration = Duration::from_millis(5);

/// Takes the lock of a root. An owner that was killed while it started a service leaves a child
/// behind that holds the lock for a moment, until it has become the service: that is waited for.
pub(super) fn take_lock(root: &Root, clock: Clock) -> Result<Lock, LockError> {
    let until = clock.now().mono.after(LOCK_WITHIN);
    loop {
        match Lock::acquire(&root.lock_file()) {
            Err(LockError::Held) if clock.now().mono < until && !is_owned(root, clock) => {
                std::thread::park_timeout(LOCK_AGAIN);
            }
            other => return other,
        }
    }
}

/// Whether the owner that wrote the published truth exists.
fn is_owned(root: &Root, clock: Clock) -> bool {
    let published = status::read(&root.status_file());
    published.is_ok_and(|snapshot| standing(&snapshot, clock.now()) != Standing::Gone)
}

/// Who owns a root, as far as its status.json tells.
pub(super) fn who_owns(root: &Root) -> String {
    let owner = status::read(&root.status_file())
        .ok()
        .and_then(|snapshot| snapshot.owner);
    match owner {
        Some(owner) => format!(
            "oats {} (PID {}) since {}",
            owner.mode.word(),
            owner.pid,
            owner.started_at
        ),
        None => "another oats".to_owned(),
    }
}

/// Whether the owner that wrote a snapshot still lives, and its word is fresh.
pub fn standing(snapshot: &Snapshot, now: Moment) -> Standing {
    let Some(owner) = &snapshot.owner else {
        return Standing::Gone;
    };
    if snapshot.boot_id != platform::proc::boot_id() {
        return Standing::Gone;
    }
    let lives = platform::identify(owner.pid)
        .is_some_and(|found| found.start_ticks == owner.start_ticks)
        && !platform::proc::is_dead(owner.pid);
    if !lives {
        Standing::Gone
    } else if now.wall.since(snapshot.written_at) < std::time::Duration::from_secs(3) {
        Standing::Alive
    } else {
        Standing::Silent
    }
}

/// How the owner that wrote a snapshot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It lives, and its word is younger than 3 s.
    Alive,
    /// It exists, but its word is older.
    Silent,
    /// It is gone.
    Gone,
}
