//! The faults that a demo service can be told to have: one row each.

use std::time::Duration;

use hyper::body::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{answer::Answer, child::Kinship};
use crate::{io::platform::fork::Environment, model::Signal};

/// A fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// It ends without having been asked.
    Crash,
    /// It takes connections and never answers.
    Hang,
    /// It says of itself that it is ill, and refuses work.
    RefuseHealth,
    /// It does not end when asked.
    IgnoreTerm,
    /// It lives, but does not listen any more.
    ReleasePort,
    /// It starts processes that outlive it.
    ForkChildren,
}

/// What there is to know about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Which one.
    pub fault: Fault,
    /// Its name in JSON.
    pub name: &'static str,
    /// What it does, in one line.
    pub doc: &'static str,
    /// Whether `POST /recover` sheds it, given that it arrives.
    pub recover_sheds: bool,
    /// What `POST /fault` takes for it, beside its name.
    pub takes: &'static [&'static str],
}

/// Every fault.
pub const FAULTS: [Row; 6] = [
    Row {
        fault: Fault::Crash,
        name: "crash",
        doc: "ends with an exit code (1) or by a signal, after_ms (20) later",
        recover_sheds: false,
        takes: &["code", "signal", "after_ms"],
    },
    Row {
        fault: Fault::Hang,
        name: "hang",
        doc: "takes connections and never answers, so that recover cannot arrive either",
        recover_sheds: true,
        takes: &["for_ms"],
    },
    Row {
        fault: Fault::RefuseHealth,
        name: "refuse_health",
        doc: "answers 503 on /healthz, and to work",
        recover_sheds: true,
        takes: &["for_ms"],
    },
    Row {
        fault: Fault::IgnoreTerm,
        name: "ignore_term",
        doc: "goes on after SIGTERM",
        recover_sheds: true,
        takes: &["for_ms"],
    },
    Row {
        fault: Fault::ReleasePort,
        name: "release_port",
        doc: "closes its listening socket and lives on; recover arrives only over a kept connection",
        recover_sheds: true,
        takes: &["for_ms"],
    },
    Row {
        fault: Fault::ForkChildren,
        name: "fork_children",
        doc: "starts children of five kinds that live until they are killed",
        recover_sheds: false,
        takes: &["kinds", "empty_env"],
    },
];

impl Fault {
    /// Its row in the table.
    pub fn row(self) -> Row {
        let [
            crash,
            hang,
            refuse_health,
            ignore_term,
            release_port,
            fork_children,
        ] = FAULTS;
        match self {
            Self::Crash => crash,
            Self::Hang => hang,
            Self::RefuseHealth => refuse_health,
            Self::IgnoreTerm => ignore_term,
            Self::ReleasePort => release_port,
            Self::ForkChildren => fork_children,
        }
    }
}

/// How a crash ends the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Death {
    /// With this exit code.
    Code(u8),
    /// By this signal.
    Signal(Signal),
}

/// A fault, asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    /// End like this, so much later.
    Crash { death: Death, after: Duration },
    /// Have this one until it is shed, or for so long.
    Lasting {
        fault: Fault,
        lasts: Option<Duration>,
    },
    /// Start a child of each of these kinds.
    Fork {
        kinds: Vec<Kinship>,
        environment: Environment,
    },
}

/// The values that a body may hold.
#[derive(Deserialize)]
struct Values {
    code: Option<u8>,
    signal: Option<String>,
    after_ms: Option<u64>,
    for_ms: Option<u64>,
    kinds: Option<Vec<Kinship>>,
    empty_env: Option<bool>,
}

/// The time in which the answer of a crash gets out.
const LAST_WORDS_MS: u64 = 20;

/// What a body of `POST /fault` asks for.
pub(super) fn parse(body: &Bytes) -> Result<Wish, Answer> {
    let hint = r#"send a JSON object, as in {"fault":"hang"}"#;
    let object: Map<String, Value> = serde_json::from_slice(body).map_err(|error| {
        Answer::bad_request(&format!("the body is not that JSON: {error}"), hint)
    })?;
    let name = object.get("fault").and_then(Value::as_str);
    let known = FAULTS.map(|row| row.name).join(", ");
    let Some(row) = FAULTS.iter().find(|row| Some(row.name) == name) else {
        let error = name.map_or_else(
            || "no fault is named".to_owned(),
            |name| format!("there is no fault \"{name}\""),
        );
        return Err(Answer::bad_request(&error, &format!("use one of {known}")));
    };
    let taken = format!("{} takes {}", row.name, row.takes.join(", "));
    let foreign = |key: &&String| *key != "fault" && !row.takes.contains(&key.as_str());
    if let Some(key) = object.keys().find(foreign) {
        let error = format!("{} does not take \"{key}\"", row.name);
        return Err(Answer::bad_request(&error, &taken));
    }
    let values = serde_json::from_value(Value::Object(object.clone()))
        .map_err(|error| Answer::bad_request(&error.to_string(), &taken))?;
    wish(row.fault, values)
}

