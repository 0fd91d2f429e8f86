//! What services write: their own files, straight from them.
//!
//! *Owns*: the log files, their archives, and everything that reads them.
//! *Never*: stands between a service and its file. *Talks to*: `model`, `platform`.

mod archives;
mod followed;
mod lines;

pub mod book;
pub mod follow;
pub mod open;
pub mod past;
pub mod reader;
pub mod rotate;
pub mod source;
pub mod tail;
pub mod times;
pub mod walk;

pub use follow::{FollowError, Follower};
pub use open::{LogError, Outputs, open, positions};
pub use reader::Reader;
pub use rotate::RotateError;
pub use source::Source;
pub use tail::stderr_tail;
