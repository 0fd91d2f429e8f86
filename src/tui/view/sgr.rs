//! Colours in log lines: the surviving `ESC[...m` sequences as styles.

use ratatui::style::{Color, Modifier, Style};

use crate::tui::theme::{Colour, ansi};

/// The pieces of a text, each with its style, on top of `base`.
pub(super) fn pieces(text: &str, base: Style, colour: Colour) -> Pieces<'_> {
    Pieces {
        rest: text,
        base,
        style: base,
        colour,
    }
}

/// See [`pieces`].
pub(super) struct Pieces<'a> {
    rest: &'a str,
    base: Style,
    style: Style,
    colour: Colour,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = (&'a str, Style);

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let Some(escape) = self.rest.find('\u{1b}') else {
                return Some((std::mem::take(&mut self.rest), self.style));
            };
            if escape > 0 {
                let (piece, rest) = self.rest.split_at_checked(escape)?;
                self.rest = rest;
                return Some((piece, self.style));
            }
            self.escape();
        }
        None
    }
}

impl Pieces<'_> {
    /// Takes one escape sequence off the rest. The cleaner lets only SGR through; anything else
    /// loses its escape character, so that it can do nothing.
    fn escape(&mut self) {
        let after = self.rest.get(1..).unwrap_or("");
        let Some(body) = after.strip_prefix('[') else {
            self.rest = after;
            return;
        };
        let end = body.find(|c: char| !c.is_ascii_digit() && c != ';' && c != ':');
        match end.and_then(|end| body.split_at_checked(end)) {
            Some((codes, rest)) => {
                if let Some(rest) = rest.strip_prefix('m') {
                    self.apply(codes);
                    self.rest = rest;
                } else {
                    self.rest = after;
                }
            }
            // An unfinished sequence at the end of the line.
            None => self.rest = "",
        }
    }

    /// Applies the codes of one sequence.
    fn apply(&mut self, codes: &str) {
        let mut numbers = codes
            .split([';', ':'])
            .map(|code| code.parse::<u8>().unwrap_or(0));
        while let Some(number) = numbers.next() {
            match number {
                0 => self.style = self.base,
                38 => self.paint(Style::fg, extended(&mut numbers)),
                48 => self.paint(Style::bg, extended(&mut numbers)),
                58 => {
                    extended(&mut numbers);
                }
                39 => self.style.fg = self.base.fg,
                49 => self.style.bg = self.base.bg,
                _ => self.plain(number),
            }
        }
    }

    /// Applies a code without arguments.
    fn plain(&mut self, number: u8) {
        let style = self.style;
        match number {
            1 => self.style = style.add_modifier(Modifier::BOLD),
            2 => self.style = style.add_modifier(Modifier::DIM),
            3 => self.style = style.add_modifier(Modifier::ITALIC),
            4 => self.style = style.add_modifier(Modifier::UNDERLINED),
            7 => self.style = style.add_modifier(Modifier::REVERSED),
            9 => self.style = style.add_modifier(Modifier::CROSSED_OUT),
            22 => self.clear(Modifier::BOLD | Modifier::DIM),
            23 => self.clear(Modifier::ITALIC),
            24 => self.clear(Modifier::UNDERLINED),
            27 => self.clear(Modifier::REVERSED),
            29 => self.clear(Modifier::CROSSED_OUT),
            30..=37 => self.paint(Style::fg, Some(ansi(number - 30))),
            90..=97 => self.paint(Style::fg, Some(ansi(number - 82))),
            40..=47 => self.paint(Style::bg, Some(ansi(number - 40))),
            100..=107 => self.paint(Style::bg, Some(ansi(number - 92))),
            _ => {}
        }
    }

    /// Takes modifiers away, but not those of the base.
    fn clear(&mut self, modifiers: Modifier) {
        let kept = self.base.add_modifier & modifiers;
        self.style.add_modifier.remove(modifiers);
        self.style.add_modifier.insert(kept);
    }

    /// Sets a colour, where colours are used.
    fn paint(&mut self, set: fn(Style, Color) -> Style, colour: Option<Color>) {
        if let (Colour::Ansi, Some(colour)) = (self.colour, colour) {
            self.style = set(self.style, colour);
        }
    }
}

/// The colour after 38 or 48: `5;n` or `2;r;g;b`.
fn extended(numbers: &mut impl Iterator<Item = u8>) -> Option<Color> {
    match numbers.next()? {
        5 => numbers.next().map(Color::Indexed),
        2 => Some(Color::Rgb(
            numbers.next()?,
            numbers.next()?,
            numbers.next()?,
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, colour: Colour) -> Vec<(&str, Style)> {
        pieces(text, Style::new(), colour).collect()
    }

    #[test]
    fn colours_become_styles_and_end_where_they_are_reset() {
        let green = Style::new().fg(Color::Green);
        let bold = green.add_modifier(Modifier::BOLD);
        assert_eq!(
            all("a \u{1b}[32mok\u{1b}[1m!\u{1b}[0m z", Colour::Ansi),
            [
                ("a ", Style::new()),
                ("ok", green),
                ("!", bold),
                (" z", Style::new())
            ]
        );
    }

    #[test]
    fn all_three_colour_depths_pass() {
        let fg = |colour| Style::new().fg(colour);
        assert_eq!(
            all(
                "\u{1b}[93ma\u{1b}[38;5;208mb\u{1b}[38;2;1;2;3mc",
                Colour::Ansi
            ),
            [
                ("a", fg(Color::LightYellow)),
                ("b", fg(Color::Indexed(208))),
                ("c", fg(Color::Rgb(1, 2, 3))),
            ]
        );
    }

    #[test]
    fn mono_keeps_weight_and_drops_colour() {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        assert_eq!(all("\u{1b}[1;31;44mx", Colour::Mono), [("x", bold)]);
    }

    #[test]
    fn broken_and_foreign_sequences_do_nothing() {
        let text = |input| -> String {
            all(input, Colour::Ansi)
                .into_iter()
                .map(|(t, _)| t)
                .collect()
        };
        assert_eq!(text("a\u{1b}[2Jb"), "a[2Jb");
        assert_eq!(text("a\u{1b}[38;5"), "a");
        assert_eq!(text("a\u{1b}"), "a");
        assert_eq!(text("\u{1b}[38;5mx\u{1b}[999mé"), "xé");
    }
}
