//! Moves one exchange between a client and an upstream connection.
//!
//! Both directions run in one poll: neither waits for the other, memory is one read buffer each way, and a slow reader
//! stops the reads of its own direction only. What is read goes on as the bytes it came as.

use crate::censor::Censor;
use crate::deadline::Deadline;
use crate::route::ApiTimes;
use crate::settings::Limits;
use crate::upstream::Io;
use crate::wire::body::Tap;
use crate::wire::{Framer, Head, HeadError, head};
use bytes::{Buf, BytesMut};
use palisade_guard::{Edit, ResponseVerdict};
use std::io::IoSlice;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Bytes read at once while nothing is known of the size.
const SMALL_READ: usize = 8 * 1024;
/// Bytes read at once in the middle of a large body.
const LARGE_READ: usize = 64 * 1024;
/// How long an answer may stand still once the client has ended its sending side.
const HALF_CLOSED: Duration = Duration::from_secs(30);
/// What the transfer coding of a held body may take beside its data.
const SLACK: usize = 64 * 1024;
/// Most interim answers (1xx) to one request.
const MAX_INTERIM: u32 = 100;

/// Why an exchange did not run to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the client went away")]
    ClientGone,
    #[error("the request body is not chunked as it says: {0}")]
    RequestBody(&'static str),
    #[error("the upstream closed the connection without an answer")]
    UpstreamClosed,
    #[error("the upstream's answer cannot be read: {0}")]
    UpstreamMalformed(&'static str),
    #[error("the upstream closed the connection in the middle of its answer")]
    UpstreamTruncated,
    #[error("the upstream did not answer in time")]
    UpstreamTimeout,
    #[error("nothing moved for too long")]
    Idle,
    #[error("the exchange took longer than it may")]
    Total,
}

/// What the relay needs to know of the request.
pub(crate) struct Plan<'a> {
    /// Method, for the framing of the answer.
    pub(crate) method: &'a str,
    /// Minor version of the client.
    pub(crate) minor: u8,
    /// Head as it goes on, then what was held of the body.
    pub(crate) onward: &'a [u8],
    /// How the rest of the body is delimited.
    pub(crate) framer: Framer,
    /// The client may send another request on its connection.
    pub(crate) keep_client: bool,
    /// The client asked for another protocol.
    pub(crate) upgrade: bool,
    /// The client was already told to go on: a 100 of the upstream is one too many.
    pub(crate) continued: bool,
    /// How long may be waited for what.
    pub(crate) times: &'a ApiTimes,
    /// How much may be held.
    pub(crate) limits: &'a Limits,
    /// When the exchange must be over.
    pub(crate) ends: Option<Instant>,
    /// The gateway is stopping.
    pub(crate) stopping: &'a CancellationToken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Head,
    /// The body is held until it is judged.
    Held,
    Body,
    Tunnel,
}

/// An answer that waits for its verdict.
struct HeldAnswer {
    head: Head,
    announce: Option<&'static str>,
    edits: Vec<Edit>,
    /// The body as it came.
    raw: Vec<u8>,
    /// The same without the transfer coding.
    body: Tap,
}

/// How an exchange ended.
pub(crate) struct Ended {
    /// The final head of the answer.
    pub(crate) response: Option<Head>,
    pub(crate) request_tap: Tap,
    pub(crate) response_tap: Tap,
    /// The whole answer was sent to the client.
    pub(crate) fault: Option<Fault>,
    /// Some byte of an answer reached us: the request must not be repeated.
    pub(crate) heard: bool,
    /// Some byte was sent to the client: the gateway must not answer itself.
    pub(crate) answered: bool,
    /// The guard refused the answer: nothing of it was sent to the client.
    pub(crate) refused: bool,
    /// The request was read to its end.
    pub(crate) request_done: bool,
    /// The answer was read to its end.
    pub(crate) response_done: bool,
    pub(crate) keep_client: bool,
    pub(crate) keep_upstream: bool,
}

