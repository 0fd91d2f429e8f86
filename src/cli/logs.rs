//! `oats logs`: what was typed, and how a line is printed.

use clap::{Args, ValueEnum};

use crate::{
    io::{config, logs::past::Count},
    model::{ServiceName, Stream, clean},
};

/// What stands below the options in `oats logs --help`.
pub const AFTER: &str = "\
Without a name: all services that have logs; with --follow also those that write later.

What was written before has no time: it is shown service by service, stdout before stderr, and
-n counts the lines of each. What is new is shown as it arrives. The older lines in the archives
(NAME_stdout.log.1.gz) are read too. Where both streams are shown, lines of stderr begin with !

Needs no running oats. Ends with 0, also when the reader has gone; with 130 after Ctrl-C.";

/// `oats logs`.
#[derive(Debug, Args)]
pub struct LogsArgs {
    /// Whose [default: all services that have logs]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,

    /// Go on with what is written from now on, until Ctrl-C
    #[arg(short, long)]
    pub follow: bool,

    /// How many of the last lines of each stream: a number, or "all"
    #[arg(short = 'n', long, value_name = "N", default_value = "100")]
    pub lines: Count,

    /// Which stream
    #[arg(long, value_name = "STREAM", default_value = "both")]
    pub stream: Streams,
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

/// How lines are printed.
#[derive(Debug)]
pub struct Print {
    /// The services, and how wide the longest name is, when there are several.
    names: Option<(Vec<ServiceName>, usize)>,
    marks: bool,
    colours: bool,
}

/// The colours of names, one after the other; red is for errors.
const NAME_COLOURS: [u8; 6] = [36, 33, 32, 35, 34, 96];
/// The colour of the mark of stderr.
const MARK_COLOUR: u8 = 31;

impl Print {
    /// Lines of these services and streams; `colours` where the reader is a terminal.
    pub fn new(services: &[ServiceName], streams: Streams, colours: bool) -> Self {
        let widths = services.iter().map(|name| name.as_str().len());
        let width = widths.max().unwrap_or(0);
        Self {
            names: (services.len() > 1).then(|| (services.to_vec(), width)),
            marks: streams == Streams::Both,
            colours,
        }
    }

    /// The line as it is printed, with its line break. `text` is clean.
    pub fn line(&self, service: &ServiceName, stream: Stream, text: &str) -> String {
        let mut line = String::new();
        if let Some((names, width)) = &self.names {
            let at = names.iter().position(|name| name == service).unwrap_or(0);
            let colour = NAME_COLOURS.iter().cycle().nth(at % NAME_COLOURS.len());
            let name = format!("{service:width$} |");
            line.push_str(&self.coloured(&name, colour.copied().unwrap_or(MARK_COLOUR)));
            line.push(' ');
        }
        if self.marks && stream == Stream::Stderr {
            line.push_str(&self.coloured("!", MARK_COLOUR));
            line.push(' ');
        }
        if self.colours {
            line.push_str(text);
            if text.contains('\u{1b}') {
                line.push_str("\u{1b}[0m");
            }
        } else {
            line.push_str(&without_colours(text));
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

/// A clean text without its colours, the only sequences that are left in it.
fn without_colours(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |plain, piece| {
        plain + piece.split_once('m').map_or("", |(_, rest)| rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<ServiceName> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn one_service_is_printed_as_it_is_and_several_stand_in_columns() {
        let one = names(&["web"]);
        let print = Print::new(&one, Streams::Both, false);
        assert_eq!(print.line(&one[0], Stream::Stdout, "a"), "a\n");
        assert_eq!(print.line(&one[0], Stream::Stderr, "a"), "! a\n");
        let two = names(&["web", "orders"]);
        let print = Print::new(&two, Streams::Both, false);
        assert_eq!(print.line(&two[0], Stream::Stdout, "a"), "web    | a\n");
        assert_eq!(print.line(&two[1], Stream::Stderr, "a"), "orders | ! a\n");
        let print = Print::new(&one, Streams::Stderr, false);
        assert_eq!(print.line(&one[0], Stream::Stderr, "a"), "a\n");
    }

    #[test]
    fn colours_end_with_their_line_and_go_where_nobody_sees_them() {
        let web = names(&["web"]);
        let line = |colours| {
            let print = Print::new(&web, Streams::Both, colours);
            print.line(&web[0], Stream::Stderr, "\u{1b}[32mgreen\u{1b}[4:3m x")
        };
        assert_eq!(line(false), "! green x\n");
        let expected = "\u{1b}[31m!\u{1b}[0m \u{1b}[32mgreen\u{1b}[4:3m x\u{1b}[0m\n";
        assert_eq!(line(true), expected);
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
