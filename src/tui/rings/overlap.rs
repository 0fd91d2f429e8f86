//! A log that is looked at again comes with its last lines: which of them are known already.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    model::{LogLine, ServiceName, Stream},
    tui::state::LogRing,
};

/// With this begins what oats says about lines that are missing.
const GAP: &str = "…";

/// The newest line of a stream that is kept.
struct Newest {
    /// Where it begins.
    pos: u64,
    /// All that was shown of it.
    text: String,
}

/// The newest kept line of a stream of which it is known where it begins.
fn newest(ring: &LogRing, stream: Stream) -> Option<Newest> {
    let lines = || ring.lines.iter().map(|kept| &kept.line);
    let mut parts = Vec::new();
    for line in lines().rev().filter(|line| line.stream == stream) {
        parts.push(line.text.as_str());
        if let Some(pos) = line.pos {
            parts.reverse();
            let text = parts.concat();
            return Some(Newest { pos, text });
        }
    }
    None
}

impl Newest {
    /// Whether a line has been kept. One that was shown only in part comes once more, whole.
    fn covers(&self, pos: u64, text: &str) -> bool {
        pos < self.pos || (pos == self.pos && text == self.text)
    }

    /// Whether a line that begins there is the next one. What a line held that was cleaned off it is
    /// not known: then it is taken for one that is not.
    fn is_before(&self, pos: u64) -> bool {
        pos <= self.pos || pos == self.pos + self.text.len() as u64 + 1
    }
}

/// Takes those lines out of a batch that are kept already: the last lines of a log that is looked at
/// again. Where they do not join on, says so.
pub(crate) fn only_new(
    rings: &BTreeMap<ServiceName, LogRing>,
    lines: Vec<LogLine>,
) -> Vec<LogLine> {
    let again = |line: &LogLine| {
        line.stream != Stream::Oats && rings.get(&line.service).is_some_and(|ring| ring.torn)
    };
    if !lines.iter().any(again) {
        return lines;
    }
    let mut kept: BTreeMap<(ServiceName, Stream), Option<Newest>> = BTreeMap::new();
    // The later parts of a line go where it goes; those before the first line go with that.
    let mut is_known: BTreeMap<(ServiceName, Stream), bool> = BTreeMap::new();
    let mut torn = BTreeSet::new();
    for line in lines.iter().filter(|line| again(line)) {
        let (key, Some(ring)) = (
            (line.service.clone(), line.stream),
            rings.get(&line.service),
        ) else {
            continue;
        };
        let newest = kept
            .entry(key.clone())
            .or_insert_with(|| newest(ring, line.stream));
        let (Some(pos), false) = (line.pos, is_known.contains_key(&key)) else {
            continue;
        };
        let covers = |newest: &Newest| newest.covers(pos, &line.text);
        is_known.insert(key, newest.as_ref().is_some_and(covers));
        let has_some = ring
            .lines
            .iter()
            .any(|kept| kept.line.stream == line.stream);
        let joins = newest.as_ref().is_some_and(|newest| newest.is_before(pos));
        if has_some && !joins {
            torn.insert(line.service.clone());
        }
    }
    let mut out = Vec::with_capacity(lines.len());
    for line in lines {
        if again(&line) {
            let key = (line.service.clone(), line.stream);
            if let (Some(pos), Some(Some(newest))) = (line.pos, kept.get(&key)) {
                is_known.insert(key.clone(), newest.covers(pos, &line.text));
            }
            if is_known.get(&key).copied().unwrap_or(false) {
                continue;
            }
            if torn.remove(&line.service) {
                out.push(gap(&line.service));
            }
        }
        out.push(line);
    }
    out
}

