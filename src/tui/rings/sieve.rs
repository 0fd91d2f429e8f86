//! What a filter lets through and what a search finds, kept up to date while lines come and go.

use std::{collections::VecDeque, sync::Arc};

use crate::{
    model::{
        Stream,
        reading::{Level, Needle, visible},
    },
    tui::state::{Kept, LogRing, LogView, Streams},
};

/// What a view of a log lets through, and what it looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sieve {
    streams: Streams,
    least: Option<Level>,
    needle: Option<Needle>,
    only: bool,
    cleared: u64,
}

impl Sieve {
    /// That of a view; `None` where it filters by stream alone and looks for nothing.
    pub(crate) fn of(view: &LogView) -> Option<Self> {
        let sieve = Self {
            streams: view.streams,
            least: view.least,
            needle: view.search.clone(),
            only: view.only && view.search.is_some(),
            cleared: view.cleared,
        };
        let is_plain = sieve.least.is_none() && sieve.needle.is_none() && sieve.cleared == 0;
        (!is_plain).then_some(sieve)
    }

    /// Whether a line is shown, but for what is looked for. What oats says always is, and of lines
    /// without a level nobody knows that they are less than information.
    fn passes(&self, kept: &Kept) -> bool {
        let level = match (self.least, kept.weight) {
            (None, _) => true,
            (Some(least), Some(weight)) => weight >= least,
            (Some(least), None) => kept.line.stream == Stream::Oats || least <= Level::Info,
        };
        level && kept.number >= self.cleared && self.streams.show(kept.line.stream)
    }
}

/// Lines of one service that went through a sieve, by their numbers, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sifted {
    by: Sieve,
    /// Lines from this number on were not looked at yet.
    next: u64,
    /// The lines that are shown.
    pub(super) shown: VecDeque<u64>,
    /// How many of them have left the ring.
    pub(super) gone: u64,
    /// Those that hold what is looked for.
    pub(super) hits: VecDeque<u64>,
    /// Those that report an error.
    pub(super) errors: VecDeque<u64>,
}

impl Sifted {
    fn new(by: &Sieve) -> Self {
        Self {
            by: by.clone(),
            next: 0,
            shown: VecDeque::new(),
            gone: 0,
            hits: VecDeque::new(),
            errors: VecDeque::new(),
        }
    }

    /// Whether it holds what a sieve lets through of a ring as it is now.
    fn is_current(&self, by: &Sieve, ring: &LogRing) -> bool {
        let newest = ring.lines.back().is_none_or(|kept| kept.number < self.next);
        let oldest = ring.lines.front().map_or(u64::MAX, |kept| kept.number);
        newest && self.shown.front().is_none_or(|first| *first >= oldest) && self.by == *by
    }

    /// Takes note of the lines that have come and of those that have left since.
    fn catch_up(&mut self, ring: &LogRing) {
        let oldest = ring.lines.front().map_or(self.next, |kept| kept.number);
        let before = self.shown.len();
        for list in [&mut self.shown, &mut self.hits, &mut self.errors] {
            while list.front().is_some_and(|number| *number < oldest) {
                list.pop_front();
            }
        }
        self.gone += u64::try_from(before - self.shown.len()).unwrap_or(0);
        let start = ring.place_from(self.next);
        for kept in ring.lines.range(start..) {
            self.take(kept);
            self.next = kept.number + 1;
        }
    }

    fn take(&mut self, kept: &Kept) {
        if !self.by.passes(kept) {
            return;
        }
        let needle = self.by.needle.as_ref();
        let is_hit = needle.is_some_and(|needle| needle.is_in(&kept.line.text));
        if is_hit {
            self.hits.push_back(kept.number);
        }
        if self.by.only && !is_hit {
            return;
        }
        self.shown.push_back(kept.number);
        if kept.level == Some(Level::Error) {
            self.errors.push_back(kept.number);
        }
    }
}

impl LogRing {
    /// Brings what went through a sieve up to date.
    pub(crate) fn sift(&mut self, by: Option<&Sieve>) {
        let Some(by) = by else {
            self.sifted = None;
            return;
        };
        let kept = self.sifted.take().filter(|sifted| sifted.by == *by);
        let mut sifted = kept.unwrap_or_else(|| Arc::new(Sifted::new(by)));
        if !sifted.is_current(by, self) {
            Arc::make_mut(&mut sifted).catch_up(self);
        }
        self.sifted = Some(sifted);
    }

    /// What went through a sieve: as it was brought up to date, else looked for now.
    pub(super) fn sifted(&self, by: &Sieve) -> Arc<Sifted> {
        if let Some(sifted) = &self.sifted
            && sifted.is_current(by, self)
        {
            return Arc::clone(sifted);
        }
        let mut sifted = Sifted::new(by);
        sifted.catch_up(self);
        Arc::new(sifted)
    }
}

/// The messages of a service that its next lines may continue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Open {
    stdout: Message,
    stderr: Message,
}

/// The message that was said last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Message {
    level: Option<Level>,
    /// It ends with a line that is not moved in: what went wrong stands below the way to it.
    is_trace: bool,
}

/// With this begins the way to what went wrong, in Python.
const TRACE: &str = "Traceback (most recent call last)";
/// With these begin lines that are not moved in and still belong to the message above.
const CONTINUE: [&str; 7] = [
    TRACE,
    "Caused by:",
    "Suppressed:",
    "stack backtrace:",
    "}",
    "]",
    ")",
];

impl Open {
    /// How serious a line is that says so itself, or belongs to a message that does.
    pub(super) fn weight(
        &mut self,
        stream: Stream,
        level: Option<Level>,
        text: &str,
    ) -> Option<Level> {
        let open = match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
            Stream::Oats => return level,
        };
        if level.is_some() {
            *open = Message {
                level,
                is_trace: false,
            };
            return level;
        }
        let head = visible(text.get(..text.floor_char_boundary(256)).unwrap_or(text));
        let moved_in = head.is_empty() || head.starts_with([' ', '\t']);
        if moved_in || CONTINUE.iter().any(|start| head.starts_with(start)) {
            open.is_trace |= head.starts_with(TRACE);
            return open.level;
        }
        let weight = open.level.filter(|_| open.is_trace);
        *open = Message::default();
        weight
    }
}