struct Relay<'a, 'g, C> {
    plan: Plan<'a>,
    censor: Option<&'g mut (dyn Censor + Send + 'g)>,
    held: Option<Box<HeldAnswer>>,
    client: &'a mut C,
    client_buffer: &'a mut BytesMut,
    upstream: &'a mut Io,
    buffer: BytesMut,
    scanned: usize,
    /// Bytes of `plan.onward` that were written.
    onward_written: usize,
    /// Bytes at the front of `client_buffer` that go to the upstream.
    up: usize,
    /// The upstream takes no more; its answer may still come.
    up_closed: bool,
    up_shut: bool,
    client_eof: bool,
    phase: Phase,
    interim: u32,
    /// Heads on their way to the client.
    down_head: Vec<u8>,
    down_written: usize,
    framer: Framer,
    /// Bytes at the front of `buffer` that go to the client.
    down: usize,
    down_shut: bool,
    large_up: bool,
    large_down: bool,
    max_head: usize,
    max_fields: usize,
    ended: Ended,
}

/// Runs one exchange to its end. Bytes of a further request stay in `client_buffer`.
pub(crate) async fn run<C: AsyncRead + AsyncWrite + Unpin>(
    plan: Plan<'_>,
    client: &mut C,
    client_buffer: &mut BytesMut,
    upstream: &mut Io,
    taps: (Tap, Tap),
    deadline: &mut Deadline,
    censor: Option<&mut (dyn Censor + Send)>,
) -> Ended {
    let ended = Ended {
        response: None,
        request_tap: taps.0,
        response_tap: taps.1,
        fault: None,
        heard: false,
        answered: false,
        refused: false,
        request_done: false,
        response_done: false,
        keep_client: plan.keep_client,
        keep_upstream: true,
    };
    let limits = plan.limits;
    let mut relay = Relay {
        plan,
        censor,
        held: None,
        client,
        client_buffer,
        upstream,
        buffer: BytesMut::new(),
        scanned: 0,
        onward_written: 0,
        up: 0,
        up_closed: false,
        up_shut: false,
        client_eof: false,
        phase: Phase::Head,
        interim: 0,
        down_head: Vec::new(),
        down_written: 0,
        framer: Framer::Done,
        down: 0,
        down_shut: false,
        large_up: false,
        large_down: false,
        max_head: limits.head_bytes,
        max_fields: limits.headers.max(256),
        ended,
    };
    // Set once the request is sent: an answer that comes byte by byte gets no more time than one that does not come.
    let mut answer_due: Option<(u32, Instant)> = None;
    let (times, ends) = (relay.plan.times, relay.plan.ends);
    deadline.set(ends.map_or(times.idle, |ends| times.idle.min(ends.saturating_duration_since(Instant::now()))));
    let result = std::future::poll_fn(|cx| {
        let mut moved = false;
        loop {
            match relay.turn(cx) {
                Ok(Turn::Moved) => moved = true,
                Ok(Turn::Waits) => break,
                Ok(Turn::Over) => return Poll::Ready(Ok(())),
                Err(fault) => return Poll::Ready(Err(fault)),
            }
        }
        let limited = relay.phase != Phase::Tunnel;
        if moved {
            let mut limit = if relay.phase == Phase::Head && relay.request_sent() {
                let due = answer_due.filter(|(interim, _)| *interim == relay.interim);
                let (_, due) =
                    *answer_due.insert(due.unwrap_or_else(|| (relay.interim, Instant::now() + times.response_head)));
                due.saturating_duration_since(Instant::now())
            } else {
                answer_due = None;
                times.idle
            };
            if relay.client_eof {
                limit = limit.min(HALF_CLOSED);
            }
            if let Some(ends) = ends.filter(|_| limited) {
                limit = limit.min(ends.saturating_duration_since(Instant::now()));
            }
            deadline.set(limit);
        }
        match deadline.poll(cx) {
            Poll::Ready(()) if limited && ends.is_some_and(|ends| ends <= Instant::now()) => {
                Poll::Ready(Err(Fault::Total))
            }
            Poll::Ready(()) if relay.phase == Phase::Held || (answer_due.is_some() && !relay.client_eof) => {
                Poll::Ready(Err(Fault::UpstreamTimeout))
            }
            Poll::Ready(()) => Poll::Ready(Err(Fault::Idle)),
            Poll::Pending => Poll::Pending,
        }
    })
    .await;
    let request_done = relay.plan.framer.is_done() && relay.up == 0;
    let response_done = relay.framer.is_done();
    let quiet = relay.buffer.is_empty() && relay.request_sent();
    let mut ended = relay.ended;
    ended.request_done = request_done;
    ended.response_done = response_done;
    // A client that ended its sending side may still have sent further requests before.
    ended.keep_client &= request_done && result.is_ok() && (!relay.client_eof || !relay.client_buffer.is_empty());
    ended.keep_upstream &= quiet && result.is_ok() && !relay.up_closed;
    ended.fault = result.err();
    ended
}

