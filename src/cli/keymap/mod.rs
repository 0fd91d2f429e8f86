//! `oats keymap`: which keys are in force, where they come from, and what is wrong with the files.

mod check;
mod echo;
mod load;
mod problem;
mod show;

pub use check::check;
pub use echo::{bindings, echo};
pub use load::{NoKeymap, by_name, in_force, of_file};
pub use problem::Problem;
pub use show::{json, table};
