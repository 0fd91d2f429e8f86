//! The five demo services: a small shop with real calls between its parts, so that trouble spreads.
//!
//! *Owns*: one HTTP service, and the faults it can be told to have. *Never*: knows that oats runs
//! it. *Talks to*: `model`, `io`.

mod active;
mod answer;
mod args;
mod burn;
mod child;
mod client;
mod death;
mod dependency;
mod faults;
mod flood;
mod harm;
pub mod kit;
mod leak;
mod lines;
mod measures;
mod note;
mod routes;
mod run;
mod server;
mod service;
mod shop;
mod tally;
mod traffic;
mod values;
mod wish;
mod worker;

pub use args::{BadNeed, BadRate, DemoArgs, Need, Rate};
pub use child::Kinship;
pub use faults::{FAULTS, Fault, Row};
pub use run::main;
pub use shop::{Role, SHOP};
