//! The lines of one log, one after the other, as whoever reads several logs at once takes them.

use std::collections::VecDeque;

use super::{
    past::{self, Count, PastError, Range, Unended},
    reader::Reader,
    source::Source,
};
use crate::model::clean;

/// How much is read at once, in bytes.
const BLOCK: usize = 64 * 1024;

/// A line on a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The position in the stream where it begins.
    pub pos: u64,
    /// Clean, without its line break.
    pub text: String,
}

/// A walk over the lines of one stream, those of its archives first. It holds no more than a block
/// and the longest line. A rotation meanwhile changes nothing.
#[derive(Debug)]
pub struct Walk {
    reader: Reader,
    range: Range,
    held: Vec<u8>,
    over: usize,
    /// Where the line that is held begins.
    begin: u64,
    block: Vec<u8>,
    ready: VecDeque<Step>,
    is_over: bool,
}

impl Walk {
    /// A walk over the last lines of a stream.
    ///
    /// # Errors
    ///
    /// A file cannot be opened or read.
    pub fn new(source: &Source, count: Count, unended: Unended) -> Result<Self, PastError> {
        let range = past::wanted(source, count, unended)?;
        let reader = Reader::new(source, range.start).map_err(|error| PastError::Read {
            path: source.log().to_owned(),
            source: error,
        })?;
        Ok(Self {
            reader,
            range,
            held: Vec::new(),
            over: 0,
            begin: range.start,
            block: Vec::new(),
            ready: VecDeque::new(),
            is_over: false,
        })
    }

    /// The position in the stream where the walk ends.
    pub fn end(&self) -> u64 {
        self.range.end
    }

    /// Whether there is nothing to walk over.
    pub fn is_empty(&self) -> bool {
        self.range.start >= self.range.end
    }

    /// The next line; `None` after the last.
    ///
    /// # Errors
    ///
    /// A file cannot be read. What follows is the part after that file.
    pub fn step(&mut self) -> Result<Option<Step>, PastError> {
        loop {
            if let Some(step) = self.ready.pop_front() {
                return Ok(Some(step));
            }
            if self.is_over {
                return Ok(None);
            }
            self.block.resize(BLOCK, 0);
            let left = self.range.end.saturating_sub(self.reader.pos());
            let want = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
            let part = self.block.get_mut(..want).unwrap_or_default();
            let read = if want > 0 {
                self.reader.read(part)
            } else {
                Ok(0)
            };
            if self.reader.take_passed_over() > 0 {
                // What was held has lost its end.
                self.end_line();
            }
            match read {
                Ok(0) => {
                    self.end_line();
                    self.is_over = true;
                }
                Ok(filled) => self.feed(self.reader.pos() - filled as u64, filled),
                Err(source) => {
                    let path = self.reader.path().to_owned();
                    self.end_line();
                    self.is_over = !self.reader.leave_archive();
                    return Err(PastError::Read { path, source });
                }
            }
        }
    }

    /// Takes what the block holds, which begins at a position.
    fn feed(&mut self, mut at: u64, filled: usize) {
        let block = std::mem::take(&mut self.block);
        let bytes = block.get(..filled).unwrap_or_default();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let ended = piece.strip_suffix(b"\n");
            if self.range.skip > 0 {
                self.range.skip -= u64::from(ended.is_some());
            } else {
                let text = ended.unwrap_or(piece);
                if self.held.is_empty() && self.over == 0 {
                    self.begin = at;
                }
                let room = clean::LINE_LIMIT.saturating_sub(self.held.len());
                let kept = text.get(..room).unwrap_or(text);
                self.held.extend_from_slice(kept);
                self.over += text.len() - kept.len();
                if ended.is_some() {
                    self.push();
                }
            }
            at += piece.len() as u64;
        }
        self.block = block;
    }

    /// A line that is held has no more.
    fn end_line(&mut self) {
        if !self.held.is_empty() || self.over > 0 {
            self.push();
        }
    }

    /// The line that is held is whole.
    fn push(&mut self) {
        let mut text = clean::line(&self.held);
        if self.over > 0 {
            text.push_str(&clean::cut_mark(self.over));
        }
        self.held.clear();
        self.over = 0;
        let pos = self.begin;
        self.ready.push_back(Step { pos, text });
    }
}

