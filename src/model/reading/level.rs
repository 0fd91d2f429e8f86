//! How serious a log line is, by its own words.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};
use thiserror::Error;

use super::json;

/// How serious a log line says it is; the more serious, the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// It is for those who look for a mistake.
    Debug,
    /// It informs.
    Info,
    /// It warns.
    Warning,
    /// It reports an error.
    Error,
}

/// A word that names no level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected debug, info, warning or error")]
pub struct LevelError;

/// How much of a line is looked at for a word, in bytes.
const NEAR: usize = 120;
/// How much of a structured line is looked at for its level, in bytes.
const FAR: usize = 4096;

/// The names of a level in structured lines.
const KEYS: [&str; 5] = ["level", "severity", "lvl", "loglevel", "log.level"];

impl Level {
    /// The level of a line: what its JSON or logfmt says, else the first word near its start that
    /// names one. `None` where nothing does; the stream a line came from says nothing about it.
    pub fn of(text: &str) -> Option<Self> {
        let bytes = text.trim_ascii_start().as_bytes();
        let head = bytes.get(..FAR).unwrap_or(bytes);
        if let Some(at) = json::start(head)
            && let Some(value) = head.get(at..).and_then(json_level)
        {
            return Self::of_value(value);
        }
        if let Some(value) = logfmt_level(head) {
            return Self::of_value(value);
        }
        let near = head.get(..NEAR).unwrap_or(head);
        klog(near).or_else(|| first_word(near))
    }

    /// Its letter in the column of levels.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Error => "E",
            Self::Warning => "W",
            Self::Info => "I",
            Self::Debug => "D",
        }
    }

    /// The value of a level: a word, or a number as pino and bunyan write it.
    pub(super) fn of_value(value: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(value).ok()?;
        match text.parse::<u32>() {
            Ok(0..10) => None,
            Ok(10..30) => Some(Self::Debug),
            Ok(30..40) => Some(Self::Info),
            Ok(40..50) => Some(Self::Warning),
            Ok(_) => Some(Self::Error),
            Err(_) => Self::of_word(value),
        }
    }

    /// Whether a field of this name holds a level.
    pub(super) fn is_key(name: &[u8]) -> bool {
        KEYS.iter()
            .any(|key| key.as_bytes().eq_ignore_ascii_case(name))
    }

    /// A word that names a level, however it is written.
    fn of_word(word: &[u8]) -> Option<Self> {
        const WORDS: [(&str, Level); 19] = [
            ("error", Level::Error),
            ("err", Level::Error),
            ("fatal", Level::Error),
            ("panic", Level::Error),
            ("critical", Level::Error),
            ("crit", Level::Error),
            ("severe", Level::Error),
            ("alert", Level::Error),
            ("emerg", Level::Error),
            ("emergency", Level::Error),
            ("warning", Level::Warning),
            ("warn", Level::Warning),
            ("info", Level::Info),
            ("notice", Level::Info),
            ("information", Level::Info),
            ("debug", Level::Debug),
            ("trace", Level::Debug),
            ("dbg", Level::Debug),
            ("verbose", Level::Debug),
        ];
        let found = WORDS
            .iter()
            .find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(word));
        found.map(|(_, level)| *level)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

impl FromStr for Level {
    type Err = LevelError;

    fn from_str(text: &str) -> Result<Self, LevelError> {
        Self::of_word(text.as_bytes()).ok_or(LevelError)
    }
}

impl Serialize for Level {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The value of the level of a JSON object; it may have been cut.
fn json_level(bytes: &[u8]) -> Option<&[u8]> {
    json::find(bytes, Level::is_key).map(plain_value)
}

/// The value of `level=`, at the start or behind a blank.
fn logfmt_level(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'=') {
        let (before, after) = rest.split_at_checked(at)?;
        let key = before.rsplit(u8::is_ascii_whitespace).next()?;
        let value = after.get(1..)?;
        if Level::is_key(key) {
            return Some(plain_value(value));
        }
        rest = value;
    }
    None
}

