//! A structured line on one line that people read: its message, then the rest.

use super::{colours::visible, record::record, stamp};

/// A folded line, clean and without colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    text: String,
    /// How much of the text is the message, in bytes.
    message: usize,
}

impl Folded {
    /// All of it: the message, a blank, the fields.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the line says; empty where it has only fields.
    pub fn message(&self) -> &str {
        self.text.get(..self.message).unwrap_or(&self.text)
    }

    /// The other fields as `key=value`, one blank between two; empty where there are none.
    pub fn fields(&self) -> &str {
        let fields = self.text.get(self.message..).unwrap_or_default();
        fields.strip_prefix(' ').unwrap_or(fields)
    }
}

/// A clean line that is a JSON object or logfmt as its message and its other fields, without level
/// and time, which have columns of their own. What stands before an object begins the message,
/// unless it is a time. `None` where the line is neither.
pub fn fold(text: &str) -> Option<Folded> {
    let text = visible(text);
    let record = record(&text)?;
    let message = record.message();
    let mut folded = String::new();
    if stamp::whole(record.prefix.trim()).is_none() {
        folded.push_str(record.prefix.trim_start());
    }
    let said = message.and_then(|index| record.fields.get(index));
    folded.push_str(
        said.map(|field| field.value.said())
            .unwrap_or_default()
            .trim(),
    );
    folded.truncate(folded.trim_end().len());
    let end = folded.len();
    for (index, field) in record.fields.iter().enumerate() {
        if Some(index) == message || field.level().is_some() || field.is_time() {
            continue;
        }
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(&field.key);
        folded.push('=');
        folded.push_str(&field.value.shown());
    }
    Some(Folded {
        text: folded,
        message: end,
    })
}
