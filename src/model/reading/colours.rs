//! Colours in a clean line.

use std::borrow::Cow;

/// A clean line as it is seen: without colours, the only sequences that a clean line holds.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains("\u{1b}[") {
        return Cow::Borrowed(text);
    }
    let mut pieces = text.split("\u{1b}[");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        plain.push_str(piece.split_once('m').map_or("", |(_, rest)| rest));
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_are_taken_out() {
        for (text, seen) in [
            ("plain m", "plain m"),
            ("\u{1b}[31mred\u{1b}[0m m", "red m"),
            ("a\u{1b}[4:3mb\u{1b}[mc", "abc"),
            ("a\u{1b}[3", "a"),
            ("", ""),
        ] {
            assert_eq!(visible(text), seen);
        }
    }
}
