//! The fields of a line that a program wrote for programs: JSON or logfmt.

use super::{json, level::Level, logfmt, stamp};
use crate::model::clean;

/// The names of a message, the best first.
const MESSAGES: [&str; 7] = [
    "msg",
    "message",
    "event",
    "@message",
    "short_message",
    "log",
    "text",
];
/// The names of a time.
const TIMES: [&str; 6] = ["time", "ts", "timestamp", "@timestamp", "t", "datetime"];

/// A line with fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<'a> {
    /// What stands before its fields: the name of a container, a time.
    pub prefix: &'a str,
    /// The JSON object as it was written; `None` for logfmt.
    pub object: Option<&'a str>,
    /// Its fields, in their order. A name may come twice.
    pub fields: Vec<Field<'a>>,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<'a> {
    /// Its name, clean.
    pub key: String,
    /// Its value.
    pub value: Value<'a>,
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// A text, as it was written: in quotes, or, in logfmt, as a bare word.
    Text(&'a str),
    /// A number, a word of JSON (`true`, `null`), an object or an array, as it was written.
    Other(&'a str),
}

/// The fields of a visible line. `None` where it is not certain that it has some: a line counts as
/// JSON when all of it is an object, or its end is one that holds a message, a level or a time; as
/// logfmt when it holds at least two pairs, one of these among them, and nothing else.
pub fn record(visible: &str) -> Option<Record<'_>> {
    if let Some((prefix, object)) = json::split(visible) {
        let members = json::members(object).into_iter();
        let fields = members.map(|(key, value)| Field {
            key: clean::plain(&json::decode(key)),
            value: if value.starts_with('"') {
                Value::Text(value)
            } else {
                Value::Other(value)
            },
        });
        let found = Record {
            prefix,
            object: Some(object),
            fields: fields.collect(),
        };
        let is_certain = prefix.trim().is_empty() || found.is_of_a_log();
        return is_certain.then_some(found);
    }
    let fields = logfmt::pairs(visible)?
        .into_iter()
        .map(|(key, value)| Field {
            key: key.to_owned(),
            value: Value::Text(value),
        });
    let found = Record {
        prefix: "",
        object: None,
        fields: fields.collect(),
    };
    (found.fields.len() > 1 && found.is_of_a_log()).then_some(found)
}

impl Record<'_> {
    /// The index of the field that holds the message.
    pub fn message(&self) -> Option<usize> {
        MESSAGES.iter().find_map(|name| {
            self.fields
                .iter()
                .position(|field| field.is(name) && matches!(field.value, Value::Text(_)))
        })
    }

    /// Its fields as one JSON object on one line: the object as it was written, or texts.
    pub fn to_json(&self) -> String {
        if let Some(object) = self.object {
            return json::compact(object);
        }
        let text = |text: &str| serde_json::Value::from(text).to_string();
        let pairs = self
            .fields
            .iter()
            .map(|field| format!("{}:{}", text(&field.key), text(&field.value.said())));
        format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
    }

    fn is_of_a_log(&self) -> bool {
        self.message().is_some()
            || self
                .fields
                .iter()
                .any(|field| field.level().is_some() || field.is_time())
    }
}

impl Field<'_> {
    fn is(&self, name: &str) -> bool {
        self.key.eq_ignore_ascii_case(name)
    }

    /// The level that it names, if it is one.
    pub fn level(&self) -> Option<Level> {
        if !Level::is_key(self.key.as_bytes()) {
            return None;
        }
        Level::of_value(self.value.said().as_bytes())
    }

    /// Whether it holds the time of its line.
    pub fn is_time(&self) -> bool {
        self.time().is_some()
    }

    /// The time that it holds.
    pub(super) fn time(&self) -> Option<stamp::Stamp> {
        if !is_time_key(self.key.as_bytes()) {
            return None;
        }
        let said = self.value.said();
        stamp::whole(&said).or_else(|| stamp::epoch(&said))
    }
}

/// Whether a field of this name holds a time.
pub(super) fn is_time_key(name: &[u8]) -> bool {
    TIMES
        .iter()
        .any(|key| key.as_bytes().eq_ignore_ascii_case(name))
}

impl Value<'_> {
    /// What it says, without quotes and escapes, clean.
    pub fn said(&self) -> String {
        match self {
            Self::Text(text) => clean::plain(&logfmt::decode(text)),
            Self::Other(value) => json::compact(value),
        }
    }

    /// As it stands behind `key=`, on one line.
    pub fn shown(&self) -> String {
        match self {
            Self::Other(value) => json::compact(value),
            Self::Text(_) => {
                let said = self.said();
                let is_plain = !said.is_empty()
                    && !said.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '='));
                if is_plain {
                    said
                } else {
                    serde_json::Value::from(said).to_string()
                }
            }
        }
    }
}
