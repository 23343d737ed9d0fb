//! Streams to upstreams, in the shape of upstream connections that carry one request, and the connections they share.

use super::body::{Incoming, Outgoing};
use super::translate::{self, Asked, Origin, Question};
use super::{CONNECTION_WINDOW, SEND_BUFFER, STREAM_WINDOW};
use crate::wire::{Framer, Head, head};
use bytes::{Bytes, BytesMut};
use h2::client::{ResponseFuture, SendRequest};
use h2::{Ping, PingPong};
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;

/// Longest head either way; the gateway's own limits are lower.
const MAX_HEAD: u32 = 256 * 1024;
/// How long a connection may take to answer when it is asked whether it is still there.
const PONG: Duration = Duration::from_secs(5);
/// How often a connection is asked at most: some servers take more for an attack.
const BETWEEN_PINGS: Duration = Duration::from_secs(30);

/// One connection, shared by its streams.
#[derive(Debug)]
struct Shared {
    send: SendRequest<Bytes>,
    state: Arc<State>,
}

/// What the streams of a connection and the task that drives it know of each other.
#[derive(Debug, Default)]
struct State {
    streams: AtomicUsize,
    /// A stream got no answer: is the connection still there?
    doubted: Notify,
    dead: AtomicBool,
    idle_since: Mutex<Option<Instant>>,
}

/// The HTTP/2 connections to one upstream.
#[derive(Debug)]
pub(crate) struct Connections {
    origin: Arc<Origin>,
    open: Mutex<Vec<Shared>>,
}

impl Connections {
    /// No connection yet. `secure` says that there will be TLS, `authority` is what a request without Host asks.
    pub(crate) fn new(secure: bool, authority: &str) -> Connections {
        let scheme = if secure { http::uri::Scheme::HTTPS } else { http::uri::Scheme::HTTP };
        Connections { origin: Arc::new(Origin { scheme, authority: authority.to_owned() }), open: Mutex::default() }
    }

    /// A stream on a connection that is open and has room for it.
    pub(crate) fn take(&self) -> Option<Onward> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain_mut(|shared| {
            let alive = |polled| !matches!(polled, Poll::Ready(Err(_)));
            !shared.state.dead.load(Ordering::Relaxed)
                && alive(shared.send.poll_ready(&mut Context::from_waker(Waker::noop())))
        });
        let free = open
            .iter()
            .find(|shared| shared.state.streams.load(Ordering::Relaxed) < shared.send.current_max_send_streams())?;
        Some(Onward::new(free, &self.origin))
    }

    /// Speaks HTTP/2 on a connection that was just opened; gives its first stream.
    pub(crate) async fn open<T>(&self, io: T) -> io::Result<Onward>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut builder = h2::client::Builder::new();
        builder
            .enable_push(false)
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_header_list_size(MAX_HEAD)
            .max_send_buffer_size(SEND_BUFFER);
        let (send, mut connection) = builder.handshake::<_, Bytes>(io).await.map_err(super::io_error)?;
        let state = Arc::new(State::default());
        let (watched, mut ping) = (Arc::clone(&state), connection.ping_pong());
        if let Some(ping) = &mut ping {
            // The answer shows that HTTP/2 is spoken there, and comes behind the settings.
            tokio::select! {
                ended = &mut connection => {
                    let closed = || io::Error::new(io::ErrorKind::ConnectionAborted, "it closed the connection");
                    let error = ended.err().map_or_else(closed, super::io_error);
                    return Err(io::Error::new(error.kind(), format!("it does not speak HTTP/2: {error}")));
                }
                pong = ping.ping(Ping::opaque()) => { pong.map_err(super::io_error)?; }
            }
        }
        tokio::spawn(async move {
            tokio::select! {
                ended = connection => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "HTTP/2 connection to an upstream ended");
                    }
                }
                () = watch(&watched, ping) => {}
            }
            watched.dead.store(true, Ordering::Relaxed);
        });
        let shared = Shared { send, state };
        let first = Onward::new(&shared, &self.origin);
        self.open.lock().unwrap_or_else(PoisonError::into_inner).push(shared);
        Ok(first)
    }

    /// Lets connections go that carried no stream for so long.
    pub(crate) fn sweep(&self, keep: Duration) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|shared| {
            let since = *shared.state.idle_since.lock().unwrap_or_else(PoisonError::into_inner);
            let busy = shared.state.streams.load(Ordering::Relaxed) > 0;
            !shared.state.dead.load(Ordering::Relaxed) && (busy || since.is_none_or(|since| since.elapsed() <= keep))
        });
    }
}

/// Ends when the connection is asked whether it is there and does not answer.
async fn watch(state: &State, ping: Option<PingPong>) {
    let Some(mut ping) = ping else { return std::future::pending().await };
    loop {
        state.doubted.notified().await;
        match tokio::time::timeout(PONG, ping.ping(Ping::opaque())).await {
            Ok(Ok(_)) => tokio::time::sleep(BETWEEN_PINGS).await,
            // The connection's own task sees the end, where it is one.
            Ok(Err(_)) => return std::future::pending().await,
            Err(_) => return,
        }
    }
}

/// Counts a stream for as long as it is open.
struct Counted(Arc<State>);

