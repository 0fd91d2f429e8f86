//! The logs that are looked at, line by line to the window.

use std::{collections::BTreeSet, sync::Arc};

use tokio::sync::{mpsc, watch};

use super::handle::Feed;
use crate::{
    io::logs::Follower,
    model::{ServiceName, root::Root},
};

/// Follows the logs of the watched services until nobody listens any more. A window that does not
/// keep up slows only this task down.
pub async fn follow(
    root: Arc<Root>,
    mut watched: watch::Receiver<BTreeSet<ServiceName>>,
    feed: mpsc::Sender<Feed>,
) {
    let mut follower = match Follower::new(&root) {
        Ok(follower) => follower,
        Err(error) => {
            tracing::error!(target: "logs", "could not watch the logs: {error}");
            return;
        }
    };
    loop {
        let lines = tokio::select! {
            changed = watched.changed() => {
                if changed.is_err() {
                    return;
                }
                let services = watched.borrow_and_update().clone();
                follower.watch(services);
                continue;
            }
            lines = follower.next() => lines,
        };
        if !lines.is_empty() && feed.send(Feed::Lines(lines)).await.is_err() {
            return;
        }
    }
}
