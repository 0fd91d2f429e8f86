//! A time as a program wrote it.

use jiff::{
    civil::{Date, DateTime, Time},
    tz::Offset,
};

use crate::model::Wall;

/// A time as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stamp {
    /// With its zone, or as seconds since 1970.
    At(Wall),
    /// Without a zone.
    Local(DateTime),
    /// Without zone and year.
    Yearless {
        /// 1 to 12.
        month: i8,
        /// 1 to 31.
        day: i8,
        /// The time of that day.
        time: Time,
    },
}

/// The months as syslog and web servers write them.
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A text that is a time and nothing else.
pub(super) fn whole(text: &str) -> Option<Stamp> {
    let (found, rest) = leading(text.as_bytes())?;
    let rest = rest.strip_prefix(b"]").unwrap_or(rest);
    rest.trim_ascii().is_empty().then_some(found)
}

/// The time at the start of a text, after at most one opening bracket, and what follows it.
pub(super) fn leading(text: &[u8]) -> Option<(Stamp, &[u8])> {
    let text = text.strip_prefix(b"[").unwrap_or(text);
    let first = text.first()?;
    // All of them begin with a digit, a month or the letter of a level.
    let (stamp, rest) = if first.is_ascii_digit() {
        dated(text).or_else(|| day_first(text))?
    } else if first.is_ascii_uppercase() {
        syslog(text).or_else(|| klog(text))?
    } else {
        return None;
    };
    // A digit or letter behind it: it was something else.
    let ends = rest
        .first()
        .is_none_or(|byte| !byte.is_ascii_alphanumeric());
    ends.then_some((stamp, rest))
}

/// Seconds, milliseconds, microseconds or nanoseconds since 1970, which of them by how many they
/// are; years from 1973 to 5138.
pub(super) fn epoch(text: &str) -> Option<Stamp> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let seconds = if whole.len() < text.len() || text.contains(['e', 'E']) {
        // A fraction; half a millisecond is far more than what is lost.
        let number: f64 = text.parse().ok()?;
        if !(1e8..1e11).contains(&number) {
            return epoch_of(whole.parse().ok()?);
        }
        jiff::SignedDuration::try_from_secs_f64(number).ok()?
    } else {
        return epoch_of(text.parse().ok()?);
    };
    let millis = i64::try_from(seconds.as_millis()).ok()?;
    Some(Stamp::At(Wall::from_millis(millis)))
}

fn epoch_of(number: u64) -> Option<Stamp> {
    const SECONDS: u64 = 100_000_000;
    const MILLIS: u64 = SECONDS * 1000;
    const MICROS: u64 = MILLIS * 1000;
    const NANOS: u64 = MICROS * 1000;
    let millis = match number {
        0..SECONDS => return None,
        SECONDS..MILLIS => number * 1000,
        MILLIS..MICROS => number,
        MICROS..NANOS => number / 1000,
        NANOS.. => number / 1_000_000,
    };
    Some(Stamp::At(Wall::from_millis(i64::try_from(millis).ok()?)))
}

/// "2026-11-24T12:04:01.5Z", "2026/11/24 12:04:01,123 +0100".
fn dated(text: &[u8]) -> Option<(Stamp, &[u8])> {
    let (year, rest) = number(text, 4)?;
    let (between, _) = rest.split_first()?;
    if !matches!(between, b'-' | b'/') {
        return None;
    }
    let (month, rest) = number(mark(rest, &[*between])?, 2)?;
    let (day, rest) = number(mark(rest, &[*between])?, 2)?;
    let (time, rest) = clock(mark(rest, b"Tt _")?)?;
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    Some(zoned(date.to_datetime(time), rest))
}

/// "24/Nov/2026:12:04:01 +0000", as web servers write it.
fn day_first(text: &[u8]) -> Option<(Stamp, &[u8])> {
    let (day, rest) = number(text, 2)?;
    let (month, rest) = month(mark(rest, b"/")?)?;
    let (year, rest) = number(mark(rest, b"/")?, 4)?;
    let (time, rest) = clock(mark(rest, b": ")?)?;
    let date = Date::new(year, month, i8::try_from(day).ok()?).ok()?;
    Some(zoned(date.to_datetime(time), rest))
}

