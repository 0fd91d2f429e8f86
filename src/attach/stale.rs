//! The last word of an owner that does not answer: it is shown on, and nothing can be done.

use std::sync::Arc;

use crate::model::{
    Action, Refusal, Snapshot,
    snapshot::{Actions, Verdict},
};

/// The same truth, with every action refused.
pub fn silent(snapshot: &Snapshot) -> Snapshot {
    let mut silent = snapshot.clone();
    let no = |action| Verdict::refused(action, &Refusal::OwnerSilent);
    for view in silent.services.values_mut() {
        Arc::make_mut(view).actions = Actions {
            start: no(Action::Start),
            stop: no(Action::Stop),
            kill: no(Action::Kill),
            restart: no(Action::Restart),
            recover: no(Action::Recover),
            free_port: no(Action::FreePort),
        };
    }
    silent
}
