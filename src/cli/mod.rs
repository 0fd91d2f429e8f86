//! Headless: the command line, what it prints, and how it ends.
//!
//! *Owns*: arguments, tables, exit codes. *Never*: decides about a service.
//! *Talks to*: `supervisor`, `io`, `keymap`, `model`.

pub mod args;
pub mod check;
pub mod exit;
pub mod init;
pub mod keymap;
pub mod logs;
pub mod once;
pub mod progress;

pub use args::Args;
pub use exit::Exit;
