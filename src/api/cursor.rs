//! A place in the ledger, from which everything is told once and in order: what is older from the
//! files, what is newer as the owner writes it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use crate::{
    io::ledger,
    model::{Event, Seq},
    supervisor::{Handle, tape::Tape},
};

/// Lines that are read from the files at once.
const PIECE: usize = 256;
/// How often the files are read again for lines that are not there yet: the writer may be behind.
const TRIES: u32 = 20;
/// How long before each of these.
const PAUSE: Duration = Duration::from_millis(50);

/// Something for a reader of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum News {
    /// So many lines before the next one are gone.
    Gap(u64),
    /// A line.
    Line(Arc<Event>),
}

/// A place in the ledger.
pub(super) struct Cursor {
    ledger: PathBuf,
    tape: Tape<Arc<Event>>,
    /// The last line that was told; `None` before the first, when the reader began with what comes.
    at: Option<Seq>,
    /// Whether a line was told.
    has_moved: bool,
    behind: Option<Behind>,
}

/// Lines that are read from the files before it goes on with the tape.
struct Behind {
    /// Lines of the tape, which come after those of the files.
    held: Vec<Arc<Event>>,
    tries: u32,
}

impl Cursor {
    /// A place behind a line; without one, behind the newest.
    pub(super) fn new(handle: &Handle, ledger: PathBuf, since: Option<Seq>) -> Self {
        let mut tape = handle.events();
        let behind = since.map(|_| Behind {
            held: tape.take().items,
            tries: 0,
        });
        let tape = if behind.is_some() {
            tape
        } else {
            tape.from_now()
        };
        Self {
            ledger,
            tape,
            at: since,
            has_moved: false,
            behind,
        }
    }

    /// What comes next. Waits for it; `None` once the owner has left.
    pub(super) async fn next(&mut self) -> Option<Vec<News>> {
        loop {
            while let Some(news) = self.past().await {
                if !news.is_empty() {
                    return Some(news);
                }
            }
            let news = self.tape.next().await?;
            if news.missed > 0 && self.at.is_some() {
                self.behind = Some(Behind {
                    held: news.items,
                    tries: 0,
                });
            } else {
                return Some(self.tell(news.items));
            }
        }
    }

    /// The next piece of what is there already; `None` when that was all.
    pub(super) async fn past(&mut self) -> Option<Vec<News>> {
        let mut behind = self.behind.take()?;
        let at = self.at.unwrap_or_default();
        let first = behind.held.first().map(|event| event.seq);
        if first.is_some_and(|first| first <= at.next()) {
            return Some(self.tell_last(behind.held));
        }
        let mut piece = self.read(&mut behind).await;
        let is_last = piece.is_empty();
        if let Some(first) = first {
            piece.retain(|event| event.seq < first);
        }
        if !piece.is_empty() {
            self.behind = Some(behind);
            return Some(self.tell(piece.into_iter().map(Arc::new).collect()));
        }
        if is_last && first.is_some() && behind.tries < TRIES {
            behind.tries += 1;
            tokio::time::sleep(PAUSE).await;
            self.behind = Some(behind);
            return Some(Vec::new());
        }
        Some(self.tell_last(behind.held))
    }

    /// Reads on in the files.
    async fn read(&self, behind: &mut Behind) -> Vec<Event> {
        let ledger = self.ledger.clone();
        let after = self.at.unwrap_or_default();
        let read = tokio::task::spawn_blocking(move || ledger::since(&ledger, after, PIECE)).await;
        let problem = match read {
            Ok(Ok(piece)) => return piece,
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        // What cannot be read is told as a gap.
        tracing::warn!(target: "api", "could not read the ledger: {problem}");
        behind.tries = TRIES;
        Vec::new()
    }

    /// Tells what was held back while the files were read.
    fn tell_last(&mut self, held: Vec<Arc<Event>>) -> Vec<News> {
        // A crash loses lines that some reader has seen, and their numbers are given anew; then
        // this owner has written nothing that the reader knows.
        let is_ahead = match held.last() {
            Some(newest) => self.at.is_some_and(|at| at > newest.seq),
            None => !self.has_moved,
        };
        if is_ahead {
            self.at = None;
        }
        self.tell(held)
    }

    /// Tells lines, each once, and what is missing between them.
    fn tell(&mut self, events: Vec<Arc<Event>>) -> Vec<News> {
        let mut news = Vec::with_capacity(events.len());
        for event in events {
            if let Some(at) = self.at {
                if event.seq <= at {
                    continue;
                }
                let missed = event.seq.0 - at.0 - 1;
                if missed > 0 {
                    news.push(News::Gap(missed));
                }
            }
            self.at = Some(event.seq);
            self.has_moved = true;
            news.push(News::Line(event));
        }
        news
    }
}

#[cfg(test)]
#[path = "tests/cursor.rs"]
mod tests;
