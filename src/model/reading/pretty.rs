//! A structured line over several lines.

use super::{
    colours::visible,
    json::Tokens,
    record::{Value, record},
};

/// How far a level of nesting is moved in.
const INDENT: &str = "  ";

/// A clean line that is a JSON object or logfmt over several lines: keys in their order, every
/// value as it was written, no colours. What stands before an object is the first line. `None`
/// where the line is neither.
pub fn pretty(text: &str) -> Option<Vec<String>> {
    let text = visible(text);
    let record = record(&text)?;
    let Some(object) = record.object else {
        let pairs = record.fields.iter().map(|field| {
            let (Value::Text(value) | Value::Other(value)) = field.value;
            format!("{}={value}", field.key)
        });
        return Some(pairs.collect());
    };
    let prefix = record.prefix.trim();
    let mut page = Page {
        lines: Vec::new(),
        line: String::new(),
        depth: 0,
    };
    if !prefix.is_empty() {
        page.lines.push(prefix.to_owned());
    }
    let mut tokens = Tokens {
        text: object,
        at: 0,
    }
    .map(|(_, token)| token)
    .peekable();
    while let Some(token) = tokens.next() {
        match (token, tokens.peek()) {
            ("{", Some(&"}")) | ("[", Some(&"]")) => page.line.push_str(token),
            ("{" | "[", _) => page.open(token),
            // The end of what is empty stays behind its beginning.
            ("}" | "]", _) if page.line.ends_with(['{', '[']) => page.line.push_str(token),
            ("}" | "]", _) => page.close(token),
            (",", _) => {
                page.line.push(',');
                page.end_line();
            }
            (":", _) => page.line.push_str(": "),
            _ => page.line.push_str(token),
        }
    }
    page.end_line();
    Some(page.lines)
}

/// Lines on their way.
struct Page {
    lines: Vec<String>,
    /// The one that is being written.
    line: String,
    depth: usize,
}

impl Page {
    fn open(&mut self, mark: &str) {
        self.line.push_str(mark);
        self.end_line();
        self.depth += 1;
        self.line = INDENT.repeat(self.depth);
    }

    fn close(&mut self, mark: &str) {
        self.end_line();
        self.depth = self.depth.saturating_sub(1);
        self.line = INDENT.repeat(self.depth);
        self.line.push_str(mark);
    }

    fn end_line(&mut self) {
        let next = INDENT.repeat(self.depth);
        let line = std::mem::replace(&mut self.line, next);
        if !line.trim_start().is_empty() {
            self.lines.push(line);
        }
    }
}
