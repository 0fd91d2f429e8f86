//! One log file that is looked at.

use std::{fs::File, io};

use super::{
    lines::{Piece, Splitter},
    reader::Reader,
    source::{Cursor, Got, Source},
    tail::{self, Window},
};
use crate::{
    io::platform::{
        fsx,
        notice::{Notices, WatchId},
    },
    model::{LogLine, Moment, Mono, ServiceName, Stream, Wall, root::Root},
};

/// How much of a file may come at once and is still shown, in bytes.
const BURST: u64 = 1024 * 1024;
/// How much of it is shown on and on: 2 MiB a second, far more than anybody can read.
const BYTES_A_MILLISECOND: u64 = 2 * 1024;
/// What is shown in any case.
const LEAST: u64 = 64 * 1024;
/// How much is read at once where everything is shown, in bytes.
const CHUNK: u64 = 64 * 1024;
/// How often it is looked where the file lies, when it is rotated in between.
const ATTEMPTS: u32 = 5;

/// What becomes of more than can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// The newest is shown, and how much was skipped.
    Newest,
    /// Everything is shown, however late.
    Everything,
}

/// One stream of a service that is looked at.
#[derive(Debug)]
pub(super) struct Followed {
    service: ServiceName,
    stream: Stream,
    source: Source,
    open: Option<Open>,
    splitter: Splitter,
    /// When bytes last arrived.
    fed_at: Mono,
    /// How much may be shown now.
    allowance: u64,
    /// When that was so.
    allowed_at: Mono,
    pace: Pace,
}

/// The file, once it is there. Positions are those in the stream.
#[derive(Debug)]
struct Open {
    file: File,
    watch: Option<WatchId>,
    cursor: Cursor,
    /// Where the file ended at the last look.
    end: u64,
    /// Reads what is in the archives by now.
    behind: Option<Reader>,
}

/// What became of a file since the last look.
#[derive(Default)]
struct Look {
    /// What follows does not join on to what was read.
    is_torn: bool,
    /// How much that had not been read is gone.
    lost: u64,
}

impl Open {
    /// Looks where the file lies now.
    fn look(&mut self, source: &Source, pace: Pace) -> Option<Look> {
        let now = source.place(&self.file).ok()?;
        let mut look = Look::default();
        let unread = self.end.saturating_sub(self.cursor.pos);
        if self.cursor.settle(&now, self.end) {
            look.is_torn = true;
            look.lost = unread;
        }
        self.end = now.end;
        let gone = now.first.saturating_sub(self.cursor.pos);
        if gone > 0 && pace == Pace::Newest {
            look.is_torn = true;
            look.lost += gone;
            self.cursor.pos = now.first;
        } else if gone > 0 && self.behind.is_none() {
            self.behind = Reader::new(source, self.cursor.pos).ok();
        }
        Some(look)
    }

    /// Reads on, at most so many bytes; `None` when they were moved away this moment. What had to be
    /// passed over is counted in `look`.
    fn read(&mut self, source: &Source, most: u64, look: &mut Look) -> Option<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(most).unwrap_or(0)];
        let filled = if let Some(reader) = &mut self.behind {
            let filled = reader.read(&mut bytes).unwrap_or(0);
            let passed_over = reader.take_passed_over();
            look.is_torn |= passed_over > 0;
            look.lost += passed_over;
            self.cursor.pos += passed_over;
            if !reader.is_in_archive() {
                self.behind = None;
            }
            filled
        } else {
            match source.read(&self.file, self.cursor.pos, &mut bytes) {
                Ok(Got::Bytes(filled)) => filled,
                Ok(Got::Gone(_)) => return None,
                Err(_unreadable) => 0,
            }
        };
        bytes.truncate(filled);
        self.cursor.pos += filled as u64;
        if filled == 0 && self.behind.is_none() {
            // It was cut this moment, or cannot be read: the next notice tells.
            self.end = self.cursor.pos;
        }
        Some(bytes)
    }
}

impl Followed {
    /// A stream that nobody has looked at yet.
    pub(super) fn new(root: &Root, service: ServiceName, stream: Stream, pace: Pace) -> Self {
        Self {
            source: Source::new(root, &service, stream),
            service,
            stream,
            open: None,
            splitter: Splitter::default(),
            fed_at: Mono::default(),
            allowance: BURST,
            allowed_at: Mono::default(),
            pace,
        }
    }

