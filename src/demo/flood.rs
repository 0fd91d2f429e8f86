//! The fault that writes line after line.

use std::{
    io::{self, Write},
    ops::RangeInclusive,
    time::Duration,
};

use serde::Deserialize;
use tokio::time::Instant;

use super::{lines, worker::Shift};

/// After so many bytes a flood ends, unless it was told otherwise.
pub(super) const BYTES: u64 = 16 * 1024 * 1024;

/// After so many bytes every flood ends.
pub(super) const BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// The shortest line: it must hold its number.
pub(super) const WIDTH_MIN: u64 = 16;

/// The longest line.
pub(super) const WIDTH_MAX: u64 = 1024 * 1024;

/// About so much is written at once, in whole lines.
const BATCH: u64 = 64 * 1024;

/// The pause when all lines that are due were written.
const STEP: Duration = Duration::from_millis(10);

/// Where a flood goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stream {
    /// Standard output.
    #[default]
    Stdout,
    /// Standard error.
    Stderr,
}

impl Stream {
    /// Its name in JSON.
    fn name(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        }
    }

    /// Writes whole lines at once.
    fn write(self, text: &[u8]) -> io::Result<()> {
        match self {
            Self::Stdout => {
                let mut out = io::stdout().lock();
                out.write_all(text)?;
                out.flush()
            }
            Self::Stderr => io::stderr().lock().write_all(text),
        }
    }
}

/// A flood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flood {
    /// How fast; 0 for as fast as can be.
    pub(super) lines_per_s: u64,
    /// The most bytes in all, line ends included.
    pub(super) bytes: u64,
    /// The bytes of a line, without its end.
    pub(super) width: u64,
    /// Where to.
    pub(super) stream: Stream,
}

impl Flood {
    /// How many lines there will be.
    pub(super) fn lines(&self) -> u64 {
        self.bytes / self.line()
    }

    /// The bytes of a line with its end.
    fn line(&self) -> u64 {
        self.width + 1
    }

    /// Writes until all is written, or told to stop; then says how much it was.
    pub(super) fn run(self, shift: &Shift) {
        let (start, all) = (Instant::now(), self.lines());
        let at_once = (BATCH / self.line()).max(1);
        let (mut written, mut batch) = (0, Vec::new());
        let mut pause = Duration::ZERO;
        while written < all && shift.rest(pause) {
            let due = self.due(start.elapsed()).min(all);
            let next = due.min(written + at_once);
            if next <= written {
                pause = STEP;
                continue;
            }
            pause = Duration::ZERO;
            self.fill(&mut batch, written + 1..=next);
            if let Err(error) = self.stream.write(&batch) {
                lines::complain(&format!("fault log_flood: {}", lines::cause(&error)));
                break;
            }
            written = next;
            shift.leave(self.bytes - written * self.line());
        }
        let (bytes, stream) = (written * self.line(), self.stream.name());
        lines::complain(&format!(
            "fault log_flood: {written} lines, {bytes} bytes on {stream}"
        ));
    }

    /// How many lines shall be written by then.
    fn due(&self, elapsed: Duration) -> u64 {
        if self.lines_per_s == 0 {
            return u64::MAX;
        }
        let ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        ms.saturating_mul(self.lines_per_s) / 1000
    }

    /// The lines with these numbers.
    fn fill(&self, batch: &mut Vec<u8>, numbers: RangeInclusive<u64>) {
        batch.clear();
        let width = usize::try_from(self.width).unwrap_or(usize::MAX);
        for number in numbers {
            let end = batch.len() + width;
            batch.extend_from_slice(format!("flood {number} ").as_bytes());
            batch.resize(end, b'.');
            batch.push(b'\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flood(lines_per_s: u64, bytes: u64, width: u64) -> Flood {
        Flood {
            lines_per_s,
            bytes,
            width,
            stream: Stream::Stdout,
        }
    }

    #[test]
    fn lines_are_numbered_and_all_of_one_width() {
        let mut batch = Vec::new();
        flood(1, 100, 16).fill(&mut batch, 9..=10);
        assert_eq!(batch, b"flood 9 ........\nflood 10 .......\n");
    }

    #[test]
    fn the_shortest_line_holds_the_largest_number() {
        let longest = flood(0, BYTES_MAX, WIDTH_MIN);
        let mut batch = Vec::new();
        let last = longest.lines();
        longest.fill(&mut batch, last..=last);
        let text = String::from_utf8(batch).unwrap();
        assert!(text.starts_with(&format!("flood {last} ")), "{text}");
    }

    #[test]
    fn lines_are_due_by_time_or_at_once() {
        let due = |rate, ms| flood(rate, 100, 16).due(Duration::from_millis(ms));
        assert_eq!((due(10_000, 0), due(10_000, 15), due(1, 999)), (0, 150, 0));
        assert_eq!(due(0, 0), u64::MAX);
    }
}