/// A word or number at the start, with its quotes taken off.
fn plain_value(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"\"").unwrap_or(bytes);
    let end = bytes.iter().position(|byte| !byte.is_ascii_alphanumeric());
    bytes.get(..end.unwrap_or(bytes.len())).unwrap_or(bytes)
}

/// "E0312 12:04:01.011 ...": letter, month and day.
fn klog(bytes: &[u8]) -> Option<Level> {
    let (letter, rest) = bytes.split_first()?;
    let (digits, rest) = rest.split_at_checked(4)?;
    if rest.first() != Some(&b' ') || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    match letter {
        b'E' | b'F' => Some(Level::Error),
        b'W' => Some(Level::Warning),
        b'I' => Some(Level::Info),
        _ => None,
    }
}

/// The first word that names a level. In capitals it does so anywhere; else only as the first
/// word, in brackets, or before a colon.
fn first_word(bytes: &[u8]) -> Option<Level> {
    let mut words = Words {
        rest: bytes,
        before: None,
    };
    let mut is_first = true;
    while let Some((before, word, after)) = words.next_word() {
        if ends_as_a_fault(word, after, is_first) {
            return Some(Level::Error);
        }
        let stands_alone = before.is_none_or(|byte| byte.is_ascii_whitespace() || opens(byte))
            && after.is_none_or(|byte| byte.is_ascii_whitespace() || closes(byte));
        if stands_alone && let Some(level) = Level::of_word(word) {
            let is_loud = word.iter().all(u8::is_ascii_uppercase);
            let is_marked = matches!(after, Some(b':' | b']' | b')' | b'>' | b'|'));
            if is_loud || is_marked || (is_first && level == Level::Error) {
                return Some(level);
            }
        }
        is_first = false;
    }
    None
}

/// "Traceback (most", "ValueError: ", "java.lang.Exception: ", "thread 'main' panicked at".
fn ends_as_a_fault(word: &[u8], after: Option<u8>, is_first: bool) -> bool {
    let blank = after.is_none_or(|byte| byte == b' ');
    match word {
        b"Traceback" => is_first && blank,
        b"panicked" | b"Exception" => blank || after == Some(b':'),
        _ => after == Some(b':') && (word.ends_with(b"Error") || word.ends_with(b"Exception")),
    }
}

fn opens(byte: u8) -> bool {
    matches!(byte, b'[' | b'(' | b'<' | b'|' | b'"' | b'\'')
}

fn closes(byte: u8) -> bool {
    matches!(
        byte,
        b']' | b')' | b'>' | b'|' | b':' | b',' | b'"' | b'\'' | 0x1b
    )
}

/// The words of a text, without its colours.
struct Words<'a> {
    rest: &'a [u8],
    /// What stands before the rest.
    before: Option<u8>,
}

impl<'a> Words<'a> {
    /// The next word, with the bytes on both sides of it.
    fn next_word(&mut self) -> Option<(Option<u8>, &'a [u8], Option<u8>)> {
        loop {
            let (first, after) = self.rest.split_first()?;
            if *first == 0x1b {
                // A colour ends with its first letter; it stands for a blank.
                let end = after.iter().position(u8::is_ascii_alphabetic)?;
                self.rest = after.get(end + 1..)?;
                self.before = Some(b' ');
                continue;
            }
            if !is_letter(*first) {
                self.before = Some(*first);
                self.rest = after;
                continue;
            }
            let end = self.rest.iter().position(|byte| !is_letter(*byte));
            let (word, rest) = self.rest.split_at_checked(end.unwrap_or(self.rest.len()))?;
            let found = (self.before, word, rest.first().copied());
            self.before = word.last().copied();
            self.rest = rest;
            return Some(found);
        }
    }
}

/// Part of a word. Digits and underscores belong to it, so that `ERROR_CODE` is another word.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
#[path = "level_tests.rs"]
mod tests;
