//! The folder of an owner, when somebody takes it away under it.

use super::{actor::Actor, writer::Job};
use crate::{
    core::{Input, Leaving},
    io::files::{self, Lock, LockError},
    model::{Actor as By, Moment},
};

impl Actor {
    /// Makes `data/` anew when somebody has removed it, and takes its lock again: else a second
    /// owner could come in. When one has come already, this one leaves, and the services run on.
    pub(super) fn keep_place(&mut self, now: Moment) {
        let path = self.hands.root.lock_file();
        if self.lock.is_at(&path) {
            return;
        }
        let made = files::prepare(&self.hands.root).map_err(|error| error.to_string());
        match made.map(|()| Lock::acquire(&path)) {
            Ok(Ok(lock)) => {
                tracing::warn!(target: "files", "somebody removed the folder of the lock: made anew");
                self.lock = lock;
                self.hands.writer.send(Job::Anew);
                self.written.clear();
                self.write_records(now);
                self.owner_event("lost its folder and made it anew");
                self.recorders.made_anew.send_modify(|times| *times += 1);
            }
            Ok(Err(LockError::Held)) => {
                tracing::error!(target: "files", "another oats owns the root by now: leaving");
                self.displaced = true;
                let (how, by) = (Leaving::Detach, By::POLICY);
                self.take(Input::Leave { how, by });
            }
            Ok(Err(error @ LockError::Open { .. })) => {
                tracing::error!(target: "files", "could not {error}");
            }
            Err(error) => tracing::error!(target: "files", "could not {error}"),
        }
    }
}
