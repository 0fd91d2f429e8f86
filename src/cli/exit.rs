//! Exit codes: contract section 4.

use std::process::ExitCode;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It did what was asked; for `--once` and `ps`: everything wanted is as wanted.
    Done,
    /// Something wanted is not so, or nothing is wanted, or a started action failed.
    NotAsWanted,
    /// Refused, wrong usage, no root, no terminal, or the root has an owner.
    Refused,
    /// Service files or `oats.toml` are wrong.
    BadFiles,
    /// The verb needs an owner, and there is none.
    NeedsOwner,
    /// `--wait` ran out before the action ended.
    RanOut,
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
            Self::NeedsOwner => 4,
            Self::RanOut => 5,
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
