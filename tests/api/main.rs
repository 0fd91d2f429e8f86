//! The control API from outside: `oats serve` as a real command, and clients that send what they like.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on has failed; it starts processes and waits with a deadline"
)]

mod acting;
mod client;
#[expect(dead_code, reason = "the tests of the console use the rest")]
#[path = "../terminal/console.rs"]
mod console;
mod document;
mod events;
mod fits;
mod limits;
mod listening;
mod logs;
mod ports;
mod serving;
mod status;
#[expect(dead_code, reason = "the tests of services use the rest")]
#[path = "../real/support/mod.rs"]
mod support;
mod whole;
