//! The last of something that happens again and again, for any number of readers, each at a pace of
//! its own. Writing never waits for one of them.

use std::collections::VecDeque;

use tokio::sync::watch;

/// What is kept, and where it stands.
#[derive(Debug)]
struct Kept<T> {
    /// The position of the first item.
    first: u64,
    items: VecDeque<T>,
}

/// The end that writes.
#[derive(Debug)]
pub struct Recorder<T> {
    room: usize,
    kept: watch::Sender<Kept<T>>,
}

/// The end that reads, from a position of its own on.
#[derive(Debug)]
pub struct Tape<T> {
    kept: watch::Receiver<Kept<T>>,
    next: u64,
}

/// What is new to a reader.
#[derive(Debug, PartialEq, Eq)]
pub struct News<T> {
    /// Items that were gone before they were read.
    pub missed: u64,
    /// The items, in order.
    pub items: Vec<T>,
}

impl<T: Clone> Recorder<T> {
    /// A tape on which the last `room` items stay.
    pub fn new(room: usize) -> Self {
        let (kept, _) = watch::channel(Kept {
            first: 0,
            items: VecDeque::new(),
        });
        Self { room, kept }
    }

    /// Adds items.
    pub fn record(&self, items: impl IntoIterator<Item = T>) {
        self.kept.send_modify(|kept| {
            kept.items.extend(items);
            while kept.items.len() > self.room {
                kept.items.pop_front();
                kept.first += 1;
            }
        });
    }

    /// A reader of what is kept, and of what will come.
    pub fn tape(&self) -> Tape<T> {
        Tape {
            kept: self.kept.subscribe(),
            next: 0,
        }
        .from_the_start()
    }
}

impl<T: Clone> Tape<T> {
    /// The same tape, read from the first item that is kept.
    #[must_use]
    pub fn from_the_start(mut self) -> Self {
        self.next = self.kept.borrow().first;
        self
    }

    /// The same tape, read from what comes next.
    #[must_use]
    pub fn from_now(mut self) -> Self {
        let kept = self.kept.borrow_and_update();
        self.next = kept.first + kept.items.len() as u64;
        drop(kept);
        self
    }

    /// What is new, without waiting.
    pub fn take(&mut self) -> News<T> {
        let kept = self.kept.borrow_and_update();
        let missed = kept.first.saturating_sub(self.next);
        let skip = usize::try_from(self.next.saturating_sub(kept.first)).unwrap_or(usize::MAX);
        let items: Vec<T> = kept.items.iter().skip(skip).cloned().collect();
        self.next = kept.first + kept.items.len() as u64;
        News { missed, items }
    }

    /// Waits until something is new. `None` once nothing more can come.
    pub async fn next(&mut self) -> Option<News<T>> {
        loop {
            let news = self.take();
            if !news.items.is_empty() || news.missed > 0 {
                return Some(news);
            }
            self.kept.changed().await.ok()?;
        }
    }
}

impl<T> Clone for Tape<T> {
    fn clone(&self) -> Self {
        Self {
            kept: self.kept.clone(),
            next: self.next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reader_reads_everything_in_order_and_is_told_what_it_missed() {
        let recorder = Recorder::new(3);
        let mut early = recorder.tape();
        recorder.record([1, 2]);
        let mut late = recorder.tape().from_now();
        assert_eq!(early.take().items, [1, 2]);
        recorder.record([3, 4, 5, 6]);
        let news = early.take();
        assert_eq!((news.missed, news.items), (1, vec![4, 5, 6]));
        assert_eq!(late.take().missed, 1);
        assert_eq!(recorder.tape().take().items, [4, 5, 6]);
        assert_eq!(early.take().items, [0_i32; 0]);
    }

    #[tokio::test]
    async fn a_reader_waits_and_ends_with_the_writer() {
        let recorder = Recorder::new(3);
        let mut tape = recorder.tape();
        let reader = tokio::spawn(async move {
            let first = tape.next().await.map(|news| news.items);
            (first, tape.next().await.is_none())
        });
        tokio::task::yield_now().await;
        recorder.record([7]);
        drop(recorder);
        assert_eq!(reader.await.unwrap(), (Some(vec![7]), true));
    }
}