impl Drop for Counted {
    fn drop(&mut self) {
        if self.0.streams.fetch_sub(1, Ordering::Relaxed) == 1 {
            *self.0.idle_since.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
    }
}

enum Request {
    /// Its head has not come yet, or not whole.
    Head(BytesMut),
    Body(Outgoing),
    Over,
}

/// One stream: takes a request in HTTP/1.1, reads as the answer in HTTP/1.1.
pub(crate) struct Onward {
    send: SendRequest<Bytes>,
    origin: Arc<Origin>,
    request: Request,
    question: Question,
    /// Wakes who reads before anything was asked.
    reader: Option<Waker>,
    waiting: Option<ResponseFuture>,
    answer: Incoming,
    failed: Option<io::Error>,
    counted: Counted,
}

impl std::fmt::Debug for Onward {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Onward").finish_non_exhaustive()
    }
}

impl Drop for Onward {
    fn drop(&mut self) {
        if self.waiting.is_some() {
            self.counted.0.doubted.notify_one();
        }
    }
}

impl Onward {
    fn new(shared: &Shared, origin: &Arc<Origin>) -> Onward {
        shared.state.streams.fetch_add(1, Ordering::Relaxed);
        Onward {
            send: shared.send.clone(),
            origin: Arc::clone(origin),
            request: Request::Head(BytesMut::new()),
            question: Question { method: http::Method::GET, minor: 1, accept: None },
            reader: None,
            waiting: None,
            answer: Incoming::empty(),
            failed: None,
            counted: Counted(Arc::clone(&shared.state)),
        }
    }

    fn ask(&mut self, raw: Bytes) -> io::Result<()> {
        let unreadable = |_| io::Error::new(io::ErrorKind::InvalidData, "the request cannot be read");
        let head = Head::request(raw, 1024).map_err(unreadable)?;
        let connects = self.send.is_extended_connect_protocol_enabled();
        let Asked { request, framer, accept } = translate::read_request(&head, &self.origin, connects)?;
        let tunnel = accept.is_some();
        self.question = Question { method: request.method().clone(), minor: head.minor, accept };
        let ended = framer.is_done() && !tunnel;
        let (answer, stream) = self.send.send_request(request, ended).map_err(super::io_error)?;
        let framer = if tunnel { Framer::UntilClose } else { framer };
        self.request = if ended { Request::Over } else { Request::Body(Outgoing::new(stream, framer)) };
        self.waiting = Some(answer);
        Ok(())
    }

    /// Takes bytes of the head; asks once it is whole.
    fn poll_head(&mut self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.send.poll_ready(cx)).map_err(super::io_error)?;
        let Request::Head(buffer) = &mut self.request else { return Poll::Ready(Ok(0)) };
        let before = buffer.len();
        let mut scanned = before;
        buffer.extend_from_slice(buf);
        match head::find_end(buffer, &mut scanned) {
            Some(end) => {
                let raw = buffer.split_to(end).freeze();
                self.ask(raw)?;
                Poll::Ready(Ok(end - before))
            }
            None if buffer.len() > MAX_HEAD as usize => Poll::Ready(Err(io::ErrorKind::InvalidData.into())),
            None => Poll::Ready(Ok(buf.len())),
        }
    }

    fn fail(&mut self, error: io::Error) -> io::Error {
        let told = io::Error::new(error.kind(), error.to_string());
        self.failed = Some(error);
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        told
    }
}

impl AsyncRead for Onward {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        loop {
            if !this.answer.is_over() {
                ready!(this.answer.poll_read(cx, buf))?;
                if buf.filled().len() > before {
                    return Poll::Ready(Ok(()));
                }
            }
            if let Some(error) = this.failed.take() {
                return Poll::Ready(Err(error));
            }
            let Some(future) = &mut this.waiting else {
                if matches!(this.request, Request::Head(_)) {
                    this.reader = Some(cx.waker().clone());
                    return Poll::Pending;
                }
                return Poll::Ready(Ok(()));
            };
            match ready!(future.poll_informational(cx)) {
                Some(early) => {
                    let early = early.map_err(super::io_error)?;
                    this.answer.push(translate::write_response(&early, true, &this.question).0);
                }
                None => {
                    let response = ready!(Pin::new(future).poll(cx));
                    this.waiting = None;
                    let (parts, body) = response.map_err(super::io_error)?.into_parts();
                    let ended = body.is_end_stream();
                    let response = http::Response::from_parts(parts, ());
                    let (head, form) = translate::write_response(&response, ended, &this.question);
                    this.answer = Incoming::new(head, (!ended).then_some(body), form);
                }
            }
        }
    }
}

impl AsyncWrite for Onward {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let taken = match &mut this.request {
            Request::Head(_) => ready!(this.poll_head(cx, buf)),
            Request::Body(outgoing) => {
                let taken = ready!(outgoing.poll_write(cx, buf));
                if outgoing.is_over() {
                    this.request = Request::Over;
                }
                // It may have answered before it stopped reading: that is what is read next.
                return Poll::Ready(taken);
            }
            Request::Over => Err(io::ErrorKind::BrokenPipe.into()),
        };
        Poll::Ready(match taken {
            Ok(count) => {
                if let Some(reader) = this.reader.take() {
                    reader.wake();
                }
                Ok(count)
            }
            Err(error) => Err(this.fail(error)),
        })
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Request::Body(outgoing) = &mut this.request {
            outgoing.end();
        }
        this.request = Request::Over;
        Poll::Ready(Ok(()))
    }
}
