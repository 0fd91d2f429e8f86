//! How a crash ends the process.

use super::answer::Answer;
use crate::model::Signal;

/// The signals that a process dies by of its own: nothing else may be asked for.
const DEADLY: [&str; 3] = ["ABRT", "KILL", "SEGV"];

/// How a crash ends the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Death {
    /// With this exit code.
    Code(u8),
    /// By this signal.
    Signal(Signal),
}

impl Death {
    /// With this code (1), or by this signal.
    pub(super) fn wished(code: Option<u8>, signal: Option<&str>) -> Result<Self, Answer> {
        let Some(name) = signal else {
            return Ok(Self::Code(code.unwrap_or(1)));
        };
        let hint = format!("use a code, or a signal: {}", DEADLY.join(", "));
        if code.is_some() {
            return Err(Answer::bad_request("a crash has a code or a signal", &hint));
        }
        let upper = name.to_ascii_uppercase();
        let short = upper.strip_prefix("SIG").unwrap_or(&upper);
        let deadly = DEADLY.contains(&short);
        match Signal::from_name(short).filter(|_| deadly) {
            Some(signal) => Ok(Self::Signal(signal)),
            None => Err(Answer::bad_request(
                &format!("no crash is by \"{name}\""),
                &hint,
            )),
        }
    }
}
