//! How a line is printed.

use std::{borrow::Cow, fmt::Write as _};

use serde::Serialize;

use super::{Entry, Streams};
use crate::model::{
    ServiceName, Stream, Wall,
    reading::{Level, Needle, record, visible},
};

/// How lines are printed.
#[derive(Debug)]
pub struct Print {
    /// The services, and how wide the longest name is, when there are several.
    names: Option<(Vec<ServiceName>, usize)>,
    marks: bool,
    colours: bool,
    json: bool,
}

/// The colours of names, one after the other; red is for errors.
const NAME_COLOURS: [u8; 6] = [36, 33, 32, 35, 34, 96];
/// The colour of the mark of stderr.
const MARK_COLOUR: u8 = 31;

impl Print {
    /// Lines of these services and streams; `colours` where the reader is a terminal,
    /// `json` where it is a program.
    pub fn new(services: &[ServiceName], streams: Streams, colours: bool, json: bool) -> Self {
        let widths = services.iter().map(|name| name.as_str().len());
        let width = widths.max().unwrap_or(0);
        Self {
            names: (services.len() > 1).then(|| (services.to_vec(), width)),
            marks: streams == Streams::Both,
            colours,
            json,
        }
    }

    /// The line as it is printed, with its line break. What `needle` finds stands out.
    pub fn line(&self, entry: &Entry<'_>, needle: Option<&Needle>) -> String {
        if self.json {
            return as_json(entry);
        }
        let mut line = String::new();
        if let Some((names, width)) = &self.names {
            let at = names.iter().position(|name| name == entry.service);
            let colour = NAME_COLOURS
                .iter()
                .cycle()
                .nth(at.unwrap_or(0) % NAME_COLOURS.len());
            let name = format!("{:width$} |", entry.service);
            line.push_str(&self.coloured(&name, colour.copied().unwrap_or(MARK_COLOUR)));
            line.push(' ');
        }
        if self.marks && entry.stream == Stream::Stderr {
            line.push_str(&self.coloured("!", MARK_COLOUR));
            line.push(' ');
        }
        if self.colours {
            line.push_str(&in_colours(entry, needle));
        } else {
            line.push_str(&visible(entry.text));
        }
        line.push('\n');
        line
    }

