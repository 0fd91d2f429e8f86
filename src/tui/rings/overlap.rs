//! A log that is looked at again comes with its last lines: which of them are known already.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    model::{LogLine, ServiceName, Stream},
    tui::state::LogRing,
};

/// How many lines decide where the known ones end. Before them there may be gaps: of a flood only
/// a part is shown.
const SIGNATURE: usize = 64;
/// How many of the newest known lines may have changed since: one that had not ended was shown in
/// parts.
const UNFINISHED: usize = 3;
/// With this begins what oats says about lines that are missing.
const GAP: &str = "…";

/// How many lines at the start of `fresh` are known: up to the first place where it has the end of
/// `kept`, as far as both reach. Takes time in proportion to both.
fn known(kept: &[&str], fresh: &[&str]) -> usize {
    let pattern: Vec<&str> = kept.iter().rev().take(fresh.len()).copied().collect();
    // For each beginning of the pattern, its longest own beginning that is also its end.
    let mut borders = Vec::with_capacity(pattern.len());
    let mut matched = 0;
    for (at, line) in pattern.iter().enumerate() {
        matched = if at == 0 {
            0
        } else {
            step(&pattern, &borders, matched, line)
        };
        borders.push(matched);
    }
    let mut matched = 0;
    for (read, line) in fresh.iter().rev().enumerate() {
        matched = step(&pattern, &borders, matched, line);
        if matched > 0 && matched == pattern.len() {
            return fresh.len() + matched - read - 1;
        }
    }
    matched
}

/// How much of the pattern matches after one more line.
fn step(pattern: &[&str], borders: &[usize], mut matched: usize, line: &str) -> usize {
    loop {
        if pattern.get(matched) == Some(&line) {
            return matched + 1;
        }
        let Some(shorter) = matched.checked_sub(1).and_then(|last| borders.get(last)) else {
            return 0;
        };
        matched = *shorter;
    }
}

/// As [`known`], where the newest kept lines may have changed since.
fn known_in(kept: &[&str], fresh: &[&str]) -> usize {
    let ends = (0..=UNFINISHED).filter_map(|cut| kept.get(..kept.len().checked_sub(cut)?));
    let mut found = ends.map(|kept| known(kept, fresh));
    found.find(|count| *count > 0).unwrap_or(0)
}

/// The newest texts of a stream, oldest first, back to where lines are missing.
fn signature(ring: &LogRing, stream: Stream) -> Vec<&str> {
    let newest = ring.lines.iter().rev().map(|kept| &kept.line);
    let whole =
        newest.take_while(|line| line.stream != Stream::Oats || !line.text.starts_with(GAP));
    let texts = whole.filter(|line| line.stream == stream);
    let mut texts: Vec<&str> = texts
        .take(SIGNATURE)
        .map(|line| line.text.as_str())
        .collect();
    texts.reverse();
    texts
}

