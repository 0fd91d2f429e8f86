//! The one cleaner of text from outside.
//!
//! A terminal obeys what stands in a log line, a command line or a reason. So nothing is shown
//! that has not passed here: of all escape sequences only colours survive, and only where colours
//! make sense.

use unicode_width::UnicodeWidthChar;

/// The longest text, in bytes, before and after cleaning.
pub const LINE_LIMIT: usize = 16 * 1024;

/// Distance of tab stops, in columns.
const TAB: usize = 8;

/// The longest parameters of a colour sequence; real ones are far shorter.
const COLOUR_LIMIT: usize = 64;

/// A line of output, without its line break, fit to be shown: colours (SGR) survive, every other
/// control dies, what is not UTF-8 becomes U+FFFD, tabs become spaces, and what is too long is cut
/// with a mark.
pub fn line(bytes: &[u8]) -> String {
    clean(bytes, Colours::Keep, LINE_LIMIT)
}

/// A name, command line or reason, fit to be shown: as [`line()`], without colours.
pub fn plain(text: &str) -> String {
    clean(text.as_bytes(), Colours::Drop, LINE_LIMIT)
}

/// A line of output, without its line break, fit to be searched: as [`line()`], without colours, and
/// never cut. The caller keeps it short.
pub fn searchable(bytes: &[u8]) -> String {
    clean(bytes, Colours::Drop, usize::MAX)
}

/// The mark that stands for what was cut.
pub fn cut_mark(bytes: usize) -> String {
    format!("… +{bytes} bytes")
}

/// What becomes of colour sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colours {
    Keep,
    Drop,
}

fn clean(bytes: &[u8], colours: Colours, limit: usize) -> String {
    let is_harmless = |byte: &u8| (b' '..=b'~').contains(byte);
    if bytes.len() <= limit
        && bytes.iter().all(is_harmless)
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return text.to_owned();
    }
    let mut cleaner = Cleaner::new(colours);
    let mut taken = 0;
    'text: for chunk in bytes.utf8_chunks() {
        for (at, c) in chunk.valid().char_indices() {
            if cleaner.out.len() >= limit || taken + at >= limit {
                taken += at;
                break 'text;
            }
            cleaner.take(c);
        }
        taken += chunk.valid().len();
        if chunk.invalid().is_empty() {
            continue;
        }
        if cleaner.out.len() >= limit || taken >= limit {
            break;
        }
        cleaner.take(char::REPLACEMENT_CHARACTER);
        taken += chunk.invalid().len();
    }
    if taken < bytes.len() {
        cleaner.out.push_str(&cut_mark(bytes.len() - taken));
    }
    cleaner.out
}

/// Where in an escape sequence the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// In none.
    Text,
    /// After ESC, or after the intermediate characters that may follow it.
    Escape,
    /// In a control sequence (CSI): `ESC [`, parameters, one final character.
    Control,
    /// In a string for the terminal (OSC, DCS, SOS, PM, APC), up to its terminator.
    String,
}

/// Text on its way through.
struct Cleaner {
    colours: Colours,
    at: At,
    /// The control sequence so far, when it can still be a colour.
    colour: Option<String>,
    column: usize,
    out: String,
}

impl Cleaner {
    fn new(colours: Colours) -> Self {
        Self {
            colours,
            at: At::Text,
            colour: None,
            column: 0,
            out: String::new(),
        }
    }

    /// Takes the next character. What ends or begins a sequence does so anywhere, as in a terminal.
    fn take(&mut self, c: char) {
        match c {
            '\u{1b}' => self.at = At::Escape,
            '\u{9b}' => self.begin_control(None),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => self.at = At::String,
            // CAN and SUB abort a sequence, and so does any other C1 control; ST ends a string.
            '\u{18}' | '\u{1a}' | '\u{80}'..='\u{9f}' => self.at = At::Text,
            _ => match self.at {
                At::Text => self.text(c),
                At::Escape => self.escape(c),
                At::Control => self.control(c),
                At::String => {
                    if c == '\u{7}' {
                        self.at = At::Text;
                    }
                }
            },
        }
    }

