//! Headless: the command line, what it prints, and how it ends.
//!
//! *Owns*: arguments, tables, exit codes. *Never*: decides about a service.
//! *Talks to*: `supervisor`, `io`, `keymap`, `model`.

pub mod act;
pub mod args;
pub mod check;
pub mod down;
pub mod events;
pub mod exit;
pub mod init;
pub mod keymap;
pub mod logs;
pub mod once;
pub mod plain;
pub mod plan;
pub mod port;
pub mod progress;
pub mod ps;
pub mod schema;
pub mod why;
pub mod words;

#[cfg(test)]
mod tests;

pub use args::Args;
pub use exit::Exit;