    /// Opens the file when it is there; tells why it cannot be watched.
    pub(super) fn open(&mut self, notices: &mut Notices) -> Option<LogLine> {
        let file = fsx::open_read(self.source.log()).ok()?;
        let watched = notices.watch_file(&file);
        let trouble = watched.as_ref().err().map(|error| {
            let text = format!("{} cannot be followed: {error}", self.stream_word());
            self.remark(None, text)
        });
        let place = self.source.place(&file).unwrap_or_default();
        let mut cursor = Cursor::at(place.first);
        cursor.settle(&place, place.first);
        self.open = Some(Open {
            file,
            watch: watched.ok(),
            cursor,
            end: place.first,
            behind: None,
        });
        trouble
    }

    /// How large the file is, and when it was last written to.
    pub(super) fn size_and_age(&self) -> (u64, Option<std::time::SystemTime>) {
        let metadata = self
            .open
            .as_ref()
            .and_then(|open| open.file.metadata().ok());
        metadata.map_or((0, None), |metadata| {
            (metadata.len(), metadata.modified().ok())
        })
    }

    /// The last lines that are there already, of at most `most` bytes. What comes later follows
    /// them.
    pub(super) fn history(&mut self, most: u64, now: Mono) -> Vec<LogLine> {
        let Some(open) = &mut self.open else {
            return Vec::new();
        };
        let Ok((window, base)) = window(&self.source, &open.file, most) else {
            return Vec::new();
        };
        open.cursor.pos = base + window.end;
        open.end = open.cursor.pos;
        if window.is_torn {
            self.splitter = Splitter::torn();
        }
        let mut lines = Vec::new();
        let pos = Some(base + window.start);
        self.feed(&window.bytes, pos, None, &mut lines);
        self.fed_at = now;
        lines
    }

    /// Goes on from a position in the stream, as if what stands before it had been shown.
    pub(super) fn go_on_from(&mut self, pos: u64) {
        if let Some(open) = &mut self.open {
            (open.cursor.pos, open.end) = (pos, pos);
        }
    }

    /// Whether there is more than was read at once.
    pub(super) fn is_behind(&self) -> bool {
        let is_behind = |open: &Open| open.cursor.pos < open.end;
        self.pace == Pace::Everything && self.open.as_ref().is_some_and(is_behind)
    }

    /// Whether this is the watch of this file.
    pub(super) fn is_watched_by(&self, watch: &WatchId) -> bool {
        self.open
            .as_ref()
            .is_some_and(|open| open.watch.as_ref() == Some(watch))
    }

    /// Reads what is new, or a part of it. Where not everything is shown, of a flood only the end
    /// is, and how much was skipped.
    pub(super) fn read(&mut self, now: Moment, lines: &mut Vec<LogLine>) {
        let most = self.allow(now.mono);
        let Some(open) = &mut self.open else {
            return;
        };
        let (mut taken, mut lost, mut all_skipped, mut is_torn) = (None, 0, 0, false);
        for _ in 0..ATTEMPTS {
            let Some(mut look) = open.look(&self.source, self.pace) else {
                return;
            };
            let new = open.end.saturating_sub(open.cursor.pos);
            let (skipped, wanted) = match self.pace {
                Pace::Newest => (new.saturating_sub(most), new.min(most)),
                Pace::Everything => (0, new.min(CHUNK)),
            };
            open.cursor.pos += skipped;
            lost += look.lost;
            is_torn |= look.is_torn;
            all_skipped += skipped;
            look = Look::default();
            if let Some(bytes) = open.read(&self.source, wanted, &mut look) {
                lost += look.lost;
                is_torn |= look.is_torn;
                taken = Some(bytes);
                break;
            }
        }
        let Some(mut bytes) = taken else { return };
        let mut skipped = all_skipped;
        let is_known = open.cursor.known().is_some();
        let mut begin = open.cursor.pos - bytes.len() as u64;
        self.allowance = most.saturating_sub(bytes.len() as u64);
        if is_torn || skipped > 0 {
            // What was held has lost its end.
            self.flush(lines);
            self.splitter = Splitter::default();
        }
        if skipped > 0 {
            let dropped = tail::drop_torn_line(&mut bytes) as u64;
            if dropped == 0 {
                self.splitter = Splitter::torn();
            }
            begin += dropped;
            skipped += dropped;
        }
        if skipped + lost > 0 {
            let text = format!(
                "… {} bytes of {} skipped",
                skipped + lost,
                self.stream_word()
            );
            lines.push(self.remark(Some(now.wall), text));
        }
        if !bytes.is_empty() {
            self.fed_at = now.mono;
            let pos = Some(begin).filter(|_| is_known);
            self.feed(&bytes, pos, Some(now.wall), lines);
        }
    }

