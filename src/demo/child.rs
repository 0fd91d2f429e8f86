//! A child of a demo service: a process that does nothing, and lives until it is killed.

use std::{io, process::ExitCode, thread};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::lines;
use crate::{
    io::platform::fork::{self, Environment},
    model::{Pid, ServiceName},
};

/// How a child stands to its service, from the one that a supervisor finds at once to the one that
/// only a tag finds.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ValueEnum,
)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Kinship {
    /// An ordinary child.
    Plain,
    /// A child in a process group of its own.
    OwnGroup,
    /// A child in a session of its own.
    OwnSession,
    /// Its parent has ended: it has a new one outside of the service.
    Reparented,
    /// Re-parented, and in a session of its own.
    Both,
}

impl Kinship {
    /// All five.
    pub const ALL: [Self; 5] = [
        Self::Plain,
        Self::OwnGroup,
        Self::OwnSession,
        Self::Reparented,
        Self::Both,
    ];

    /// Its name on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::OwnGroup => "own_group",
            Self::OwnSession => "own_session",
            Self::Reparented => "reparented",
            Self::Both => "both",
        }
    }
}

/// Starts a child of a service. Blocks until it stands where it should.
pub(super) fn spawn(
    service: &ServiceName,
    kinship: Kinship,
    environment: Environment,
) -> io::Result<Pid> {
    fork::spawn_telling(&command_line(service, kinship), environment)
}

/// The life of a child.
pub(super) fn live(service: &ServiceName, kinship: Kinship) -> ExitCode {
    let settled = match kinship {
        Kinship::Plain => Ok(()),
        Kinship::OwnGroup => fork::own_group(),
        Kinship::OwnSession => fork::own_session(),
        Kinship::Reparented => return leave_behind(service, Kinship::Plain),
        Kinship::Both => return leave_behind(service, Kinship::OwnSession),
    };
    if settled.is_err() {
        return ExitCode::FAILURE;
    }
    lines::say(&std::process::id().to_string());
    loop {
        thread::park();
    }
}

/// Starts a child and ends, so that the child gets another parent.
fn leave_behind(service: &ServiceName, kinship: Kinship) -> ExitCode {
    match fork::spawn_orphan(&command_line(service, kinship)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// The arguments of such a child.
fn command_line(service: &ServiceName, kinship: Kinship) -> [&str; 4] {
    ["demo-service", service.as_str(), "--child", kinship.name()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_and_json_know_a_kinship_by_the_same_name() {
        for kinship in Kinship::ALL {
            assert_eq!(Kinship::from_str(kinship.name(), false), Ok(kinship));
            let json = serde_json::to_string(&kinship).unwrap();
            assert_eq!(json, format!("\"{}\"", kinship.name()));
        }
    }
}