    /// The character after ESC.
    fn escape(&mut self, c: char) {
        match c {
            '[' => {
                let colour = (self.colours == Colours::Keep).then(String::new);
                self.begin_control(colour);
            }
            ']' | 'P' | 'X' | '^' | '_' => self.at = At::String,
            // Intermediate characters, and controls, which a terminal obeys in between.
            '\0'..='/' | '\u{7f}' => {}
            '0'..='~' => self.at = At::Text,
            _ => self.abort(c),
        }
    }

    fn begin_control(&mut self, colour: Option<String>) {
        self.at = At::Control;
        self.colour = colour;
    }

    /// A character of a control sequence.
    fn control(&mut self, c: char) {
        match c {
            '0'..='9' | ';' | ':' => match &mut self.colour {
                Some(colour) if colour.len() < COLOUR_LIMIT => colour.push(c),
                Some(_) | None => self.colour = None,
            },
            // Private parameters and intermediates: not a colour.
            ' '..='/' | '<'..='?' => self.colour = None,
            '\0'..='\u{1f}' | '\u{7f}' => {}
            '@'..='~' => {
                self.at = At::Text;
                if let Some(colour) = self.colour.take().filter(|_| c == 'm') {
                    self.out.push_str("\u{1b}[");
                    self.out.push_str(&colour);
                    self.out.push('m');
                }
            }
            _ => self.abort(c),
        }
    }

    /// A character that no sequence holds: it is text again.
    fn abort(&mut self, c: char) {
        self.at = At::Text;
        self.text(c);
    }

    /// A character outside of any sequence.
    fn text(&mut self, c: char) {
        match c {
            '\t' => self.spaces(TAB - self.column % TAB),
            '\n' | '\u{2028}' | '\u{2029}' => self.spaces(1),
            c if c.is_control() || is_invisible(c) => {}
            c => {
                self.column += c.width().unwrap_or(0);
                self.out.push(c);
            }
        }
    }

    fn spaces(&mut self, count: usize) {
        self.column += count;
        self.out.extend(std::iter::repeat_n(' ', count));
    }
}

