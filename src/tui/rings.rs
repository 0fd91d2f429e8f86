//! The last lines of a service, and how far somebody scrolled up in them.

use super::state::{LogRing, RING_BYTES, RING_LINES};
use crate::model::LogLine;

impl LogRing {
    /// Appends a line; the oldest ones leave. What is read after scrolling up stays in its place.
    pub fn push(&mut self, line: LogLine) {
        self.bytes += line.text.len();
        self.lines.push_back(line);
        if self.behind > 0 {
            self.behind += 1;
        }
        while self.lines.len() > RING_LINES || self.bytes > RING_BYTES {
            let Some(oldest) = self.lines.pop_front() else {
                break;
            };
            self.bytes -= oldest.text.len();
        }
        self.behind = self.behind.min(self.lines.len().saturating_sub(1));
    }

    /// Scrolls towards older lines, at most so far that `rows` rows stay full.
    pub fn scroll_up(&mut self, by: usize, rows: usize) {
        let most = self.lines.len().saturating_sub(rows);
        self.behind = self.behind.saturating_add(by).min(most);
    }

    /// Scrolls towards newer lines; at the newest one it follows again.
    pub fn scroll_down(&mut self, by: usize) {
        self.behind = self.behind.saturating_sub(by);
    }

    /// Follows the newest line.
    pub fn follow(&mut self) {
        self.behind = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Stream;

    fn line(text: String) -> LogLine {
        LogLine {
            service: "a".parse().unwrap(),
            stream: Stream::Stdout,
            at: None,
            text,
        }
    }

    /// The newest line that is shown.
    fn seen(ring: &LogRing) -> &str {
        &ring.lines[ring.lines.len() - 1 - ring.behind].text
    }

    #[test]
    fn lines_and_bytes_are_bounded_and_the_oldest_leave() {
        let mut ring = LogRing::default();
        for n in 0..RING_LINES + 5 {
            ring.push(line(n.to_string()));
        }
        assert_eq!(
            (ring.lines.len(), ring.lines[0].text.as_str()),
            (RING_LINES, "5")
        );
        for _ in 0..3 {
            ring.push(line("x".repeat(RING_BYTES / 2)));
        }
        assert_eq!(ring.lines.len(), 2);
        let bytes: usize = ring.lines.iter().map(|line| line.text.len()).sum();
        assert_eq!(ring.bytes, bytes);
        ring.push(line("y".repeat(RING_BYTES * 2)));
        assert_eq!((ring.lines.len(), ring.bytes), (0, 0));
    }

    #[test]
    fn what_is_read_stays_in_its_place_while_new_lines_arrive() {
        let mut ring = LogRing::default();
        for n in 0..100 {
            ring.push(line(n.to_string()));
        }
        ring.scroll_up(10, 20);
        assert_eq!(seen(&ring), "89");
        for n in 100..150 {
            ring.push(line(n.to_string()));
        }
        assert_eq!(seen(&ring), "89");
        ring.follow();
        ring.push(line("last".to_owned()));
        assert_eq!(seen(&ring), "last");
    }

    #[test]
    fn scrolling_stops_at_both_ends() {
        let mut ring = LogRing::default();
        ring.scroll_up(5, 20);
        assert_eq!(ring.behind, 0);
        for n in 0..30 {
            ring.push(line(n.to_string()));
        }
        ring.scroll_up(1000, 20);
        assert_eq!(ring.behind, 10);
        ring.scroll_down(3);
        assert_eq!(ring.behind, 7);
        ring.scroll_down(100);
        assert_eq!(ring.behind, 0);
    }
}
