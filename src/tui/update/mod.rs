//! What a message changes.
//!
//! *Owns*: the rules by which keys, answers and snapshots change what is looked at. *Never*:
//! touches the terminal, the owner or a clock: it says what it wants as effects.
//! *Talks to*: `model`, `keymap`, the commands of `supervisor`.

mod act;
mod book;
mod book_hold;
mod book_search;
mod desk;
mod detail;
mod events;
mod keys;
mod leave;
mod list;
mod log_choose;
mod log_scroll;
mod log_search;
mod log_take;
mod logs;
mod marks;
mod menu;
mod mouse;
mod moving;
mod news;
mod own;
mod palette;
mod port;
mod prompt;
mod question;
mod say;
mod survivor;
mod views;

#[cfg(test)]
mod tests;

pub use desk::update;
pub use say::{expire, next_deadline};
