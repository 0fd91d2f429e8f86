//! How long a connection waits for its client: for the head of a request, for the next one, and for
//! an answer to be read.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use hyper::body::{Body, Frame, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::watch,
    time::{Instant, Sleep, sleep_until},
};

/// How long a client may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    /// From the connection, or from the first byte of a head, until the head is whole.
    pub(super) head: Duration,
    /// Until the next request begins.
    pub(super) idle: Duration,
    /// Until it has read some more of an answer.
    pub(super) write: Duration,
}

/// The limits of the control API.
pub(super) const TIMES: Times = Times {
    head: Duration::from_secs(3),
    idle: Duration::from_secs(30),
    write: Duration::from_secs(5),
};

/// What a connection waits for.
#[derive(Debug, Clone, Copy)]
enum Stage {
    /// The rest of a head, since then.
    Head(Instant),
    /// Nothing: a request is being answered.
    Answering,
    /// The next request, since then.
    Idle(Instant),
}

/// Where a connection stands: shared by its stream and whoever answers its requests.
#[derive(Debug, Clone)]
pub(super) struct Stand(Arc<watch::Sender<Stage>>);

impl Stand {
    /// A connection that has just been made.
    pub(super) fn new() -> Self {
        let (stage, _) = watch::channel(Stage::Head(Instant::now()));
        Self(Arc::new(stage))
    }

    /// The head is whole.
    pub(super) fn answering(&self) {
        self.0.send_replace(Stage::Answering);
    }

    /// The answer is on its way.
    fn answered(&self) {
        self.0.send_replace(Stage::Idle(Instant::now()));
    }

    /// Bytes have come.
    fn heard(&self) {
        let was_idle = matches!(*self.0.borrow(), Stage::Idle(_));
        if was_idle {
            self.0.send_replace(Stage::Head(Instant::now()));
        }
    }

    /// When the client has waited too long.
    fn due(&self, times: &Times) -> Option<Instant> {
        match *self.0.borrow() {
            Stage::Head(since) => Some(since + times.head),
            Stage::Answering => None,
            Stage::Idle(since) => Some(since + times.idle),
        }
    }
}

/// A stream that gives up when its client takes too long.
pub(super) struct Patient<S> {
    stream: S,
    stand: Stand,
    times: Times,
    reading: Pin<Box<Sleep>>,
    /// Since when nothing could be written.
    writing: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    /// The stream of a connection.
    pub(super) fn new(stream: S, stand: Stand, times: Times) -> Self {
        Self {
            stream,
            stand,
            times,
            reading: Box::pin(sleep_until(Instant::now())),
            writing: None,
        }
    }

    /// What a write came to; an error when it has waited too long.
    fn wrote<T>(
        &mut self,
        context: &mut Context<'_>,
        result: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.writing = None;
            return result;
        }
        let within = self.times.write;
        let timer = self
            .writing
            .get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + within)));
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_ready() {
            if buffer.filled().len() > before {
                self.stand.heard();
            }
            return read;
        }
        let Some(due) = self.stand.due(&self.times) else {
            return Poll::Pending;
        };
        if self.reading.deadline() != due {
            self.reading.as_mut().reset(due);
        }
        ready!(self.reading.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.wrote(context, result)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// An answer that tells when the last of it is on its way.
pub(super) struct Told<B, G> {
    body: B,
    stand: Stand,
    _guard: G,
}

impl<B, G> Told<B, G> {
    /// The body of an answer; `guard` is dropped with it.
    pub(super) fn new(body: B, stand: Stand, guard: G) -> Self {
        Self {
            body,
            stand,
            _guard: guard,
        }
    }
}

impl<B, G> Drop for Told<B, G> {
    fn drop(&mut self) {
        self.stand.answered();
    }
}

impl<B: Body + Unpin, G: Unpin> Body for Told<B, G> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const QUICK: Times = Times {
        head: Duration::from_millis(60),
        idle: Duration::from_millis(20),
        write: Duration::from_millis(40),
    };

    #[tokio::test]
    async fn a_head_that_drips_is_waited_for_no_longer_than_a_silent_one() {
        let (mut client, server) = duplex(64);
        let mut server = Patient::new(server, Stand::new(), QUICK);
        let drip = tokio::spawn(async move {
            while client.write_all(b"x").await.is_ok() {
                tokio::time::sleep(QUICK.head / 6).await;
            }
        });
        let error = loop {
            if let Err(error) = server.read_u8().await {
                break error;
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(server);
        drip.await.unwrap();
    }

    #[tokio::test]
    async fn silence_ends_a_head_and_an_idle_connection_but_no_answer() {
        let (_client, server) = duplex(64);
        let stand = Stand::new();
        let mut server = Patient::new(server, stand.clone(), QUICK);
        let begin = Instant::now();
        let error = server.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(begin.elapsed() >= QUICK.head);
        stand.answering();
        let waited = tokio::time::timeout(3 * QUICK.head, server.read_u8()).await;
        assert!(waited.is_err(), "an answer takes as long as it takes");
        stand.answered();
        let error = server.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_client_that_reads_nothing_is_dropped_and_one_that_reads_slowly_is_not() {
        let (mut client, server) = duplex(8);
        let mut server = Patient::new(server, Stand::new(), QUICK);
        let reader = tokio::spawn(async move {
            for _ in 0..10 {
                tokio::time::sleep(QUICK.write / 4).await;
                let mut some = [0; 8];
                client.read_exact(&mut some).await.unwrap();
            }
            client
        });
        server.write_all(&[7; 80]).await.unwrap();
        let _client = reader.await.unwrap();
        let error = server.write_all(&[7; 80]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
