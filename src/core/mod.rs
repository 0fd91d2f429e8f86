//! Decisions: pure functions over values.
//!
//! *Owns*: every rule of oats. *Never*: reads a clock, a file, a socket; waits; acts.
//! *Talks to*: `model`.

mod asks;
pub mod cadence;
mod conditions;
mod ctx;
pub mod decide;
pub mod difference;
mod doubt;
pub mod effect;
mod ending;
mod exit;
mod facts;
mod found;
mod freeing;
pub mod gate;
mod health;
pub mod holder;
pub mod input;
mod leaving;
pub mod life;
pub mod metrics;
pub mod needs;
mod ports;
pub mod project;
pub mod record;
mod redefine;
pub mod reload;
pub mod restart;
pub mod rng;
mod spawn;
mod start;
mod steps;
mod stop;
mod ticks;
mod up;
pub mod verdict;
mod words;
pub mod world;

#[cfg(test)]
mod tests;

pub use decide::decide;
pub use doubt::SurvivorAsk;
pub use effect::{Decision, Draft, Effect};
pub use freeing::{FreeingPort, FreeingWay};
pub use input::{Fact, Finding, Input, Leaving, Prepared};
pub use life::Life;
pub use ports::listen_outcome;
pub use reload::{FilesRead, SettingsChanged};
pub use ticks::known;
pub use world::{Service, World};
