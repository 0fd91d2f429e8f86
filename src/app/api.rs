//! The control API on a thread of its own: a slow client never delays supervision.

use std::{sync::mpsc, thread, time::Duration};

use super::{headless::runtime, say};
use crate::{
    api::{self, Desk, Listeners},
    io::clock::Clock,
    model::{Port, Settings, root::Root, settings::ApiAddress, snapshot::OwnerMode},
    supervisor::{Handle, Owner},
};

/// How long a leaving owner waits until what was asked before is answered.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Opens the API of a root that has just been claimed, and publishes where it is. What cannot be
/// opened is said, and supervision goes on without it.
pub(super) fn open(
    owner: &mut Owner,
    root: &Root,
    settings: &Settings,
    ports: impl IntoIterator<Item = Port>,
    mode: OwnerMode,
) -> Option<Listeners> {
    let reserved = ports.into_iter().collect();
    let wanted = settings.api.unwrap_or_default();
    match Listeners::open(root, wanted, &reserved) {
        Ok(listeners) => {
            let place = place(&listeners, wanted);
            tracing::info!(target: "api", "{place}");
            // A console shows it in its header.
            if mode == OwnerMode::Serve {
                say(&format!("oats: {place}"));
            }
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

/// Where it listens, in words: "control API at 127.0.0.1:9001 (127.0.0.1:9000 is taken)".
fn place(listeners: &Listeners, wanted: ApiAddress) -> String {
    let Some(address) = listeners.address() else {
        return format!("control API at {} only", listeners.socket());
    };
    match wanted {
        ApiAddress::At(wanted) if wanted.to_string() != address => {
            format!("control API at {address} ({wanted} is taken)")
        }
        ApiAddress::At(_) | ApiAddress::Off => format!("control API at {address}"),
    }
}

/// Serves it until the owner has left. Its socket and its token go with the owner.
pub(super) fn serve(
    listeners: Listeners,
    owner: &mut Owner,
    handle: Handle,
    root: Root,
    clock: Clock,
) {
    let desk = Desk::new(handle, root.clone(), clock);
    let (done, ended) = mpsc::sync_channel::<()>(1);
    let thread = thread::Builder::new()
        .name("oats-api".to_owned())
        .spawn(move || {
            // Dropped at the end of the thread, however it ends.
            let _done = done;
            let Ok(runtime) = runtime() else { return };
            if let Err(error) = runtime.block_on(api::serve(listeners, desk)) {
                tracing::error!(target: "api", "could not serve the control API: {error}");
            }
            // A search that goes on must not hold anybody up.
            runtime.shutdown_background();
        });
    if let Err(error) = thread {
        say(&format!("oats: could not start the control API: {error}"));
    }
    owner.at_the_end(move || {
        let _either_way = ended.recv_timeout(LAST_WORDS);
        api::withdraw(&root);
    });
}
