//! What is wrong with a keymap, as it is printed.

use std::fmt;

use crate::{
    io::config::{Diagnostic, Source},
    keymap::{Fault, FaultKind},
    model::snapshot,
};

/// Something that is wrong with a keymap file, or with the choice of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How much it matters.
    pub kind: FaultKind,
    at: At,
}

/// What it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum At {
    /// A place in a file.
    File(Diagnostic),
    /// A name that somebody gave.
    Choice {
        by: &'static str,
        message: String,
        help: String,
    },
}

impl Problem {
    /// A mistake in a file.
    pub fn in_file(diagnostic: Diagnostic) -> Self {
        Self {
            kind: FaultKind::Mistake,
            at: At::File(diagnostic),
        }
    }

    /// A fault of a text, with its line and column.
    pub(super) fn of_fault(fault: Fault, source: &Source) -> Self {
        let place = source.place(fault.span);
        Self {
            kind: fault.kind,
            at: At::File(place.says(fault.message, fault.help)),
        }
    }

    /// A name that is no keymap; `by` is the flag or variable that gave it.
    pub(super) fn of_choice(by: &'static str, message: String, help: String) -> Self {
        Self {
            kind: FaultKind::Mistake,
            at: At::Choice { by, message, help },
        }
    }

    /// In one line: "keymaps/mine.toml:7: unknown key \"ctlr+r\"".
    pub fn short(&self) -> String {
        let (word, message) = (self.word(), self.message());
        match &self.at {
            At::File(it) => format!("{}:{}: {word}{message}", it.file, it.line),
            At::Choice { by, .. } => format!("{by}: {word}{message}"),
        }
    }

    /// As a snapshot publishes it.
    pub fn published(&self) -> snapshot::Problem {
        match &self.at {
            At::File(diagnostic) => diagnostic.problem(),
            At::Choice { by, message, .. } => snapshot::Problem {
                file: (*by).to_owned(),
                line: 1,
                column: 1,
                message: message.clone(),
            },
        }
    }

    /// The file, or what gave the name.
    pub(super) fn file(&self) -> &str {
        match &self.at {
            At::File(diagnostic) => &diagnostic.file,
            At::Choice { by, .. } => by,
        }
    }

    fn message(&self) -> &str {
        match &self.at {
            At::File(diagnostic) => &diagnostic.message,
            At::Choice { message, .. } => message,
        }
    }

    fn word(&self) -> &'static str {
        match self.kind {
            FaultKind::Mistake => "",
            FaultKind::Warning => "warning: ",
        }
    }
}

/// With the line, a mark under it, and what to do.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            At::File(diagnostic) => {
                let message = format!("{}{}", self.word(), diagnostic.message);
                let shown = Diagnostic {
                    message,
                    ..diagnostic.clone()
                };
                shown.fmt(f)
            }
            At::Choice { by, message, help } => write!(f, "{by}: {message}\n  help: {help}"),
        }
    }
}
