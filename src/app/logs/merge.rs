//! The lines of several streams, one after the other.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
    rc::Rc,
};

use crate::{
    cli::logs::Entry,
    io::logs::{
        past::PastError,
        times::Times,
        walk::{Step, Walk},
    },
    model::{
        ServiceName, Stream, Wall,
        reading::{Calendar, Level, Messages, time_of},
    },
};

/// How many lines at the start of a stream are looked at for a time; and how many before the last
/// ones, for what these go on with.
pub(super) const AHEAD: usize = 64;

/// What is read in lines; it takes most of the time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reads {
    /// When they were written.
    pub(super) times: bool,
    /// How serious they are.
    pub(super) levels: bool,
}

/// A line and what is known about it.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) at: Option<Wall>,
    pub(super) level: Option<Level>,
    pub(super) pos: Option<u64>,
    pub(super) text: String,
}

impl Found {
    pub(super) fn entry<'a>(&'a self, service: &'a ServiceName, stream: Stream) -> Entry<'a> {
        Entry {
            service,
            stream,
            at: self.at,
            level: self.level,
            pos: self.pos,
            text: &self.text,
        }
    }
}

/// One stream.
pub(super) struct Strand {
    /// The index of its service.
    pub(super) service: usize,
    pub(super) stream: Stream,
    walk: Walk,
    /// When its bytes were written, as the owner has noted.
    noted: Rc<Times>,
    /// Lines that were read to find a time, each with the time that it tells.
    ahead: VecDeque<(Step, Option<Wall>)>,
    reads: Reads,
    /// Whether its lines tell times: then the noted ones, which are less exact, do not count.
    tells: bool,
    /// The time of the line before.
    at: Option<Wall>,
    messages: Messages,
}

impl Strand {
    /// A stream on its way; reads its first lines when times matter.
    pub(super) fn new(
        service: usize,
        stream: Stream,
        walk: Walk,
        noted: Rc<Times>,
        reads: Reads,
    ) -> Self {
        Self {
            service,
            stream,
            walk,
            noted,
            reads,
            tells: false,
            ahead: VecDeque::new(),
            at: None,
            messages: Messages::default(),
        }
    }

    /// Looks for the first time that a line tells. The lines before it count as of that time.
    pub(super) fn look_ahead(&mut self, calendar: &Calendar) -> Result<(), PastError> {
        while self.reads.times && self.at.is_none() && self.ahead.len() < AHEAD {
            let Some(step) = self.walk.step()? else { break };
            let told = time_of(&step.text, calendar);
            self.at = told;
            self.tells = told.is_some();
            self.ahead.push_back((step, told));
        }
        Ok(())
    }

    fn told(&self, step: &Step, calendar: &Calendar) -> Option<Wall> {
        if self.reads.times {
            time_of(&step.text, calendar)
        } else {
            None
        }
    }

    /// Whether its first lines tell a time, or times were noted.
    pub(super) fn is_timed(&self) -> bool {
        self.reads.times && (self.tells || !self.noted.marks().is_empty())
    }

    /// Its next line.
    pub(super) fn next(&mut self, calendar: &Calendar) -> Result<Option<Found>, PastError> {
        let (step, told) = match self.ahead.pop_front() {
            Some(known) => known,
            None => match self.walk.step()? {
                Some(step) => {
                    let told = self.told(&step, calendar);
                    (step, told)
                }
                None => return Ok(None),
            },
        };
        self.tells |= told.is_some();
        let noted = if self.tells || !self.reads.times {
            None
        } else {
            self.noted.of(self.stream, step.pos)
        };
        self.at = told.or(noted).or(self.at);
        Ok(Some(Found {
            at: self.at,
            level: if self.reads.levels {
                self.messages.next(&step.text, told.is_some())
            } else {
                None
            },
            pos: Some(step.pos),
            text: step.text,
        }))
    }
}

/// Streams merged by time; the lines of each stay in their order.
pub(super) struct Merge<'a> {
    strands: Vec<Strand>,
    /// The next line of each stream, if it has one.
    heads: Vec<Option<Found>>,
    /// The streams that have a next line, by when it comes. Equal times come in the order of streams.
    order: BinaryHeap<Reverse<(Wall, usize)>>,
    /// The latest time of the lines of each stream: a clock that goes back changes no order.
    reached: Vec<Wall>,
    calendar: &'a Calendar,
    /// Those whose next line must be read.
    unread: Vec<usize>,
}

impl<'a> Merge<'a> {
    pub(super) fn new(strands: Vec<Strand>, calendar: &'a Calendar) -> Self {
        Self {
            heads: strands.iter().map(|_| None).collect(),
            reached: vec![Wall::from_millis(i64::MIN); strands.len()],
            order: BinaryHeap::new(),
            unread: (0..strands.len()).collect(),
            strands,
            calendar,
        }
    }

    /// The next line, and the index of its service and its stream.
    ///
    /// # Errors
    ///
    /// A file of a stream cannot be read. What follows are the lines after that file.
    pub(super) fn next(&mut self) -> Result<Option<(usize, Stream, Found)>, PastError> {
        while let Some(index) = self.unread.last().copied() {
            let strand = self.strands.get_mut(index);
            let found = match strand {
                Some(strand) => strand.next(self.calendar)?,
                None => None,
            };
            self.unread.pop();
            let slots = self.reached.get_mut(index).zip(self.heads.get_mut(index));
            if let (Some(found), Some((reached, head))) = (found, slots) {
                *reached = found.at.unwrap_or(*reached).max(*reached);
                self.order.push(Reverse((*reached, index)));
                *head = Some(found);
            }
        }
        let Some(Reverse((_, index))) = self.order.pop() else {
            return Ok(None);
        };
        self.unread.push(index);
        let head = self.heads.get_mut(index).and_then(Option::take);
        let strand = self.strands.get(index);
        Ok(strand
            .zip(head)
            .map(|(strand, found)| (strand.service, strand.stream, found)))
    }
}
