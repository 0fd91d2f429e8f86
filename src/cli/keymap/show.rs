//! `oats keymap show`: the keys in force, and where each came from.

use std::fmt::Write as _;

use serde::Serialize;

use crate::keymap::{COMMANDS, FaultKind, Keymap, Origin};

use super::problem::Problem;

/// One row per command, aligned.
pub fn table(map: &Keymap) -> String {
    let header = ["CONTEXT", "COMMAND", "KEYS", "FROM"].map(str::to_owned);
    let mut rows = vec![header];
    rows.extend(COMMANDS.iter().map(|row| {
        let names: Vec<String> = keys(map, row.command);
        let names = match names.as_slice() {
            [] => "(none)".to_owned(),
            names => names.join("  "),
        };
        let from = map.from(row.command).map(Origin::to_string);
        [
            row.context.id().to_owned(),
            row.id.to_owned(),
            names,
            from.unwrap_or_default(),
        ]
    }));
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths = [width(0), width(1), width(2)];
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            let _ = write!(line, "{cell:width$}  ");
        }
        let last = row.last().map_or("", String::as_str);
        text.push_str(format!("{line}{last}").trim_end());
        text.push('\n');
    }
    text
}

/// The names of the keys of a command, as a keymap file holds them.
fn keys(map: &Keymap, command: crate::keymap::Command) -> Vec<String> {
    map.bound(command).iter().map(ToString::to_string).collect()
}

/// The keys in force as a document.
#[derive(Serialize)]
struct Document<'a> {
    title: Option<&'a str>,
    bindings: Vec<Binding<'a>>,
    problems: Vec<Told<'a>>,
}

/// The keys of one command.
#[derive(Serialize)]
struct Binding<'a> {
    context: &'a str,
    command: &'a str,
    keys: Vec<String>,
    /// `None` when nobody says anything about the command.
    from: Option<&'a str>,
    file: Option<&'a str>,
    line: Option<u32>,
}

/// One problem.
#[derive(Serialize)]
struct Told<'a> {
    kind: &'a str,
    file: String,
    line: u32,
    column: u32,
    message: String,
}

/// The same as JSON, with every problem.
///
/// # Errors
/// It cannot be written as JSON, which would be a defect.
pub fn json(map: &Keymap, problems: &[Problem]) -> serde_json::Result<String> {
    let bindings = COMMANDS.iter().map(|row| {
        let origin = map.from(row.command);
        let (from, file) = match origin {
            None => (None, None),
            Some(Origin::Builtin | Origin::Preset(_)) => (Some("built in"), None),
            Some(Origin::File { label, .. }) => (Some("file"), Some(label.as_ref())),
            Some(Origin::PutBack) => (Some("put back"), None),
        };
        Binding {
            context: row.context.id(),
            command: row.id,
            keys: keys(map, row.command),
            from,
            file,
            line: origin.and_then(Origin::line),
        }
    });
    let told = problems.iter().map(|problem| {
        let published = problem.published();
        Told {
            kind: match problem.kind {
                FaultKind::Mistake => "mistake",
                FaultKind::Warning => "warning",
            },
            file: published.file,
            line: published.line,
            column: published.column,
            message: published.message,
        }
    });
    let document = Document {
        title: map.title(),
        bindings: bindings.collect(),
        problems: told.collect(),
    };
    Ok(serde_json::to_string(&document)? + "\n")
}
