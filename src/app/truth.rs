//! What every verb begins with: the root, its published truth, and whose truth that is.

use std::{path::Path, sync::Arc};

use super::{find_root, headless, own_path, say};
use crate::{
    attach,
    cli::Exit,
    io::{clock::Clock, status},
    model::{Snapshot, root::Root},
    supervisor::{self, Standing, owner},
};

/// Whose truth it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// An owner's, who lives.
    Owner,
    /// The last word of an owner who does not answer.
    Silent,
    /// Nobody owns the root: this is one look around.
    Looked,
}

/// A root as it is now.
pub(super) struct Truth {
    /// Its folders.
    pub(super) root: Root,
    /// The services.
    pub(super) snapshot: Arc<Snapshot>,
    /// Whose truth that is.
    pub(super) whose: Whose,
}

/// The owner's truth; without an owner, one look around.
pub(super) fn see(named: Option<&Path>, clock: Clock) -> Result<Truth, Exit> {
    let dir = find_root(named)?;
    let root = supervisor::paths(&dir, &own_path());
    if let Some((snapshot, whose)) = published(&root, clock) {
        if whose == Whose::Silent {
            say(&format!(
                "oats: the owner does not answer; this is its last word, from {}",
                snapshot.written_at
            ));
        }
        // It takes no asks: what its last word allowed is allowed no more.
        let snapshot = Arc::new(match whose {
            Whose::Silent => attach::silent(&snapshot),
            Whose::Owner | Whose::Looked => snapshot,
        });
        return Ok(Truth {
            root,
            snapshot,
            whose,
        });
    }
    let snapshot = headless::look(&dir, clock)?;
    Ok(Truth {
        root,
        snapshot,
        whose: Whose::Looked,
    })
}

/// The word of an owner who is there.
pub(super) fn published(root: &Root, clock: Clock) -> Option<(Snapshot, Whose)> {
    let snapshot = status::read(&root.status_file()).ok()?;
    match owner::standing(&snapshot, clock.now()) {
        Standing::Alive => Some((snapshot, Whose::Owner)),
        Standing::Silent => Some((snapshot, Whose::Silent)),
        Standing::Gone => None,
    }
}

/// The truth of an owner who answers: what every verb that acts needs. `what` is what cannot be
/// done without one: "nothing can be started".
pub(super) fn owned(named: Option<&Path>, what: &str, clock: Clock) -> Result<Truth, Exit> {
    let dir = find_root(named)?;
    let root = supervisor::paths(&dir, &own_path());
    match published(&root, clock) {
        Some((snapshot, Whose::Owner)) => Ok(Truth {
            root,
            snapshot: Arc::new(snapshot),
            whose: Whose::Owner,
        }),
        Some((snapshot, _)) => {
            let pid = snapshot.owner.as_ref().map(|owner| owner.pid.to_string());
            say(&format!(
                "oats: the owner does not answer (PID {}, last heard of at {}), so {what}",
                pid.unwrap_or_default(),
                snapshot.written_at
            ));
            Err(Exit::NotAsWanted)
        }
        None => Err(nobody(&root, what)),
    }
}

/// Says that nobody owns the root, and what to do about it.
pub(super) fn nobody(root: &Root, what: &str) -> Exit {
    say(&format!(
        "oats: nobody owns {}, so {what}: start an owner with oats or oats serve; \
         ps, logs, events, why and port work without one",
        root.dir.display()
    ));
    Exit::NeedsOwner
}
