//! Answers that go on: server-sent events. The reader sets the pace.

use std::{
    convert::Infallible,
    pin::{Pin, pin},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::Response,
};
use hyper::body::Frame;
use serde::Serialize;
use tokio::{sync::mpsc, time::sleep};

use super::answer;
use crate::model::Seq;

/// How often a quiet stream shows that it lives.
const BEAT: Duration = Duration::from_secs(15);
/// Events that lie ready for a reader.
const AHEAD: usize = 16;
/// What a stream begins with: how long a client should wait before it comes back, in milliseconds.
const BEGIN: &[u8] = b"retry: 1000\n\n";

/// The reader has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gone;

/// Where events are put for a reader.
pub(super) struct Outlet(mpsc::Sender<Bytes>);

/// The body of an answer that goes on.
struct Going(mpsc::Receiver<Bytes>);

/// An answer that goes on as long as `produce` does, and the reader.
pub(super) fn answer<F>(produce: impl FnOnce(Outlet) -> F) -> Response<Body>
where
    F: Future<Output = Result<(), Gone>> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(AHEAD);
    let _there_is_room = sender.try_send(Bytes::from_static(BEGIN));
    let producing = produce(Outlet(sender));
    tokio::spawn(async move {
        // A reader that goes is nobody's fault.
        let _ended = producing.await;
    });
    answer::with_type(200, "text/event-stream", Body::new(Going(receiver)))
}

impl Outlet {
    /// Tells one event. Waits for the reader.
    ///
    /// # Errors
    ///
    /// The reader has gone.
    pub(super) async fn tell(
        &self,
        event: &str,
        id: Option<Seq>,
        data: &impl Serialize,
    ) -> Result<(), Gone> {
        match serde_json::to_vec(data) {
            Ok(json) => self.tell_bytes(event, id, &json).await,
            Err(error) => {
                tracing::error!(target: "api", "could not write an event as JSON: {error}");
                Err(Gone)
            }
        }
    }

    /// Tells one event whose data are one line already.
    ///
    /// # Errors
    ///
    /// The reader has gone.
    pub(super) async fn tell_bytes(
        &self,
        event: &str,
        id: Option<Seq>,
        line: &[u8],
    ) -> Result<(), Gone> {
        let mut bytes = format!("event: {event}\n").into_bytes();
        if let Some(id) = id {
            bytes.extend_from_slice(format!("id: {id}\n").as_bytes());
        }
        bytes.extend_from_slice(b"data: ");
        bytes.extend_from_slice(line);
        bytes.extend_from_slice(b"\n\n");
        self.send(bytes.into()).await
    }

    /// Waits for something, and shows meanwhile that the stream lives.
    ///
    /// # Errors
    ///
    /// The reader has gone.
    pub(super) async fn beating<T>(&self, wait: impl Future<Output = T>) -> Result<T, Gone> {
        let mut wait = pin!(wait);
        loop {
            tokio::select! {
                found = &mut wait => return Ok(found),
                () = self.0.closed() => return Err(Gone),
                () = sleep(BEAT) => self.send(Bytes::from_static(b":\n\n")).await?,
            }
        }
    }

    async fn send(&self, bytes: Bytes) -> Result<(), Gone> {
        self.0.send(bytes).await.map_err(|_gone| Gone)
    }
}

impl hyper::body::Body for Going {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = ready!(self.0.poll_recv(context));
        Poll::Ready(next.map(|bytes| Ok(Frame::data(bytes))))
    }
}