enum Turn {
    Moved,
    Waits,
    Over,
}

impl<C: AsyncRead + AsyncWrite + Unpin> Relay<'_, '_, C> {
    fn request_sent(&self) -> bool {
        self.plan.framer.is_done() && self.up == 0 && self.onward_written == self.plan.onward.len()
    }

    fn down_pending(&self) -> bool {
        self.down > 0 || self.down_written < self.down_head.len()
    }

    /// One move in each direction where one is possible.
    fn turn(&mut self, cx: &mut Context<'_>) -> Result<Turn, Fault> {
        let upward = self.upward(cx)?;
        let downward = self.downward(cx)?;
        let answered = match self.phase {
            _ if self.ended.refused => true,
            Phase::Head | Phase::Held => false,
            Phase::Body => self.framer.is_done() && !self.down_pending(),
            Phase::Tunnel => self.up_shut && self.down_shut,
        };
        Ok(match (answered, upward || downward) {
            (true, _) => Turn::Over,
            (false, true) => Turn::Moved,
            (false, false) => Turn::Waits,
        })
    }

    /// Client to upstream.
    fn upward(&mut self, cx: &mut Context<'_>) -> Result<bool, Fault> {
        let mut moved = false;
        if self.up == 0 && !self.client_buffer.is_empty() && !self.plan.framer.is_done() {
            let tap = &mut self.ended.request_tap;
            let framed = self.plan.framer.advance(self.client_buffer, |data| tap.see(data));
            self.up = framed.map_err(|bad| Fault::RequestBody(bad.0))?;
            moved = true;
        }
        let head = self.plan.onward.get(self.onward_written..).unwrap_or_default();
        if !self.up_closed && (self.up > 0 || !head.is_empty()) {
            let body = self.client_buffer.get(..self.up).unwrap_or_default();
            let written = match (head.is_empty(), body.is_empty()) {
                (false, true) => Pin::new(&mut *self.upstream).poll_write(cx, head),
                (true, _) => Pin::new(&mut *self.upstream).poll_write(cx, body),
                _ => Pin::new(&mut *self.upstream).poll_write_vectored(cx, &[IoSlice::new(head), IoSlice::new(body)]),
            };
            match written {
                Poll::Ready(Ok(count)) if count > 0 => {
                    let of_head = count.min(head.len());
                    self.onward_written += of_head;
                    self.client_buffer.advance(count - of_head);
                    self.up -= count - of_head;
                    moved = true;
                    if self.up == 0 && matches!(self.upstream, Io::Tls(_)) {
                        // TLS keeps what the socket did not take; a failure shows at the next read or write.
                        let _ = Pin::new(&mut *self.upstream).poll_flush(cx);
                    }
                }
                // It may have answered before it stopped reading: the answer decides.
                Poll::Ready(_) => self.up_closed = true,
                Poll::Pending => return Ok(moved),
            }
        } else if matches!(self.upstream, Io::Tls(_)) {
            let _ = Pin::new(&mut *self.upstream).poll_flush(cx);
        }
        let wants_body = !self.plan.framer.is_done() && self.up == 0 && !self.up_closed;
        let watches = self.plan.framer.is_done() && !self.client_eof && self.client_buffer.len() < SMALL_READ;
        if (wants_body && self.client_buffer.is_empty()) || (watches && self.phase != Phase::Tunnel) {
            self.client_buffer.reserve(if self.large_up { LARGE_READ } else { SMALL_READ });
            match pin!(self.client.read_buf(self.client_buffer)).poll(cx) {
                Poll::Ready(Ok(0)) => {
                    self.client_eof = true;
                    moved = true;
                    if self.phase == Phase::Tunnel {
                        self.plan.framer = Framer::Done;
                    } else if wants_body {
                        return Err(Fault::ClientGone);
                    }
                }
                Poll::Ready(Ok(count)) => {
                    self.large_up = count >= SMALL_READ;
                    moved = true;
                }
                Poll::Ready(Err(_)) => return Err(Fault::ClientGone),
                Poll::Pending => {}
            }
        }
        let flushed = self.up == 0 && self.onward_written == self.plan.onward.len();
        if self.phase == Phase::Tunnel && !self.up_shut && (self.up_closed || (self.client_eof && flushed)) {
            match Pin::new(&mut *self.upstream).poll_shutdown(cx) {
                Poll::Ready(_) => (self.up_shut, moved) = (true, true),
                Poll::Pending => {}
            }
        }
        Ok(moved)
    }

