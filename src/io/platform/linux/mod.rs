//! Linux: pidfds, procfs, sock_diag.

pub mod child;
pub mod confirm;
pub mod control;
pub mod describe;
mod diag;
pub mod end;
pub mod foreground;
pub mod fork;
pub mod fsx;

pub mod harden;
mod holders;
pub mod identity;
pub mod notice;
pub mod orphans;
pub mod owner;
mod owners;
mod pidfd_info;
pub mod ports;
pub mod proc;
pub mod sampler;
pub mod scan;
mod search;
pub mod signals;
pub mod sockets;
pub mod spawn;
pub mod terminal;
pub mod time;
pub mod tree;

#[cfg(test)]
mod tests;
