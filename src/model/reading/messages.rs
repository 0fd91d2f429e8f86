//! Messages of several lines.

use super::{colours::visible, level::Level};

/// The levels of the lines of one stream, one after the other: a line that goes on with a message
/// has its level.
#[derive(Debug, Clone, Copy, Default)]
pub struct Messages {
    level: Option<Level>,
    /// Whether the message began with its time.
    is_timed: bool,
}

impl Messages {
    /// The level of the next line. It goes on with the message before it when it names no level and,
    /// where messages begin with their time, tells none; elsewhere when it is empty, moved in, or
    /// begins with what closes something.
    pub fn next(&mut self, line: &str, tells_time: bool) -> Option<Level> {
        let own = Level::of(line);
        if own.is_none() && !tells_time && (self.is_timed || is_moved_in(&visible(line))) {
            return self.level;
        }
        (self.level, self.is_timed) = (own, tells_time);
        own
    }
}

fn is_moved_in(line: &str) -> bool {
    line.starts_with(|c: char| c.is_whitespace() || matches!(c, '}' | ']' | ')')) || line.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_on_with_a_message_has_its_level() {
        let (error, info) = (Some(Level::Error), Some(Level::Info));
        let mut messages = Messages::default();
        for (line, tells_time, level) in [
            ("  at nothing", false, None),
            ("ERROR: x", false, error),
            ("    at main.rs:7", false, error),
            ("}", false, error),
            ("", false, error),
            ("GET / 200", false, None),
            ("  more", false, None),
            ("12:00 INFO x", true, info),
            ("said over", false, info),
            ("two lines", false, info),
            ("12:01 y", true, None),
            ("z", false, None),
            ("Traceback (most recent call last):", false, error),
            ("  File \"a.py\"", false, error),
            ("ValueError: x", false, error),
        ] {
            assert_eq!(messages.next(line, tells_time), level, "{line}");
        }
    }
}
