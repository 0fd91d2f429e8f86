//! The door, and the conversations behind it.

use std::{convert::Infallible, future, io, net::SocketAddr, rc::Rc, sync::Arc, time::Duration};

use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, StatusCode,
    body::{Body, Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch},
    task,
    time::{Instant, sleep, timeout},
};

use super::{answer::Answer, faults::Fault, lines, routes, service::Service};

/// How many may talk at once; a permit each.
const CONNECTIONS: u16 = 1024;

/// How long a client may take for the head of a request, and for its body.
const CLIENT_PATIENCE: Duration = Duration::from_secs(10);

/// The largest body.
const BODY_MAX: usize = 64 * 1024;

/// So much of a body that is too large is still read, so that the client hears the refusal.
const DRAIN_MAX: usize = 1024 * 1024;

/// The pause after an accept that failed: no descriptor is free, and none will be at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long open conversations may go on after the request to end.
const GRACE: Duration = Duration::from_millis(500);

/// What the door shall do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DoorWish {
    /// Listen.
    Open,
    /// Listen no more.
    Shut,
}

/// A wish for the door on its way.
pub(super) struct DoorOrder {
    wish: DoorWish,
    done: oneshot::Sender<io::Result<()>>,
}

impl DoorOrder {
    /// The order, and where its outcome arrives.
    pub(super) fn new(wish: DoorWish) -> (Self, oneshot::Receiver<io::Result<()>>) {
        let (done, outcome) = oneshot::channel();
        (Self { wish, done }, outcome)
    }
}

/// The listening socket, while there is one.
pub(super) struct Door {
    listener: Option<TcpListener>,
    address: SocketAddr,
    orders: mpsc::Receiver<DoorOrder>,
}

impl Door {
    /// Listens there.
    pub(super) async fn open(
        address: SocketAddr,
        orders: mpsc::Receiver<DoorOrder>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        Ok(Self {
            address: listener.local_addr()?,
            listener: Some(listener),
            orders,
        })
    }

    /// Where it listens, or did.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop`, then lets the open conversations end.
    pub(super) async fn serve(mut self, service: Rc<Service>, mut stop: watch::Receiver<bool>) {
        let seats = Arc::new(Semaphore::new(CONNECTIONS.into()));
        let for_talks = stop.clone();
        loop {
            let stream = tokio::select! {
                () = stopped(&mut stop) => break,
                Some(order) = self.orders.recv() => {
                    self.obey(order).await;
                    continue;
                }
                stream = accept(self.listener.as_ref()) => stream,
            };
            // Without a free seat the stream is dropped, and so closed.
            if let Ok(seat) = Arc::clone(&seats).try_acquire_owned() {
                let talk = converse(Rc::clone(&service), stream, for_talks.clone(), seat);
                task::spawn_local(talk);
            }
        }
        drop(self.listener);
        drop(timeout(GRACE, seats.acquire_many(CONNECTIONS.into())).await);
    }

    /// Opens or shuts, and says how it went.
    async fn obey(&mut self, order: DoorOrder) {
        let outcome = match order.wish {
            DoorWish::Shut => {
                self.listener = None;
                Ok(())
            }
            DoorWish::Open if self.listener.is_some() => Ok(()),
            DoorWish::Open => TcpListener::bind(self.address)
                .await
                .map(|listener| self.listener = Some(listener)),
        };
        // Who asked may have gone away since.
        drop(order.done.send(outcome));
    }
}

/// The next connection; never while there is no listening socket.
async fn accept(listener: Option<&TcpListener>) -> TcpStream {
    let Some(listener) = listener else {
        return future::pending().await;
    };
    loop {
        match listener.accept().await {
            Ok((stream, _from)) => return stream,
            Err(error) => {
                lines::complain(&format!("cannot accept: {}", lines::cause(&error)));
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Returns when the service stops, or is gone.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}

/// One connection, from its first request to its last.
async fn converse(
    service: Rc<Service>,
    stream: TcpStream,
    mut stop: watch::Receiver<bool>,
    seat: OwnedSemaphorePermit,
) {
    // Only a delay is lost when this fails.
    drop(stream.set_nodelay(true));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(CLIENT_PATIENCE)
        .serve_connection(
            TokioIo::new(stream),
            service_fn(move |request| respond(Rc::clone(&service), request)),
        );
    tokio::pin!(connection);
    // A connection that breaks is the client's business.
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopped(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    drop((ended, seat));
}

/// One request.
async fn respond(
    service: Rc<Service>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    service.active.without(Fault::Hang).await;
    let start = Instant::now();
    let (parts, body) = request.into_parts();
    let answer = match routes::refusal(&service, &parts) {
        Some(refusal) => refusal,
        None => match read(body).await {
            Ok(body) => routes::answer(&service, &parts, body).await,
            Err(refusal) => refusal.and_close(),
        },
    };
    let took = start.elapsed();
    if !routes::is_probe(&parts.method, parts.uri.path()) {
        service.count(&answer, took);
        let path = lines::foreign(parts.uri.path());
        let ms = took.as_micros().div_ceil(1000);
        let status = answer.status.as_u16();
        lines::say(&format!("{} {path} {status} {ms} ms", parts.method));
    }
    Ok(answer.into_response())
}

/// The body of a request, if it is not too large and not too slow.
async fn read(mut body: Incoming) -> Result<Bytes, Answer> {
    let reading = async {
        let announced = body.size_hint().lower();
        let mut bytes = Vec::new();
        let mut total = 0;
        // A body of which the head says that it is far too large is not even begun.
        let far_too_large = announced > u64::try_from(DRAIN_MAX).unwrap_or(u64::MAX);
        while !far_too_large && total <= DRAIN_MAX {
            let Some(frame) = body.frame().await else {
                break;
            };
            let frame = frame.map_err(|error| broken(&error))?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            total += data.len();
            if total <= BODY_MAX {
                bytes.extend_from_slice(&data);
            }
        }
        if far_too_large || total > BODY_MAX {
            return Err(too_large());
        }
        Ok(Bytes::from(bytes))
    };
    timeout(CLIENT_PATIENCE, reading)
        .await
        .unwrap_or_else(|_late| Err(too_slow()))
}

/// 400 for a body that ends before its time.
fn broken(error: &hyper::Error) -> Answer {
    Answer::bad_request(
        &format!("the body broke off: {error}"),
        "send the whole body",
    )
}

/// 413.
fn too_large() -> Answer {
    Answer::error(
        StatusCode::PAYLOAD_TOO_LARGE,
        "the body is too large",
        &format!("send at most {BODY_MAX} bytes"),
    )
}

/// 408.
fn too_slow() -> Answer {
    Answer::error(
        StatusCode::REQUEST_TIMEOUT,
        "the body did not arrive in time",
        "send it faster",
    )
}
