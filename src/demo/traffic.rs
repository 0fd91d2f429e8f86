//! The orders that a service sends itself, so that there is life to look at.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    sync::Semaphore,
    task,
    time::{MissedTickBehavior, interval},
};

use super::{client, lines};

/// How long one order may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// How many orders may be under way: beyond that they are not sent.
const UNDER_WAY: usize = 64;

/// Sends an order each period, whether the last one was answered or not, as users do.
pub(super) async fn send(address: SocketAddr, period: Duration) {
    let mut beat = interval(period);
    beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let seats = Arc::new(Semaphore::new(UNDER_WAY));
    loop {
        beat.tick().await;
        let Ok(seat) = Arc::clone(&seats).try_acquire_owned() else {
            continue;
        };
        task::spawn_local(async move {
            // A failed order stands in the service's own log; one without an answer would not.
            if let Err(error) = client::call("POST", address, "/work", PATIENCE).await {
                lines::complain(&format!("traffic: {error}"));
            }
            drop(seat);
        });
    }
}
