//! One log file that is looked at.

use std::{fs::File, path::PathBuf};

use super::{
    lines::{Piece, Splitter},
    tail,
};
use crate::{
    io::{
        platform::{
            fsx,
            notice::{Notices, WatchId},
        },
        records,
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
    /// The root that it belongs to.
    root: Root,
    path: PathBuf,
    open: Option<Open>,
    splitter: Splitter,
    /// Bytes of the stream that are not in the file any more: where the file begins.
    base: u64,
    /// When bytes last arrived.
    fed_at: Mono,
    /// How much may be shown now.
    allowance: u64,
    /// When that was so.
    allowed_at: Mono,
    pace: Pace,
}

/// The file, once it is there.
#[derive(Debug)]
struct Open {
    file: File,
    watch: Option<WatchId>,
    offset: u64,
    /// How long it was at the last look.
    len: u64,
}

/// What became of a file since the last look.
struct Look {
    /// It has become shorter.
    is_cut: bool,
    /// How much that had not been read went with that.
    lost: u64,
}

impl Open {
    /// Looks how long the file is now.
    fn look(&mut self) -> Option<Look> {
        let len = self.file.metadata().ok()?.len();
        let unread = self.len.saturating_sub(self.offset);
        let is_cut = len < self.offset.max(self.len);
        if is_cut {
            self.offset = 0;
        }
        self.len = len;
        let lost = if is_cut { unread } else { 0 };
        Some(Look { is_cut, lost })
    }

    /// Reads on, at most so many bytes.
    fn read(&mut self, most: u64) -> Vec<u8> {
        let mut bytes = vec![0; usize::try_from(most).unwrap_or(0)];
        let filled = fsx::read_at(&self.file, &mut bytes, self.offset).unwrap_or(0);
        bytes.truncate(filled);
        self.offset += filled as u64;
        if filled == 0 {
            // It was cut this moment, or cannot be read: the next notice tells.
            self.len = self.offset;
        }
        bytes
    }
}

impl Followed {
    /// A stream that nobody has looked at yet.
    pub(super) fn new(root: &Root, service: ServiceName, stream: Stream, pace: Pace) -> Self {
        Self {
            root: root.clone(),
            path: root.log_file(&service, stream).unwrap_or_default(),
            service,
            stream,
            open: None,
            splitter: Splitter::default(),
            base: 0,
            fed_at: Mono::default(),
            allowance: BURST,
            allowed_at: Mono::default(),
            pace,
        }
    }

    /// Opens the file when it is there; tells why it cannot be watched.
    pub(super) fn open(&mut self, notices: &mut Notices) -> Option<LogLine> {
        let file = fsx::open_read(&self.path).ok()?;
        let watched = notices.watch_file(&file);
        let trouble = watched.as_ref().err().map(|error| {
            let text = format!("{} cannot be followed: {error}", self.stream_word());
            self.remark(None, text)
        });
        self.open = Some(Open {
            file,
            watch: watched.ok(),
            offset: 0,
            len: 0,
        });
        self.find_base();
        trouble
    }

    /// Looks where in the stream the file begins now.
    fn find_base(&mut self) {
        self.base = records::log_base(&self.root, &self.service).of(self.stream);
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
        let Ok(window) = tail::window(&open.file, 0, most) else {
            return Vec::new();
        };
        open.offset = window.end;
        if window.is_torn {
            self.splitter = Splitter::torn();
        }
        let mut lines = Vec::new();
        self.feed(&window.bytes, window.start, None, &mut lines);
        self.fed_at = now;
        lines
    }

    /// Goes on from a place in the file, as if what stands before it had been shown.
    pub(super) fn go_on_from(&mut self, offset: u64) {
        if let Some(open) = &mut self.open {
            (open.offset, open.len) = (offset, offset);
        }
    }

    /// Whether there is more than was read at once.
    pub(super) fn is_behind(&self) -> bool {
        let is_behind = |open: &Open| open.offset < open.len;
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
        let Some(Look { is_cut, lost }) = open.look() else {
            return;
        };
        let new = open.len - open.offset;
        let (mut skipped, wanted) = match self.pace {
            Pace::Newest => (new.saturating_sub(most), new.min(most)),
            Pace::Everything => (0, new.min(CHUNK)),
        };
        open.offset += skipped;
        let mut begin = open.offset;
        let mut bytes = open.read(wanted);
        self.allowance = most.saturating_sub(bytes.len() as u64);
        if is_cut || skipped > 0 {
            // What was held has lost its end.
            self.flush(lines);
            self.splitter = Splitter::default();
        }
        if is_cut {
            self.find_base();
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
            self.feed(&bytes, begin, Some(now.wall), lines);
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
        if is_right || fsx::open_read(&self.path).is_err() {
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
            .is_some_and(|open| !fsx::is_same_file(&open.file, &self.path))
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

    /// Takes bytes that stand at `offset` of the file.
    fn feed(&mut self, bytes: &[u8], offset: u64, at: Option<Wall>, lines: &mut Vec<LogLine>) {
        let (service, stream) = (&self.service, self.stream);
        let pos = Some(self.base + offset);
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
