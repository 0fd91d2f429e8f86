//! What several verbs print alike: times, lists of names, colours, the command that would help.

use std::time::Duration;

use crate::{
    io::config,
    model::{Action, Port, ServiceName, Wall},
};

/// Colours, where somebody sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paint {
    /// Whether the reader is a terminal that shows colours.
    pub colours: bool,
}

/// The colour of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// It went well.
    Good,
    /// It did not.
    Bad,
    /// Something to look at.
    Warn,
    /// Beside the point.
    Dim,
    /// A heading.
    Bold,
}

impl Paint {
    /// The text in a colour, or as it is.
    pub fn text(self, colour: Colour, text: &str) -> String {
        let code = match colour {
            Colour::Good => "32",
            Colour::Bad => "31",
            Colour::Warn => "33",
            Colour::Dim => "2",
            Colour::Bold => "1",
        };
        if self.colours {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// "0.21 s", "12.4 s", "3m05s".
pub fn took(ms: u64) -> String {
    match ms {
        0..10_000 => format!("{}.{:02} s", ms / 1000, ms % 1000 / 10),
        10_000..60_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        _ => super::once::uptime(ms / 1000),
    }
}

/// The local time of day, with the date where it is not within the last 12 hours of `now`.
pub fn when(at: Wall, now: Wall) -> String {
    const RECENT: Duration = Duration::from_hours(12);
    let form = if now.since(at) <= RECENT && at.since(now) <= RECENT {
        "%H:%M:%S"
    } else {
        "%Y-%m-%d %H:%M:%S"
    };
    local(at, form)
}

/// A local time in some form.
pub fn local(at: Wall, form: &str) -> String {
    match jiff::Timestamp::from_millisecond(at.millis()) {
        Ok(timestamp) => timestamp
            .to_zoned(jiff::tz::TimeZone::system())
            .strftime(form)
            .to_string(),
        Err(_out_of_range) => at.to_string(),
    }
}

/// "a", "a, b".
pub fn list(names: &[ServiceName]) -> String {
    let names: Vec<&str> = names.iter().map(ServiceName::as_str).collect();
    names.join(", ")
}

/// The command line that does an action: what stands where a console names a key.
pub fn command(action: Action, service: &ServiceName, port: Option<Port>) -> Option<String> {
    match (action, port) {
        (Action::FreePort, Some(port)) => Some(format!("oats port {port} --free")),
        (Action::FreePort, None) => None,
        (Action::Start | Action::Stop | Action::Kill | Action::Restart | Action::Recover, _) => {
            Some(format!("oats {action} {service}"))
        }
    }
}

/// A time as it is typed: as in service files ("500ms", "30s", "1h30m"), besides "7d"; a bare number
/// is seconds.
///
/// # Errors
///
/// A sentence about what was expected.
pub fn duration(text: &str) -> Result<Duration, String> {
    let number = |digits: &str, seconds: u64| digits.parse::<u64>().ok()?.checked_mul(seconds);
    let plain = number(text, 1).or_else(|| number(text.strip_suffix('d')?, 86_400));
    let parsed = plain
        .map(Duration::from_secs)
        .or_else(|| config::duration(text));
    parsed.ok_or_else(|| "expected a time like 30s, 500ms or 10m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_units() {
        for (text, ms) in [
            ("30s", 30_000),
            ("500ms", 500),
            ("10m", 600_000),
            ("2h", 7_200_000),
            ("1d", 86_400_000),
            ("5", 5000),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for wrong in ["", "s", "-1s", "1.5s", "1 s", "99999999999999999999s", "1y"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn short_times_are_exact_and_long_ones_round() {
        let times = [0, 214, 9_999, 12_450, 185_000].map(took);
        assert_eq!(times, ["0.00 s", "0.21 s", "9.99 s", "12.4 s", "3m05s"]);
    }

    #[test]
    fn colours_are_only_there_for_those_who_see_them() {
        let paint = |colours| Paint { colours }.text(Colour::Bad, "x");
        assert_eq!(paint(true), "\u{1b}[31mx\u{1b}[0m");
        assert_eq!(paint(false), "x");
    }
}
