//! Exit codes: contract section 4.

use std::process::ExitCode;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It did what was asked; for `--once`: everything wanted is as wanted.
    Done,
    /// Something wanted is not so, or nothing is wanted, or a started action failed.
    NotAsWanted,
    /// Refused, wrong usage, no root, no terminal, or the root has an owner.
    Refused,
    /// Service files or `oats.toml` are wrong.
    BadFiles,
    /// A defect in oats.
    Internal,
    /// Ctrl-C ended what has no end of its own.
    Interrupted,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::NotAsWanted => 1,
            Self::Refused => 2,
            Self::BadFiles => 3,
            Self::Internal => 70,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
