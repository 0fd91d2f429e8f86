//! The demo services as others see them: real processes, asked over real connections.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail loudly, and starts processes and reads clocks itself"
)]

mod endpoints;
mod faults;
mod http;
mod life;
mod load;
mod running;
mod shop;
mod sick_answers;
mod slow_start;
mod words;
