//! One value of a file: read as a type, or told apart from it.

use std::{ops::RangeInclusive, time::Duration};

use toml::de::DeValue;

use super::{
    fields::{Layer, Problems, Wrong},
    keys,
    source::{Place, Source},
    text,
};

/// One value.
#[derive(Debug, Clone)]
pub(super) struct Item<'a> {
    pub(super) name: String,
    pub(super) place: Place<'a>,
    pub(super) own: bool,
    pub(super) source: &'a Source,
    pub(super) value: &'a DeValue<'a>,
}

impl<'a> Item<'a> {
    /// The value as `parse` reads it; `None` when it is wrong.
    pub(super) fn read<T>(
        &self,
        parse: impl FnOnce(&Self) -> Result<T, Wrong>,
        problems: &mut Problems,
    ) -> Option<T> {
        match parse(self) {
            Ok(value) => Some(value),
            Err(wrong) => {
                let message = format!("{}: {}", self.name, wrong.message);
                problems.add(&self.place, Wrong { message, ..wrong });
                None
            }
        }
    }

    /// That something else was expected.
    pub(super) fn wrong(&self, expected: &str) -> Wrong {
        Wrong::new(format!(
            "expected {expected}, found {}",
            describe(self.value)
        ))
    }

    /// A string that means something: `expected` says what.
    pub(super) fn text(&self, expected: &str) -> Result<&'a str, Wrong> {
        match self.value.as_str() {
            Some(text) if text.contains('\0') => Err(Wrong::new("a string must not hold a NUL")),
            Some(text) => Ok(text),
            None => Err(self.wrong(expected)),
        }
    }

    /// Any string.
    pub(super) fn string(&self) -> Result<&'a str, Wrong> {
        let wrong = match self.text("a string") {
            Ok(text) => return Ok(text),
            Err(wrong) => wrong,
        };
        match self.value {
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) => {
                Err(wrong.help(format!("put it in quotes: \"{}\"", plain(self.value))))
            }
            DeValue::String(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                Err(wrong)
            }
        }
    }

    /// A string that is shown to people.
    pub(super) fn line(&self) -> Result<String, Wrong> {
        let text = self.string()?;
        if text.trim().is_empty() || text.chars().any(char::is_control) {
            return Err(self.wrong("one line of text"));
        }
        Ok(text.to_owned())
    }

    /// `true` or `false`.
    pub(super) fn flag(&self) -> Result<bool, Wrong> {
        self.value
            .as_bool()
            .ok_or_else(|| self.wrong("true or false"))
    }

    /// A whole number.
    pub(super) fn number(&self, range: RangeInclusive<u32>) -> Result<u32, Wrong> {
        let number = self.value.as_integer().and_then(|integer| {
            let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok()?;
            u32::try_from(number).ok()
        });
        number
            .filter(|number| range.contains(number))
            .ok_or_else(|| {
                let (low, high) = range.into_inner();
                self.wrong(&format!("a whole number from {low} to {high}"))
            })
    }

    /// A duration with its unit, between two others.
    pub(super) fn duration(&self, least: &str, most: &str) -> Result<Duration, Wrong> {
        let number = plain(self.value);
        if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(self.wrong(text::DURATION).help(format!(
                "a number needs a unit: \"{number}s\" or \"{number}ms\""
            )));
        }
        let parsed = text::duration(self.text(text::DURATION)?);
        let duration = parsed.ok_or_else(|| self.wrong(text::DURATION))?;
        let within =
            text::duration(least) <= Some(duration) && Some(duration) <= text::duration(most);
        within
            .then_some(duration)
            .ok_or_else(|| self.wrong(&format!("a duration from {least} to {most}")))
    }

    /// A size with its unit, in bytes, between two others.
    pub(super) fn size(&self, least: &str, most: &str) -> Result<u64, Wrong> {
        let parsed = self.value.as_str().and_then(text::size);
        let size = parsed.ok_or_else(|| self.wrong(text::SIZE))?;
        let within = text::size(least) <= Some(size) && Some(size) <= text::size(most);
        within
            .then_some(size)
            .ok_or_else(|| self.wrong(&format!("a size from {least} to {most}")))
    }

    /// A size as [`Self::size`] reads it, or `"0"`: no limit.
    pub(super) fn size_or_none(&self, least: &str, most: &str) -> Result<u64, Wrong> {
        if self.value.as_str() == Some("0") {
            return Ok(u64::MAX);
        }
        self.size(least, most)
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&self, words: &[(&'static str, T)]) -> Result<T, Wrong> {
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let expected = format!("\"{}\"", names.join("\" or \""));
        let text = self.value.as_str().ok_or_else(|| self.wrong(&expected))?;
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, value)| *value).ok_or_else(|| {
            let wrong = self.wrong(&expected);
            match keys::nearest(text, names) {
                Some(near) => wrong.help(format!("did you mean \"{near}\"?")),
                None => wrong,
            }
        })
    }

    /// The elements of an array.
    pub(super) fn list(&self, expected: &str) -> Result<Vec<Item<'a>>, Wrong> {
        let array = self.value.as_array().ok_or_else(|| self.wrong(expected))?;
        let items = array.iter().enumerate().map(|(index, value)| Item {
            name: format!("{}[{index}]", self.name),
            place: self.source.place(value.span()),
            own: self.own,
            source: self.source,
            value: value.get_ref(),
        });
        Ok(items.collect())
    }

    /// Whether it is a table.
    pub(super) fn is_table(&self) -> bool {
        self.value.is_table()
    }

    /// Whether it is a boolean.
    pub(super) fn is_flag(&self) -> bool {
        self.value.is_bool()
    }

    /// A table.
    pub(super) fn layer(&self) -> Result<Layer<'a>, Wrong> {
        let table = self.value.as_table().ok_or_else(|| self.wrong("a table"))?;
        Ok(Layer {
            source: self.source,
            table,
            own: self.own,
        })
    }
}

/// A value as the end of "expected ..., found ...".
fn describe(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => {
            let short: String = text.chars().take(40).collect();
            let more = if short.len() < text.len() { "…" } else { "" };
            format!("\"{}{more}\"", short.escape_debug())
        }
        DeValue::Array(_) => "an array".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
        DeValue::Integer(_) | DeValue::Float(_) => format!("the number {}", plain(value)),
        DeValue::Boolean(_) | DeValue::Datetime(_) => plain(value),
    }
}

/// A plain value as it would be written.
fn plain(value: &DeValue<'_>) -> String {
    match value {
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::String(text) => text.escape_debug().to_string(),
        DeValue::Array(_) | DeValue::Table(_) => String::new(),
    }
}
