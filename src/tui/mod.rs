//! The console.
//!
//! *Owns*: the terminal, and what is looked at. *Never*: computes a truth about a service.
//! *Talks to*: `supervisor` (a Handle), `keymap`, `model`.

pub mod book;
mod frames;
pub mod happenings;
pub mod input;
pub mod layout;
mod looper;
mod looper_tools;
pub mod menu;
pub mod message;
pub mod mouse;
pub mod own;
pub mod pending;
pub mod port;
mod rings;
pub mod rows;
pub mod run;
#[cfg(test)]
pub(crate) mod samples;
pub mod state;
pub mod survivor;
pub mod terminal;
#[cfg(test)]
mod tests;
pub mod theme;
pub mod tour;
pub mod trend;
pub mod update;
pub mod view;

pub use message::{ExitReason, Msg};
pub use run::{Console, ConsoleError, Copied, INBOX, Tools, Window, run};
