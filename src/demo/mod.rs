//! The five demo services: a small shop with real calls between its parts, so that trouble spreads.
//!
//! *Owns*: one HTTP service, and the faults it can be told to have. *Never*: knows that oats runs
//! it. *Talks to*: `model`, `io`.

mod answer;
mod args;
mod child;
mod client;
mod dependency;
mod faults;
mod harm;
mod lines;
mod routes;
mod run;
mod server;
mod service;
mod shop;
mod tally;
mod traffic;

pub use args::{BadNeed, BadRate, DemoArgs, Need, Rate};
pub use child::Kinship;
pub use faults::{FAULTS, Fault, Row};
pub use run::main;
pub use shop::{Role, SHOP};