/// "Nov 24 12:04:01", "Nov  4 12:04:01".
fn syslog(text: &[u8]) -> Option<(Stamp, &[u8])> {
    let (month, rest) = month(text)?;
    let rest = mark(rest, b" ")?;
    let (day, rest) = match rest.strip_prefix(b" ") {
        Some(rest) => number(rest, 1)?,
        None => number(rest, 2).or_else(|| number(rest, 1))?,
    };
    let (time, rest) = clock(mark(rest, b" ")?)?;
    yearless(month, day, time).map(|stamp| (stamp, rest))
}

/// "E1124 12:04:01.000001": the letter of a level, month and day.
fn klog(text: &[u8]) -> Option<(Stamp, &[u8])> {
    let (month, rest) = number(mark(text, b"IWEF")?, 2)?;
    let (day, rest) = number(rest, 2)?;
    let (time, rest) = clock(mark(rest, b" ")?)?;
    yearless(i8::try_from(month).ok()?, day, time).map(|stamp| (stamp, rest))
}

fn yearless(month: i8, day: i16, time: Time) -> Option<Stamp> {
    let day = i8::try_from(day).ok()?;
    // Of a leap year, which has every day that there is.
    Date::new(2024, month, day).ok()?;
    Some(Stamp::Yearless { month, day, time })
}

/// "12:04:01", with a fraction or without.
fn clock(text: &[u8]) -> Option<(Time, &[u8])> {
    let (hour, rest) = number(text, 2)?;
    let (minute, rest) = number(mark(rest, b":")?, 2)?;
    let (second, mut rest) = number(mark(rest, b":")?, 2)?;
    let mut nanos = 0;
    if let Some(fraction) = mark(rest, b".,") {
        let digits = fraction
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if digits > 0 {
            let (digits, after) = fraction.split_at_checked(digits)?;
            let all = digits.iter().chain(std::iter::repeat(&b'0')).take(9);
            nanos = all.fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0'));
            rest = after;
        }
    }
    let short = |number: i16| i8::try_from(number).ok();
    // A leap second is shown as the one before it.
    let second = short(second)?;
    let second = if second == 60 { 59 } else { second };
    let time = Time::new(short(hour)?, short(minute)?, second, nanos).ok()?;
    Some((time, rest))
}

/// A time with the zone that follows it, if one does.
fn zoned(time: DateTime, rest: &[u8]) -> (Stamp, &[u8]) {
    let known = offset(rest).and_then(|(offset, rest)| {
        let at = offset.to_timestamp(time).ok()?;
        Some((Stamp::At(Wall::from_millis(at.as_millisecond())), rest))
    });
    known.unwrap_or((Stamp::Local(time), rest))
}

/// "Z", " UTC", "+01:00", " +0100", "-05".
fn offset(text: &[u8]) -> Option<(Offset, &[u8])> {
    let text = text.strip_prefix(b" ").unwrap_or(text);
    if let Some(rest) = mark(text, b"Zz").or_else(|| text.strip_prefix(b"UTC")) {
        let ends = rest
            .first()
            .is_none_or(|byte| !byte.is_ascii_alphanumeric());
        return ends.then_some((Offset::UTC, rest));
    }
    let (sign, rest) = text.split_first()?;
    let sign = match sign {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, rest) = number(rest, 2)?;
    let (minutes, rest) = number(mark(rest, b":").unwrap_or(rest), 2).unwrap_or((0, rest));
    let seconds = (i32::from(hours) * 60 + i32::from(minutes)) * 60 * sign;
    Some((Offset::from_seconds(seconds).ok()?, rest))
}

/// The name of a month.
fn month(text: &[u8]) -> Option<(i8, &[u8])> {
    let (name, rest) = text.split_at_checked(3)?;
    let index = MONTHS.iter().position(|month| month.as_bytes() == name)?;
    Some((i8::try_from(index + 1).ok()?, rest))
}

/// What follows one of these bytes.
fn mark<'a>(text: &'a [u8], marks: &[u8]) -> Option<&'a [u8]> {
    let (first, rest) = text.split_first()?;
    marks.contains(first).then_some(rest)
}

/// A number of so many digits, at most 4, and what follows it.
fn number(text: &[u8], digits: usize) -> Option<(i16, &[u8])> {
    let (number, rest) = text.split_at_checked(digits)?;
    let number = number.iter().try_fold(0, |sum, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        Some(sum * 10 + i16::from(digit))
    })?;
    Some((number, rest))
}
