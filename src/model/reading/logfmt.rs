//! `key=value key="a value"`.

/// A pair as it was written; the value with its quotes, if it has some.
pub(super) type Pair<'a> = (&'a str, &'a str);

/// The pairs of a line that holds nothing else.
pub(super) fn pairs(text: &str) -> Option<Vec<Pair<'_>>> {
    let mut rest = text.trim();
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=')?;
        if key.is_empty() || !key.bytes().all(is_of_key) {
            return None;
        }
        let len = value_len(after)?;
        let (value, next) = after.split_at_checked(len)?;
        let blank = next.trim_start();
        if !next.is_empty() && blank.len() == next.len() {
            return None;
        }
        found.push((key, value));
        rest = blank;
    }
    Some(found)
}

/// What a value says, without its quotes.
pub(super) fn decode(value: &str) -> String {
    if !value.starts_with('"') {
        return value.to_owned();
    }
    serde_json::from_str(value).unwrap_or_else(|_other_escapes| {
        let inner = value.strip_prefix('"').unwrap_or(value);
        inner.strip_suffix('"').unwrap_or(inner).to_owned()
    })
}

/// How long the value at the start is; `None` where its quotes do not end.
fn value_len(text: &str) -> Option<usize> {
    if !text.starts_with('"') {
        let end = text.find(|c: char| c.is_whitespace());
        return Some(end.unwrap_or(text.len()));
    }
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    Some(end + 2)
}

fn is_of_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'@' | b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_pairs_and_nothing_else_is_logfmt() {
        let found = pairs(r#"  a=1 b="x \"y\" z"  c= d.e=f=g "#).unwrap();
        let expected = [
            ("a", "1"),
            ("b", r#""x \"y\" z""#),
            ("c", ""),
            ("d.e", "f=g"),
        ];
        assert_eq!(found, expected);
        for text in [
            "a=1 word", "word a=1", "=1", "a=\"open", "a=\"b\"c", "a b=1", "é=1",
        ] {
            assert_eq!(pairs(text), None, "{text}");
        }
        assert_eq!(pairs(""), Some(Vec::new()));
    }

    #[test]
    fn quotes_are_taken_off() {
        for (value, said) in [
            ("a", "a"),
            (r#""a b""#, "a b"),
            (r#""a \"b\"""#, "a \"b\""),
            (r#""\x is no escape""#, "\\x is no escape"),
            ("", ""),
        ] {
            assert_eq!(decode(value), said);
        }
    }
}
