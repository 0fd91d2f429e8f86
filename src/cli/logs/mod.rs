//! `oats logs`: what was typed, which lines are meant, and how a line is printed.

mod print;
mod sift;
pub mod when;

use clap::{Args, ValueEnum};

pub use print::Print;
pub use sift::{Entry, Sift, Verdict};
use when::When;

use crate::{
    io::{config, logs::past::Count},
    model::{
        ServiceName, Stream, clean,
        reading::{Kind, Level, Needle},
    },
};

/// What stands below the options in `oats logs --help`.
pub const AFTER: &str = "\
Without a name: all services that have logs; with --follow also those that write later. The older
lines in the archives (NAME_stdout.log.1.gz) are read too. Where both streams are shown, lines of
stderr begin with !

Order: lines are merged by the time that they tell; in a stream that tells none, by when they were
written, which an owner notes once a second. A line without a time stays behind the one before it. A
stream of which no time is known is shown by itself, before the others. -n counts the last lines
that are meant: of all merged streams together, and of each of the others. What is new is shown as
it arrives.

TIME: 10m, \"2h ago\", 14:05, today, yesterday, 2026-01-31, \"2026-01-31 14:05\" in local time, or
2026-01-31T14:05:00Z. A line without a time has that of the line before it; where no line before it
tells one, --since and --until leave it out, and say so.

LEVEL: a line has the level that its JSON or logfmt names, or a word at its start; one that goes on
with a message has the level of that message. Lines without one are left out.

Needs no running oats. Ends with 0, also when no line matches or the reader has gone; with 1 when a
file cannot be read; with 130 after Ctrl-C.";

/// `oats logs`.
#[derive(Debug, Args)]
pub struct LogsArgs {
    /// Whose [default: all services that have logs]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,

    /// Go on with what is written from now on, until Ctrl-C
    #[arg(short, long)]
    pub follow: bool,

    /// How many of the last lines: a number, or "all" [default: 100; all where lines are chosen with
    /// --grep, --level, --since or --until]
    #[arg(short = 'n', long, value_name = "N")]
    pub lines: Option<Count>,

    /// Which stream
    #[arg(long, value_name = "STREAM", default_value = "both")]
    pub stream: Streams,

    /// Which lines.
    #[command(flatten)]
    pub choice: Choice,

    /// As JSON, a line each; its schema is that of `oats schema log-line`
    #[arg(long)]
    pub json: bool,
}

/// Which lines are shown.
#[derive(Debug, Args)]
pub struct Choice {
    /// Only lines that hold this; case counts when it holds a capital letter
    #[arg(long, value_name = "TEXT")]
    pub grep: Option<String>,

    /// What --grep is given is a regular expression
    #[arg(long, requires = "grep")]
    pub regex: bool,

    /// Only lines that do not hold it
    #[arg(long, requires = "grep")]
    pub invert: bool,

    /// Only lines of this level and above: debug, info, warning, error
    #[arg(long, value_name = "LEVEL")]
    pub level: Option<Level>,

    /// Only lines of this time and later
    #[arg(long, value_name = "TIME")]
    pub since: Option<When>,

    /// Only lines from before this time
    #[arg(long, value_name = "TIME", conflicts_with = "follow")]
    pub until: Option<When>,
}

/// How many lines are shown when nothing is said.
const LINES: u64 = 100;

impl LogsArgs {
    /// How many lines are shown.
    pub fn count(&self) -> Count {
        let unsaid = if self.choice.is_some() {
            Count::All
        } else {
            Count::Last(LINES)
        };
        self.lines.unwrap_or(unsaid)
    }
}

impl Choice {
    /// Whether lines are chosen by what they say.
    pub fn is_some(&self) -> bool {
        self.grep.is_some() || self.level.is_some() || self.since.is_some() || self.until.is_some()
    }

    /// What --grep looks for.
    ///
    /// # Errors
    ///
    /// A sentence about what is wrong with the expression.
    pub fn needle(&self) -> Result<Option<Needle>, String> {
        let kind = if self.regex { Kind::Regex } else { Kind::Text };
        let Some(text) = &self.grep else {
            return Ok(None);
        };
        let needle = Needle::new(text, kind).map_err(|error| {
            let text = clean::plain(text);
            format!("cannot search for \"{text}\": {error}")
        });
        needle.map(Some)
    }
}

/// Which streams of a service are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Streams {
    /// Only stdout
    Stdout,
    /// Only stderr
    Stderr,
    /// Both, with a mark before lines of stderr
    Both,
}

impl Streams {
    /// In the order in which they are shown.
    pub fn list(self) -> &'static [Stream] {
        match self {
            Self::Stdout => &[Stream::Stdout],
            Self::Stderr => &[Stream::Stderr],
            Self::Both => &[Stream::Stdout, Stream::Stderr],
        }
    }
}

/// The services that are meant, each once, in the order in which they were typed.
///
/// # Errors
///
/// A sentence about the first name that means nothing, with the nearest one that does.
pub fn select(typed: &[String], known: &[ServiceName]) -> Result<Vec<ServiceName>, String> {
    let mut meant: Vec<ServiceName> = Vec::new();
    for word in typed {
        let Some(name) = known.iter().find(|name| name.as_str() == word) else {
            let word = clean::plain(word);
            let names = known.iter().map(ServiceName::as_str);
            let help = config::suggest_service(&word, names);
            return Err(format!("there is no service \"{word}\": {help}"));
        };
        if !meant.contains(name) {
            meant.push(name.clone());
        }
    }
    Ok(meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<ServiceName> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn a_name_that_means_nothing_is_told_with_the_nearest_one() {
        let known = names(&["orders", "payments"]);
        let typed = ["payments", "orders", "payments"].map(str::to_owned);
        assert_eq!(select(&typed, &known), Ok(names(&["payments", "orders"])));
        let wrong = select(&["Ordrs\u{1b}[2J".to_owned()], &known).unwrap_err();
        assert_eq!(
            wrong,
            "there is no service \"Ordrs\": did you mean \"orders\"? known services: orders, payments"
        );
    }
}
