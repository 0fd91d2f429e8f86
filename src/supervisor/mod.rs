//! The one writer: [`Handle`] outside, an actor inside.
//!
//! *Owns*: the world, every effect on it, and everything that is published about it.
//! *Never*: draws, parses keys, or waits for a client. *Talks to*: `core`, `io`, `model`.

mod actor;
mod adopt;
pub mod book;
mod books;
pub mod charts;
mod environment;
mod eyes;
mod find;
mod forest;
pub mod handle;
mod hands;
mod heads;
mod inbox;
pub mod load;
pub mod look;
pub mod meters;
mod others;
pub mod owner;
mod place;
mod ports;
mod prepare;
mod press;
mod probes;
mod recover;
mod reload;
mod rotation;
mod runs;
mod samples;
mod standing;
pub mod tails;
pub mod tape;
pub mod user;
mod writer;

pub use find::{RootError, SMALLEST_SERVICE, find_root};
pub use handle::{Answer, Ask, Command, Envelope, Feed, Handle, INBOX, Leaving, Link, Recorders};
pub use load::{Loaded, load, paths};
pub use owner::{Begin, ClaimError, Ends, Owner, Setup, Standing};
pub use user::{user_folder, user_settings};
