//! What a service answers: always JSON, and every refusal with a hint.

use http_body_util::Full;
use hyper::{
    Response, StatusCode,
    body::Bytes,
    header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue},
};
use serde_json::{Value, json};

/// An answer on its way out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    /// Its status.
    pub(super) status: StatusCode,
    body: Value,
    allow: Option<&'static str>,
    close: bool,
}

impl Answer {
    /// 200 with this body.
    pub(super) fn ok(body: Value) -> Self {
        Self {
            status: StatusCode::OK,
            body,
            allow: None,
            close: false,
        }
    }

    /// A refusal or a failure: what is so, and what to do about it.
    pub(super) fn error(status: StatusCode, error: &str, hint: &str) -> Self {
        Self {
            status,
            body: json!({"error": error, "hint": hint}),
            allow: None,
            close: false,
        }
    }

    /// 400, with what is wrong and what would be right.
    pub(super) fn bad_request(error: &str, hint: &str) -> Self {
        Self::error(StatusCode::BAD_REQUEST, error, hint)
    }

    /// 405, with what is allowed.
    pub(super) fn not_allowed(method: &str, path: &str, allow: &'static str) -> Self {
        let mut answer = Self::error(
            StatusCode::METHOD_NOT_ALLOWED,
            &format!("{method} is not for {path}"),
            &format!("use {allow}"),
        );
        answer.allow = Some(allow);
        answer
    }

    /// The same, as the last one on its connection.
    pub(super) fn and_close(mut self) -> Self {
        self.close = true;
        self
    }

    /// As hyper sends it.
    pub(super) fn into_response(self) -> Response<Full<Bytes>> {
        let text = format!("{}\n", self.body);
        let mut response = Response::new(Full::new(Bytes::from(text)));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(allow) = self.allow {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        if self.close {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
