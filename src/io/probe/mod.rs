//! One look at whether a service works.
//!
//! *Owns*: what a probe sends and how an answer reads. *Never*: judges a service, or remembers the
//! last answer. *Talks to*: `model`, `clock`.

mod seen;

pub mod exec;
pub mod http;
pub mod https;
pub mod log;
pub mod tcp;

pub use http::{PostError, http, post};
pub use https::Https;
pub use log::LogWatch;
pub use seen::Seen;
pub use tcp::tcp;
