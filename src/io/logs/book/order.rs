//! How the two streams of a service lie beside each other in time.

use std::ops::Range;

use crate::{
    io::logs::times::Times,
    model::{Stream, Wall, log::LogPositions},
};

/// What sorts places of both streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    age: Age,
    stream: Stream,
}

/// When something was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Age {
    /// Before anything was noted.
    Old,
    At(Wall),
    /// After the last note.
    New,
}

/// What sorts the line at this place. A time is right to a second: of what was written in the same
/// one, and where nothing was noted, stdout comes before stderr.
pub(super) fn key(times: &Times, stream: Stream, place: u64) -> Key {
    let age = match times.of(stream, place) {
        Some(at) => Age::At(at),
        None => match times.marks().last() {
            Some(last) if last.positions.of(stream) <= place => Age::New,
            _ => Age::Old,
        },
    };
    Key { age, stream }
}

/// The first place of the other stream that comes behind this one.
pub(super) fn beside(
    times: &Times,
    (stream, place): (Stream, u64),
    other: Stream,
    all: Range<u64>,
) -> u64 {
    let here = key(times, stream, place);
    let (mut low, mut high) = (all.start, all.end);
    while low < high {
        let middle = low + (high - low) / 2;
        if key(times, other, middle) < here {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Sets the position of one stream.
pub(super) fn set(places: &mut LogPositions, stream: Stream, place: u64) {
    match stream {
        Stream::Stdout => places.stdout = place,
        Stream::Stderr => places.stderr = place,
        Stream::Oats => {}
    }
}
