//! The end of a log file.

use std::{fs::File, io, path::Path};

use crate::{io::platform::fsx, model::clean};

/// Lines in the tail of a run.
const TAIL_LINES: usize = 20;
/// Bytes in a line of it.
const TAIL_LINE_BYTES: usize = 512;
/// How much of the file is looked at.
const TAIL_BYTES: u64 = 64 * 1024;

/// The last lines of the stderr of one run: at most 20, each at most 512 bytes, without colours.
/// `from` is the size that the file had when the run began: what stands before it was said by an
/// earlier one. Empty when there is nothing to read.
pub fn stderr_tail(path: &Path, from: u64) -> Vec<String> {
    let read = fsx::open_read(path).and_then(|file| window(&file, from, TAIL_BYTES));
    let Ok(Window { bytes, .. }) = read else {
        return Vec::new();
    };
    let whole = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    if whole.is_empty() {
        return Vec::new();
    }
    let mut lines: Vec<String> = whole
        .rsplit(|byte| *byte == b'\n')
        .take(TAIL_LINES)
        .map(|line| cut(&clean::plain(&String::from_utf8_lossy(line))))
        .collect();
    lines.reverse();
    lines
}

/// At most so many bytes of a line as a tail may hold.
fn cut(text: &str) -> String {
    const MARK: &str = "…";
    if text.len() <= TAIL_LINE_BYTES {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(TAIL_LINE_BYTES - MARK.len());
    text.get(..end).unwrap_or_default().to_owned() + MARK
}

/// The end of a file at one moment.
#[derive(Debug)]
pub(super) struct Window {
    /// Whole lines from its beginning on; the last one may not have ended.
    pub(super) bytes: Vec<u8>,
    /// Where in the file it begins.
    pub(super) start: u64,
    /// Whether that is inside a line.
    pub(super) is_torn: bool,
    /// Where in the file it ends.
    pub(super) end: u64,
}

/// Reads the end of a file: what stands behind `from`, and of that at most the last `most` bytes,
/// beginning with a whole line where there is one. A file that has become shorter than `from` was
/// cut, and is read from its beginning.
pub(super) fn window(file: &File, from: u64, most: u64) -> io::Result<Window> {
    let len = file.metadata()?.len();
    let from = if from > len { 0 } else { from };
    let start = from.max(len.saturating_sub(most));
    let mut bytes = vec![0; usize::try_from(len - start).unwrap_or(0)];
    let filled = fsx::read_at(file, &mut bytes, start)?;
    bytes.truncate(filled);
    let dropped = if start > from {
        drop_torn_line(&mut bytes)
    } else {
        0
    };
    Ok(Window {
        bytes,
        start: start + dropped as u64,
        is_torn: start > from && dropped == 0,
        end: start + filled as u64,
    })
}

/// Drops the end of a line whose beginning is missing, unless nothing else is there; returns how
/// much that was.
pub(super) fn drop_torn_line(bytes: &mut Vec<u8>) -> usize {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
        return 0;
    };
    if end + 1 == bytes.len() {
        return 0;
    }
    bytes.drain(..=end).len()
}

#[cfg(test)]
mod tests {
    use std::{io::Write, path::PathBuf};

    use super::*;

    fn file(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("web_stderr.log");
        File::create(&path).unwrap().write_all(bytes).unwrap();
        (dir, path)
    }

    #[test]
    fn only_what_this_run_said_counts() {
        let (_dir, path) = file(b"earlier\nmine\n\x1b[31mlast\x1b[0m without end");
        let from = "earlier\n".len() as u64;
        assert_eq!(stderr_tail(&path, from), ["mine", "last without end"]);
        let whole = path.metadata().unwrap().len();
        assert_eq!(stderr_tail(&path, whole), Vec::<String>::new());
    }

    #[test]
    fn a_file_that_was_cut_is_read_from_its_beginning() {
        let (_dir, path) = file(b"new\n");
        assert_eq!(stderr_tail(&path, 1000), ["new"]);
    }

    #[test]
    fn nothing_to_read_is_no_error() {
        let (dir, path) = file(b"");
        assert!(stderr_tail(&path, 0).is_empty());
        assert!(stderr_tail(&dir.path().join("missing"), 0).is_empty());
        assert!(stderr_tail(dir.path(), 0).is_empty());
    }

    #[test]
    fn at_most_the_last_20_lines_of_512_bytes() {
        let lines: Vec<String> = (0..10_000)
            .map(|number| format!("line {number}\n"))
            .collect();
        let text = lines.concat() + &"ä".repeat(1000);
        let (_dir, path) = file(text.as_bytes());
        let lines = stderr_tail(&path, 0);
        assert_eq!(lines.len(), 20);
        assert_eq!(lines[0], "line 9981");
        assert!(lines[19].len() <= 512 && lines[19].ends_with("ä…"));
    }

    #[test]
    fn one_endless_line_is_shown_by_its_end() {
        let (_dir, path) = file(&vec![b'x'; 1_000_000]);
        let lines = stderr_tail(&path, 0);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].len(), 512);
        let (_dir, path) = file(&[vec![b'x'; 1_000_000], b"\n".to_vec()].concat());
        assert_eq!(stderr_tail(&path, 0).len(), 1);
    }
}
