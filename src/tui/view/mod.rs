//! The picture of a moment.
//!
//! *Owns*: what everything looks like. *Never*: holds state, computes a truth, names a key.
//! *Talks to*: `model`, `keymap`, the theme and what is looked at.

mod attention;
mod bar;
mod boxed;
mod charts;
mod choice;
mod compact;
mod detail;
mod empty;
mod events;
mod grid;
mod group;
mod happened;
mod header;
mod help;
mod journal;
mod keys;
mod logs;
mod menu;
mod needs;
mod own;
mod page;
mod palette;
mod port;
mod question;
mod say;
mod scene;
mod sgr;
mod small;
mod story;
mod survivor;
mod table;
mod tail;
mod text;
mod tile;

#[cfg(test)]
mod tests;

pub use help::height as help_height;
use scene::Scene;
pub use scene::detail_height;
pub use scene::draw;
pub use tail::columns as text_columns;
