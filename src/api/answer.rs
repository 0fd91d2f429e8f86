//! What every answer looks like.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};
use serde::Serialize;

use crate::model::control::Denied;

/// A denial on its way to a client.
#[derive(Debug)]
pub(super) struct Refused(pub(super) u16, pub(super) Denied);

impl From<(u16, Denied)> for Refused {
    fn from((status, denied): (u16, Denied)) -> Self {
        Self(status, denied)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response<Body> {
        json(self.0, &self.1)
    }
}

/// An answer in JSON.
pub(super) fn json(status: u16, body: &impl Serialize) -> Response<Body> {
    match serde_json::to_vec(body) {
        Ok(bytes) => bytes_of_json(status, bytes),
        Err(error) => {
            tracing::error!(target: "api", "could not write an answer as JSON: {error}");
            let bytes = br#"{"code":"internal","reason":"oats could not write the answer.","hint":null,"hint_action":null}"#;
            bytes_of_json(500, bytes.to_vec())
        }
    }
}

/// An answer whose JSON is there already.
pub(super) fn bytes_of_json(status: u16, bytes: Vec<u8>) -> Response<Body> {
    with_type(status, "application/json", bytes)
}

/// An answer of some type.
pub(super) fn with_type(status: u16, kind: &'static str, bytes: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(bytes.into());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// A denial for now: so many seconds later it may be another answer.
pub(super) fn later(refused: Refused, after: Duration) -> Response<Body> {
    let mut response = refused.into_response();
    let seconds = after.as_secs_f64().ceil().max(1.0);
    if let Ok(value) = HeaderValue::from_str(&format!("{seconds}")) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// What no answer goes without: nobody keeps it, nobody guesses its type, no page of another origin
/// reads it.
pub(super) fn harden(response: &mut Response<Body>) {
    let headers = response.headers_mut();
    for (name, value) in [
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
