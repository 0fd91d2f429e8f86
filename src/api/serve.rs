//! Connections: how many, for how long, and the gate before every request.

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use axum::{Router, body::Body, http::Response, response::IntoResponse as _};
use hyper::{Method, Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, UnixListener},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
};
use tower_service::Service as _;

use super::{
    Desk, Listeners,
    answer::{self, Refused},
    body,
    gates::{self, Head, Peer, Rules, Scope},
    patience::{Patient, Stand, TIMES, Told},
    rate::Bucket,
    routes,
};
use crate::{
    io::{clock::Clock, platform::control},
    model::{control::Denied, root::Root},
};

/// Connections over TCP at once; more are closed at once.
const TCP_CONNECTIONS: usize = 1024;
/// Connections over the unix socket at once.
const SOCKET_CONNECTIONS: usize = 256;
/// The longest head of a request, in bytes.
const HEAD_LIMIT: usize = 16 * 1024;
/// The most headers of a request.
const HEADERS: usize = 64;
/// How long accepting rests after an error: mostly, no descriptor is left.
const REST: Duration = Duration::from_millis(50);
/// How long requests that are being answered may take once the owner has left.
const LAST_WORDS: Duration = Duration::from_millis(250);
/// How often it is looked whether they are.
const LOOK: Duration = Duration::from_millis(5);

/// Serves the API until the owner has left, and what was asked before that is answered.
///
/// # Errors
///
/// The listeners cannot be waited for.
pub async fn serve(listeners: Listeners, desk: Desk) -> io::Result<()> {
    let Listeners {
        tcp, socket, rules, ..
    } = listeners;
    let mut truth = desk.handle.watch();
    let (root, made_anew) = (desk.root.clone(), desk.handle.made_anew());
    let site = Arc::new(Site {
        rules,
        clock: desk.clock,
        acts: watch::Sender::new(Bucket::full(desk.clock.now().mono)),
        answering: Arc::new(()),
        router: routes::router(desk),
    });
    let socket = UnixListener::from_std(socket)?;
    let over_socket = over_socket(socket, site.clone(), &root, made_anew);
    let tcp = tcp.map(TcpListener::from_std).transpose()?;
    let over_tcp = async {
        match tcp {
            Some(tcp) => over_tcp(tcp, site.clone()).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = over_socket => {}
        () = over_tcp => {}
        () = async { while truth.changed().await.is_ok() {} } => {}
    }
    let last_words = async {
        while Arc::strong_count(&site.answering) > 1 {
            tokio::time::sleep(LOOK).await;
        }
        // What is on its way has this long to get there.
        tokio::time::sleep(LOOK).await;
    };
    let _some_client_is_slow = tokio::time::timeout(LAST_WORDS, last_words).await;
    Ok(())
}

/// What every connection shares.
struct Site {
    rules: Rules,
    clock: Clock,
    acts: watch::Sender<Bucket>,
    /// Every request that is being answered holds a share of it.
    answering: Arc<()>,
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

async fn over_socket(
    mut listener: UnixListener,
    site: Arc<Site>,
    root: &Root,
    mut made_anew: watch::Receiver<u64>,
) {
    let places = Arc::new(Semaphore::new(SOCKET_CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Ok(()) = made_anew.changed() => {
                // Somebody removed the folder: nobody finds the old socket any more.
                match renewed(root, &site.rules) {
                    Ok(new) => listener = new,
                    Err(error) => {
                        tracing::error!(target: "api", "could not make the socket anew: {error}");
                    }
                }
                continue;
            }
        };
        match accepted {
            Ok((stream, _unnamed)) => {
                let own = control::is_own_peer(&stream).unwrap_or(false);
                admit(stream, Peer::Socket { own }, &places, &site);
            }
            Err(error) => rest(&error).await,
        }
    }
}

/// The socket and the token in a folder that was made anew.
fn renewed(root: &Root, rules: &Rules) -> io::Result<UnixListener> {
    rules.token.write(root).map_err(io::Error::other)?;
    UnixListener::from_std(control::listen(&root.socket_file())?)
}

async fn rest(error: &io::Error) {
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
    let stand = Stand::new();
    let stream = Patient::new(stream, stand.clone(), TIMES);
    let service = service_fn(move |request| {
        let (site, stand) = (site.clone(), stand.clone());
        async move {
            stand.answering();
            let share = site.answering.clone();
            let response = respond(request, peer, &site).await;
            Ok::<_, Infallible>(response.map(|body| Told::new(body, stand, share)))
        }
    });
    let ended = http1::Builder::new()
        // How long a client may take is told by its stream.
        .timer(TokioTimer::new())
        .header_read_timeout(None)
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
        Ok(scope) => admitted(request, scope, site).await,
        Err(denied) => {
            tracing::info!(target: "api", "turned away: {}", denied.1.code);
            Refused::from(denied).into_response()
        }
    };
    answer::harden(&mut response);
    response
}

/// Answers a request that the gates have let through: within its limits.
async fn admitted(request: Request<Incoming>, scope: Scope, site: &Site) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = match body::read(body, &parts.headers).await {
        Ok(body) => body,
        Err(refused) => {
            tracing::info!(target: "api", "turned away: {}", refused.1.code);
            return refused.into_response();
        }
    };
    if scope == Scope::Operate && parts.method == Method::POST {
        let (now, mut taken) = (site.clock.now().mono, Ok(()));
        site.acts.send_modify(|acts| taken = acts.take(now));
        if let Err(wait) = taken {
            let reason = "Too many actions at once: at most 20 a second.";
            return answer::later(Refused(429, Denied::new("too_many", reason)), wait);
        }
    }
    let request = Request::from_parts(parts, Body::from(body));
    match site.router.clone().call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
