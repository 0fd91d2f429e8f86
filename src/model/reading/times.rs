//! When a line says it was written.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    colours::visible,
    json,
    level::Level,
    record::{Field, is_time_key, record},
    stamp::{self, Stamp},
};
use crate::model::Wall;

/// How much of a line may stand before its time, in bytes.
const NEAR: usize = 64;
/// How far a time without a year may lie ahead: clocks of containers differ, and so do zones.
const AHEAD: i64 = 36 * 3600 * 1000;

/// What a time needs that does not say everything.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// The zone of times that name none.
    pub zone: TimeZone,
    /// About now: a time without a year is the last one before tomorrow.
    pub today: Wall,
}

/// When a clean line says it was written: a time at its start, or the time of its fields. `None`
/// where it says nothing of the kind.
pub fn time_of(text: &str, calendar: &Calendar) -> Option<Wall> {
    let text = visible(text);
    let found = near_start(&text).or_else(|| of_fields(&text))?;
    calendar.instant(found)
}

/// The time of its fields. A JSON object is not read as a whole: logs are long, and this is asked
/// for every line.
fn of_fields(text: &str) -> Option<Stamp> {
    if let Some(at) = json::start(text.as_bytes()) {
        let value = json::find(text.as_bytes().get(at..)?, is_time_key)?;
        let value = match value.strip_prefix(b"\"") {
            Some(value) => json::string(value)?.0,
            None => value.split(|byte| b",} ".contains(byte)).next()?,
        };
        let value = std::str::from_utf8(value).ok()?;
        return stamp::whole(value).or_else(|| stamp::epoch(value));
    }
    let record = text.contains('=').then(|| record(text)).flatten()?;
    record.fields.iter().find_map(Field::time)
}

impl Calendar {
    /// The instant that a time means. One that comes twice, when clocks are put back, is the first.
    fn instant(&self, stamp: Stamp) -> Option<Wall> {
        let local = |time| {
            let at = self.zone.to_timestamp(time).ok()?;
            Some(Wall::from_millis(at.as_millisecond()))
        };
        match stamp {
            Stamp::At(wall) => Some(wall),
            Stamp::Local(time) => local(time),
            Stamp::Yearless { month, day, time } => {
                let today = Timestamp::from_millisecond(self.today.millis()).ok()?;
                let year = today.to_zoned(self.zone.clone()).year();
                // Four years back even the 29th of February has been.
                let years = (year.saturating_sub(8)..=year.saturating_add(1)).rev();
                let dates = years.filter_map(|year| jiff::civil::Date::new(year, month, day).ok());
                let latest = self.today.millis().saturating_add(AHEAD);
                dates
                    .filter_map(|date| local(date.to_datetime(time)))
                    .find(|at| at.millis() <= latest)
            }
        }
    }
}

/// A time at the start of a line, or behind what may stand before one: the name of a container,
/// a level, the client of a web server.
fn near_start(text: &str) -> Option<Stamp> {
    let text = text.trim_start().as_bytes();
    if let Some((found, _)) = stamp::leading(text) {
        return Some(found);
    }
    let near = text.get(..NEAR).unwrap_or(text);
    let behind = |end: usize| {
        let rest = text.get(end..).unwrap_or_default().trim_ascii_start();
        stamp::leading(rest).map(|(found, _)| found)
    };
    if let Some(bar) = near.windows(2).position(|pair| pair == b"| ") {
        return behind(bar + 2);
    }
    if let Some(bracket) = near.windows(6).position(|marks| marks == b" - - [") {
        return behind(bracket + 5);
    }
    let end = near.iter().position(u8::is_ascii_whitespace)?;
    let word = near.get(..end)?.trim_ascii_start();
    let is_level = std::str::from_utf8(word).is_ok_and(|word| {
        let word = word.trim_matches(|c: char| !c.is_ascii_alphabetic());
        word.parse::<Level>().is_ok()
    });
    is_level.then(|| behind(end)).flatten()
}
