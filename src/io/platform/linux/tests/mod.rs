//! With real processes.

mod child;
mod ports;
mod sampler;
mod spawn;
mod support;
mod tree;