/// What is said where lines may be missing.
fn gap(service: &ServiceName) -> LogLine {
    LogLine {
        service: service.clone(),
        stream: Stream::Oats,
        at: None,
        pos: None,
        text: format!("{GAP} lines may be missing here: this log was not looked at for a while"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::samples::name;

    fn line(stream: Stream, pos: impl Into<Option<u64>>, text: &str) -> LogLine {
        LogLine {
            service: name("api"),
            stream,
            at: None,
            pos: pos.into(),
            text: text.to_owned(),
        }
    }

    fn texts(lines: &[LogLine]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    /// What is kept of a log that was not looked at for a while.
    fn kept(lines: impl IntoIterator<Item = LogLine>) -> BTreeMap<ServiceName, LogRing> {
        let mut ring = LogRing::default();
        for (number, line) in (0..).zip(lines) {
            ring.push(number, line);
        }
        ring.torn = true;
        BTreeMap::from([(name("api"), ring)])
    }

    proptest! {
        #[test]
        fn no_line_is_shown_twice_and_none_is_lost(
            lens in prop::collection::vec(0..9_usize, 1..90),
            seen_to in 0..90_usize,
            from in 0..90_usize,
        ) {
            let mut pos = 0;
            let log: Vec<LogLine> = lens.iter().map(|len| {
                let line = line(Stream::Stdout, pos, &"x".repeat(*len));
                pos += *len as u64 + 1;
                line
            }).collect();
            let seen_to = seen_to.min(log.len());
            let from = from.min(seen_to);
            let rings = kept(log[..seen_to].to_vec());
            let new = only_new(&rings, log[from..].to_vec());
            prop_assert_eq!([&log[..seen_to], &new].concat(), log);
        }
    }

    #[test]
    fn each_stream_joins_on_by_itself() {
        let (out, err) = (Stream::Stdout, Stream::Stderr);
        let rings = kept([
            line(out, 0, "a"),
            line(err, 0, "x"),
            line(out, 2, "b"),
            line(err, 2, "y"),
        ]);
        let batch = vec![
            line(err, 0, "x"),
            line(err, 2, "y"),
            line(err, 4, "z"),
            line(out, 2, "b"),
            line(out, 4, "c"),
            line(Stream::Oats, None, "said"),
        ];
        assert_eq!(texts(&only_new(&rings, batch.clone())), ["z", "c", "said"]);
        assert_eq!(only_new(&BTreeMap::new(), batch.clone()), batch);
    }

    #[test]
    fn the_same_text_again_and_again_is_told_apart() {
        let out = Stream::Stdout;
        let rings = kept((0..3).map(|n| line(out, n * 2, "x")));
        let batch: Vec<LogLine> = (1..6).map(|n| line(out, n * 2, "x")).collect();
        let new = only_new(&rings, batch);
        assert_eq!(
            new.iter().filter_map(|line| line.pos).collect::<Vec<_>>(),
            [6, 8, 10]
        );
    }

    #[test]
    fn a_line_that_was_shown_in_parts_is_known_once_all_of_it_was_shown() {
        let out = Stream::Stdout;
        let rings = kept([
            line(out, 0, "a"),
            line(out, 2, "50 %"),
            line(out, None, " done"),
        ]);
        let whole = vec![line(out, 2, "50 % done"), line(out, 12, "c")];
        assert_eq!(texts(&only_new(&rings, whole)), ["c"]);
        let more = vec![line(out, 2, "50 % done and more"), line(out, 21, "c")];
        assert_eq!(texts(&only_new(&rings, more)), ["50 % done and more", "c"]);
        // The end of a line whose beginning is not there goes with the line after it.
        let torn = vec![line(out, None, "nd"), line(out, 0, "a"), line(out, 12, "c")];
        assert_eq!(texts(&only_new(&rings, torn)), ["c"]);
    }

    #[test]
    fn where_the_tail_does_not_join_on_it_says_so_once() {
        let (out, err) = (Stream::Stdout, Stream::Stderr);
        let mut rings = kept([line(out, 0, "a"), line(err, 0, "b")]);
        let next = vec![line(out, 2, "m"), line(err, 2, "n")];
        assert_eq!(texts(&only_new(&rings, next)), ["m", "n"]);
        let batch = vec![line(out, 70, "m"), line(err, 80, "n")];
        let new = only_new(&rings, batch.clone());
        assert_eq!(new.len(), 3);
        assert!(new[0].stream == Stream::Oats && new[0].text.starts_with(GAP));
        for ring in rings.values_mut() {
            ring.torn = false;
        }
        assert_eq!(only_new(&rings, batch.clone()), batch);
    }
}
