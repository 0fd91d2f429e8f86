//! What a service says: whole lines, written at once.

use std::io::{self, ErrorKind, Write};

/// The most characters of somebody else's text in a line.
const FOREIGN_MAX: usize = 200;

/// A line on stdout.
pub(super) fn say(line: &str) {
    // A reader that went away is no reason to stop serving.
    drop(write(io::stdout().lock(), line));
}

/// A line on stderr.
pub(super) fn complain(line: &str) {
    drop(write(io::stderr().lock(), line));
}

/// One write for one line, so that two processes on the same file do not mix theirs.
fn write(mut out: impl Write, line: &str) -> io::Result<()> {
    out.write_all(format!("{line}\n").as_bytes())?;
    out.flush()
}

/// A text from somebody else that cannot break a line, nor fill it.
pub(super) fn foreign(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(plain).take(FOREIGN_MAX).collect()
}

/// The cause of an error in the words of people who run services.
pub(super) fn cause(error: &io::Error) -> String {
    let kind = error.kind();
    if kind == ErrorKind::AddrInUse {
        "address already in use".to_owned()
    } else if kind == ErrorKind::ConnectionRefused || kind == ErrorKind::PermissionDenied {
        kind.to_string()
    } else {
        error.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_plain_words() {
        let refused = io::Error::from_raw_os_error(111);
        assert_eq!(cause(&refused), "connection refused");
        let taken = io::Error::from_raw_os_error(98);
        assert_eq!(cause(&taken), "address already in use");
        assert_eq!(cause(&io::Error::other("it is late")), "it is late");
    }

    #[test]
    fn foreign_text_stays_in_its_line() {
        assert_eq!(foreign("a\nb\u{1b}[2J"), "a b [2J");
        assert_eq!(foreign(&"x".repeat(1000)).len(), FOREIGN_MAX);
    }
}