    fn coloured(&self, text: &str, colour: u8) -> String {
        if self.colours {
            format!("\u{1b}[{colour}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// A text for a terminal: with its own colours, or that of its level; hits stand out instead.
fn in_colours<'a>(entry: &Entry<'a>, needle: Option<&Needle>) -> Cow<'a, str> {
    let hits = needle
        .map(|needle| needle.find_all(entry.text))
        .unwrap_or_default();
    if hits.is_empty() && entry.text.contains('\u{1b}') {
        return Cow::Owned(format!("{}\u{1b}[0m", entry.text));
    }
    let colour = match entry.level {
        Some(Level::Error) => "\u{1b}[31m",
        Some(Level::Warning) => "\u{1b}[33m",
        Some(Level::Debug) => "\u{1b}[2m",
        Some(Level::Info) | None => "",
    };
    if hits.is_empty() && colour.is_empty() {
        return Cow::Borrowed(entry.text);
    }
    let seen = visible(entry.text);
    let piece = |from: usize, to: usize| seen.get(from..to).unwrap_or_default();
    let (mut line, mut end) = (colour.to_owned(), 0);
    for hit in hits {
        line.push_str(piece(end, hit.start));
        // Reverse video is seen in every colour.
        line.push_str("\u{1b}[7m");
        line.push_str(piece(hit.start, hit.end));
        line.push_str("\u{1b}[27m");
        end = hit.end;
    }
    line.push_str(piece(end, seen.len()));
    line.push_str("\u{1b}[0m");
    Cow::Owned(line)
}

/// What `--json` tells beside the fields.
#[derive(Serialize)]
struct Row<'a> {
    service: &'a ServiceName,
    stream: Stream,
    at: Option<Wall>,
    level: Option<Level>,
    text: &'a str,
    pos: Option<u64>,
}

/// A line as a JSON object, with its line break.
fn as_json(entry: &Entry<'_>) -> String {
    let text = visible(entry.text);
    let row = Row {
        service: entry.service,
        stream: entry.stream,
        at: entry.at,
        level: entry.level,
        text: &text,
        pos: entry.pos,
    };
    let mut line = serde_json::to_string(&row).unwrap_or_default();
    // The fields are kept as they were written, and come last.
    line.truncate(line.len().saturating_sub(1));
    let fields = record(&text).map(|record| record.to_json());
    let fields = fields.as_deref().unwrap_or("null");
    let _ = writeln!(line, ",\"fields\":{fields}}}");
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::reading::Kind;

    fn names(names: &[&str]) -> Vec<ServiceName> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn entry<'a>(service: &'a ServiceName, stream: Stream, text: &'a str) -> Entry<'a> {
        Entry {
            service,
            stream,
            at: None,
            level: Level::of(text),
            pos: Some(7),
            text,
        }
    }

    #[test]
    fn one_service_is_printed_as_it_is_and_several_stand_in_columns() {
        let one = names(&["web"]);
        let print = Print::new(&one, Streams::Both, false, false);
        assert_eq!(
            print.line(&entry(&one[0], Stream::Stdout, "a"), None),
            "a\n"
        );
        assert_eq!(
            print.line(&entry(&one[0], Stream::Stderr, "a"), None),
            "! a\n"
        );
        let two = names(&["web", "orders"]);
        let print = Print::new(&two, Streams::Both, false, false);
        assert_eq!(
            print.line(&entry(&two[0], Stream::Stdout, "a"), None),
            "web    | a\n"
        );
        assert_eq!(
            print.line(&entry(&two[1], Stream::Stderr, "a"), None),
            "orders | ! a\n"
        );
        let print = Print::new(&one, Streams::Stderr, false, false);
        assert_eq!(
            print.line(&entry(&one[0], Stream::Stderr, "a"), None),
            "a\n"
        );
    }

    #[test]
    fn colours_end_with_their_line_and_go_where_nobody_sees_them() {
        let web = names(&["web"]);
        let line = |colours| {
            let print = Print::new(&web, Streams::Both, colours, false);
            print.line(
                &entry(&web[0], Stream::Stderr, "\u{1b}[32mgreen\u{1b}[4:3m x"),
                None,
            )
        };
        assert_eq!(line(false), "! green x\n");
        let expected = "\u{1b}[31m!\u{1b}[0m \u{1b}[32mgreen\u{1b}[4:3m x\u{1b}[0m\n";
        assert_eq!(line(true), expected);
    }

    #[test]
    fn hits_and_levels_are_seen_in_a_terminal() {
        let web = names(&["web"]);
        let needle = Needle::new("b", Kind::Text).unwrap();
        let line = |text: &str, needle| {
            let print = Print::new(&web, Streams::Both, true, false);
            print.line(&entry(&web[0], Stream::Stdout, text), needle)
        };
        assert_eq!(line("abc", None), "abc\n");
        assert_eq!(line("error: abc", None), "\u{1b}[31merror: abc\u{1b}[0m\n");
        assert_eq!(
            line("abc", Some(&needle)),
            "a\u{1b}[7mb\u{1b}[27mc\u{1b}[0m\n"
        );
        let coloured = "\u{1b}[32mabc\u{1b}[0m";
        let expected = "a\u{1b}[7mb\u{1b}[27mc\u{1b}[0m\n";
        assert_eq!(line(coloured, Some(&needle)), expected);
    }

    #[test]
    fn as_json_a_line_keeps_its_fields_as_they_were_written() {
        let web = names(&["web"]);
        let print = Print::new(&web, Streams::Both, true, true);
        let text = r#"{"level":"warn", "n":1.50}"#;
        let line = print.line(&entry(&web[0], Stream::Stderr, text), None);
        let expected = concat!(
            r#"{"service":"web","stream":"stderr","at":null,"level":"warning","#,
            r#""text":"{\"level\":\"warn\", \"n\":1.50}","pos":7,"#,
            r#""fields":{"level":"warn","n":1.50}}"#,
            "\n"
        );
        assert_eq!(line, expected);
        let plain = print.line(&entry(&web[0], Stream::Stdout, "\u{1b}[31mx"), None);
        assert!(
            plain.contains(r#""text":"x","pos":7,"fields":null}"#),
            "{plain}"
        );
        let pairs = print.line(&entry(&web[0], Stream::Stdout, "msg=\"a b\" n=1"), None);
        assert!(
            pairs.contains(r#""fields":{"msg":"a b","n":"1"}}"#),
            "{pairs}"
        );
    }
}
