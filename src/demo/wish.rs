//! What a body of `POST /fault` asks for.

use std::time::Duration;

use hyper::body::Bytes;
use serde_json::{Map, Value};

use super::{
    answer::Answer,
    burn::Burn,
    child::Kinship,
    death::Death,
    faults::{FAULTS, Fault},
    flood::{self, Flood},
    leak::Leak,
    measures::{Measure, Share, Slowness},
    values::Values,
    worker::Job,
};
use crate::io::platform::fork::Environment;

/// A fault, asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    /// End like this, so much later.
    Crash { death: Death, after: Duration },
    /// Have this one until it is shed, or for so long.
    Lasting {
        fault: Fault,
        measure: Measure,
        lasts: Option<Duration>,
    },
    /// Do this beside the service until it is done or shed, or for so long.
    Working { job: Job, lasts: Option<Duration> },
    /// Start a child of each of these kinds.
    Fork {
        kinds: Vec<Kinship>,
        environment: Environment,
    },
    /// Let the next run start so much later.
    SlowStart { delay: Duration },
}

/// The time in which the answer of a crash gets out.
const LAST_WORDS_MS: u64 = 20;

/// The longest delay: ten minutes.
pub(super) const DELAY_MAX_MS: u64 = 600_000;

/// The most memory that a leak takes, in MiB.
const LEAK_MAX_MB: u64 = 1024;

/// What a body of `POST /fault` asks for.
pub(super) fn parse(body: &Bytes) -> Result<Wish, Answer> {
    let hint = r#"send a JSON object, as in {"fault":"hang"}"#;
    let object: Map<String, Value> = serde_json::from_slice(body).map_err(|error| {
        Answer::bad_request(&format!("the body is not that JSON: {error}"), hint)
    })?;
    let name = object.get("fault").and_then(Value::as_str);
    let known = FAULTS.map(|row| row.name).join(", ");
    let Some(row) = FAULTS.into_iter().find(|row| Some(row.name) == name) else {
        let error = name.map_or_else(
            || "no fault is named".to_owned(),
            |name| format!("there is no fault \"{name}\""),
        );
        return Err(Answer::bad_request(&error, &format!("use one of {known}")));
    };
    wish(row.fault, &Values::of(row, object)?)
}

/// The wish in these values.
fn wish(fault: Fault, values: &Values) -> Result<Wish, Answer> {
    match fault {
        Fault::Crash => crash(values),
        Fault::Hang
        | Fault::RefuseHealth
        | Fault::IgnoreTerm
        | Fault::ReleasePort
        | Fault::LieAboutHealth => lasting(fault, Measure::None, values),
        Fault::Slow => {
            let delay = values.number("delay_ms", 400, 0..=DELAY_MAX_MS)?;
            let jitter = values.number("jitter_ms", 0, 0..=DELAY_MAX_MS)?;
            let health = values.get("health")?.unwrap_or(false);
            let slowness = Slowness::new(delay, jitter, health);
            lasting(fault, Measure::Slow(slowness), values)
        }
        Fault::ErrorRate => {
            let share = Share::new(values.number("percent", 50, 1..=100)?);
            lasting(fault, Measure::Errors(share), values)
        }
        Fault::FailRecover => {
            let times = values.maybe("times", 1..=u64::MAX)?;
            lasting(fault, Measure::Failures(times), values)
        }
        Fault::MemoryLeak => {
            let mb_per_s = values.number("mb_per_s", 8, 1..=LEAK_MAX_MB)?;
            let max_mb = values.number("max_mb", 256, 1..=LEAK_MAX_MB)?;
            working(Job::Leak(Leak { mb_per_s, max_mb }), values)
        }
        Fault::CpuBurn => {
            let cores_pct = values.number("cores_pct", 80, 1..=100)?;
            working(Job::Burn(Burn { cores_pct }), values)
        }
        Fault::LogFlood => working(Job::Flood(a_flood(values)?), values),
        Fault::ForkChildren => Ok(Wish::Fork {
            kinds: each_once(values.get("kinds")?.unwrap_or(Kinship::ALL.to_vec())),
            environment: match values.get("empty_env")? {
                Some(true) => Environment::Empty,
                Some(false) | None => Environment::Inherited,
            },
        }),
        Fault::SlowStart => Ok(Wish::SlowStart {
            delay: Duration::from_millis(values.number("ms", 5000, 1..=DELAY_MAX_MS)?),
        }),
    }
}

