//! The picture of a moment.
//!
//! *Owns*: what everything looks like. *Never*: holds state, computes a truth, names a key.
//! *Talks to*: `model`, `keymap`, the theme and what is looked at.

mod attention;
mod bar;
mod boxed;
mod empty;
mod events;
mod header;
mod help;
mod keys;
mod question;
mod say;
mod scene;
mod sgr;
mod small;
mod story;
mod table;
mod tail;
mod text;
mod tile;

#[cfg(test)]
mod tests;

pub use help::height as help_height;
use scene::Scene;
pub use scene::draw;
