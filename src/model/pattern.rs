//! Regular expressions that people write: in a service file, or to search a log.

use regex::{Regex, RegexBuilder};
use thiserror::Error;

/// How much memory a compiled expression may take, in bytes: one that is repeated and repeated
/// again needs gigabytes.
const SIZE: usize = 1 << 20;

/// A regular expression that compiles.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

/// Why a text is no regular expression that oats uses; one line.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PatternError {
    /// It is none.
    #[error("{0}")]
    Syntax(String),
    /// It needs too much memory.
    #[error("it needs more than 1 MiB once compiled")]
    TooLarge,
}

impl Pattern {
    /// The expression that a text means.
    ///
    /// # Errors
    ///
    /// The text is no regular expression, or one that needs too much memory.
    pub fn new(text: &str) -> Result<Self, PatternError> {
        regex(text, false).map(Self)
    }

    /// The text it was made from.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether any part of a line matches.
    pub fn matches(&self, line: &str) -> bool {
        self.0.is_match(line)
    }
}

/// The compiled expression; with `any_case` small and capital letters mean each other.
pub(super) fn regex(text: &str, any_case: bool) -> Result<Regex, PatternError> {
    let mut builder = RegexBuilder::new(text);
    builder.size_limit(SIZE).dfa_size_limit(SIZE);
    builder.case_insensitive(any_case);
    match builder.build() {
        Ok(regex) => Ok(regex),
        Err(regex::Error::CompiledTooBig(_)) => Err(PatternError::TooLarge),
        Err(error) => Err(PatternError::Syntax(last_words(&error.to_string()))),
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

/// The message of an error that draws the expression over several lines: its last line says why.
fn last_words(message: &str) -> String {
    let last = message.lines().last().unwrap_or_default().trim();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_matches_a_part_of_a_line() {
        let pattern = Pattern::new(r"^Listening on \d+$").unwrap();
        assert!(pattern.matches("Listening on 8080"));
        assert!(!pattern.matches("not Listening on 8080"));
        assert_eq!(pattern, Pattern::new(r"^Listening on \d+$").unwrap());
        assert_ne!(pattern, Pattern::new("ready").unwrap());
    }

    #[test]
    fn what_is_wrong_is_one_line() {
        for (text, why) in [
            ("(ready", "unclosed group"),
            ("[a", "unclosed character class"),
            ("*x", "repetition operator missing expression"),
            (
                "a{1000}{1000}{100}",
                "it needs more than 1 MiB once compiled",
            ),
        ] {
            assert_eq!(Pattern::new(text).unwrap_err().to_string(), why);
        }
        let deep = "(".repeat(10_000);
        let why = Pattern::new(&deep).unwrap_err().to_string();
        assert!(!why.contains('\n') && why.len() < 200, "{why}");
    }
}
