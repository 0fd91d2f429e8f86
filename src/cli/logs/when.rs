//! Times as people type them: `--since`, `--until`.

use std::{str::FromStr, time::Duration};

use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};

use crate::{cli::words, model::Wall};

/// A time as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// So long ago.
    Ago(Duration),
    /// An instant.
    At(Wall),
    /// A local date and time.
    Local(DateTime),
    /// A time of the day; the last such one.
    Clock(Time),
    /// So many days before today, at this time.
    Day(i64, Time),
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let found = day(text)
            .or_else(|| ago(text))
            .or_else(|| text.parse::<Timestamp>().ok().map(Self::instant_of))
            .or_else(|| date(text).map(|date| Self::Local(date.into())))
            .or_else(|| clock(text).map(Self::Clock))
            .or_else(|| date_and_clock(text));
        found.ok_or_else(|| {
            "expected a time like 10m, \"2h ago\", 14:05, yesterday, 2026-01-31, \
             \"2026-01-31 14:05\" or 2026-01-31T14:05:00Z"
                .to_owned()
        })
    }
}

impl When {
    /// The instant that is meant, when it is `now` in this zone. `None` where there is no such one.
    pub fn instant(self, now: Wall, zone: &TimeZone) -> Option<Wall> {
        let today = || {
            let now = Timestamp::from_millisecond(now.millis()).ok()?;
            Some(now.to_zoned(zone.clone()).date())
        };
        let local = |time: DateTime| {
            let at = zone.to_timestamp(time).ok()?;
            Some(Wall::from_millis(at.as_millisecond()))
        };
        match self {
            Self::Ago(ago) => {
                let ago = i64::try_from(ago.as_millis()).ok()?;
                Some(Wall::from_millis(now.millis().checked_sub(ago)?))
            }
            Self::At(at) => Some(at),
            Self::Local(time) => local(time),
            Self::Clock(time) => {
                let today = today()?;
                let at = local(today.to_datetime(time))?;
                if at <= now {
                    return Some(at);
                }
                local(today.checked_sub(1.day()).ok()?.to_datetime(time))
            }
            Self::Day(back, time) => {
                let day = today()?.checked_sub(back.days()).ok()?;
                local(day.to_datetime(time))
            }
        }
    }

    fn instant_of(at: Timestamp) -> Self {
        Self::At(Wall::from_millis(at.as_millisecond()))
    }
}

/// "now", "today", "yesterday", "yesterday 14:05".
fn day(text: &str) -> Option<When> {
    if text == "now" {
        return Some(When::Ago(Duration::ZERO));
    }
    let (word, time) = text.split_once(' ').unwrap_or((text, ""));
    let back = match word {
        "today" => 0,
        "yesterday" => 1,
        _ => return None,
    };
    if time.is_empty() {
        return Some(When::Day(back, Time::midnight()));
    }
    clock(time.trim()).map(|time| When::Day(back, time))
}

/// "10m", "2h ago"; a bare number is no time, since nobody knows of what.
fn ago(text: &str) -> Option<When> {
    let text = text.strip_suffix("ago").unwrap_or(text).trim_end();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    words::duration(text).ok().map(When::Ago)
}

/// "14:05", "14:05:30".
fn clock(text: &str) -> Option<Time> {
    let has_marks = text.contains(':') && !text.contains(['-', ' ', 'T']);
    has_marks.then(|| text.parse().ok()).flatten()
}

/// "2026-01-31" and nothing behind it.
fn date(text: &str) -> Option<Date> {
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

/// "2026-01-31 14:05", "2026-01-31T14:05:30".
fn date_and_clock(text: &str) -> Option<When> {
    let (date, time) = text.split_once(['T', ' '])?;
    Some(When::Local(
        self::date(date)?.to_datetime(clock(time.trim())?),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_typed_in_many_ways() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let now = Wall::from_millis(now.as_millisecond());
        for (text, instant) in [
            ("10m", "2026-11-24T11:50:00.000Z"),
            ("2h ago", "2026-11-24T10:00:00.000Z"),
            ("1h30m", "2026-11-24T10:30:00.000Z"),
            ("7d", "2026-11-17T12:00:00.000Z"),
            ("now", "2026-11-24T12:00:00.000Z"),
            ("today", "2026-11-23T23:00:00.000Z"),
            ("yesterday", "2026-11-22T23:00:00.000Z"),
            ("yesterday 14:05", "2026-11-23T13:05:00.000Z"),
            ("12:30", "2026-11-24T11:30:00.000Z"),
            ("13:30", "2026-11-23T12:30:00.000Z"),
            ("12:30:15", "2026-11-24T11:30:15.000Z"),
            ("2026-01-31", "2026-01-30T23:00:00.000Z"),
            ("2026-01-31 14:05", "2026-01-31T13:05:00.000Z"),
            ("2026-01-31T14:05:30", "2026-01-31T13:05:30.000Z"),
            ("2026-01-31T14:05:00Z", "2026-01-31T14:05:00.000Z"),
            ("2026-01-31T14:05:00.5-02:00", "2026-01-31T16:05:00.500Z"),
        ] {
            let found = text.parse::<When>().unwrap().instant(now, &zone).unwrap();
            assert_eq!(found.to_string(), instant, "{text}");
        }
        for text in [
            "",
            "10",
            "soon",
            "25:00",
            "2026-13-01",
            "yesterday noon",
            "ago",
            "-5m",
        ] {
            let said = text.parse::<When>().unwrap_err();
            assert!(
                said.starts_with("expected a time like 10m"),
                "{text}: {said}"
            );
        }
    }
}
