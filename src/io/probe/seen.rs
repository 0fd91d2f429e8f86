//! What a probe saw.

use std::{io, time::Duration};

/// What one probe saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Whether it passed.
    pub ok: bool,
    /// What it saw, short: "200", "503", "no answer in 500 ms", "connection refused".
    pub detail: String,
    /// How long it took.
    pub latency: Duration,
}

/// A time limit as people say it: "500 ms", "2 s", "1.5 s".
pub(super) fn spoken(limit: Duration) -> String {
    let millis = limit.as_millis();
    if millis < 1000 {
        format!("{millis} ms")
    } else {
        format!("{} s", limit.as_secs_f64())
    }
}

/// Why a connection failed, without the number of the error.
pub(super) fn reason(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(_) => error.kind().to_string(),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_spoken_as_people_do() {
        let spoken_ms = |ms| spoken(Duration::from_millis(ms));
        assert_eq!(spoken_ms(500), "500 ms");
        assert_eq!(spoken_ms(1000), "1 s");
        assert_eq!(spoken_ms(1500), "1.5 s");
    }

    #[test]
    fn reasons_have_no_numbers() {
        let refused = io::Error::from_raw_os_error(111);
        assert_eq!(reason(&refused), "connection refused");
        assert_eq!(reason(&io::Error::other("too odd")), "too odd");
    }
}
