//! Tests with real pseudo-terminals: the console as a person sees it, and as it leaves.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test that cannot go on has failed; it starts processes and waits with a deadline"
)]

mod attached;
mod book;
#[expect(dead_code, reason = "the tests of the ways in use the rest")]
mod console;
mod endings;
mod files;
mod flood;
mod hang_up;
mod keys;
mod logs;
mod looks;
mod mouse;
mod pages;
mod ports;
mod quitting;
mod shop;
#[expect(dead_code, reason = "the tests without a screen use the rest")]
#[path = "../real/support/mod.rs"]
mod support;
mod unread;
