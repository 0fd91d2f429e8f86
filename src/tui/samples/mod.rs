//! Snapshots to draw and to press keys on: made up, but each one could be true.
//!
//! *Owns*: the projects of the tests. *Never*: is part of the program. *Talks to*: `model`, the UI state.

mod looked;
mod projects;
mod service;
mod verdicts;

pub(crate) use looked::{charts, events, lines, ui};
pub(crate) use projects::{
    ago, empty, fifty, grouped, hostile, many, name, now, shop, snapshot, states,
};
pub(crate) use service::{process, service};
pub(crate) use verdicts::verdicts;
