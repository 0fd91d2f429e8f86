//! A file as a tree of values, each with its place.

use toml::de::DeTable;

use super::{
    diagnostic::Diagnostic,
    fields::Layer,
    source::{Place, Source},
};

/// A file that is TOML; what its keys mean is not known yet.
#[derive(Debug)]
pub struct Document<'a> {
    source: &'a Source,
    table: DeTable<'a>,
}

impl<'a> Document<'a> {
    /// The tree of a file.
    ///
    /// # Errors
    /// Every line that is not TOML.
    pub fn parse(source: &'a Source) -> Result<Self, Vec<Diagnostic>> {
        let (table, errors) = DeTable::parse_recoverable(source.text());
        if errors.is_empty() {
            return Ok(Self {
                source,
                table: table.into_inner(),
            });
        }
        let mut places: Vec<_> = errors
            .iter()
            .map(|error| (source.place(error.span().unwrap_or(0..0)), error.message()))
            .collect();
        places.sort_by_key(|(place, _)| place.start());
        // What follows on the same line is mostly an echo of the first mistake.
        places.dedup_by_key(|(place, _)| place.line());
        let found = places.iter();
        Err(found
            .map(|(place, message)| diagnose(place, message))
            .collect())
    }

    /// The file itself as a table.
    pub(super) fn layer(&self) -> Layer<'_> {
        Layer {
            source: self.source,
            table: &self.table,
            own: true,
        }
    }

    /// Where it comes from.
    pub fn source(&self) -> &'a Source {
        self.source
    }
}

/// The message of the parser, clean; for a missing value and a word without quotes, a
/// better one.
fn diagnose(place: &Place<'_>, message: &str) -> Diagnostic {
    let word = place.text();
    let letters = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    let is_word = word.starts_with(char::is_alphabetic) && word.chars().all(letters);
    let no_string = message.starts_with("string values");
    if word.is_empty() && no_string {
        return place.says("this is not TOML: the value is missing", None);
    }
    if is_word && (no_string || message.starts_with("invalid ")) {
        let message = format!("this is not TOML: {word} is no value");
        return place.says(message, Some(format!("text stands in quotes: \"{word}\"")));
    }
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let message: String = message.chars().map(clean).collect();
    place.says(format!("this is not TOML: {message}"), None)
}
