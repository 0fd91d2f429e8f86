//! What can be read in one line of a log: how serious it is, when it was written, its fields.
//!
//! Lines come from outside: whatever stands in one, reading it takes time and memory in proportion
//! to its length, and what comes out is as clean as what went in.

mod colours;
mod fold;
mod json;
mod level;
mod logfmt;
mod messages;
mod pretty;
mod record;
mod search;
mod stamp;
#[cfg(test)]
mod tests;
mod times;

pub use colours::visible;
pub use fold::{Folded, fold};
pub use level::{Level, LevelError};
pub use messages::Messages;
pub use pretty::pretty;
pub use record::{Field, Record, Value, record};
pub use search::{Kind, Needle};
pub use times::{Calendar, time_of};
