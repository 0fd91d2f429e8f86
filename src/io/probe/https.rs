//! The same request over TLS.
//!
//! On loopback the certificate is not checked: it is mostly self-signed, and nobody else can answer
//! there. Any other host must have one that this machine trusts.

use std::{
    error::Error,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use hyper::{Method, header};
use reqwest::{Client, Response, redirect::Policy};
use rustls::CertificateError;
use tokio::{sync::OnceCell, task::spawn_blocking};

use super::{
    http::{Answer, BODY},
    seen::reason,
};
use crate::model::{clean, service::HttpUrl};

/// Asks over TLS. What that needs is made when it is first used, and kept.
#[derive(Debug, Clone, Default)]
pub struct Https {
    local: Slot,
    checking: Slot,
}

/// A client, or why there is none.
type Slot = Arc<OnceCell<Result<Client, String>>>;

impl Https {
    /// Asks, and reads the answer; `status` is told as soon as it is known.
    pub(super) async fn talk(
        &self,
        method: Method,
        url: &HttpUrl,
        status: &mut Option<u16>,
    ) -> Result<Answer, String> {
        let client = self.client(!url.is_local()).await?;
        let mut request = client.request(method.clone(), url.to_string());
        if method == Method::POST {
            request = request.header(header::CONTENT_LENGTH, 0).body("");
        }
        let response = request.send().await.map_err(|error| trouble(&error))?;
        let code = response.status().as_u16();
        *status = Some(code);
        let body = read(response)
            .await
            .map_err(|_broken| format!("{code}, but its body broke off"))?;
        Ok(Answer { status: code, body })
    }

    /// The client that checks certificates, or does not. Making one takes up to 26 ms.
    async fn client(&self, check: bool) -> Result<Client, String> {
        let slot = if check { &self.checking } else { &self.local };
        let make = async || {
            let made = spawn_blocking(move || client(check)).await;
            made.unwrap_or_else(|_gone| Err("oats is leaving".to_owned()))
        };
        slot.get_or_init(make).await.clone()
    }
}

fn client(check: bool) -> Result<Client, String> {
    // Whoever was first has chosen the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // A server may listen on just one of the two, and not every machine lists both.
    let local: [SocketAddr; 2] = [
        (Ipv4Addr::LOCALHOST, 0).into(),
        (Ipv6Addr::LOCALHOST, 0).into(),
    ];
    let builder = Client::builder()
        .user_agent("oats")
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        // A proxy would answer in place of the service.
        .no_proxy()
        // A kept connection would hide a dead accept loop.
        .pool_max_idle_per_host(0)
        .http1_only()
        .resolve_to_addrs("localhost", &local)
        .tls_danger_accept_invalid_certs(!check);
    let made = builder.build();
    made.map_err(|error| format!("TLS cannot be used: {}", deepest(&error)))
}

/// Reads the beginning of a body.
async fn read(mut response: Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while body.len() < BODY
        && let Some(data) = response.chunk().await?
    {
        let room = BODY - body.len();
        body.extend_from_slice(data.get(..room).unwrap_or(&data));
    }
    Ok(body)
}

/// Why an exchange failed, in the words of an operator.
fn trouble(error: &reqwest::Error) -> String {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return tls_trouble(tls);
        }
        let io = error.downcast_ref::<io::Error>();
        if let Some(io) = io.filter(|io| io.raw_os_error().is_some()) {
            return reason(io);
        }
        let is_end = io.is_some_and(|io| io.kind() == io::ErrorKind::UnexpectedEof);
        if is_end
            || error.downcast_ref().is_some_and(|error: &hyper::Error| {
                error.is_incomplete_message() || error.is_closed() || error.is_canceled()
            })
        {
            return "connection closed without an answer".to_owned();
        }
        // An error of the system skips the one that it wraps when it is asked for its source.
        let wrapped = io.and_then(io::Error::get_ref);
        cause = wrapped
            .map(|wrapped| -> &(dyn Error + 'static) { wrapped })
            .or_else(|| error.source());
    }
    deepest(error)
}

fn tls_trouble(error: &rustls::Error) -> String {
    if matches!(error, rustls::Error::InvalidMessage(_)) {
        return "not TLS".to_owned();
    }
    let rustls::Error::InvalidCertificate(wrong) = error else {
        return clean::plain(&error.to_string());
    };
    if matches!(wrong, CertificateError::UnknownIssuer) {
        return "its certificate is not trusted: unknown issuer".to_owned();
    }
    clean::plain(&format!("its certificate is not trusted: {wrong}"))
}

/// What lies at the bottom of an error.
fn deepest(error: &dyn Error) -> String {
    let mut bottom = error;
    while let Some(below) = bottom.source() {
        bottom = below;
    }
    clean::plain(&bottom.to_string())
}

#[cfg(test)]
#[path = "tests/https.rs"]
mod tests;
