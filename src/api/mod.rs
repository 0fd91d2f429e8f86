//! The control API: what other windows see and ask for, over loopback and a unix socket.
//!
//! *Owns*: listeners, connections, what is let in. *Never*: decides about a service, or makes the
//! owner wait. *Talks to*: the supervisor, through a [`Handle`].

mod actions;
mod answer;
mod gates;
mod listen;
mod routes;
mod serve;
mod token;

use std::sync::Arc;

pub use listen::{ListenError, Listeners};
pub use serve::serve;

use crate::{io::clock::Clock, model::root::Root, supervisor::Handle};

/// Everything a route may use.
#[derive(Clone)]
pub struct Desk {
    /// The way to ask, and to see.
    pub handle: Handle,
    /// Where everything lies.
    pub root: Arc<Root>,
    /// The clocks.
    pub clock: Clock,
}