/// The wish in these values.
fn wish(fault: Fault, values: Values) -> Result<Wish, Answer> {
    Ok(match fault {
        Fault::Crash => Wish::Crash {
            death: death(values.code, values.signal.as_deref())?,
            after: Duration::from_millis(values.after_ms.unwrap_or(LAST_WORDS_MS)),
        },
        Fault::Hang | Fault::RefuseHealth | Fault::IgnoreTerm | Fault::ReleasePort => {
            Wish::Lasting {
                fault,
                lasts: values.for_ms.map(Duration::from_millis),
            }
        }
        Fault::ForkChildren => Wish::Fork {
            kinds: each_once(values.kinds.unwrap_or_else(|| Kinship::ALL.to_vec())),
            environment: match values.empty_env {
                Some(true) => Environment::Empty,
                Some(false) | None => Environment::Inherited,
            },
        },
    })
}

/// The kinds, none of them twice.
fn each_once(mut kinds: Vec<Kinship>) -> Vec<Kinship> {
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// The signals that a process dies by of its own: nothing else may be asked for.
const DEADLY: [&str; 3] = ["ABRT", "KILL", "SEGV"];

/// How to die.
fn death(code: Option<u8>, signal: Option<&str>) -> Result<Death, Answer> {
    let Some(name) = signal else {
        return Ok(Death::Code(code.unwrap_or(1)));
    };
    let hint = format!("use a code, or a signal: {}", DEADLY.join(", "));
    if code.is_some() {
        return Err(Answer::bad_request("a crash has a code or a signal", &hint));
    }
    let upper = name.to_ascii_uppercase();
    let short = upper.strip_prefix("SIG").unwrap_or(&upper);
    let deadly = DEADLY.contains(&short);
    match Signal::from_name(short).filter(|_| deadly) {
        Some(signal) => Ok(Death::Signal(signal)),
        None => Err(Answer::bad_request(
            &format!("no crash is by \"{name}\""),
            &hint,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(body: &'static str) -> Result<Wish, Answer> {
        parse(&Bytes::from_static(body.as_bytes()))
    }

    #[test]
    fn every_fault_finds_its_own_row() {
        for row in FAULTS {
            assert_eq!(row.fault.row(), row);
        }
    }

    #[test]
    fn a_fault_has_defaults() {
        let crash = parsed(r#"{"fault":"crash"}"#).unwrap();
        let after = Duration::from_millis(LAST_WORDS_MS);
        assert_eq!(
            crash,
            Wish::Crash {
                death: Death::Code(1),
                after
            }
        );
        let fork = parsed(r#"{"fault":"fork_children"}"#).unwrap();
        let kinds = Kinship::ALL.to_vec();
        let environment = Environment::Inherited;
        assert_eq!(fork, Wish::Fork { kinds, environment });
        let hang = parsed(r#"{"fault":"hang"}"#).unwrap();
        let fault = Fault::Hang;
        assert_eq!(hang, Wish::Lasting { fault, lasts: None });
    }

    #[test]
    fn a_wrong_wish_is_refused_with_what_would_be_right() {
        for (body, part) in [
            ("", "is not that JSON"),
            ("{", "is not that JSON"),
            ("[]", "is not that JSON"),
            ("{}", "no fault is named"),
            (r#"{"fault":"hng"}"#, "use one of crash, hang, "),
            (r#"{"fault":"hang","code":1}"#, "hang takes for_ms"),
            (r#"{"fault":"hang","for_ms":"soon"}"#, "hang takes for_ms"),
            (
                r#"{"fault":"crash","code":256}"#,
                "crash takes code, signal",
            ),
            (r#"{"fault":"crash","signal":"STOP"}"#, "ABRT, KILL, SEGV"),
            (
                r#"{"fault":"crash","signal":"ABRT","code":3}"#,
                "a code or a signal",
            ),
            (r#"{"fault":"fork_children","kinds":["twin"]}"#, "twin"),
        ] {
            let refused = format!("{:?}", parsed(body).unwrap_err());
            assert!(refused.contains("400"), "{body}: {refused}");
            assert!(refused.contains(part), "{body}: {refused}");
        }
    }
}
