//! Names and numbers that identify something: parsed once, compared exactly.

use std::{fmt, num::NonZeroU16, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;
use uuid::Uuid;

/// The longest service name, in bytes.
const NAME_MAX: usize = 63;

/// The name of a service: `[a-z0-9][a-z0-9_-]{0,62}`, the stem of its file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceName(Arc<str>);

/// A text that is not a service name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "\"{0}\" is not a service name: use 1 to 63 of a-z, 0-9, \"-\" and \"_\", starting with a letter or a digit"
)]
pub struct BadName(String);

impl ServiceName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ServiceName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let mut bytes = text.bytes();
        let first = bytes.next().is_some_and(letter);
        let rest = bytes.all(|b| letter(b) || b == b'-' || b == b'_');
        if first && rest && text.len() <= NAME_MAX {
            Ok(Self(text.into()))
        } else {
            Err(BadName(text.to_owned()))
        }
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for ServiceName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ServiceName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// A TCP port, 1 to 65535.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Port(NonZeroU16);

impl Port {
    /// The port with this number; `None` for 0.
    pub fn new(number: u16) -> Option<Self> {
        NonZeroU16::new(number).map(Self)
    }

    /// The number.
    pub fn get(self) -> u16 {
        self.0.get()
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A process number. On its own it identifies nothing: see [`Identity`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pid(pub u32);

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which process a pid means, within one boot: the pid, when it started, and the inode of its
/// pidfd where the kernel gives a meaningful one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// The process number.
    pub pid: Pid,
    /// Start time in clock ticks since boot: field 22 of `/proc/PID/stat`.
    pub start_ticks: u64,
    /// Inode of the pidfd on pidfs; `None` where the kernel has no pidfs.
    pub pidfd_ino: Option<u64>,
}

impl Identity {
    /// Whether both mean the same process. An inode that only one of them knows decides nothing.
    pub fn agrees(&self, other: &Self) -> bool {
        let inode = match (self.pidfd_ino, other.pidfd_ino) {
            (Some(mine), Some(theirs)) => mine == theirs,
            (None, _) | (_, None) => true,
        };
        self.pid == other.pid && self.start_ticks == other.start_ticks && inode
    }
}

/// One spawn of a service. Written into the environment of every descendant as `OATS_RUN`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub Uuid);

impl RunId {
    /// The run with these random bits (a version 4 UUID).
    pub fn from_random(bits: u128) -> Self {
        Self(uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid())
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RunId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

/// A number that only rises: of ledger lines, or of publications.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// The number after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_names_follow_the_contract() {
        let longest = "a".repeat(63);
        for good in ["a", "0", "orders", "web-1", "a_b", longest.as_str()] {
            assert_eq!(good.parse::<ServiceName>().unwrap().as_str(), good);
        }
        let too_long = "a".repeat(64);
        for bad in [
            "",
            "-a",
            "_a",
            "A",
            "a b",
            "a/b",
            "..",
            "ä",
            too_long.as_str(),
        ] {
            assert!(bad.parse::<ServiceName>().is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn identities_agree_unless_something_both_know_differs() {
        let base = Identity {
            pid: Pid(7),
            start_ticks: 5,
            pidfd_ino: Some(9),
        };
        assert!(base.agrees(&base));
        assert!(base.agrees(&Identity {
            pidfd_ino: None,
            ..base
        }));
        assert!(!base.agrees(&Identity {
            pidfd_ino: Some(8),
            ..base
        }));
        assert!(!base.agrees(&Identity {
            start_ticks: 6,
            ..base
        }));
        assert!(!base.agrees(&Identity {
            pid: Pid(8),
            ..base
        }));
    }

    #[test]
    fn a_run_id_survives_its_text() {
        let run = RunId::from_random(42);
        assert_eq!(run.to_string().parse::<RunId>().unwrap(), run);
    }
}
