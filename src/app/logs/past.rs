//! What is there already.

use std::{
    collections::VecDeque,
    io::{self, BufWriter, IsTerminal as _, StdoutLock, Write as _},
    rc::Rc,
};

use super::{
    Job, Stop, colours,
    merge::{AHEAD, Found, Merge, Reads, Strand},
    say, stop,
};
use crate::{
    cli::{Exit, logs::Verdict},
    io::logs::{
        Source,
        past::{self, Count, PastError, Unended},
        times::Times,
        walk::Walk,
    },
    model::{ServiceName, Stream},
};

/// How much is gathered before it is written, in bytes.
const BLOCK: usize = 64 * 1024;

impl Job<'_> {
    /// Prints what is there already; returns for each service how far its files were read.
    pub(super) fn past(&self) -> Result<Vec<[u64; 2]>, Stop> {
        let mut page = Page {
            job: self,
            out: BufWriter::with_capacity(BLOCK, io::stdout().lock()),
            last: VecDeque::new(),
            shown: 0,
            untimed: 0,
            is_unreadable: false,
        };
        if self.services.is_empty() {
            say("oats: there are no logs yet");
        }
        let (timed, untimed, reached) = self.strands(&mut page);
        for mut strand in untimed {
            loop {
                match strand.next(&self.calendar) {
                    Ok(Some(found)) => page.take(strand.service, strand.stream, &found)?,
                    Ok(None) => break,
                    Err(error) => page.trouble(&error),
                }
            }
            page.turn()?;
        }
        let mut merge = Merge::new(timed, &self.calendar);
        loop {
            match merge.next() {
                Ok(Some((service, stream, found))) => page.take(service, stream, &found)?,
                Ok(None) => break,
                Err(error) => page.trouble(&error),
            }
        }
        page.turn()?;
        page.end()?;
        Ok(reached)
    }

    /// The streams that tell times, and those that do not; and for each service how far its files
    /// are read.
    fn strands(&self, page: &mut Page<'_>) -> (Vec<Strand>, Vec<Strand>, Vec<[u64; 2]>) {
        let (mut walks, mut reached) = (Vec::new(), Vec::new());
        for (index, service) in self.services.iter().enumerate() {
            let mut from = [0; 2];
            let streams = [Stream::Stdout, Stream::Stderr];
            for (from, stream) in from.iter_mut().zip(streams) {
                if !self.args.stream.list().contains(&stream) {
                    continue;
                }
                match self.walk(service, stream) {
                    Ok(walk) => {
                        *from = walk.end();
                        if !walk.is_empty() {
                            walks.push((index, stream, walk));
                        }
                    }
                    Err(error) => page.trouble(&error),
                }
            }
            reached.push(from);
            let has_log = |stream| past::has_log(&self.root, service, stream);
            if !self.args.follow && !streams.into_iter().any(has_log) {
                say(&format!("oats: {service} has no logs yet"));
            }
        }
        let levels = self.sift.level.is_some() || self.args.json || colours();
        let reads = Reads {
            times: levels || self.sift.is_timed() || walks.len() > 1,
            levels,
        };
        let (mut timed, mut untimed) = (Vec::new(), Vec::new());
        let mut noted: Vec<Rc<Times>> = Vec::new();
        for service in self.services.iter().filter(|_| reads.times) {
            // Without them the times that lines tell are left.
            noted.push(Rc::new(
                Times::read(&self.root, service).unwrap_or_default(),
            ));
        }
        for (index, stream, walk) in walks {
            let noted = noted.get(index).cloned().unwrap_or_default();
            let mut strand = Strand::new(index, stream, walk, noted, reads);
            while let Err(error) = strand.look_ahead(&self.calendar) {
                page.trouble(&error);
            }
            if strand.is_timed() {
                timed.push(strand);
            } else {
                untimed.push(strand);
            }
        }
        (timed, untimed, reached)
    }

    fn walk(&self, service: &ServiceName, stream: Stream) -> Result<Walk, PastError> {
        let source = Source::new(&self.root, service, stream);
        let unended = if self.args.follow {
            Unended::Left
        } else {
            Unended::Shown
        };
        // Lines can be counted from the end only where none of them is left out. A few more tell
        // what the first one goes on with.
        let count = match self.args.count() {
            Count::Last(wanted) if !self.args.choice.is_some() => {
                let more = if wanted > 0 { AHEAD as u64 } else { 0 };
                Count::Last(wanted.saturating_add(more))
            }
            Count::Last(_) | Count::All => Count::All,
        };
        Walk::new(&source, count, unended)
    }
}

/// Lines on their way to stdout.
struct Page<'a> {
    job: &'a Job<'a>,
    out: BufWriter<StdoutLock<'static>>,
    /// The last lines, as they are printed, where only so many are wanted.
    last: VecDeque<String>,
    shown: u64,
    /// Lines that were left out because their time is not known.
    untimed: u64,
    is_unreadable: bool,
}

impl Page<'_> {
    /// Prints a line, or keeps it while it may be one of the last.
    fn take(&mut self, service: usize, stream: Stream, found: &Found) -> Result<(), Stop> {
        let Some(service) = self.job.services.get(service) else {
            return Ok(());
        };
        let entry = found.entry(service, stream);
        match self.job.sift.judge(&entry) {
            Verdict::Meant => {}
            Verdict::Other => return Ok(()),
            Verdict::Untimed => {
                self.untimed += 1;
                return Ok(());
            }
        }
        self.shown += 1;
        let line = self.job.print.line(&entry, self.job.sift.hits());
        match self.job.args.count() {
            Count::All => self.write(&line),
            Count::Last(wanted) => {
                self.last.push_back(line);
                if self.last.len() as u64 > wanted {
                    self.last.pop_front();
                }
                Ok(())
            }
        }
    }

    /// Prints the last lines that were kept.
    fn turn(&mut self) -> Result<(), Stop> {
        for line in std::mem::take(&mut self.last) {
            self.write(&line)?;
        }
        Ok(())
    }

    fn write(&mut self, line: &str) -> Result<(), Stop> {
        let written = self.out.write_all(line.as_bytes());
        written.map_err(|error| stop(&error))
    }

    fn trouble(&mut self, error: &PastError) {
        if let PastError::Read { path, source } = error {
            let path = self.job.root.relative(path).display();
            say(&format!("oats: could not read {path}: {source}"));
            self.is_unreadable = true;
        }
    }

    /// Says what nobody sees in the lines themselves.
    fn end(mut self) -> Result<(), Stop> {
        self.out.flush().map_err(|error| stop(&error))?;
        if self.untimed > 0 {
            let lines = if self.untimed == 1 { "line" } else { "lines" };
            say(&format!(
                "oats: left out {} {lines} whose time is not known",
                self.untimed
            ));
        }
        let args = self.job.args;
        if self.shown == 0 && args.choice.is_some() && !args.follow && io::stderr().is_terminal() {
            say("oats: no line matches");
        }
        if self.is_unreadable && !args.follow {
            return Err(Stop(Exit::NotAsWanted));
        }
        Ok(())
    }
}
