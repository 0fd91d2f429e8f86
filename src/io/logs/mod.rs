//! What services write: their own files, straight from them.
//!
//! *Owns*: the log files, their archives, and everything that reads them.
//! *Never*: stands between a service and its file. *Talks to*: `model`, `platform`.

mod followed;
mod lines;

pub mod follow;
pub mod open;
pub mod past;
pub mod rotate;
pub mod tail;

pub use follow::{FollowError, Follower};
pub use open::{LogError, Outputs, open, positions};
pub use rotate::{RotateError, before_spawn};
pub use tail::stderr_tail;
