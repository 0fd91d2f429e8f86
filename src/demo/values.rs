//! What a body of `POST /fault` holds, each value within its bounds.

use std::{ops::RangeInclusive, time::Duration};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{answer::Answer, faults::Row};

/// The values of one fault.
pub(super) struct Values {
    row: Row,
    object: Map<String, Value>,
}

impl Values {
    /// The values of this fault, if it takes them all.
    pub(super) fn of(row: Row, object: Map<String, Value>) -> Result<Self, Answer> {
        let foreign = |key: &&String| *key != "fault" && !row.takes.contains(&key.as_str());
        let values = Self { row, object };
        match values.object.keys().find(foreign) {
            Some(key) => {
                Err(values.refusal(&format!("{} does not take \"{key}\"", values.row.name)))
            }
            None => Ok(values),
        }
    }

    /// A whole number.
    pub(super) fn number(
        &self,
        key: &str,
        default: u64,
        bounds: RangeInclusive<u64>,
    ) -> Result<u64, Answer> {
        Ok(self.maybe(key, bounds)?.unwrap_or(default))
    }

    /// A whole number, if there is one.
    pub(super) fn maybe(
        &self,
        key: &str,
        bounds: RangeInclusive<u64>,
    ) -> Result<Option<u64>, Answer> {
        let Some(value) = self.get::<Value>(key)? else {
            return Ok(None);
        };
        match value.as_u64().filter(|number| bounds.contains(number)) {
            Some(number) => Ok(Some(number)),
            None if *bounds.end() == u64::MAX => {
                let least = bounds.start();
                Err(self.refusal(&format!("{key} is a whole number, at least {least}")))
            }
            None => {
                let (least, most) = bounds.into_inner();
                Err(self.refusal(&format!("{key} is a whole number from {least} to {most}")))
            }
        }
    }

    /// How long the fault shall last; `None` for until it is shed.
    pub(super) fn lasts(&self) -> Result<Option<Duration>, Answer> {
        let ms = self.maybe("for_ms", 0..=u64::MAX)?;
        Ok(ms.map(Duration::from_millis))
    }

    /// A value of any other kind; `None` where there is none, or null.
    pub(super) fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Answer> {
        let value = self.object.get(key).cloned().unwrap_or_default();
        serde_json::from_value(value).map_err(|error| self.refusal(&format!("{key}: {error}")))
    }

    /// 400, with all that the fault takes.
    pub(super) fn refusal(&self, error: &str) -> Answer {
        let takes = self.row.takes.join(", ");
        Answer::bad_request(error, &format!("{} takes {takes}", self.row.name))
    }
}
