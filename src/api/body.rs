//! The bodies of requests: how large, how slow, and what they may say.

use std::time::Duration;

use axum::body::Bytes;
use http_body_util::BodyExt as _;
use hyper::{
    HeaderMap,
    body::{Body, Incoming},
    header,
};
use serde::de::DeserializeOwned;

use super::answer::Refused;
use crate::model::control::Denied;

/// The largest body, in bytes.
const LIMIT: usize = 64 * 1024;
/// How long a client may take to send one.
const WITHIN: Duration = Duration::from_secs(5);
/// How much of a larger one is read and thrown away, in bytes, so that its client gets to read why.
const DRAINED: usize = 16 * 1024 * 1024;

/// Reads a body whole.
///
/// # Errors
///
/// It is too large, too slow, packed, or breaks off.
pub(super) async fn read(body: Incoming, headers: &HeaderMap) -> Result<Bytes, Refused> {
    if headers.contains_key(header::CONTENT_ENCODING) {
        let reason = "This API takes no packed bodies.";
        return Err(Refused(415, Denied::new("content_encoding", reason)));
    }
    let announced = body.size_hint().lower();
    if announced > LIMIT as u64 && headers.contains_key(header::EXPECT) {
        // It waits for a word before it sends anything.
        return Err(too_large());
    }
    match tokio::time::timeout(WITHIN, gather(body)).await {
        Ok(Ok(Some(bytes))) => Ok(bytes),
        Ok(Ok(None)) => Err(too_large()),
        Ok(Err(error)) => {
            tracing::debug!(target: "api", "a body broke off: {error}");
            let reason = "The body could not be read.";
            Err(Refused(400, Denied::new("body", reason)))
        }
        Err(_elapsed) => {
            let reason = "The body did not come within 5 s.";
            Err(Refused(408, Denied::new("body_slow", reason)))
        }
    }
}

fn too_large() -> Refused {
    let reason = "The body is larger than 64 KiB.";
    Refused(413, Denied::new("body_too_large", reason))
}

/// The whole body; `None` when it is too large.
async fn gather(mut body: Incoming) -> Result<Option<Bytes>, hyper::Error> {
    let (mut bytes, mut seen) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        seen += data.len();
        if seen <= LIMIT {
            bytes.extend_from_slice(&data);
        } else if seen > DRAINED {
            break;
        }
    }
    Ok((seen <= LIMIT).then(|| bytes.into()))
}

/// What a body says; nothing at all is an empty object.
///
/// # Errors
///
/// It is no JSON, or not what is expected here.
pub(super) fn parse<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Refused> {
    let bytes: &[u8] = if bytes.is_empty() { b"{}" } else { bytes };
    let wrong = |what: &dyn std::fmt::Display| {
        let reason = format!("The body is wrong: {what}.");
        Refused(400, Denied::new("body", reason))
    };
    // A list would be taken for the values of the keys in their order.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(wrong(&"it is no object in JSON"));
    }
    serde_json::from_slice(bytes).map_err(|error| wrong(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::control::{DownBody, FreeBody, UpBody};

    fn why<T: DeserializeOwned + std::fmt::Debug>(text: &str) -> String {
        let Refused(status, denied) =
            parse::<T>(&Bytes::from(text.to_owned())).expect_err("it was taken");
        assert_eq!((status, denied.code.as_str()), (400, "body"), "{text}");
        denied.reason
    }

    #[test]
    fn a_body_says_what_is_known_here_and_nothing_else() {
        let down: DownBody = parse(&Bytes::new()).unwrap();
        assert!(!down.leave_running);
        let unknown = why::<DownBody>(r#"{"leave_runing": true}"#);
        assert_eq!(
            unknown,
            "The body is wrong: unknown field `leave_runing`, expected `leave_running` at line 1 column 15."
        );
        assert!(
            why::<DownBody>(r#"{"leave_running":true,"leave_running":true}"#).contains("duplicate")
        );
        let deep = "[".repeat(100_000);
        for bad in [
            "null",
            "{",
            "[]",
            "[true]",
            "1e400",
            "\"",
            r#"{"services":"orders"}"#,
            r#"{"services":["../../etc"]}"#,
            r#"{"services":["\ud800"]}"#,
            deep.as_str(),
        ] {
            why::<UpBody>(bad);
        }
        why::<FreeBody>(r#"{"force":"HUP"}"#);
        why::<FreeBody>(r#"{"pid":1}"#);
    }
}
