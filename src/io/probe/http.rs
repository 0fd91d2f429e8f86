//! One request over one fresh connection. A kept connection would hide a dead accept loop.

use std::{error::Error as _, io, time::Duration};

use http_body_util::{BodyExt, Empty};
use hyper::{
    Method, Request, Response,
    body::{Bytes, Incoming},
    client::conn::http1::Builder,
    header,
};
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::time::timeout;

use super::{
    https::Https,
    seen::{Seen, reason, spoken},
    tcp::connect,
};
use crate::{
    io::clock::Clock,
    model::{
        clean,
        service::{HttpUrl, StatusRanges},
    },
};

/// How much of an answer's head is read, in bytes.
const HEAD: usize = 16 * 1024;
/// How much of its body is read, in bytes.
pub(super) const BODY: usize = 10 * 1024;
/// How much of a body is shown in a reason, in bytes.
const SNIPPET: usize = 200;

/// Asks a URL with `GET`. Redirects are not followed: a 302 is just its status.
pub async fn http(https: &Https, url: &HttpUrl, expect: &StatusRanges, limit: Duration) -> Seen {
    let begin = Clock.now().mono;
    let result = exchange(https, Method::GET, url, limit).await;
    let unchecked = if url.tls && url.is_local() {
        ", certificate not checked"
    } else {
        ""
    };
    let (ok, detail) = match result {
        Ok(Answer { status, .. }) => (expect.contains(status), format!("{status}{unchecked}")),
        Err(trouble) => (false, trouble),
    };
    Seen {
        ok,
        detail,
        latency: Clock.now().mono.since(begin),
    }
}

/// Why a `POST` did not do its work.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PostError {
    /// The service answered, but not with 2xx.
    #[error("POST {path} answered {status}{}", said(.body))]
    Status {
        /// Path of the URL.
        path: String,
        /// The status.
        status: u16,
        /// The beginning of the body, cleaned.
        body: String,
    },
    /// There was no answer.
    #[error("POST {path}: {why}")]
    Failed {
        /// Path of the URL.
        path: String,
        /// Why.
        why: String,
    },
}

/// What a body said, as the end of a sentence.
fn said(body: &str) -> String {
    if body.is_empty() {
        String::new()
    } else {
        format!(": {body}")
    }
}

/// Sends an empty `POST` to a URL; returns the status when it is 2xx.
///
/// # Errors
///
/// There was no answer within the limit, or another status.
pub async fn post(https: &Https, url: &HttpUrl, limit: Duration) -> Result<u16, PostError> {
    let path = || clean::plain(&url.path);
    match exchange(https, Method::POST, url, limit).await {
        Ok(Answer { status, .. }) if (200..300).contains(&status) => Ok(status),
        Ok(Answer { status, body }) => Err(PostError::Status {
            path: path(),
            status,
            body: snippet(&body),
        }),
        Err(why) => Err(PostError::Failed { path: path(), why }),
    }
}

/// The beginning of a body, fit to be shown in one line.
fn snippet(body: &[u8]) -> String {
    let text = clean::plain(&String::from_utf8_lossy(body));
    let text = text.trim();
    let end = text.floor_char_boundary(SNIPPET);
    text.get(..end).unwrap_or_default().to_owned()
}

/// An answer, as far as it was read.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

/// One request and its answer within a limit; else why not.
async fn exchange(
    https: &Https,
    method: Method,
    url: &HttpUrl,
    limit: Duration,
) -> Result<Answer, String> {
    let mut status = None;
    let result = if url.tls {
        timeout(limit, Box::pin(https.talk(method, url, &mut status))).await
    } else {
        timeout(limit, Box::pin(talk(method, url, &mut status))).await
    };
    result.unwrap_or_else(|_elapsed| {
        let limit = spoken(limit);
        Err(match status {
            Some(status) => format!("{status}, but its body did not end in {limit}"),
            None => format!("no answer in {limit}"),
        })
    })
}

/// Connects, asks, and reads the answer; `status` is told as soon as it is known.
async fn talk(method: Method, url: &HttpUrl, status: &mut Option<u16>) -> Result<Answer, String> {
    let request = request(method, url).map_err(|_bad| format!("{url} cannot be asked for"))?;
    let stream = connect(&url.host, url.port)
        .await
        .map_err(|error| reason(&error))?;
    // The server closes first, and a polite farewell of ours would leave its port in TIME_WAIT after
    // every probe: a server that does not set SO_REUSEADDR could not be restarted for a minute. So
    // we end with a reset, and (below) without a shutdown before it.
    stream.set_zero_linger().map_err(|error| reason(&error))?;
    let handshake = Builder::new()
        .max_buf_size(HEAD)
        .handshake(TokioIo::new(stream));
    let (mut sender, connection) = handshake.await.map_err(|error| trouble(&error))?;
    let answer = async {
        let response = sender
            .send_request(request)
            .await
            .map_err(|error| trouble(&error))?;
        let code = response.status().as_u16();
        *status = Some(code);
        let body = read(response)
            .await
            .map_err(|_broken| format!("{code}, but its body broke off"))?;
        Ok(Answer { status: code, body })
    };
    tokio::pin!(answer);
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        // The connection has nothing more to do: the rest of the answer is here, or never comes.
        // What went wrong is told by the answer.
        _ended = connection.without_shutdown() => answer.await,
    }
}

fn request(method: Method, url: &HttpUrl) -> Result<Request<Empty<Bytes>>, hyper::http::Error> {
    let mut request = Request::builder()
        .uri(&url.path)
        .header(header::HOST, host(url))
        .header(header::CONNECTION, "close")
        .header(header::USER_AGENT, "oats")
        .header(header::ACCEPT, "*/*");
    if method == Method::POST {
        request = request.header(header::CONTENT_LENGTH, 0);
    }
    request.method(method).body(Empty::new())
}

/// The value of the Host header.
fn host(url: &HttpUrl) -> String {
    let url = HttpUrl {
        path: String::new(),
        ..url.clone()
    };
    let text = url.to_string();
    text.trim_start_matches("http://").to_owned()
}

/// Reads the beginning of a body.
async fn read(response: Response<Incoming>) -> Result<Vec<u8>, hyper::Error> {
    let mut incoming = response.into_body();
    let mut body = Vec::new();
    while body.len() < BODY
        && let Some(frame) = incoming.frame().await
    {
        if let Ok(data) = frame?.into_data() {
            let room = BODY - body.len();
            body.extend_from_slice(data.get(..room).unwrap_or(&data));
        }
    }
    Ok(body)
}

/// Why an exchange failed, in the words of an operator.
fn trouble(error: &hyper::Error) -> String {
    let cause = error
        .source()
        .and_then(|source| source.downcast_ref::<io::Error>());
    if let Some(cause) = cause {
        reason(cause)
    } else if error.is_parse_too_large() {
        "not HTTP: its head does not end".to_owned()
    } else if error.is_parse() {
        "not HTTP".to_owned()
    } else if error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
        "connection closed without an answer".to_owned()
    } else {
        clean::plain(&error.to_string())
    }
}

#[cfg(test)]
#[path = "tests/http.rs"]
mod tests;
