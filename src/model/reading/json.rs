//! JSON as it was written: pieces of the text itself, so that no number and no key changes.

use serde::de::IgnoredAny;

/// How much may stand before an object in a line, in bytes.
const PREFIX: usize = 120;

/// The end of a text that is one whole JSON object, and what stands before it.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_end();
    if !text.ends_with('}') {
        return None;
    }
    let (before, object) = text.split_at_checked(start(text.as_bytes())?)?;
    serde_json::from_str::<IgnoredAny>(object).ok()?;
    Some((before, object))
}

/// Where an object begins, when one may begin in a line: at its first brace, at its start or after
/// a blank. A brace after anything else is text.
pub(super) fn start(line: &[u8]) -> Option<usize> {
    let near = line.get(..PREFIX).unwrap_or(line);
    let at = near.iter().position(|byte| *byte == b'{')?;
    let (before, _) = near.split_at_checked(at)?;
    let last = before.last();
    let is_apart =
        last.is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'|' | b'm'));
    // The letter ends a colour, if one begins before it.
    let is_text = last == Some(&b'm') && !before.contains(&0x1b);
    (is_apart && !is_text).then_some(at)
}

/// The first value of an object under a name, up to the end of the text. The object may have been
/// cut, and is not looked at any further.
pub(super) fn find(object: &[u8], is_wanted: impl Fn(&[u8]) -> bool) -> Option<&[u8]> {
    let mut rest = object;
    let mut depth = 0_u32;
    loop {
        let (first, after) = rest.split_first()?;
        rest = after;
        match first {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let (word, after) = string(rest)?;
                rest = after;
                let value = rest.trim_ascii_start().strip_prefix(b":");
                if let Some(value) = value
                    && depth == 1
                    && is_wanted(word)
                {
                    return Some(value.trim_ascii_start());
                }
            }
            _ => {}
        }
    }
}

/// A string behind its quote, and what follows it.
pub(super) fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut escaped = false;
    let end = bytes.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    })?;
    let (word, rest) = bytes.split_at_checked(end)?;
    Some((word, rest.get(1..)?))
}

/// The members of an object, in their order: key and value as they were written.
pub(super) fn members(object: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let (mut depth, mut key, mut from) = (0_u32, None, None);
    for (at, token) in (Tokens {
        text: object,
        at: 0,
    }) {
        let ends = match token {
            "{" | "[" => {
                depth += 1;
                false
            }
            "}" | "]" => {
                depth = depth.saturating_sub(1);
                depth == 0
            }
            "," => depth == 1,
            _ => false,
        };
        if ends {
            let value = from.take().and_then(|from: usize| object.get(from..at));
            if let (Some(key), Some(value)) = (key.take(), value) {
                found.push((key, value.trim()));
            }
        } else if depth == 1 && key.is_none() {
            key = (token != "{").then_some(token);
        } else if depth == 1 && from.is_none() && token == ":" {
            from = Some(at + 1);
        }
    }
    found
}

/// A value without the blanks between its tokens.
pub(super) fn compact(value: &str) -> String {
    let tokens = Tokens { text: value, at: 0 };
    tokens.map(|(_, token)| token).collect()
}

/// What a JSON string says, quotes and all; one that says nothing that is text stays as it is.
pub(super) fn decode(string: &str) -> String {
    serde_json::from_str(string).unwrap_or_else(|_not_text| string.to_owned())
}

/// The tokens of valid JSON, with the places in bytes at which they begin: strings with their
/// quotes, numbers and words, and single marks.
pub(super) struct Tokens<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..)?;
        let token = rest.trim_start();
        let at = self.at + rest.len() - token.len();
        let len = match token.as_bytes().first()? {
            b'"' => string_len(token.as_bytes()),
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            _ => token
                .find(|c: char| c.is_whitespace() || "{}[],:\"".contains(c))
                .unwrap_or(token.len()),
        };
        self.at = at + len;
        Some((at, token.get(..len)?))
    }
}

/// The length of a string with both its quotes.
fn string_len(bytes: &[u8]) -> usize {
    let mut escaped = false;
    let end = bytes.iter().skip(1).position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    });
    end.map_or(bytes.len(), |end| end + 2)
}