    /// Upstream to client.
    fn downward(&mut self, cx: &mut Context<'_>) -> Result<bool, Fault> {
        let mut moved = false;
        if self.down_pending() {
            let head = self.down_head.get(self.down_written..).unwrap_or_default();
            let body = self.buffer.get(..self.down).unwrap_or_default();
            let written = match (head.is_empty(), body.is_empty()) {
                (false, true) => Pin::new(&mut *self.client).poll_write(cx, head),
                (true, _) => Pin::new(&mut *self.client).poll_write(cx, body),
                _ => Pin::new(&mut *self.client).poll_write_vectored(cx, &[IoSlice::new(head), IoSlice::new(body)]),
            };
            match written {
                Poll::Ready(Ok(count)) if count > 0 => {
                    let of_head = count.min(head.len());
                    self.down_written += of_head;
                    self.buffer.advance(count - of_head);
                    self.down -= count - of_head;
                    self.ended.answered = true;
                    moved = true;
                }
                Poll::Ready(_) => return Err(Fault::ClientGone),
                Poll::Pending => return Ok(false),
            }
        }
        if self.down_pending() {
            return Ok(moved);
        }
        self.down_head.clear();
        self.down_written = 0;
        let over = self.phase != Phase::Head && self.framer.is_done();
        if !over && (self.phase == Phase::Head || self.buffer.is_empty()) {
            self.buffer.reserve(if self.large_down { LARGE_READ } else { SMALL_READ });
            match pin!(self.upstream.read_buf(&mut self.buffer)).poll(cx) {
                Poll::Ready(Ok(0)) | Poll::Ready(Err(_)) if self.phase == Phase::Head => {
                    return Err(Fault::UpstreamClosed);
                }
                Poll::Ready(Ok(0)) if self.framer == Framer::UntilClose => {
                    self.framer = Framer::Done;
                    moved = true;
                }
                Poll::Ready(Ok(0) | Err(_)) => return Err(Fault::UpstreamTruncated),
                Poll::Ready(Ok(count)) => {
                    self.large_down = count >= SMALL_READ;
                    self.ended.heard = true;
                    moved = true;
                }
                Poll::Pending => {}
            }
        }
        while self.phase == Phase::Head {
            let Some(end) = head::find_end(&self.buffer, &mut self.scanned) else {
                if self.buffer.len() > self.max_head {
                    return Err(Fault::UpstreamMalformed("its head is too large"));
                }
                break;
            };
            self.scanned = 0;
            let head = Head::response(self.buffer.split_to(end).freeze(), self.max_fields).map_err(reason_of)?;
            self.on_head(head)?;
            moved = true;
        }
        if self.phase == Phase::Held {
            moved |= self.hold()?;
        } else if self.phase != Phase::Head && !self.buffer.is_empty() && !self.framer.is_done() {
            let tap = &mut self.ended.response_tap;
            let framed = self.framer.advance(&self.buffer, |data| tap.see(data));
            self.down = framed.map_err(|bad| Fault::UpstreamMalformed(bad.0))?;
            moved = true;
        }
        if self.phase == Phase::Tunnel && self.framer.is_done() && !self.down_shut && !self.down_pending() {
            match Pin::new(&mut *self.client).poll_shutdown(cx) {
                Poll::Ready(_) => (self.down_shut, moved) = (true, true),
                Poll::Pending => {}
            }
        }
        Ok(moved)
    }

