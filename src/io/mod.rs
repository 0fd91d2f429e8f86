//! The outside world: one file or folder per thing.
//!
//! *Owns*: files, processes, sockets, the clock. *Never*: decides anything about a service.
//! *Talks to*: `model`.

pub mod clipboard;
pub mod clock;
pub mod config;
pub mod control;
pub mod files;
pub mod history;
pub mod keymaps;
pub mod ledger;
pub mod logs;
pub mod platform;
pub mod probe;
pub mod records;
pub mod status;
pub mod themes;
pub mod watch;
