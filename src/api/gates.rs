//! Who is let in: one pure, total function over the head of a request. The order matters: the host
//! comes before the token, so that a page that was led here by a false name learns nothing.

use std::net::{IpAddr, SocketAddr};

use hyper::{HeaderMap, Method, Uri, header};

use super::token::Token;
use crate::model::control::Denied;

/// Where a request came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Peer {
    /// Over TCP, from this address.
    Tcp(IpAddr),
    /// Over the unix socket, from a process of this user, or of another.
    Socket {
        /// Whether it is this user's.
        own: bool,
    },
}

/// What a gate decides on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head<'a> {
    pub(super) peer: Peer,
    pub(super) method: &'a Method,
    pub(super) uri: &'a Uri,
    pub(super) headers: &'a HeaderMap,
}

/// What is let in.
pub(super) struct Rules {
    /// Where the API listens, if it does.
    pub(super) address: Option<SocketAddr>,
    /// The secret.
    pub(super) token: Token,
}

/// The right to be answered: only [`check`] gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Only whether somebody is there.
    Anybody,
    /// Everything.
    Operate,
}

/// The one route that needs no token.
pub(super) const HEALTH: &str = "/api/health";
/// Names of this machine.
const LOCAL_NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Decides on one request.
///
/// # Errors
///
/// The status and the reason with which it is turned away.
pub(super) fn check(head: &Head<'_>, rules: &Rules) -> Result<Scope, (u16, Denied)> {
    peer(head)?;
    host(head, rules)?;
    browser(head, rules)?;
    if head.uri.path() == HEALTH {
        return method(head).map(|()| Scope::Anybody);
    }
    token(head, rules)?;
    method(head)?;
    shape(head)?;
    Ok(Scope::Operate)
}

fn deny<T>(status: u16, code: &str, reason: &str) -> Result<T, (u16, Denied)> {
    Err((status, Denied::new(code, reason)))
}

/// Gate 1: this machine, this user.
fn peer(head: &Head<'_>) -> Result<(), (u16, Denied)> {
    match head.peer {
        Peer::Tcp(address) if address.is_loopback() => Ok(()),
        Peer::Socket { own: true } => Ok(()),
        Peer::Tcp(_) | Peer::Socket { own: false } => deny(
            403,
            "peer",
            "This API answers this user on this machine only.",
        ),
    }
}

/// Gate 2: exactly one host, and it is a name of this machine with our port.
fn host(head: &Head<'_>, rules: &Rules) -> Result<(), (u16, Denied)> {
    const CODE: &str = "host";
    const REASON: &str = "The Host header does not name this API.";
    let mut hosts = head.headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return deny(421, CODE, REASON);
    };
    let Ok(host) = host.to_str() else {
        return deny(421, CODE, REASON);
    };
    let authority = head.uri.authority().map(axum::http::uri::Authority::as_str);
    if !is_ours(host, head.peer, rules) || authority.is_some_and(|it| it != host) {
        return deny(421, CODE, REASON);
    }
    Ok(())
}

/// Whether an authority is exactly a name of this machine with our port. Over the unix socket, a
/// name alone will do.
fn is_ours(authority: &str, peer: Peer, rules: &Rules) -> bool {
    if matches!(peer, Peer::Socket { .. }) && LOCAL_NAMES.contains(&authority) {
        return true;
    }
    let Some(address) = rules.address else {
        return false;
    };
    let port = address.port().to_string();
    LOCAL_NAMES.iter().any(|name| {
        authority
            .strip_prefix(name)
            .and_then(|it| it.strip_prefix(':'))
            == Some(&port)
    })
}

/// Gate 3: no page of anybody else.
fn browser(head: &Head<'_>, rules: &Rules) -> Result<(), (u16, Denied)> {
    const CODE: &str = "origin";
    const REASON: &str = "A web page of another origin may not use this API.";
    if *head.method == Method::OPTIONS {
        return deny(403, CODE, REASON);
    }
    for origin in head.headers.get_all(header::ORIGIN) {
        let own = origin
            .to_str()
            .ok()
            .and_then(|origin| origin.strip_prefix("http://"))
            .is_some_and(|authority| is_ours(authority, head.peer, rules));
        if !own {
            return deny(403, CODE, REASON);
        }
    }
    for site in head.headers.get_all("sec-fetch-site") {
        if site != "none" && site != "same-origin" {
            return deny(403, CODE, REASON);
        }
    }
    Ok(())
}

/// Gate 5, first half: only what reads and what acts.
fn method(head: &Head<'_>) -> Result<(), (u16, Denied)> {
    if matches!(*head.method, Method::GET | Method::POST) {
        return Ok(());
    }
    deny(405, "method", "This API knows GET and POST only.")
}

/// Gate 4: the token, in its header and nowhere else.
fn token(head: &Head<'_>, rules: &Rules) -> Result<(), (u16, Denied)> {
    let mut presented = head.headers.get_all(header::AUTHORIZATION).iter();
    let one = match (presented.next(), presented.next()) {
        (Some(one), None) => one.to_str().ok(),
        (Some(_), Some(_)) | (None, _) => None,
    };
    let right = one
        .and_then(|value| value.strip_prefix("Bearer "))
        .is_some_and(|value| rules.token.is(value));
    if right {
        return Ok(());
    }
    let reason =
        "This needs the header \"Authorization: Bearer TOKEN\" with the token in data/run/token.";
    deny(401, "token", reason)
}

/// Gate 5, second half: what acts says that it is JSON, which no form of a page can.
fn shape(head: &Head<'_>) -> Result<(), (u16, Denied)> {
    if *head.method != Method::POST {
        return Ok(());
    }
    let mut types = head.headers.get_all(header::CONTENT_TYPE).iter();
    let json = match (types.next(), types.next()) {
        (Some(one), None) => one.to_str().is_ok_and(is_json),
        (Some(_), Some(_)) | (None, _) => false,
    };
    if json {
        return Ok(());
    }
    deny(
        415,
        "content_type",
        "A POST needs the header \"Content-Type: application/json\".",
    )
}

/// Whether a content type is JSON, with or without its character set.
fn is_json(value: &str) -> bool {
    let kind = value.split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

#[cfg(test)]
#[path = "tests/gates.rs"]
mod tests;