/// Characters that show nothing and change how, or in which order, others are shown.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn colours_survive_in_lines_and_die_in_plain_text() {
        for text in [
            "\u{1b}[31mred\u{1b}[0m",
            "\u{1b}[m",
            "\u{1b}[38;2;1;2;3mx",
            "\u{1b}[4:3mx",
        ] {
            assert_eq!(line(text.as_bytes()), text);
            assert!(!plain(text).contains('\u{1b}'));
        }
        assert_eq!(plain("\u{1b}[31mred\u{1b}[0m"), "red");
    }

    #[test]
    fn every_other_sequence_dies() {
        let cases: &[(&[u8], &str)] = &[
            (b"a\x1b[2Jb\x1b[10;5Hc\x1b[?25ld", "abcd"),
            (b"a\x1b]0;title\x07b\x1b]8;;http://x\x1b\\c", "abc"),
            (b"a\x1b]52;c;ZXZpbA==\x07b", "ab"),
            (
                b"a\x1bPq#0\x1b\\b\x1b_G\x1b\\c\x1b^p\x1b\\d\x1bXs\x1b\\e",
                "abcde",
            ),
            (b"a\x1bcb\x1b7c\x1b(0d\x1b#8e", "abcde"),
            (b"a\xc2\x9b2Jb\xc2\x9d0;t\xc2\x9cc\xc2\x85d", "abcd"),
            (b"a\xc2\x9b31mb", "ab"),
            (b"a\x07b\x08c\rd\0e\x7ff\x0e\x0fg", "abcdefg"),
            (b"a\x1b[>4;1mb\x1b[?1mc\x1b[1 md", "abcd"),
            (b"a\x1b[3", "a"),
            (b"a\x1b]52;c;never ended", "a"),
            (b"a\x1b", "a"),
            (b"a\x1b[1\x1b[32mb", "a\x1b[32mb"),
            (b"a\x1b]x\x18b\x1b[1\x1ac", "abc"),
            ("a\u{1b}[é\u{1b}ü".as_bytes(), "aéü"),
        ];
        for (raw, clean) in cases {
            assert_eq!(line(raw), *clean, "{}", raw.escape_ascii());
        }
    }

    #[test]
    fn what_is_not_utf_8_is_marked() {
        assert_eq!(
            line(b"a\xffb\x9b1mc\xe2\x82"),
            "a\u{fffd}b\u{fffd}1mc\u{fffd}"
        );
        assert_eq!(line("größer ✓ 日本".as_bytes()), "größer ✓ 日本");
    }

    #[test]
    fn what_is_invisible_is_removed() {
        assert_eq!(
            plain("a\u{202e}b\u{200b}c\u{feff}d\u{2066}e\u{ad}f"),
            "abcdef"
        );
        assert_eq!(plain("two\nlines\u{2028}three"), "two lines three");
    }

    #[test]
    fn tabs_reach_the_next_stop_of_what_is_seen() {
        assert_eq!(line(b"\tx"), "        x");
        assert_eq!(line(b"abc\tx"), "abc     x");
        assert_eq!(line(b"12345678\tx"), "12345678        x");
        assert_eq!(line("日本\tx".as_bytes()), "日本    x");
        assert_eq!(line(b"\x1b[31mabc\tx"), "\x1b[31mabc     x");
    }

    #[test]
    fn a_long_line_is_cut_with_a_mark() {
        let exact = vec![b'x'; LINE_LIMIT];
        assert_eq!(line(&exact).len(), LINE_LIMIT);
        let long = vec![b'x'; LINE_LIMIT + 5];
        let cut = line(&long);
        assert!(cut.ends_with("x… +5 bytes"));
        assert_eq!(cut.len(), LINE_LIMIT + "… +5 bytes".len());
        let wide = "€".repeat(LINE_LIMIT);
        assert!(line(wide.as_bytes()).contains("… +"));
        let swallowed = [b"a\x1b]".as_slice(), &vec![b'x'; 10 * LINE_LIMIT]].concat();
        assert!(line(&swallowed).starts_with("a… +"));
    }

    /// Pieces that make sequences likely.
    fn hostile() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            prop::sample::select(vec![
                b"\x1b".to_vec(),
                b"\x1b[".to_vec(),
                b"\x1b]52;c;".to_vec(),
                b"\x1bP".to_vec(),
                b"\xc2\x9b".to_vec(),
                b"\xc2\x9d".to_vec(),
                b"\x07".to_vec(),
                b"\x1b\\".to_vec(),
                b"31m".to_vec(),
                b"\t".to_vec(),
                b"\r\n".to_vec(),
                "\u{202e}€".as_bytes().to_vec(),
            ]),
            prop::collection::vec(any::<u8>(), 0..8),
        ];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    /// What is left when every colour sequence is taken out.
    fn without_colours(text: &str) -> String {
        let colour = regex::Regex::new("\u{1b}\\[[0-9;:]*m").unwrap();
        colour.replace_all(text, "").into_owned()
    }

    proptest! {
        #[test]
        fn no_control_character_passes(bytes in hostile()) {
            let shown = without_colours(&line(&bytes));
            prop_assert!(!shown.chars().any(|c| c.is_control() || is_invisible(c)), "{shown:?}");
            let plain = plain(&String::from_utf8_lossy(&bytes));
            prop_assert!(!plain.chars().any(|c| c.is_control() || is_invisible(c)), "{plain:?}");
        }

        #[test]
        fn cleaning_twice_changes_nothing(bytes in hostile()) {
            let once = line(&bytes);
            prop_assert_eq!(line(once.as_bytes()), once);
        }

        #[test]
        fn the_result_is_bounded(piece in hostile(), count in 0..2000usize) {
            let bytes = piece.repeat(count);
            prop_assert!(line(&bytes).len() <= LINE_LIMIT + 2 * COLOUR_LIMIT + 32);
        }
    }
}
