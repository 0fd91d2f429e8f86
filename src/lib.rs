//! oats: a terminal operations console for the services on your machine.
//!
//! Functional core, imperative shell. Imports point one way only; `tests/architecture.rs` holds
//! the table.
//!
//! ```text
//! main ─► app                    composition root: the only one that may name everything
//!           │
//! cli  tui  demo  api  attach    clients: hold a Handle, read a Snapshot
//!           │
//!       supervisor               the one writer: Handle outside, actor inside
//!         │    │
//! keymap core  io                pure keys │ pure decisions │ the outside world
//!         │    │
//!         model                  nouns, no decisions, no input or output
//! ```

pub mod api;
pub mod app;
pub mod attach;
pub mod cli;
pub mod core;
pub mod demo;
pub mod io;
pub mod keymap;
pub mod model;
pub mod supervisor;
pub mod tui;
