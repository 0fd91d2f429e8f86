//! Reading logs far back, for the window that asks: pages of lines, and searches through whole logs.
//!
//! A search runs on a thread of its own beside the pages, and ends when it is told to, when another
//! one begins, or when nobody is left who could want its result.

use std::{
    error::Error as _,
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{sync::mpsc, task::spawn_blocking};

use super::handle::Feed;
pub use crate::io::logs::book::{Extent, Page, Progress, Sought, Spot, Towards};
use crate::{
    io::{
        clock::Clock,
        logs::book::{Book, BookError, Found},
    },
    model::{ServiceName, Stream, root::Root},
};

/// How often it is told how far a search is.
const TELL_EACH: Duration = Duration::from_millis(100);

/// How many requests may wait. A window that has so many in flight is told that it was too fast.
const WAITING: usize = 64;

/// Where requests are sent.
pub type Looker = mpsc::Sender<Look>;
/// Where requests arrive.
pub type Looks = mpsc::Receiver<Look>;

/// The two ends of a queue for requests.
pub fn channel() -> (Looker, Looks) {
    mpsc::channel(WAITING)
}

/// Begins to serve; ends when nobody can send any more. Needs a runtime.
pub fn open(root: Arc<Root>, feed: mpsc::Sender<Feed>) -> Looker {
    let (looker, looks) = channel();
    tokio::spawn(serve(root, looks, feed));
    looker
}

/// What a window wants of the log of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Carried by every answer, so that the window can tell late ones.
    pub number: u64,
    /// Whose log.
    pub service: ServiceName,
    /// Only this stream; both without one.
    pub streams: Option<Stream>,
    /// What it wants.
    pub want: Reading,
}

/// What is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Lines from a spot on.
    Page {
        /// Where.
        spot: Spot,
        /// In which direction.
        towards: Towards,
        /// How many at most.
        most: usize,
    },
    /// The nearest line that is looked for, with lines around it.
    Search {
        /// From where.
        spot: Spot,
        /// In which direction.
        towards: Towards,
        /// What.
        sought: Box<Sought>,
        /// How many lines around it.
        most: usize,
    },
    /// The search ends.
    Stop,
    /// Nothing more is wanted of this log for now.
    Close,
}

/// An answer to a [`Look`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// The number of the request.
    pub number: u64,
    /// Whose log.
    pub service: ServiceName,
    /// What came of it.
    pub told: Told,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The lines.
    Page(Page),
    /// A search goes on.
    Progress(Progress),
    /// A search has found a line: it, and the lines around it.
    Found {
        /// Its stream.
        stream: Stream,
        /// Where it begins.
        pos: u64,
        /// The lines.
        page: Page,
    },
    /// There is no such line in this direction.
    Nothing,
    /// The search was stopped.
    Stopped,
    /// It cannot be read: why, in one sentence.
    Failed(String),
}

/// Answers requests until nobody can send any more.
pub async fn serve(root: Arc<Root>, mut looks: Looks, feed: mpsc::Sender<Feed>) {
    let mut book: Option<Book> = None;
    let mut search: Option<Running> = None;
    while let Some(look) = looks.recv().await {
        match look.want {
            Reading::Stop => drop(search.take()),
            Reading::Close => {
                drop(search.take());
                book = None;
            }
            Reading::Page { .. } => {
                let old = book.take().filter(|book| *book.service() == look.service);
                let mut open = old.unwrap_or_else(|| Book::new(&root, &look.service));
                let read = spawn_blocking(move || {
                    let leaf = page(&mut open, look);
                    (open, leaf)
                });
                // When it panicked, the report is on its way, and oats ends.
                let Ok((open, leaf)) = read.await else { return };
                book = Some(open);
                if feed.send(Feed::Book(Box::new(leaf))).await.is_err() {
                    return;
                }
            }
            Reading::Search { .. } => {
                drop(search.take());
                let running = search.insert(Running::default());
                let (stop, root, feed) = (running.stop.clone(), root.clone(), feed.clone());
                // It answers for itself.
                drop(spawn_blocking(move || run(&root, look, &stop, &feed)));
            }
        }
    }
}

/// Reads a page.
fn page(book: &mut Book, look: Look) -> Leaf {
    let read = match look.want {
        Reading::Page {
            spot,
            towards,
            most,
        } => book.page(look.streams, spot, towards, most).map(Told::Page),
        Reading::Search { .. } | Reading::Stop | Reading::Close => Ok(Told::Stopped),
    };
    Leaf {
        number: look.number,
        service: look.service,
        told: told(read),
    }
}

/// A search that runs, and ends when this is dropped.
#[derive(Debug, Default)]
struct Running {
    stop: Arc<AtomicBool>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Searches, and tells how far it is and what came of it.
fn run(root: &Root, look: Look, stop: &AtomicBool, feed: &mpsc::Sender<Feed>) {
    let Look {
        number,
        service,
        streams,
        want,
    } = look;
    let Reading::Search {
        spot,
        towards,
        sought,
        most,
    } = want
    else {
        return;
    };
    let leaf = |told| {
        Feed::Book(Box::new(Leaf {
            number,
            service: service.clone(),
            told,
        }))
    };
    let mut told_at = Clock.now().mono;
    let mut watch = |progress| {
        let now = Clock.now().mono;
        if now.since(told_at) >= TELL_EACH {
            told_at = now;
            // A window that does not keep up hears the next one.
            let _full = feed.try_send(leaf(Told::Progress(progress)));
        }
        if stop.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let mut book = Book::new(root, &service);
    let found = book.search(streams, spot, towards, &sought, &mut watch);
    let end = told(found.and_then(|found| {
        Ok(match found {
            Found::Line { stream, pos } => Told::Found {
                stream,
                pos,
                page: book.around(streams, stream, pos, most)?,
            },
            Found::Nothing => Told::Nothing,
            Found::Stopped => Told::Stopped,
        })
    }));
    let _gone = feed.blocking_send(leaf(end));
}

/// What a window is told.
fn told(read: Result<Told, BookError>) -> Told {
    read.unwrap_or_else(|error| {
        let why = error.source().map(|why| format!(": {why}"));
        Told::Failed(format!("Could not {error}{}.", why.unwrap_or_default()))
    })
}

#[cfg(test)]
#[path = "tests/book.rs"]
mod tests;
