//! Connections: how many, for how long, and the gate before every request.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{Router, body::Body, http::Response};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, UnixListener},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tower_service::Service as _;

use super::{
    Desk, Listeners,
    answer::{self, Refused},
    gates::{self, Head, Peer, Rules},
    routes,
};
use crate::io::platform::control;

/// Connections over TCP at once; more are closed at once.
const TCP_CONNECTIONS: usize = 1024;
/// Connections over the unix socket at once.
const SOCKET_CONNECTIONS: usize = 256;
/// How long a client may take for the head of a request.
const HEAD_WITHIN: Duration = Duration::from_secs(3);
/// The longest head of a request, in bytes.
const HEAD_LIMIT: usize = 16 * 1024;
/// The most headers of a request.
const HEADERS: usize = 64;
/// How long accepting rests after an error: mostly, no descriptor is left.
const REST: Duration = Duration::from_millis(50);

/// Serves the API until the future is dropped.
///
/// # Errors
///
/// The listeners cannot be waited for.
pub async fn serve(listeners: Listeners, desk: Desk) -> std::io::Result<()> {
    let Listeners {
        tcp, socket, rules, ..
    } = listeners;
    let site = Arc::new(Site {
        rules,
        router: routes::router(desk),
    });
    let socket = UnixListener::from_std(socket)?;
    let over_socket = over_socket(socket, site.clone());
    match tcp {
        Some(tcp) => {
            let over_tcp = over_tcp(TcpListener::from_std(tcp)?, site);
            tokio::join!(over_socket, over_tcp);
        }
        None => over_socket.await,
    }
    Ok(())
}

/// What every connection shares.
struct Site {
    rules: Rules,
    router: Router,
}

async fn over_tcp(listener: TcpListener, site: Arc<Site>) {
    let places = Arc::new(Semaphore::new(TCP_CONNECTIONS));
    loop {
        match listener.accept().await {
            Ok((stream, from)) => {
                let _small_answers_go_at_once = stream.set_nodelay(true);
                admit(stream, Peer::Tcp(from.ip()), &places, &site);
            }
            Err(error) => rest(&error).await,
        }
    }
}

async fn over_socket(listener: UnixListener, site: Arc<Site>) {
    let places = Arc::new(Semaphore::new(SOCKET_CONNECTIONS));
    loop {
        match listener.accept().await {
            Ok((stream, _unnamed)) => {
                let own = control::is_own_peer(&stream).unwrap_or(false);
                admit(stream, Peer::Socket { own }, &places, &site);
            }
            Err(error) => rest(&error).await,
        }
    }
}

async fn rest(error: &std::io::Error) {
    tracing::warn!(target: "api", "could not accept a connection: {error}");
    tokio::time::sleep(REST).await;
}

/// Serves a connection in a task of its own, where there is a place for it.
fn admit(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    places: &Arc<Semaphore>,
    site: &Arc<Site>,
) {
    if let Ok(place) = places.clone().try_acquire_owned() {
        tokio::spawn(connection(stream, peer, place, site.clone()));
    }
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    _place: OwnedSemaphorePermit,
    site: Arc<Site>,
) {
    let service = service_fn(move |request| {
        let site = site.clone();
        async move { Ok::<_, Infallible>(respond(request, peer, &site).await) }
    });
    let ended = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD_LIMIT)
        .max_headers(HEADERS)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = ended {
        tracing::debug!(target: "api", "a connection ended: {error}");
    }
}

/// Answers one request, when the gates let it through.
async fn respond(request: Request<Incoming>, peer: Peer, site: &Site) -> Response<Body> {
    let head = Head {
        peer,
        method: request.method(),
        uri: request.uri(),
        headers: request.headers(),
    };
    let mut response = match gates::check(&head, &site.rules) {
        Ok(scope) => {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(scope);
            match site.router.clone().call(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        }
        Err(denied) => {
            tracing::info!(target: "api", "turned away: {}", denied.1.code);
            axum::response::IntoResponse::into_response(Refused::from(denied))
        }
    };
    answer::harden(&mut response);
    response
}
