//! Tests with real processes, sockets and files: the whole of oats but its screen.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test that cannot go on has failed; it starts processes and waits with a deadline"
)]

mod adoption;
mod environment;
mod flood;
mod freeing;
mod health;
mod ledger;
mod life;
mod logs;
mod logs_rotation;
mod owners;
mod owners_killed;
mod ports;
mod reload;
mod status_schema;
mod support;
mod survivors;
mod trees;
mod ways_in;
