//! Server-sent events, put together from the pieces in which they arrive (WHATWG HTML, section 9.2,
//! as far as our own API uses it).

/// The longest event that is taken, in bytes: the truth about thousands of services.
const LIMIT: usize = 64 * 1024 * 1024;

/// One event.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sent {
    /// What kind it is.
    pub(super) kind: String,
    /// What it carries.
    pub(super) data: Vec<u8>,
}

/// Puts events together.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    line: Vec<u8>,
    event: Sent,
    has_data: bool,
}

/// An event was too long to be one of ours.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

impl Pieces {
    /// Takes a piece; the events that it completes.
    pub(super) fn take(&mut self, piece: &[u8]) -> Result<Vec<Sent>, TooLong> {
        let mut events = Vec::new();
        let mut lines = piece.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = lines.next() {
            if self.line.len() + self.event.data.len() + part.len() > LIMIT {
                return Err(TooLong);
            }
            self.line.extend_from_slice(part);
            if lines.peek().is_some() {
                let line = std::mem::take(&mut self.line);
                events.extend(self.end_line(line.strip_suffix(b"\r").unwrap_or(&line)));
            }
        }
        Ok(events)
    }

    /// Takes a whole line; an empty one ends the event.
    fn end_line(&mut self, line: &[u8]) -> Option<Sent> {
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return std::mem::take(&mut self.has_data).then_some(event);
        }
        let (field, value) = match line.iter().position(|byte| *byte == b':') {
            Some(at) => {
                let (field, value) = line.split_at(at);
                let value = value.get(1..).unwrap_or_default();
                (field, value.strip_prefix(b" ").unwrap_or(value))
            }
            None => (line, &b""[..]),
        };
        match field {
            b"event" => self.event.kind = String::from_utf8_lossy(value).into_owned(),
            b"data" => {
                if self.has_data {
                    self.event.data.push(b'\n');
                }
                self.has_data = true;
                self.event.data.extend_from_slice(value);
            }
            // Comments keep the connection awake; an id is within our own data.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sent(kind: &str, data: &str) -> Sent {
        Sent {
            kind: kind.to_owned(),
            data: data.as_bytes().to_vec(),
        }
    }

    const STREAM: &str = ": hello\n\nevent: status\nid: 7\ndata: {\"a\":1}\n\nevent:gap\r\ndata:1\r\n\r\n\
                          data: x\ndata: y\n\nevent: nothing\n\n";

    proptest! {
        #[test]
        fn events_are_the_same_however_they_are_cut(cuts in prop::collection::vec(1_usize..9, 1..99)) {
            let mut pieces = Pieces::default();
            let mut events = Vec::new();
            let mut rest = STREAM.as_bytes();
            for cut in cuts.iter().cycle() {
                let (piece, more) = rest.split_at((*cut).min(rest.len()));
                events.extend(pieces.take(piece).unwrap());
                rest = more;
                if rest.is_empty() {
                    break;
                }
            }
            let whole = [sent("status", "{\"a\":1}"), sent("gap", "1"), sent("", "x\ny")];
            prop_assert_eq!(events, whole);
        }
    }
}