    fn on_head(&mut self, head: Head) -> Result<(), Fault> {
        if head.status == 101 {
            if !self.plan.upgrade {
                return Err(Fault::UpstreamMalformed("it changes to a protocol nobody asked for"));
            }
            let connection = upgrade_connection(&head);
            head.write_onward(&mut self.down_head, true, Some(&connection));
            self.phase = Phase::Tunnel;
            self.plan.framer = Framer::UntilClose;
            self.framer = Framer::UntilClose;
            // A tunnel's bytes are not a body.
            (self.ended.request_tap, self.ended.response_tap) = (Tap::new(0), Tap::new(0));
            (self.ended.keep_client, self.ended.keep_upstream) = (false, false);
            self.ended.response = Some(head);
            return Ok(());
        }
        if head.status < 200 {
            self.interim += 1;
            if self.interim > MAX_INTERIM {
                return Err(Fault::UpstreamMalformed("it sends interim answers without end"));
            }
            let swallowed = head.status == 100 && self.plan.continued;
            self.plan.continued &= !swallowed;
            if !swallowed && self.plan.minor == 1 {
                head.write_onward(&mut self.down_head, false, None);
            }
            return Ok(());
        }
        let (framer, reusable) = head.response_framing(self.plan.method).map_err(reason_of)?;
        let connection = head.connection();
        let until_close = framer == Framer::UntilClose;
        self.ended.keep_client &= !until_close && !self.up_closed && !self.plan.stopping.is_cancelled();
        self.ended.keep_upstream &= reusable && head.minor == 1 && self.plan.minor == 1 && !connection.close;
        let announce = match (self.ended.keep_client, self.plan.minor) {
            (false, _) => Some("close"),
            (true, 0) => Some("keep-alive"),
            (true, _) => None,
        };
        self.framer = framer;
        self.phase = Phase::Body;
        let need = self.censor.as_mut().map(|censor| censor.head(&head)).unwrap_or_default();
        if need.refuse {
            self.refuse(head);
            return Ok(());
        }
        match need.body {
            Some(limit) => {
                let body = Tap::new(usize::try_from(limit).unwrap_or(usize::MAX));
                let held = HeldAnswer { head, announce, edits: need.edits, raw: Vec::new(), body };
                self.held = Some(Box::new(held));
                self.phase = Phase::Held;
                // A body of nothing is judged, too.
                self.hold()?;
            }
            None => {
                head.write_edited(&mut self.down_head, announce, &need.edits, None);
                self.ended.response = Some(head);
            }
        }
        Ok(())
    }

    fn refuse(&mut self, head: Head) {
        self.ended.refused = true;
        self.ended.keep_upstream &= self.framer.is_done();
        self.ended.response = Some(head);
    }

    /// Takes what is here of a held body, and asks for its verdict once it is whole or too long.
    fn hold(&mut self) -> Result<bool, Fault> {
        let (Some(held), Some(censor)) = (&mut self.held, &mut self.censor) else { return Ok(false) };
        let tap = &mut self.ended.response_tap;
        let limit = held.body.limit;
        let announced = matches!(self.framer, Framer::Length(left) if held.raw.is_empty() && left > limit as u64);
        let framed = self.framer.advance(&self.buffer, |data| {
            held.body.see(data);
            tap.see(data);
        });
        let used = framed.map_err(|bad| Fault::UpstreamMalformed(bad.0))?;
        let room = used == 0 || censor.grow(used * 2);
        held.raw.extend_from_slice(&self.buffer.split_to(used));
        let too_long = announced
            || held.body.total > limit as u64
            || held.raw.len() > limit.saturating_mul(2).saturating_add(SLACK);
        if !self.framer.is_done() && !too_long && room {
            return Ok(used > 0);
        }
        let body = Some(held.body.data.as_slice()).filter(|_| self.framer.is_done() && !too_long && room);
        let verdict = censor.body(&held.head, body);
        let Some(held) = self.held.take() else { return Ok(true) };
        let HeldAnswer { head, announce, edits, raw, .. } = *held;
        self.phase = Phase::Body;
        match verdict {
            ResponseVerdict::Refuse => {
                self.refuse(head);
                return Ok(true);
            }
            ResponseVerdict::Pass => {
                head.write_edited(&mut self.down_head, announce, &edits, None);
                self.down_head.extend_from_slice(&raw);
            }
            ResponseVerdict::Replace(body) => {
                head.write_edited(&mut self.down_head, announce, &edits, Some(body.len()));
                self.down_head.extend_from_slice(&body);
            }
        }
        self.ended.response = Some(head);
        Ok(true)
    }
}

/// The Connection value of an upgrade: as it came when it names nothing else.
pub(crate) fn upgrade_connection(head: &Head) -> String {
    let simple = head
        .tokens("connection")
        .all(|token| token.eq_ignore_ascii_case(b"upgrade") || token.eq_ignore_ascii_case(b"keep-alive"));
    let mut values = head.values("connection");
    match (simple, values.next(), values.next()) {
        (true, Some(value), None) => String::from_utf8_lossy(value).into_owned(),
        _ => "Upgrade".to_owned(),
    }
}

fn reason_of(error: HeadError) -> Fault {
    Fault::UpstreamMalformed(match error {
        HeadError::TooManyFields => "it has too many headers",
        HeadError::Version => "it is not HTTP/1.0 or HTTP/1.1",
        HeadError::Malformed(reason) => reason,
    })
}
