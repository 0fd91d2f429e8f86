//! The control API: what other windows see and ask for, over loopback and a unix socket.
//!
//! *Owns*: listeners, connections, what is let in. *Never*: decides about a service, or makes the
//! owner wait. *Talks to*: the supervisor, through a [`Handle`].

mod actions;
mod answer;
mod body;
mod cursor;
mod events;
mod gates;
mod listen;
mod logs;
mod look;
mod metrics;
mod nonces;
mod openapi;
mod patience;
mod ports;
mod prometheus;
mod rate;
mod route;
mod routes;
mod schemas;
mod serve;
mod sse;
mod survivors;
mod token;
mod whole;

use std::sync::Arc;

pub use listen::{ListenError, Listeners, withdraw};
use nonces::Nonces;
pub use serve::serve;

use crate::{io::clock::Clock, model::root::Root, supervisor::Handle};

/// Everything a route may use.
#[derive(Clone)]
pub struct Desk {
    handle: Handle,
    root: Arc<Root>,
    clock: Clock,
    nonces: Arc<Nonces>,
}

impl Desk {
    /// The desk of an owner: the way to ask it, where everything lies, the clocks.
    pub fn new(handle: Handle, root: Root, clock: Clock) -> Self {
        Self {
            handle,
            root: Arc::new(root),
            clock,
            nonces: Arc::default(),
        }
    }
}