#[cfg(test)]
mod tests {
    use std::{fs::File, io::Write as _};

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;
    use crate::{
        io::logs::archives::archive as number,
        model::{Stream, root::Root},
    };

    /// A log with these bytes, and an archive with those.
    fn place(archive: &[u8], live: &[u8]) -> (tempfile::TempDir, Source) {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::new(dir.path());
        std::fs::create_dir(&root.log_dir).unwrap();
        let log = Source::new(&root, &"web".parse().unwrap(), Stream::Stdout);
        File::create(log.log()).unwrap().write_all(live).unwrap();
        if !archive.is_empty() {
            let file = File::create(number(log.log(), 1)).unwrap();
            let mut encoder = GzEncoder::new(file, Compression::fast());
            encoder.write_all(archive).unwrap();
            encoder.finish().unwrap();
        }
        (dir, log)
    }

    fn walk(log: &Source, count: Count, unended: Unended) -> Vec<(u64, String)> {
        let mut walk = Walk::new(log, count, unended).unwrap();
        let steps = std::iter::from_fn(|| walk.step().unwrap());
        steps.map(|step| (step.pos, step.text)).collect()
    }

    #[test]
    fn archives_come_first_and_every_line_has_its_position() {
        let (_dir, log) = place(b"a\nb\n", b"cc\nd\nopen");
        let text = |offset, text: &str| (offset, text.to_owned());
        let all = [
            text(0, "a"),
            text(2, "b"),
            text(4, "cc"),
            text(7, "d"),
            text(9, "open"),
        ];
        assert_eq!(walk(&log, Count::All, Unended::Shown), all);
        assert_eq!(walk(&log, Count::All, Unended::Left), all[..4]);
        assert_eq!(walk(&log, Count::Last(4), Unended::Shown), all[1..]);
        assert_eq!(walk(&log, Count::Last(2), Unended::Left), all[2..4]);
        let walked = Walk::new(&log, Count::All, Unended::Left).unwrap();
        assert_eq!(walked.end(), 9);
    }

    #[test]
    fn a_broken_archive_is_told_once_and_the_file_follows() {
        let (_dir, log) = place(b"", b"x\n");
        let mut archive = File::create(number(log.log(), 1)).unwrap();
        archive.write_all(b"this is no archive").unwrap();
        let mut walk = Walk::new(&log, Count::All, Unended::Shown).unwrap();
        assert!(matches!(walk.step(), Err(PastError::Read { .. })));
        assert_eq!(walk.step().unwrap().unwrap().text, "x");
        assert_eq!(walk.step().unwrap(), None);
    }

    #[test]
    fn a_line_without_end_is_held_no_longer_than_a_line_may_be() {
        let (_dir, log) = place(b"", &vec![b'x'; 1 << 20]);
        let lines = walk(&log, Count::All, Unended::Shown);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].1.ends_with("… +1032192 bytes"));
    }

    proptest! {
        #[test]
        fn a_walk_and_a_hand_over_give_the_same_lines(
            archive in "[ab\n]{0,30}", live in "[ab\n]{0,30}", count in 0u64..20
        ) {
            let (_dir, log) = place(archive.as_bytes(), live.as_bytes());
            for count in [Count::All, Count::Last(count)] {
                let mut handed = Vec::new();
                past::past(&log, count, Unended::Shown, &mut |line| {
                    handed.push(line);
                    Ok(())
                }).unwrap();
                let walked: Vec<_> = walk(&log, count, Unended::Shown)
                    .into_iter().map(|(_, text)| text).collect();
                prop_assert_eq!(walked, handed);
            }
        }
    }
}
