//! A client of the control API of an owner, over its unix socket.

use std::{error::Error, time::Duration};

use reqwest::{Client, Method, Response, header};
use thiserror::Error;

use super::platform::{control::Reach, fsx};
use crate::model::{
    control::{CLIENT_HEADER, Denied},
    root::Root,
};

/// How long a connection may take: it is this machine.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
/// The status with which the owner puts off who asks too fast.
const TOO_MANY: u16 = 429;
/// How long a request that was put off rests. The owner takes 20 a second.
const AGAIN_AFTER: Duration = Duration::from_millis(60);
/// How often one is put off at most: half a minute.
const PUT_OFF: u32 = 500;
/// The longest token file, in bytes.
const TOKEN_LIMIT: u64 = 1024;
/// The host of every request. Over the socket, a name alone will do.
const HOST: &str = "http://localhost";

/// Why the owner could not be asked. Reads after "could not".
#[derive(Debug, Error)]
pub enum ControlError {
    /// The token cannot be read.
    #[error("read the token of the control API")]
    Token(#[source] std::io::Error),
    /// The socket has a long path, and its folder cannot be opened.
    #[error("reach the socket of the control API")]
    Socket(#[source] std::io::Error),
    /// No client can be made.
    #[error("make a client for the control API")]
    Client(#[source] reqwest::Error),
    /// The owner did not answer, or broke off.
    #[error("reach the owner: {0}")]
    Unreachable(String),
    /// It answered something that this program does not understand.
    #[error("understand the owner: {0}")]
    Strange(String),
}

/// An answer of the owner.
#[derive(Debug)]
pub struct Reply {
    /// The status of HTTP.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as what it should be.
    ///
    /// # Errors
    ///
    /// It is something else.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, ControlError> {
        serde_json::from_slice(&self.body).map_err(|error| ControlError::Strange(error.to_string()))
    }

    /// The body of a success; the denial otherwise.
    ///
    /// # Errors
    ///
    /// The body is something else than it should be.
    pub fn accepted<T: serde::de::DeserializeOwned>(
        &self,
    ) -> Result<Result<T, Denied>, ControlError> {
        if (200..300).contains(&self.status) || self.status == 504 {
            self.json().map(Ok)
        } else {
            self.json().map(Err)
        }
    }
}

/// A client of one owner. It ends with its owner: the next one has another token.
#[derive(Clone)]
pub struct Control {
    client: Client,
    token: String,
    name: &'static str,
    /// The way to the socket, which the client takes for every connection.
    _reach: Reach,
}

impl std::fmt::Debug for Control {
    /// Without the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Control {
    /// A client for the owner of a root. `name` is what it calls itself in the ledger. Connects when
    /// it is first used.
    ///
    /// # Errors
    ///
    /// The token cannot be read: mostly, there is no owner.
    pub fn of(root: &Root, name: &'static str) -> Result<Self, ControlError> {
        let token = fsx::read_limited(&root.token_file(), TOKEN_LIMIT)
            .and_then(|bytes| String::from_utf8(bytes).map_err(std::io::Error::other))
            .map_err(ControlError::Token)?;
        // Whoever was first has chosen the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let reach = Reach::to(&root.socket_file()).map_err(ControlError::Socket)?;
        let client = Client::builder()
            .unix_socket(reach.path())
            // There is no TLS on a unix socket, so no certificates are read.
            .tls_certs_only([])
            .connect_timeout(CONNECT_WITHIN)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            // A kept connection may be closed by the owner at the moment of the next request.
            .pool_max_idle_per_host(0)
            .no_proxy()
            .http1_only()
            .build()
            .map_err(ControlError::Client)?;
        Ok(Self {
            client,
            token: token.trim().to_owned(),
            name,
            _reach: reach,
        })
    }

    /// Asks for something to read.
    ///
    /// # Errors
    ///
    /// The owner does not answer.
    pub async fn get(&self, path: &str) -> Result<Reply, ControlError> {
        reply(self.send(Method::GET, path, None).await?).await
    }

    /// Asks for something to be done; `body` is JSON.
    ///
    /// # Errors
    ///
    /// The owner does not answer.
    pub async fn post(&self, path: &str, body: String) -> Result<Reply, ControlError> {
        for _ in 0..PUT_OFF {
            let answer = reply(self.send(Method::POST, path, Some(body.clone())).await?).await?;
            if answer.status != TOO_MANY {
                return Ok(answer);
            }
            tokio::time::sleep(AGAIN_AFTER).await;
        }
        reply(self.send(Method::POST, path, Some(body)).await?).await
    }

    /// Asks for something that goes on: the answer is read piece by piece.
    ///
    /// # Errors
    ///
    /// The owner does not answer.
    pub async fn open(&self, path: &str) -> Result<Response, ControlError> {
        self.send(Method::GET, path, None).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<Response, ControlError> {
        let mut request = self
            .client
            .request(method, format!("{HOST}{path}"))
            .bearer_auth(&self.token)
            .header(CLIENT_HEADER, self.name);
        if let Some(body) = body {
            request = request
                .header(header::CONTENT_TYPE, "application/json")
                .body(body);
        }
        request.send().await.map_err(|error| unreachable(&error))
    }
}

async fn reply(response: Response) -> Result<Reply, ControlError> {
    let status = response.status().as_u16();
    let body = response
        .bytes()
        .await
        .map_err(|error| unreachable(&error))?;
    Ok(Reply {
        status,
        body: body.to_vec(),
    })
}

/// The innermost cause: "connection refused" tells more than "error sending request".
pub(crate) fn unreachable(error: &reqwest::Error) -> ControlError {
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    ControlError::Unreachable(cause.to_string())
}
