//! The control API on a thread of its own: a slow client never delays supervision.

use std::{sync::Arc, thread};

use super::{headless::runtime, say};
use crate::{
    api::{self, Desk, Listeners},
    io::clock::Clock,
    model::{Port, Settings, root::Root},
    supervisor::{Handle, Owner},
};

/// Opens the API of a root that has just been claimed, and publishes where it is. What cannot be
/// opened is said, and supervision goes on without it.
pub(super) fn open(
    owner: &mut Owner,
    root: &Root,
    settings: &Settings,
    ports: impl IntoIterator<Item = Port>,
) -> Option<Listeners> {
    let reserved = ports.into_iter().collect();
    match Listeners::open(root, settings.api.unwrap_or_default(), &reserved) {
        Ok(listeners) => {
            owner.announce(listeners.address(), Some(listeners.socket()));
            Some(listeners)
        }
        Err(error) => {
            let text = super::told(&error);
            tracing::error!(target: "api", "could not {text}");
            say(&format!(
                "oats: could not {text}; the services are supervised, but no other window can act"
            ));
            None
        }
    }
}

/// Serves it until the program ends.
pub(super) fn serve(listeners: Listeners, handle: Handle, root: Root, clock: Clock) {
    let desk = Desk {
        handle,
        root: Arc::new(root),
        clock,
    };
    let thread = thread::Builder::new()
        .name("oats-api".to_owned())
        .spawn(move || {
            let Ok(runtime) = runtime() else { return };
            if let Err(error) = runtime.block_on(api::serve(listeners, desk)) {
                tracing::error!(target: "api", "could not serve the control API: {error}");
            }
        });
    if let Err(error) = thread {
        say(&format!("oats: could not start the control API: {error}"));
    }
}
