//! What is looked for in a log.

use std::ops::Range;

use regex::Regex;

use super::colours::visible;
use crate::model::pattern::{PatternError, regex};

/// How many hits in one line are told apart; more of them cost more than they show.
const HITS: usize = 1000;

/// How what is looked for is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// As it stands in the line.
    #[default]
    Text,
    /// As a regular expression.
    Regex,
}

/// What is looked for. Case counts when it holds a capital letter, and only then.
#[derive(Debug, Clone)]
pub struct Needle {
    text: String,
    kind: Kind,
    regex: Regex,
    is_any_case: bool,
}

impl Needle {
    /// What this text means.
    ///
    /// # Errors
    ///
    /// It is no regular expression, or one that needs too much memory; in one line.
    pub fn new(text: &str, kind: Kind) -> Result<Self, PatternError> {
        let expression = match kind {
            Kind::Text => regex::escape(text),
            Kind::Regex => text.to_owned(),
        };
        let is_any_case = match kind {
            Kind::Text => !text.contains(char::is_uppercase),
            Kind::Regex => !has_capital(text),
        };
        Ok(Self {
            text: text.to_owned(),
            kind,
            regex: regex(&expression, is_any_case)?,
            is_any_case,
        })
    }

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How it is written.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The same for bytes that hold many clean lines, where it finds each of them, and may find
    /// more: what reaches over the end of a line. `None` where it speaks of the ends of its text.
    pub fn for_lines(&self) -> Option<regex::bytes::Regex> {
        let speaks_of_ends = [r"\A", r"\z", "(?"];
        let is_plain = self.kind == Kind::Text;
        if !is_plain && speaks_of_ends.iter().any(|it| self.text.contains(it)) {
            return None;
        }
        let mut builder = regex::bytes::RegexBuilder::new(self.regex.as_str());
        builder.multi_line(true).case_insensitive(self.is_any_case);
        builder.build().ok()
    }

    /// Whether a clean line holds it. Colours in the line do not matter.
    pub fn is_in(&self, line: &str) -> bool {
        self.regex.is_match(&visible(line))
    }

    /// Where a clean line holds it: bytes of the visible line, in their order, none empty, none
    /// over another; at most a thousand.
    pub fn find_all(&self, line: &str) -> Vec<Range<usize>> {
        let line = visible(line);
        let hits = self.regex.find_iter(&line).map(|hit| hit.range());
        hits.take(HITS).filter(|hit| !hit.is_empty()).collect()
    }
}

impl PartialEq for Needle {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.kind == other.kind
    }
}

impl Eq for Needle {}

/// Whether a regular expression holds a capital letter that stands for itself: not the one of `\S`,
/// and not one in the name of a class or group.
fn has_capital(expression: &str) -> bool {
    let mut rest = expression.chars();
    while let Some(c) = rest.next() {
        if c == '\\' {
            let escaped = rest.next();
            if matches!(escaped, Some('p' | 'P' | 'x' | 'u' | 'U'))
                && rest.as_str().starts_with('{')
            {
                let end = rest.as_str().split_once('}').map_or("", |(_, end)| end);
                rest = end.chars();
            } else if matches!(escaped, Some('p' | 'P')) {
                rest.next();
            }
        } else if c == '(' {
            let group = rest.as_str();
            if let Some(name) = group
                .strip_prefix("?P<")
                .or_else(|| group.strip_prefix("?<"))
            {
                rest = name.split_once('>').map_or("", |(_, end)| end).chars();
            } else if let Some(flags) = group.strip_prefix('?') {
                rest = flags
                    .trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '-')
                    .chars();
            }
        } else if c.is_uppercase() {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn find(needle: &str, kind: Kind, line: &str) -> Vec<(usize, usize)> {
        let hits = Needle::new(needle, kind).unwrap().find_all(line);
        hits.into_iter().map(|hit| (hit.start, hit.end)).collect()
    }

    #[test]
    fn a_search_takes_every_case_until_a_capital_is_typed() {
        for (needle, kind, line, hits) in [
            (
                "error",
                Kind::Text,
                "Error ERROR error",
                &[(0, 5), (6, 11), (12, 17)][..],
            ),
            ("Error", Kind::Text, "Error ERROR error", &[(0, 5)]),
            ("größe", Kind::Text, "GRÖSSE GRÖßE", &[(8, 15)]),
            ("a.c", Kind::Text, "abc a.c", &[(4, 7)]),
            ("a.c", Kind::Regex, "abc A.C", &[(0, 3), (4, 7)]),
            (r"\S\D", Kind::Regex, "Ab", &[(0, 2)]),
            (r"\p{Lu}b", Kind::Regex, "AB", &[(0, 2)]),
            (r"(?P<Name>x)(?i:y)", Kind::Regex, "XY", &[(0, 2)]),
            ("X", Kind::Regex, "xX", &[(1, 2)]),
            ("x*", Kind::Regex, "axxb", &[(1, 3)]),
            ("", Kind::Text, "abc", &[]),
        ] {
            assert_eq!(find(needle, kind, line), hits, "{needle}");
        }
        assert_eq!(find("x", Kind::Text, &"x".repeat(5000)).len(), HITS);
    }

    #[test]
    fn colours_hide_nothing_and_are_not_found() {
        let line = "a\u{1b}[31mb\u{1b}[0mc 31m";
        assert_eq!(find("abc", Kind::Text, line), [(0, 3)]);
        assert_eq!(find("31m", Kind::Text, line), [(4, 7)]);
        assert!(Needle::new("bc", Kind::Text).unwrap().is_in(line));
        assert!(!Needle::new("\u{1b}", Kind::Text).unwrap().is_in(line));
    }

    #[test]
    fn a_wrong_expression_is_told_in_one_line() {
        for (text, why) in [
            ("(x", "unclosed group"),
            (
                "x{1000}{1000}{1000}",
                "it needs more than 1 MiB once compiled",
            ),
        ] {
            assert_eq!(Needle::new(text, Kind::Regex).unwrap_err().to_string(), why);
            assert!(Needle::new(text, Kind::Text).unwrap().is_in(text));
        }
    }

    proptest! {
        #[test]
        fn hits_are_in_order_and_hold_what_was_looked_for(
            needle in "[a-c]{1,3}",
            words in prop::collection::vec("[a-cA-C]{0,4}|\u{1b}\\[3[0-7]m", 0..20)
        ) {
            let line = words.concat();
            let seen = visible(&line);
            let mut end = 0;
            let hits = find(&needle, Kind::Text, &line);
            for (from, to) in &hits {
                prop_assert!(*from >= end);
                end = *to;
                let hit = seen.get(*from..*to).unwrap_or_default();
                prop_assert_eq!(hit.to_lowercase(), needle.clone());
            }
            prop_assert_eq!(hits.is_empty(), !seen.to_lowercase().contains(&needle));
        }
    }
}
