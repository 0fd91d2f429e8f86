//! What a mistyped word was probably meant to be.

use super::key::{Key, NAMED};

/// Other names that people know for the same key.
const ALIASES: [(&str, &str); 18] = [
    ("escape", "esc"),
    ("return", "enter"),
    ("cr", "enter"),
    ("spacebar", "space"),
    ("spc", "space"),
    ("bs", "backspace"),
    ("delete", "del"),
    ("insert", "ins"),
    ("pageup", "pgup"),
    ("page_up", "pgup"),
    ("pagedown", "pgdn"),
    ("page_down", "pgdn"),
    ("pgdown", "pgdn"),
    ("arrowup", "up"),
    ("arrowdown", "down"),
    ("arrowleft", "left"),
    ("arrowright", "right"),
    ("backtab", "shift+tab"),
];

/// Names of the keys that are held down, and what they are here.
const HELD: [(&str, &str); 10] = [
    ("ctrl", "ctrl"),
    ("control", "ctrl"),
    ("c", "ctrl"),
    ("alt", "alt"),
    ("meta", "alt"),
    ("option", "alt"),
    ("a", "alt"),
    ("m", "alt"),
    ("shift", "shift"),
    ("s", "shift"),
];

/// The known word nearest to `word`, unless all are far.
pub(super) fn word<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    // A word of three letters may differ in one, of nine in three.
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|other| (strsim::osa_distance(&word, other), other))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other)
}

/// The key that a text was probably meant to name, as it is written in a keymap file.
pub(super) fn key(typed: &str) -> Option<String> {
    let text = typed.trim();
    // "Ctrl-R" and "ctrl+r" alike; a sign at the end is the key itself.
    let last = text.char_indices().next_back().map_or(0, |(at, _)| at);
    let cut = text
        .char_indices()
        .rfind(|(at, c)| matches!(c, '+' | '-') && *at > 0 && *at < last)
        .map(|(at, _)| at);
    let (held, base) = match cut {
        Some(at) => (text.get(..at)?, text.get(at + 1..)?),
        None => ("", text),
    };
    let (mut ctrl, mut alt, mut shift) = (false, false, false);
    for part in held.split(['+', '-']).filter(|part| !part.is_empty()) {
        match held_key(part)? {
            "ctrl" => ctrl = true,
            "alt" => alt = true,
            _ => shift = true,
        }
    }
    let base = base_key(base, shift)?;
    let ctrl = if ctrl { "ctrl+" } else { "" };
    let alt = if alt { "alt+" } else { "" };
    let key: Key = format!("{ctrl}{alt}{base}").parse().ok()?;
    let name = key.to_string();
    (name != typed).then_some(name)
}

/// Control, Alt or Shift, however it was written.
fn held_key(part: &str) -> Option<&'static str> {
    let meant = word(part, HELD.iter().map(|(name, _)| *name))?;
    let found = HELD.iter().find(|(name, _)| *name == meant);
    found.map(|(_, held)| *held)
}

/// The name of the key itself.
fn base_key(text: &str, shift: bool) -> Option<String> {
    let mut chars = text.chars();
    if let (Some(only), None) = (chars.next(), chars.next()) {
        let shifted = only.to_uppercase().to_string();
        return Some(if shift { shifted } else { only.to_string() });
    }
    let lower = text.to_lowercase();
    let is_function = lower.strip_prefix('f').is_some_and(|number| {
        !number.is_empty() && number.chars().all(|digit| digit.is_ascii_digit())
    });
    if is_function {
        return (!shift).then_some(lower);
    }
    let names = ALIASES.iter().map(|(name, _)| *name);
    let near = word(&lower, NAMED.iter().map(|(_, name, _)| *name).chain(names))?;
    let alias = ALIASES.iter().find(|(name, _)| *name == near);
    let name = alias.map_or(near, |(_, name)| name);
    match (shift, name) {
        (true, "tab") => Some("shift+tab".to_owned()),
        // No other named key is told apart with Shift.
        (true, _) => None,
        (false, name) => Some(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_key_is_recognised() {
        for (typed, meant) in [
            ("ctlr+r", Some("ctrl+r")),
            ("Ctrl+R", Some("ctrl+r")),
            ("Ctrl-Alt-x", Some("ctrl+alt+x")),
            ("C-x", Some("ctrl+x")),
            ("shift+x", Some("X")),
            ("Shift-Tab", Some("shift+tab")),
            ("Escape", Some("esc")),
            ("PageUp", Some("pgup")),
            ("pgpu", Some("pgup")),
            ("F9", Some("f9")),
            ("F1", Some("f1")),
            ("entr", Some("enter")),
            (" x", Some("x")),
            ("shift+up", None),
            ("f99", None),
            ("hyperspace", None),
            ("ctrl+shift+i", None),
            ("", None),
            ("+", Some("plus")),
        ] {
            assert_eq!(key(typed).as_deref(), meant, "{typed:?}");
        }
    }
}
