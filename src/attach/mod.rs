//! A window onto an owner that is another process: the same [`Handle`] and [`Feed`] as the owner's
//! own window has, fed over the control API.
//!
//! *Owns*: the connection, and coming back to it. *Never*: touches a service, or the lock of the root.
//! *Talks to*: the API of the owner, through `io::control`; reads the logs for itself.
//!
//! [`Handle`]: crate::supervisor::Handle
//! [`Feed`]: crate::supervisor::Feed

mod link;
mod pieces;
mod relay;
mod stale;

pub use stale::silent;

use std::{collections::BTreeSet, sync::Arc};

use tokio::sync::{mpsc, watch};

use crate::{
    io::clock::Clock,
    model::{ServiceName, Snapshot, root::Root},
    supervisor::{
        Ends, Envelope, Feed, Handle, INBOX, Recorders,
        book::{self, Looker, Looks},
    },
};

/// How many messages may wait for the window.
const FEED: usize = 1024;

/// A window's ends, and what keeps them going.
pub struct Attached {
    root: Arc<Root>,
    clock: Clock,
    inbox: mpsc::Receiver<Envelope>,
    truth: watch::Sender<Arc<Snapshot>>,
    recorders: Recorders,
    feed: mpsc::Sender<Feed>,
    looked_at: Looked,
    looks: Looks,
}

/// What the window looks at, as far as the connection must know.
struct Looked {
    logs: watch::Sender<BTreeSet<ServiceName>>,
    tree: watch::Sender<Option<ServiceName>>,
    /// It reads the files of the logs for itself.
    looker: Looker,
}

/// A window onto the owner of this root, whose last word was `seen`.
pub fn open(root: Root, seen: Snapshot, clock: Clock) -> (Attached, Ends) {
    let (to_inbox, inbox) = mpsc::channel(INBOX);
    let (truth, seen) = watch::channel(Arc::new(seen));
    let (feed, from_feed) = mpsc::channel(FEED);
    let (looker, looks) = book::channel();
    let recorders = Recorders::default();
    let ends = Ends {
        handle: Handle::new(to_inbox, seen, &recorders),
        feed: from_feed,
    };
    let attached = Attached {
        root: Arc::new(root),
        clock,
        inbox,
        truth,
        recorders,
        feed,
        looked_at: Looked {
            logs: watch::channel(BTreeSet::new()).0,
            tree: watch::channel(None).0,
            looker,
        },
        looks,
    };
    (attached, ends)
}
