//! Keys, and what they are bound to. Pure.
//!
//! *Owns*: the names of keys, the bindable commands, the map between them. *Never*: reads a
//! keyboard or a file. *Talks to*: `model`.

pub mod command;
pub mod key;
pub mod map;
mod merge;
mod near;
mod presets;
pub mod sequence;
pub mod sheet;
pub mod table;
mod words;

pub use command::{Command, CommandRow, Context};
pub use key::{BadKey, Code, Key};
pub use map::{Keymap, Origin};
pub use sequence::Sequence;
pub use sheet::{Base, Fault, FaultKind, Sheet};
pub use table::COMMANDS;
