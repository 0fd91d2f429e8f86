//! Numbers and times as people read them: always with their unit.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};

use crate::model::Wall;

/// CPU, where 100 is one core: "1.2%", "38%".
pub(super) fn cpu(percent: f64) -> String {
    if percent < 9.95 {
        format!("{:.1}%", percent.max(0.0))
    } else if percent < 9999.5 {
        format!("{percent:.0}%")
    } else {
        format!("{:.0}k%", percent / 1000.0)
    }
}

/// A count in a narrow column: "7", "123k".
pub(super) fn short(number: u64) -> String {
    match number {
        0..10_000 => number.to_string(),
        10_000..1_000_000 => format!("{}k", number / 1000),
        _ => format!("{}M", number / 1_000_000),
    }
}

/// Memory: "812K", "96M", "1.2G".
pub(super) fn memory(bytes: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(40, "T"), (30, "G"), (20, "M"), (10, "K")];
    for (shift, unit) in UNITS {
        let whole = bytes >> shift;
        if whole == 0 {
            continue;
        }
        let tenths = (bytes >> (shift - 10)) % 1024 * 10 / 1024;
        return if whole < 10 && shift > 20 {
            format!("{whole}.{tenths}{unit}")
        } else {
            format!("{whole}{unit}")
        };
    }
    format!("{bytes}B")
}

/// A span of time: "3s", "5m26s", "2h52m", "10d4h".
pub(super) fn span(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m{:02}s", seconds % 60),
        (0, _, _) => format!("{hours}h{:02}m", minutes % 60),
        (1..=99, _, _) => format!("{days}d{}h", hours % 24),
        _ => format!("{days}d"),
    }
}

/// How long something took, in a sentence: "61 ms", "3.1 s", "2m14s".
pub(super) fn took(millis: u64) -> String {
    match millis {
        0..1000 => format!("{millis} ms"),
        1000..60_000 => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
        _ => span(millis / 1000),
    }
}

/// Latency in a column: "<1ms", "18ms", "1.2s".
pub(super) fn latency(millis: f64) -> String {
    if millis < 1.0 {
        "<1ms".to_owned()
    } else if millis < 999.5 {
        format!("{millis:.0}ms")
    } else if millis < 9950.0 {
        format!("{:.1}s", millis / 1000.0)
    } else {
        format!("{:.0}s", millis / 1000.0)
    }
}

/// Latency in a sentence: "under 1 ms", "18 ms".
pub(super) fn latency_long(millis: f64) -> String {
    if millis < 1.0 {
        "under 1 ms".to_owned()
    } else if millis < 999.5 {
        format!("{millis:.0} ms")
    } else {
        format!("{:.1} s", millis / 1000.0)
    }
}

/// A count: "1,204".
pub(super) fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Whole seconds until a time, rounded up, so that it never says 0 while it still waits.
pub(super) fn seconds_until(at: Wall, now: Wall) -> u64 {
    at.since(now)
        .saturating_add(Duration::from_millis(999))
        .as_secs()
}

/// A time of day: "12:04:21".
pub(super) fn clock(at: Wall, zone: &TimeZone) -> String {
    civil(at, zone).map_or_else(String::new, |time| {
        format!(
            "{:02}:{:02}:{:02}",
            time.hour(),
            time.minute(),
            time.second()
        )
    })
}

/// A time of day to the millisecond: "12:04:21.011".
pub(super) fn clock_millis(at: Wall, zone: &TimeZone) -> String {
    let millis = at.millis().rem_euclid(1000);
    let clock = clock(at, zone);
    if clock.is_empty() {
        clock
    } else {
        format!("{clock}.{millis:03}")
    }
}

/// When something was: the time of day, with the date when it was not today.
pub(super) fn when(at: Wall, now: Wall, zone: &TimeZone) -> String {
    let (Some(then), Some(today)) = (civil(at, zone), civil(now, zone)) else {
        return String::new();
    };
    if then.date() == today.date() {
        clock(at, zone)
    } else {
        format!("{} {:02}:{:02}", then.date(), then.hour(), then.minute())
    }
}

/// The date and time on the wall of that zone.
fn civil(at: Wall, zone: &TimeZone) -> Option<jiff::civil::DateTime> {
    let timestamp = Timestamp::from_millisecond(at.millis()).ok()?;
    Some(zone.to_datetime(timestamp))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_carry_their_units_and_stay_short() {
        assert_eq!(
            [cpu(0.04), cpu(9.94), cpu(9.96), cpu(1600.2)],
            ["0.0%", "9.9%", "10%", "1600%"]
        );
        assert_eq!(
            [
                memory(900),
                memory(10 << 10),
                memory(96 << 20),
                memory(1200 << 20),
                memory(24 << 30)
            ],
            ["900B", "10K", "96M", "1.1G", "24G"]
        );
        assert_eq!(
            [
                span(3),
                span(326),
                span(10_320),
                span(878_400),
                span(86400 * 123)
            ],
            ["3s", "5m26s", "2h52m", "10d4h", "123d"]
        );
        assert_eq!(
            [latency(0.4), latency(17.6), latency(1240.0)],
            ["<1ms", "18ms", "1.2s"]
        );
        assert_eq!(
            [took(61), took(3140), took(134_000)],
            ["61 ms", "3.1 s", "2m14s"]
        );
        assert_eq!(
            [count(7), count(1204), count(1_000_000)],
            ["7", "1,204", "1,000,000"]
        );
    }

    #[test]
    fn times_are_those_of_the_zone_and_say_the_day_when_it_is_another() {
        let at = Wall::from_millis(1_700_000_000_007);
        let east = TimeZone::fixed(jiff::tz::offset(2));
        assert_eq!(clock(at, &TimeZone::UTC), "22:13:20");
        assert_eq!(clock_millis(at, &east), "00:13:20.007");
        let later = at.after(Duration::from_hours(2));
        assert_eq!(when(at, later, &TimeZone::UTC), "2023-11-14 22:13");
        assert_eq!(when(at, later, &east), "00:13:20");
        assert_eq!(
            seconds_until(later, at.after(Duration::from_millis(1))),
            7200
        );
    }
}
