//! How a process ended.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::time::Wall;

/// A signal by number; printed by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signal(pub i32);

/// Names of the signals on Linux x86-64 and arm64, in the order of their numbers (signal(7)).
const NAMES: [&str; 31] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
    "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
    "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
];

impl Signal {
    /// Ask to end.
    pub const TERM: Self = Self(15);
    /// End at once.
    pub const KILL: Self = Self(9);
    /// Go on after a stop.
    pub const CONT: Self = Self(18);
    /// What a terminal sends on Ctrl-C.
    pub const INT: Self = Self(2);
    /// What a terminal sends when it goes away.
    pub const HUP: Self = Self(1);
    /// What a terminal sends on Ctrl-Z.
    pub const TSTP: Self = Self(20);
    /// What a terminal sends on Ctrl-\.
    pub const QUIT: Self = Self(3);

    /// The signal with this name, with or without "SIG", in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        let upper = name.to_ascii_uppercase();
        let short = upper.strip_prefix("SIG").unwrap_or(&upper);
        let index = NAMES.iter().position(|known| *known == short)?;
        i32::try_from(index + 1).ok().map(Self)
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let index = usize::try_from(self.0).ok().and_then(|n| n.checked_sub(1));
        match index.and_then(|index| NAMES.get(index)) {
            Some(name) => write!(f, "SIG{name}"),
            None => write!(f, "signal {}", self.0),
        }
    }
}

impl Serialize for Signal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Signal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = text
            .strip_prefix("signal ")
            .and_then(|n| n.parse().ok())
            .map(Self);
        number
            .or_else(|| Self::from_name(&text))
            .ok_or_else(|| de::Error::custom(format!("\"{text}\" names no signal")))
    }
}

/// How a process ended, as the kernel tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// It returned this code.
    Code(i32),
    /// This signal ended it.
    Signal(Signal),
    /// It is gone, and nobody could tell how: an adopted process after its reaping.
    Unknown,
}

impl ExitStatus {
    /// Whether it returned 0.
    pub fn is_success(self) -> bool {
        self == Self::Code(0)
    }
}

/// As in "exited with code 1", "killed by SIGSEGV".
impl fmt::Display for ExitStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(126) => f.write_str("exited with code 126 (cannot be executed)"),
            Self::Code(127) => f.write_str("exited with code 127 (command not found)"),
            Self::Code(code) => write!(f, "exited with code {code}"),
            Self::Signal(signal) => write!(f, "killed by {signal}"),
            Self::Unknown => f.write_str("exit unknown (adopted)"),
        }
    }
}

/// The last exit of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExitInfo {
    /// When it was seen.
    pub at: Wall,
    /// The exit code; `None` after a signal, or when unknown.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<Signal>,
    /// Whether it followed a Stop, Kill or Restart.
    pub asked: bool,
    /// The last lines of its stderr: at most 20, each at most 512 bytes.
    pub stderr_tail: Vec<String>,
}

impl ExitInfo {
    /// The status as one value.
    pub fn status(&self) -> ExitStatus {
        match (self.code, self.signal) {
            (_, Some(signal)) => ExitStatus::Signal(signal),
            (Some(code), None) => ExitStatus::Code(code),
            (None, None) => ExitStatus::Unknown,
        }
    }

    /// The info of an exit.
    pub fn new(status: ExitStatus, at: Wall, asked: bool, stderr_tail: Vec<String>) -> Self {
        let (code, signal) = match status {
            ExitStatus::Code(code) => (Some(code), None),
            ExitStatus::Signal(signal) => (None, Some(signal)),
            ExitStatus::Unknown => (None, None),
        };
        Self {
            at,
            code,
            signal,
            asked,
            stderr_tail,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_have_their_names() {
        assert_eq!(Signal(9).to_string(), "SIGKILL");
        assert_eq!(Signal(31).to_string(), "SIGSYS");
        assert_eq!(Signal(34).to_string(), "signal 34");
        assert_eq!(Signal::from_name("sigterm"), Some(Signal::TERM));
        assert_eq!(Signal::from_name("CONT"), Some(Signal::CONT));
        assert_eq!(Signal::from_name("NOSUCH"), None);
        for number in 1..40 {
            let json = serde_json::to_string(&Signal(number)).unwrap();
            assert_eq!(
                serde_json::from_str::<Signal>(&json).unwrap(),
                Signal(number)
            );
        }
    }
}