    /// How much may be shown at this moment, in bytes.
    fn allow(&mut self, now: Mono) -> u64 {
        let elapsed = u64::try_from(now.since(self.allowed_at).as_millis()).unwrap_or(u64::MAX);
        let gained = elapsed.saturating_mul(BYTES_A_MILLISECOND);
        self.allowed_at = now;
        self.allowance.saturating_add(gained).clamp(LEAST, BURST)
    }

    /// Looks whether the name means another file by now, and follows that one. The rest of the old
    /// one is read first; one that is only gone is followed on, as long as somebody writes to it.
    pub(super) fn renew(&mut self, notices: &mut Notices, now: Moment, lines: &mut Vec<LogLine>) {
        self.read(now, lines);
        if self.is_behind() {
            return;
        }
        let is_right = self.open.is_some() && !self.is_astray();
        if is_right || fsx::open_read(self.source.log()).is_err() {
            return;
        }
        self.flush(lines);
        self.splitter = Splitter::default();
        self.close(notices);
        lines.extend(self.open(notices));
        self.read(now, lines);
    }

    /// Whether the file that is read has no name any more, or another one has it.
    pub(super) fn is_astray(&self) -> bool {
        self.open
            .as_ref()
            .is_some_and(|open| !fsx::is_same_file(&open.file, self.source.log()))
    }

    /// Ends the watch and lets go of the file.
    pub(super) fn close(&mut self, notices: &mut Notices) {
        if let Some(watch) = self.open.take().and_then(|open| open.watch) {
            notices.forget(watch);
        }
    }

    /// When the last bytes arrived of a line that has not ended; `None` when there is none.
    pub(super) fn waiting_since(&self) -> Option<Mono> {
        self.splitter.is_waiting().then_some(self.fed_at)
    }

    /// Shows a line that has not ended.
    pub(super) fn flush(&mut self, lines: &mut Vec<LogLine>) {
        let (service, stream) = (&self.service, self.stream);
        self.splitter
            .flush(|piece| lines.push(line(service, stream, piece)));
    }

    /// Takes bytes that stand at this position.
    fn feed(&mut self, bytes: &[u8], pos: Option<u64>, at: Option<Wall>, lines: &mut Vec<LogLine>) {
        let (service, stream) = (&self.service, self.stream);
        self.splitter.feed(bytes, at, pos, |piece| {
            lines.push(line(service, stream, piece));
        });
    }

    /// Something that oats has to say about this stream.
    fn remark(&self, at: Option<Wall>, text: String) -> LogLine {
        let pos = None;
        line(&self.service, Stream::Oats, Piece { at, pos, text })
    }

    fn stream_word(&self) -> &'static str {
        match self.stream {
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
            Stream::Oats => "oats",
        }
    }
}

fn line(service: &ServiceName, stream: Stream, piece: Piece) -> LogLine {
    LogLine {
        service: service.clone(),
        stream,
        at: piece.at,
        pos: piece.pos,
        text: piece.text,
    }
}

/// The end of a file, and the position at which the file begins.
fn window(source: &Source, file: &File, most: u64) -> io::Result<(Window, u64)> {
    for _ in 0..ATTEMPTS {
        let place = source.place(file)?;
        let window = tail::window(file, place.first - place.base, most)?;
        let after = source.place(file)?;
        if (place.base, place.first) == (after.base, after.first) {
            return Ok((window, place.base));
        }
    }
    Err(io::Error::other("it is rotated too fast"))
}
