//! Which lines of a piece of a log are what is looked for.

use std::{ops::Range, str};

use regex::bytes::Regex;

use super::{Sought, Towards};
use crate::model::{
    clean,
    reading::{Level, Needle},
};

/// Characters that a clean line has not, or not in this form, in UTF-8: controls but the end of a
/// line, and what is invisible.
const UNCLEAN: &str = r"(?-u)[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f\xad]|\xd8\x9c|\xe1\xa0\x8e|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf|\xef\xbf[\xb9-\xbb]|\xf3\xa0[\x80\x81]";

/// Looks through bytes as they stand on disk, and cleans only where that could make a difference.
pub(super) struct Sieve<'a> {
    sought: &'a Sought,
    /// The same expression for bytes that are clean already.
    raw: Option<Regex>,
    unclean: Option<Regex>,
}

impl<'a> Sieve<'a> {
    pub(super) fn new(sought: &'a Sought) -> Self {
        let needle = sought.needle.as_ref();
        Self {
            sought,
            raw: needle.and_then(Needle::for_lines),
            unclean: Regex::new(UNCLEAN).ok(),
        }
    }

    /// Where the first line begins that is looked for; the last one where one reads backwards. The
    /// bytes are whole lines.
    pub(super) fn find(&self, bytes: &[u8], towards: Towards) -> Option<usize> {
        if let Some(raw) = &self.raw
            && self.is_clean(bytes)
        {
            return self.find_raw(raw, bytes, towards);
        }
        match towards {
            Towards::Newer => self.first(bytes, 0..bytes.len()),
            Towards::Older => self.last(bytes, 0..bytes.len()),
        }
    }

    /// Whether a clean line is looked for.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let Sought { needle, level } = self.sought;
        needle.as_ref().is_none_or(|needle| needle.is_in(text))
            && level.is_none_or(|least| Level::of(text).is_some_and(|level| level >= least))
    }

    /// Whether cleaning changes nothing.
    fn is_clean(&self, bytes: &[u8]) -> bool {
        let is_plain = |byte: &u8| (b' '..=b'~').contains(byte) || *byte == b'\n';
        if bytes.iter().fold(true, |all, byte| all & is_plain(byte)) {
            return true;
        }
        let unclean = self.unclean.as_ref();
        str::from_utf8(bytes).is_ok() && unclean.is_some_and(|unclean| !unclean.is_match(bytes))
    }

    /// As [`Self::find`], in bytes that are clean. A match may reach over several lines: it only
    /// tells where to look.
    fn find_raw(&self, raw: &Regex, bytes: &[u8], towards: Towards) -> Option<usize> {
        let (mut at, mut places) = (0, Vec::new());
        while let Some(hit) = raw.find_at(bytes, at) {
            let (start, end) = (start_of(bytes, hit.start()), end_of(bytes, hit.end()));
            match towards {
                Towards::Newer => {
                    if let Some(found) = self.first(bytes, start..end) {
                        return Some(found);
                    }
                }
                Towards::Older => places.push(start..end),
            }
            at = end + 1;
            if at > bytes.len() {
                break;
            }
        }
        places
            .into_iter()
            .rev()
            .find_map(|place| self.last(bytes, place))
    }

    /// The first line in there that is looked for.
    fn first(&self, bytes: &[u8], mut range: Range<usize>) -> Option<usize> {
        while range.start < range.end {
            let end = end_of(bytes, range.start);
            if self.is_line(bytes.get(range.start..end).unwrap_or_default()) {
                return Some(range.start);
            }
            range.start = end + 1;
        }
        None
    }

    /// The last line in there that is looked for.
    fn last(&self, bytes: &[u8], mut range: Range<usize>) -> Option<usize> {
        if bytes.get(range.end.checked_sub(1)?) == Some(&b'\n') {
            range.end -= 1;
        }
        loop {
            let start = start_of(bytes, range.end);
            if self.is_line(bytes.get(start..range.end).unwrap_or_default()) {
                return Some(start);
            }
            if start <= range.start {
                return None;
            }
            range.end = start - 1;
        }
    }

    fn is_line(&self, bytes: &[u8]) -> bool {
        let shown = bytes.get(..clean::LINE_LIMIT).unwrap_or(bytes);
        self.is_in(&clean::line(shown))
    }
}

/// Where the line begins in which this index lies.
fn start_of(bytes: &[u8], index: usize) -> usize {
    let before = bytes.get(..index).unwrap_or(bytes);
    let end = before.iter().rposition(|byte| *byte == b'\n');
    end.map_or(0, |end| end + 1)
}

/// Where the text of the line ends in which this index lies.
fn end_of(bytes: &[u8], index: usize) -> usize {
    let rest = bytes.get(index..).unwrap_or_default();
    let end = rest.iter().position(|byte| *byte == b'\n');
    end.map_or(bytes.len(), |end| index + end)
}