/// Takes those lines out of a batch that are kept already: the last lines of a log, which come
/// without a time when it is looked at again. Where they do not join on, says so.
pub(crate) fn only_new(
    rings: &BTreeMap<ServiceName, LogRing>,
    lines: Vec<LogLine>,
) -> Vec<LogLine> {
    let is_old = |line: &LogLine| line.at.is_none() && line.stream != Stream::Oats;
    let mut fresh: BTreeMap<(&ServiceName, Stream), Vec<&str>> = BTreeMap::new();
    for line in lines.iter().filter(|line| is_old(line)) {
        if rings.contains_key(&line.service) {
            let key = (&line.service, line.stream);
            fresh.entry(key).or_default().push(&line.text);
        }
    }
    if fresh.is_empty() {
        return lines;
    }
    let mut left: BTreeMap<(ServiceName, Stream), usize> = BTreeMap::new();
    let mut torn = BTreeSet::new();
    for ((service, stream), fresh) in fresh {
        let Some(ring) = rings.get(service) else {
            continue;
        };
        let kept = signature(ring, stream);
        let count = known_in(&kept, &fresh);
        if count == 0 && ring.torn && ring.lines.iter().any(|kept| kept.line.stream == stream) {
            torn.insert(service.clone());
        }
        left.insert((service.clone(), stream), count);
    }
    let mut out = Vec::with_capacity(lines.len());
    for line in lines {
        if is_old(&line) {
            match left.get_mut(&(line.service.clone(), line.stream)) {
                Some(0) | None => {}
                Some(count) => {
                    *count -= 1;
                    continue;
                }
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

    #[test]
    fn a_tail_that_begins_inside_the_kept_lines_is_known_up_to_their_end() {
        for (kept, fresh, count) in [
            ("a b c", "b c d e", 2),
            ("a b c", "a b c", 3),
            ("a b c", "d e", 0),
            ("a b c", "", 0),
            ("", "a", 0),
            // The tail reaches further back than what is kept.
            ("c d", "a b c d e", 4),
            // The same lines again and again: none is shown twice.
            ("x x x", "x x x x x", 5),
            ("a b a b", "a b a b a", 4),
            ("x y x", "y x x y", 2),
        ] {
            let kept: Vec<&str> = kept.split_whitespace().collect();
            let fresh: Vec<&str> = fresh.split_whitespace().collect();
            assert_eq!(known(&kept, &fresh), count, "{kept:?} {fresh:?}");
        }
    }

    #[test]
    fn a_line_that_was_shown_in_parts_does_not_hide_the_overlap() {
        let kept = ["a", "b", "50 %", " done"];
        assert_eq!(known_in(&kept, &["a", "b", "50 % done", "c"]), 2);
        assert_eq!(known_in(&["z"], &["a"]), 0);
    }

    proptest! {
        #[test]
        fn no_line_is_shown_twice_and_none_is_lost(
            log in prop::collection::vec(0..50_000_u32, 1..90),
            seen_to in 0..90_usize,
            from in 0..90_usize,
        ) {
            // Lines of a real log differ: their place makes sure of it here.
            let log: Vec<String> = log.iter().enumerate().map(|(at, n)| format!("{at} {n}")).collect();
            let log: Vec<&str> = log.iter().map(String::as_str).collect();
            let seen_to = seen_to.min(log.len());
            let from = from.min(seen_to);
            let fresh = &log[from..];
            let count = known(&log[..seen_to], fresh);
            let both = [&log[..seen_to], &fresh[count..]].concat();
            prop_assert_eq!(both, log);
        }

        #[test]
        fn the_place_that_is_found_is_the_one_that_a_slow_search_finds(
            kept in prop::collection::vec(prop::sample::select(vec!["a", "b"]), 0..12),
            fresh in prop::collection::vec(prop::sample::select(vec!["a", "b"]), 0..12),
        ) {
            let fits = |end: &usize| {
                let len = kept.len().min(*end);
                kept[kept.len() - len..] == fresh[end - len..*end]
            };
            let slow = (1..=fresh.len()).rev().filter(|_| !kept.is_empty()).find(fits);
            prop_assert_eq!(known(&kept, &fresh), slow.unwrap_or(0));
        }
    }

    fn line(stream: Stream, timed: bool, text: &str) -> LogLine {
        LogLine {
            service: name("api"),
            stream,
            at: timed.then(crate::tui::samples::now),
            pos: None,
            text: text.to_owned(),
        }
    }

    fn texts(lines: &[LogLine]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn each_stream_joins_on_by_itself_and_keeps_its_times() {
        let (out, err) = (Stream::Stdout, Stream::Stderr);
        let mut ring = LogRing::default();
        for (number, (stream, text)) in (0..).zip([(out, "a"), (err, "x"), (out, "b"), (err, "y")])
        {
            ring.push(number, line(stream, true, text));
        }
        ring.torn = true;
        let mut rings = BTreeMap::from([(name("api"), ring)]);
        let batch = [(err, "x"), (err, "y"), (err, "z"), (out, "b"), (out, "c")];
        let mut batch = batch
            .map(|(stream, text)| line(stream, false, text))
            .to_vec();
        batch.push(line(out, true, "c"));
        assert_eq!(texts(&only_new(&rings, batch.clone())), ["z", "c", "c"]);
        rings.clear();
        assert_eq!(only_new(&rings, batch.clone()), batch);
    }

    #[test]
    fn where_the_tail_does_not_join_on_it_says_so_once() {
        let (out, err) = (Stream::Stdout, Stream::Stderr);
        let mut ring = LogRing::default();
        ring.push(0, line(out, true, "a"));
        ring.push(1, line(err, true, "b"));
        let batch = vec![line(out, false, "m"), line(err, false, "n")];
        let mut rings = BTreeMap::from([(name("api"), ring)]);
        assert_eq!(texts(&only_new(&rings, batch.clone())), ["m", "n"]);
        for ring in rings.values_mut() {
            ring.torn = true;
        }
        let new = only_new(&rings, batch);
        assert_eq!(new.len(), 3);
        assert!(new[0].stream == Stream::Oats && new[0].text.starts_with(GAP));
    }
}
