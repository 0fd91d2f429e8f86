//! A process of the tree of a service.

use serde::{Deserialize, Serialize};

use super::ids::Pid;

/// A process of the tree of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeMember {
    /// Its pid.
    pub pid: Pid,
    /// Its parent.
    pub parent: Pid,
    /// Its command line, cleaned.
    pub command: String,
}
