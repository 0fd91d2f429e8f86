//! Which lines are meant.

use crate::model::{
    ServiceName, Stream, Wall,
    reading::{Level, Needle},
};

/// A line and what is known about it.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Whose.
    pub service: &'a ServiceName,
    /// stdout or stderr.
    pub stream: Stream,
    /// When it was written, as far as it is known.
    pub at: Option<Wall>,
    /// Its level, or that of the message that it goes on with.
    pub level: Option<Level>,
    /// Where it begins in its stream, in bytes ever written to it.
    pub pos: Option<u64>,
    /// Clean, colours included.
    pub text: &'a str,
}

/// What lines must be like to be shown.
#[derive(Debug, Default)]
pub struct Sift {
    /// What they hold.
    pub needle: Option<Needle>,
    /// Or rather what they do not hold.
    pub invert: bool,
    /// The least level.
    pub level: Option<Level>,
    /// The earliest time.
    pub since: Option<Wall>,
    /// The time from which on they are too late.
    pub until: Option<Wall>,
}

/// Whether a line is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Meant,
    /// It is not.
    Other,
    /// Nobody knows: its time is not known. All else about it is right.
    Untimed,
}

impl Sift {
    /// Whether this line is meant.
    pub fn judge(&self, entry: &Entry<'_>) -> Verdict {
        if self.level.is_some_and(|least| entry.level < Some(least)) {
            return Verdict::Other;
        }
        if let Some(at) = entry.at
            && (self.since.is_some_and(|since| at < since)
                || self.until.is_some_and(|until| at >= until))
        {
            return Verdict::Other;
        }
        let needle = self.needle.as_ref();
        if needle.is_some_and(|needle| needle.is_in(entry.text) == self.invert) {
            return Verdict::Other;
        }
        if entry.at.is_none() && self.is_timed() {
            return Verdict::Untimed;
        }
        Verdict::Meant
    }

    /// Whether times matter.
    pub fn is_timed(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }

    /// What stands out in a line that is shown.
    pub fn hits(&self) -> Option<&Needle> {
        self.needle.as_ref().filter(|_| !self.invert)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::reading::Kind;

    fn judge(sift: &Sift, at: Option<i64>, level: Option<Level>, text: &str) -> Verdict {
        sift.judge(&Entry {
            service: &"web".parse().unwrap(),
            stream: Stream::Stdout,
            at: at.map(Wall::from_millis),
            level,
            pos: None,
            text,
        })
    }

    #[test]
    fn a_line_must_be_right_in_every_way() {
        let sift = Sift {
            needle: Some(Needle::new("x", Kind::Text).unwrap()),
            level: Some(Level::Warning),
            since: Some(Wall::from_millis(10)),
            until: Some(Wall::from_millis(20)),
            invert: false,
        };
        let (warning, error, info) = (Level::Warning, Level::Error, Level::Info);
        for (at, level, text, verdict) in [
            (Some(10), Some(warning), "x", Verdict::Meant),
            (Some(19), Some(error), "aXb", Verdict::Meant),
            (Some(20), Some(error), "x", Verdict::Other),
            (Some(9), Some(error), "x", Verdict::Other),
            (Some(15), Some(info), "x", Verdict::Other),
            (Some(15), None, "x", Verdict::Other),
            (Some(15), Some(error), "y", Verdict::Other),
            (None, Some(error), "x", Verdict::Untimed),
            (None, Some(error), "y", Verdict::Other),
        ] {
            assert_eq!(
                judge(&sift, at, level, text),
                verdict,
                "{at:?} {level:?} {text}"
            );
        }
        let sift = Sift {
            invert: true,
            needle: sift.needle,
            ..Sift::default()
        };
        assert_eq!(judge(&sift, None, None, "x"), Verdict::Other);
        assert_eq!(judge(&sift, None, None, "y"), Verdict::Meant);
        assert!(sift.hits().is_none());
    }
}
