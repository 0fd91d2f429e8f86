//! The picture of a moment.
//!
//! *Owns*: what everything looks like. *Never*: holds state, computes a truth, names a key.
//! *Talks to*: `model`, `keymap`, the theme and what is looked at.

mod asked;
mod attention;
mod bar;
mod batch;
mod boxed;
mod charts;
mod charts_bars;
mod charts_marks;
mod charts_numbers;
mod choice;
mod compact;
mod detail;
mod empty;
mod events;
mod footer;
mod grid;
mod group;
mod happened;
mod header;
mod help;
mod hour;
mod journal;
mod keys;
mod logs;
mod menu;
mod needs;
mod own;
mod page;
mod palette;
mod pending;
mod port;
mod question;
mod say;
mod scene;
mod sgr;
mod small;
mod spark;
mod story;
mod survivor;
mod table;
mod tail;
mod text;
mod tile;

#[cfg(test)]
mod tests;

pub use asked::{cursor, detail_height, hint_at};
pub use help::height as help_height;
pub(crate) use logs::rows as log_rows;
use scene::Scene;
pub use scene::draw;
pub use tail::columns as text_columns;