/// A fault that is there until it is shed.
fn lasting(fault: Fault, measure: Measure, values: &Values) -> Result<Wish, Answer> {
    Ok(Wish::Lasting {
        fault,
        measure,
        lasts: values.lasts()?,
    })
}

/// A fault that is done beside the service.
fn working(job: Job, values: &Values) -> Result<Wish, Answer> {
    Ok(Wish::Working {
        job,
        lasts: values.lasts()?,
    })
}

/// A crash.
fn crash(values: &Values) -> Result<Wish, Answer> {
    let signal: Option<String> = values.get("signal")?;
    let after = values.number("after_ms", LAST_WORDS_MS, 0..=u64::MAX)?;
    Ok(Wish::Crash {
        death: Death::wished(values.get("code")?, signal.as_deref())?,
        after: Duration::from_millis(after),
    })
}

/// A flood of at least one line.
fn a_flood(values: &Values) -> Result<Flood, Answer> {
    let flood = Flood {
        lines_per_s: values.number("lines_per_s", 10_000, 0..=u64::MAX)?,
        bytes: values.number("bytes", flood::BYTES, 1..=flood::BYTES_MAX)?,
        width: values.number("width", 80, flood::WIDTH_MIN..=flood::WIDTH_MAX)?,
        stream: values.get("stream")?.unwrap_or_default(),
    };
    if flood.lines() == 0 {
        let line = flood.width + 1;
        return Err(values.refusal(&format!("bytes is less than one line, which is {line}")));
    }
    Ok(flood)
}

/// The kinds, none of them twice.
fn each_once(mut kinds: Vec<Kinship>) -> Vec<Kinship> {
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(body: &'static str) -> Result<Wish, Answer> {
        parse(&Bytes::from_static(body.as_bytes()))
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
        assert_eq!(
            hang,
            Wish::Lasting {
                fault: Fault::Hang,
                measure: Measure::None,
                lasts: None
            }
        );
        let flood = parsed(r#"{"fault":"log_flood","for_ms":5}"#).unwrap();
        let job = Job::Flood(Flood {
            lines_per_s: 10_000,
            bytes: 16_777_216,
            width: 80,
            stream: flood::Stream::Stdout,
        });
        let lasts = Some(Duration::from_millis(5));
        assert_eq!(flood, Wish::Working { job, lasts });
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
            (r#"{"fault":"slow","delay_ms":600001}"#, "from 0 to 600000"),
            (r#"{"fault":"slow","health":"yes"}"#, "slow takes delay_ms"),
            (
                r#"{"fault":"error_rate","percent":0}"#,
                "percent is a whole number from 1 to 100",
            ),
            (r#"{"fault":"error_rate","percent":0.5}"#, "whole number"),
            (r#"{"fault":"memory_leak","max_mb":1025}"#, "from 1 to 1024"),
            (r#"{"fault":"cpu_burn","cores_pct":101}"#, "from 1 to 100"),
            (r#"{"fault":"log_flood","width":15}"#, "from 16 to 1048576"),
            (
                r#"{"fault":"log_flood","bytes":1073741825}"#,
                "from 1 to 1073741824",
            ),
            (
                r#"{"fault":"log_flood","bytes":80}"#,
                "one line, which is 81",
            ),
            (r#"{"fault":"log_flood","stream":"disk"}"#, "stdout"),
            (r#"{"fault":"fail_recover","times":0}"#, "at least 1"),
            (
                r#"{"fault":"slow_start","for_ms":1}"#,
                "slow_start takes ms",
            ),
        ] {
            let refused = format!("{:?}", parsed(body).unwrap_err());
            assert!(refused.contains("400"), "{body}: {refused}");
            assert!(refused.contains(part), "{body}: {refused}");
        }
    }
}
