//! Bytes become lines.

use crate::model::{Wall, clean};

/// A line, or a part of one that cannot be shown whole.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// When its beginning arrived.
    pub(super) at: Option<Wall>,
    /// Where its line begins in the stream; `None` for the later parts of a line, and where nobody
    /// knows.
    pub(super) pos: Option<u64>,
    /// Fit to be shown.
    pub(super) text: String,
}

/// One stream on its way to lines. Holds at most the beginning of one line.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    /// The beginning of a line that has not ended, at most [`clean::LINE_LIMIT`] bytes.
    held: Vec<u8>,
    /// When it arrived.
    at: Option<Wall>,
    /// Where it begins.
    pos: Option<u64>,
    /// How many more bytes of that line there were.
    over: usize,
    /// What has been shown of that line already.
    shown: Shown,
}

/// What has been shown of a line that has not ended.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Shown {
    #[default]
    Nothing,
    /// A part; what follows is shown as a line of its own.
    Part,
    /// As much as a line may hold; what follows is only counted.
    Full,
}

impl Splitter {
    /// What follows is the end of a line whose beginning nobody sees.
    pub(super) fn torn() -> Self {
        Self {
            shown: Shown::Part,
            ..Self::default()
        }
    }

    /// Takes bytes that arrived at `at` and begin at `pos` of the stream, and emits the lines that
    /// are whole, or as long as a line may be.
    pub(super) fn feed(
        &mut self,
        bytes: &[u8],
        at: Option<Wall>,
        mut pos: Option<u64>,
        mut emit: impl FnMut(Piece),
    ) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let text = piece.strip_suffix(b"\n");
            self.hold(text.unwrap_or(piece), at, pos);
            pos = pos.map(|pos| pos + piece.len() as u64);
            if text.is_some() {
                // The end of a line that was shown whole is no line.
                if self.shown == Shown::Nothing || self.is_waiting() {
                    emit(self.piece());
                }
                *self = Self::default();
            }
        }
        if self.held.len() >= clean::LINE_LIMIT {
            self.flush(emit);
        }
    }

    /// Keeps bytes of a line that has not ended.
    fn hold(&mut self, bytes: &[u8], at: Option<Wall>, pos: Option<u64>) {
        if !self.is_waiting() {
            self.at = at;
            self.pos = pos.filter(|_| self.shown == Shown::Nothing);
        }
        let room = match self.shown {
            Shown::Nothing | Shown::Part => clean::LINE_LIMIT - self.held.len(),
            Shown::Full => 0,
        };
        let kept = bytes.get(..room).unwrap_or(bytes);
        self.held.extend_from_slice(kept);
        self.over += bytes.len() - kept.len();
    }

    /// Whether there is something that has not been shown.
    pub(super) fn is_waiting(&self) -> bool {
        !self.held.is_empty() || self.over > 0
    }

    /// Emits what has not been shown, although its line has not ended.
    pub(super) fn flush(&mut self, mut emit: impl FnMut(Piece)) {
        if !self.is_waiting() {
            return;
        }
        emit(self.piece());
        let is_full = self.shown == Shown::Full || self.held.len() >= clean::LINE_LIMIT;
        *self = Self {
            shown: if is_full { Shown::Full } else { Shown::Part },
            ..Self::default()
        };
    }

    /// What is held, fit to be shown.
    fn piece(&self) -> Piece {
        let mut text = clean::line(&self.held);
        if self.over > 0 {
            text.push_str(&clean::cut_mark(self.over));
        }
        Piece {
            at: self.at,
            pos: self.pos,
            text,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> Wall {
        Wall::from_millis(millis)
    }

    /// The lines of bytes that arrive in these pieces, one a millisecond.
    fn split(pieces: &[&[u8]]) -> (Vec<(Option<Wall>, String)>, Splitter) {
        let (mut lines, mut splitter) = (Vec::new(), Splitter::default());
        for (millis, piece) in (0..).zip(pieces) {
            splitter.feed(piece, Some(at(millis)), None, |it| {
                lines.push((it.at, it.text));
            });
        }
        (lines, splitter)
    }

    #[test]
    fn a_line_is_shown_once_it_has_ended_with_the_time_of_its_beginning() {
        let (lines, splitter) = split(&[b"a\nb", b"c", b"d\n\n", b"rest"]);
        let expected = [(0, "a"), (0, "bcd"), (2, "")];
        assert_eq!(
            lines,
            expected.map(|(ms, text)| (Some(at(ms)), text.to_owned()))
        );
        assert!(splitter.is_waiting());
    }

    #[test]
    fn a_line_that_was_shown_in_part_goes_on_as_another_line() {
        let (mut lines, mut splitter) = split(&[b"50 %"]);
        splitter.flush(|it| lines.push((it.at, it.text)));
        splitter.flush(|it| lines.push((it.at, it.text)));
        splitter.feed(b" done\n", Some(at(1)), None, |it| {
            lines.push((it.at, it.text));
        });
        splitter.feed(b"> ", Some(at(2)), None, |it| lines.push((it.at, it.text)));
        splitter.flush(|it| lines.push((it.at, it.text)));
        splitter.feed(b"\nx\n", Some(at(3)), None, |it| {
            lines.push((it.at, it.text));
        });
        let texts: Vec<_> = lines.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["50 %", " done", "> ", "x"]);
    }

    #[test]
    fn a_line_without_end_costs_no_more_than_the_longest_line() {
        let block = vec![b'x'; 100_000];
        let (mut lines, mut splitter) = split(&[&block, &block, &block]);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].1.ends_with("… +83616 bytes"));
        assert!(splitter.held.is_empty());
        splitter.feed(b"\nnext\n", Some(at(9)), None, |it| {
            lines.push((it.at, it.text));
        });
        assert_eq!(lines[1].1, "… +200000 bytes");
        assert_eq!(lines[2].1, "next");
    }

    #[test]
    fn each_line_says_where_it_begins_and_its_later_parts_say_nothing() {
        let (mut lines, mut splitter) = (Vec::new(), Splitter::default());
        let mut pos = 100;
        for (piece, is_late) in [("a\n\nb", false), ("c\n50 %", true), (" done\nx\n", false)] {
            splitter.feed(piece.as_bytes(), None, Some(pos), |it| {
                lines.push((it.pos, it.text));
            });
            pos += piece.len() as u64;
            if is_late {
                splitter.flush(|it| lines.push((it.pos, it.text)));
            }
        }
        let mut torn = Splitter::torn();
        torn.feed(b"end\nwhole\n", None, Some(7), |it| {
            lines.push((it.pos, it.text));
        });
        let expected = [
            (Some(100), "a"),
            (Some(102), ""),
            (Some(103), "bc"),
            (Some(106), "50 %"),
            (None, " done"),
            (Some(116), "x"),
            (None, "end"),
            (Some(11), "whole"),
        ];
        assert_eq!(lines, expected.map(|(pos, text)| (pos, text.to_owned())));
    }

    proptest! {
        #[test]
        fn how_bytes_arrive_does_not_change_the_lines(
            text in "[a-c\n]{0,60}", cuts in prop::collection::vec(0usize..60, 0..6)
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.sort_unstable();
            let mut pieces = Vec::new();
            let mut from = 0;
            for to in cuts.into_iter().chain([text.len()]) {
                pieces.push(&text.as_bytes()[from..to]);
                from = to;
            }
            let (mut lines, mut splitter) = split(&pieces);
            splitter.flush(|it| lines.push((it.at, it.text)));
            let got: Vec<_> = lines.into_iter().map(|(_, text)| text).collect();
            prop_assert_eq!(got, text.lines().map(str::to_owned).collect::<Vec<_>>());
        }
    }
}
