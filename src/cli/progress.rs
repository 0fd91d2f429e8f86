//! What `oats serve` says on stderr while it works.

use crate::model::{Event, EventKind, LogLine, Outcome, Stream, Wall};

/// A line of progress; `None` for output of the services themselves, which lies in their logs.
pub fn line(line: &LogLine) -> Option<String> {
    match line.stream {
        Stream::Oats => {
            let at = line.at.map(clock).unwrap_or_default();
            Some(format!("{at} {}: {}", line.service, line.text))
        }
        Stream::Stdout | Stream::Stderr => None,
    }
}

/// The local time of day.
fn clock(at: Wall) -> String {
    match jiff::Timestamp::from_millisecond(at.millis()) {
        Ok(timestamp) => timestamp
            .to_zoned(jiff::tz::TimeZone::system())
            .strftime("%H:%M:%S")
            .to_string(),
        Err(_out_of_range) => at.to_string(),
    }
}

/// A refusal, which nobody else would hear of.
pub fn refusal(event: &Event) -> Option<String> {
    let reason = event
        .reason
        .as_ref()
        .filter(|_| event.kind == EventKind::Refusal)?;
    let service = event
        .service
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    Some(format!("{} {service}: {reason}", clock(event.at)))
}

/// What became of changed files.
pub fn files(event: &Event) -> Option<String> {
    let reason = event
        .reason
        .as_ref()
        .filter(|_| event.kind == EventKind::Config)?;
    let stays = match event.result {
        Some(Outcome::Failed) => "; the last good definitions stay in force",
        Some(Outcome::Done | Outcome::Superseded | Outcome::Refused) | None => "",
    };
    Some(format!("{} files: {reason}{stays}", clock(event.at)))
}
