//! One call to another service, over a fresh connection: a kept one hides a dead accept loop.

use std::{io, net::SocketAddr, time::Duration};

use http_body_util::{BodyExt, Empty, Limited};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1,
    header::{CONNECTION, HOST},
};
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::{net::TcpStream, time::timeout};

use super::lines::cause;

/// The most that is read of an answer.
const BODY_MAX: usize = 64 * 1024;

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    /// Its status.
    pub(super) status: StatusCode,
    /// Its body.
    pub(super) body: Bytes,
}

/// Why nothing came back.
#[derive(Debug, Error)]
pub(super) enum CallError {
    /// Nobody took the connection.
    #[error("{}", cause(.0))]
    Connect(#[source] io::Error),
    /// The request makes no sense.
    #[error("not a request")]
    Request(#[source] hyper::http::Error),
    /// The connection broke before the answer was complete.
    #[error("the connection broke before the answer")]
    Broken(#[source] hyper::Error),
    /// The body was too long, or broke off.
    #[error("the answer broke off")]
    Body(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It took too long.
    #[error("no answer in {} ms", .0.as_millis())]
    Late(Duration),
}

/// Asks and waits for the whole answer.
pub(super) async fn call(
    method: &str,
    address: SocketAddr,
    path: &str,
    patience: Duration,
) -> Result<Reply, CallError> {
    timeout(patience, exchange(method, address, path))
        .await
        .unwrap_or(Err(CallError::Late(patience)))
}

/// The call without its limit in time.
async fn exchange(method: &str, address: SocketAddr, path: &str) -> Result<Reply, CallError> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, address.to_string())
        .header(CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(CallError::Request)?;
    let stream = TcpStream::connect(address)
        .await
        .map_err(CallError::Connect)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(CallError::Broken)?;
    let answer = async move {
        let response = sender
            .send_request(request)
            .await
            .map_err(CallError::Broken)?;
        let status = response.status();
        let body = Limited::new(response.into_body(), BODY_MAX).collect().await;
        let body = body.map_err(CallError::Body)?.to_bytes();
        Ok(Reply { status, body })
    };
    tokio::pin!(answer, connection);
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        // The connection may be through before its last bytes were read here.
        _ = &mut connection => answer.await,
    }
}
