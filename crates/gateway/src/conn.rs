//! One client connection: requests one after the other, each routed, judged, relayed or refused.

use crate::balance::Outcome;
use crate::censor::{Answers, Censor};
use crate::client::Client;
use crate::deadline::Deadline;
use crate::h2::PREFACE;
use crate::problem::Problem;
use crate::record::{Seen, micros_now};
use crate::relay::{self, Ended, Fault, Plan};
use crate::route::Api;
use crate::state::{Gateway, Held};
use crate::upstream::{ConnectError, Io, Upstream};
use crate::wire::body::Tap;
use crate::wire::{Framer, Head, HeadError, Refusal, head};
use bytes::{BufMut, Bytes, BytesMut};
use palisade_exchange::{HeadersView, RequestView};
use palisade_guard::{Decision, Facts, Mode, Progress};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Bytes read at once for a head.
const READ: usize = 8 * 1024;
/// Most bytes read at once for a held body.
const BODY_READ: usize = 64 * 1024;
/// Bytes read at first, when an idle connection wakes: most heads are shorter.
const FIRST_READ: usize = 4 * 1024;
/// Longest time and most bytes spent on reading away what a refused client still sends.
const LINGER: (Duration, usize) = (Duration::from_secs(2), 1024 * 1024);
/// A kept upstream connection older than this is not used for a request that cannot be repeated.
const FRESH: Duration = Duration::from_secs(1);

/// What to do with the client connection after a request.
enum Next {
    /// Read the next request.
    Stay,
    /// End it; nothing of the client is unread.
    Close,
    /// End it, reading away what the client still sends so that it sees the answer.
    Linger,
    /// The client speaks HTTP/2: what was read of it is in the buffer.
    Http2,
}

/// How reading a head ended.
enum Read {
    Head(Box<Head>),
    Http2,
    Closed,
    Refused(Refusal),
}

struct Connection<'a, S> {
    gateway: &'a Arc<Gateway>,
    stream: S,
    buffer: BytesMut,
    deadline: Deadline,
    client: &'a Client,
    /// The connection may turn out to be HTTP/2.
    detects: bool,
    stop: CancellationToken,
}

/// Serves a connection to its end.
pub(crate) async fn run<S: AsyncRead + AsyncWrite + Unpin>(
    gateway: &Arc<Gateway>,
    stream: S,
    client: &Client,
    stop: CancellationToken,
) {
    let mut connection = Connection::new(gateway, stream, client, stop);
    let next = connection.requests().await;
    connection.end(next).await;
}

/// Serves a connection to its end, or until it shows itself as HTTP/2: then gives it back, with what was read.
pub(crate) async fn run_or_detect<S: AsyncRead + AsyncWrite + Unpin>(
    gateway: &Arc<Gateway>,
    stream: S,
    client: &Client,
    stop: CancellationToken,
) -> Option<(S, Bytes)> {
    let mut connection = Connection { detects: true, ..Connection::new(gateway, stream, client, stop) };
    match connection.requests().await {
        Next::Http2 => Some((connection.stream, connection.buffer.freeze())),
        next => {
            connection.end(next).await;
            None
        }
    }
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Connection<'a, S> {
    fn new(gateway: &'a Arc<Gateway>, stream: S, client: &'a Client, stop: CancellationToken) -> Connection<'a, S> {
        let (buffer, deadline) = (BytesMut::new(), Deadline::new());
        Connection { gateway, stream, buffer, deadline, client, detects: false, stop }
    }

    async fn requests(&mut self) -> Next {
        let stop = self.stop.clone();
        let mut stopped = std::pin::pin!(stop.cancelled());
        loop {
            if self.buffer.is_empty() {
                // An idle connection holds no buffer while it waits, and ends at once when the gateway stops.
                let limit = self.gateway.settings.timeouts.keep_alive;
                self.buffer = BytesMut::new();
                let arrived = {
                    let read = first_bytes(&mut self.stream, &mut self.buffer);
                    let either = async {
                        tokio::select! {
                            biased;
                            count = read => count,
                            () = stopped.as_mut() => 0,
                        }
                    };
                    self.deadline.run(limit, either).await
                };
                if arrived.unwrap_or(0) == 0 {
                    return Next::Close;
                }
            }
            let next = match self.read_head().await {
                Read::Head(head) => self.request(*head).await,
                Read::Http2 => return Next::Http2,
                Read::Closed => Next::Close,
                Read::Refused(refusal) => {
                    self.gateway.unreadable(refusal.code);
                    let problem = Problem::new(refusal.status, refusal.code, "Unreadable request", refusal.message);
                    self.answer(&problem, Uuid::now_v7(), None, true).await;
                    Next::Linger
                }
            };
            if !matches!(next, Next::Stay) || self.stop.is_cancelled() {
                return next;
            }
        }
    }

    async fn end(&mut self, next: Next) {
        if matches!(next, Next::Linger) {
            // Closing with unread bytes would make the kernel send a reset, and the client lose the answer.
            let _ = self.stream.shutdown().await;
            let (limit, most) = LINGER;
            let stream = &mut self.stream;
            let drain = async {
                let mut scratch = BytesMut::new();
                let mut drained = 0;
                while drained < most {
                    scratch.clear();
                    match read_some(stream, &mut scratch).await {
                        0 => break,
                        count => drained += count,
                    }
                }
            };
            self.deadline.run(limit, drain).await;
        } else {
            let _ = self.stream.shutdown().await;
        }
    }

    async fn read_head(&mut self) -> Read {
        let limits = &self.gateway.settings.limits;
        let started = Instant::now();
        let mut scanned = 0;
        loop {
            // Empty lines before a request are tolerated (RFC 9112, section 2.2).
            while scanned == 0 && self.buffer.starts_with(b"\r\n") {
                let _ = self.buffer.split_to(2);
            }
            if let Some(end) = head::find_end(&self.buffer, &mut scanned) {
                if end > limits.head_bytes {
                    return Read::Refused(too_large());
                }
                if std::mem::take(&mut self.detects) && self.buffer.starts_with(PREFACE) {
                    return Read::Http2;
                }
                let raw = self.buffer.split_to(end).freeze();
                return match Head::request(raw, limits.headers) {
                    Ok(head) => Read::Head(Box::new(head)),
                    Err(error) => Read::Refused(refusal_of(error)),
                };
            }
            if self.buffer.len() > limits.head_bytes {
                return Read::Refused(too_large());
            }
            let left = self.gateway.settings.timeouts.request_head.saturating_sub(started.elapsed());
            match self.deadline.run(left, read_some(&mut self.stream, &mut self.buffer)).await {
                Some(0) => return Read::Closed,
                Some(_) => {}
                None if self.buffer.is_empty() => return Read::Closed,
                None => {
                    let message = "the request head did not arrive in time";
                    return Read::Refused(Refusal { status: 408, code: "head_timeout", message });
                }
            }
        }
    }

    /// One request, from its head to its end.
    async fn request(&mut self, head: Head) -> Next {
        let started = Instant::now();
        self.gateway.figures.requests.fetch_add(1, Ordering::Relaxed);
        let (mut framer, doubts) = match head.request_framing() {
            Ok(framing) => framing,
            Err(refusal) => {
                self.gateway.unreadable(refusal.code);
                let mut problem = Problem::new(refusal.status, refusal.code, "Unreadable request", refusal.message);
                problem.allow = vec!["GET".into(), "POST".into(), "PUT".into(), "PATCH".into(), "DELETE".into()];
                self.answer(&problem, Uuid::now_v7(), Some(&head), true).await;
                return Next::Linger;
            }
        };
        let (path, query, authority) = head.split_target();
        let host = match authority {
            Some(authority) => head::host_of(authority.as_bytes()),
            None => head.values("host").next().map(head::host_of).unwrap_or_default(),
        };
        let Some(api) = self.gateway.route(&host, path) else {
            let detail = "No API of this gateway answers under this host and path.";
            let problem = Problem::new(404, "no_api", "No such API", detail);
            return self.refuse(&problem, Uuid::now_v7(), &head, framer).await;
        };
        let client = self.gateway.client(self.client.peer.ip(), &head);
        let mut seen = Seen::new(Arc::clone(&api), host, client, self.client.secure, started, doubts);
        seen.on_error = self.client.on_error;
        let mut onward = Vec::with_capacity(head.len() + 64);
        let wanted = head.connection();
        let upgrade = wanted.upgrade && may_upgrade(&head, api.mode);
        if upgrade {
            head.write_onward(&mut onward, true, Some(&relay::upgrade_connection(&head)));
        } else {
            head.write_onward(&mut onward, false, None);
        }
        let limits = &self.gateway.settings.limits;
        let mut tap = Tap::new(if self.gateway.settings.capture { limits.capture_bytes } else { 0 });
        let mut continued = false;
        let mut held = Held::new(self.gateway);
        seen.had_body = !framer.is_done();
        if api.policy.may_refuse() {
            let headers: Vec<(&str, &[u8])> = head.onward_fields();
            let view = RequestView {
                method: head.method(),
                host: &seen.host,
                path,
                query,
                headers: HeadersView(&headers),
                client: Some(client),
            };
            let judge = &self.gateway.judge;
            let framing = seen.doubts.iter().map(|doubt| doubt.told()).collect();
            let (certificate, on_error) = (self.client.certificate_name(), self.client.on_error);
            let mut inquiry = api.policy.inquire(Facts { framing, certificate, on_error, ..judge.facts() });
            let mut progress = judge.head(&mut inquiry, &view).await;
            if let Progress::Body { limit } = progress {
                let start = onward.len();
                let mut body = Tap::new(usize::try_from(limit).unwrap_or(usize::MAX));
                let plain = matches!(framer, Framer::Length(_));
                let too_long = matches!(framer, Framer::Length(length) if length > limit);
                if !too_long {
                    if self.expects_continue(&head) && !framer.is_done() {
                        continued = true;
                        if self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await.is_err() {
                            return Next::Close;
                        }
                    }
                    match self.hold(&mut framer, &mut onward, &mut body, &mut held).await {
                        Ok(()) => {}
                        Err(HoldError::Gone) => return Next::Close,
                        Err(HoldError::Problem(problem)) => {
                            self.gateway.unreadable("body");
                            self.answer(&problem, Uuid::now_v7(), Some(&head), true).await;
                            return Next::Linger;
                        }
                    }
                }
                let truncated = too_long || !framer.is_done();
                // Without a coding, the bytes that go on are the body: no copy of them is made for the judge.
                let data = if plain { onward.get(start..).unwrap_or_default() } else { &body.data };
                progress = self.gateway.judge.body(&mut inquiry, &view, data, truncated).await;
                tap.see(data);
                tap.total = if plain { data.len() as u64 } else { body.total };
            }
            if progress == Progress::Refuse {
                let decision = inquiry.decision();
                seen.inquiry = Some(inquiry.into_state());
                return self.prevent(&decision, seen, head, framer, tap).await;
            }
            seen.inquiry = Some(inquiry.into_state());
            // What is already here is read strictly before anything goes on.
            if !framer.is_done() && framer.clone().advance(&self.buffer, |_| {}).is_err() {
                let message = "the body is not chunked as it says";
                self.gateway.unreadable("bad_chunk");
                let problem = Problem::new(400, "bad_chunk", "Unreadable request", message);
                self.answer(&problem, Uuid::now_v7(), Some(&head), true).await;
                return Next::Linger;
            }
        }
        let alone = !seen.doubts.is_empty();
        let ends = api.times.total.map(|total| tokio::time::Instant::from_std(started) + total);
        let keep_client = !alone && if head.minor == 1 { !wanted.close } else { wanted.keep_alive && !wanted.close };
        let mut answers = seen
            .inquiry
            .take_if(|_| api.censors)
            .map(|state| Answers::new(self.gateway, api.policy.resume(state), &head, &seen.host, client));
        let how = Forward { framer, keep_client, upgrade, continued, ends, alone };
        let forwarded = self.forward(&api, &head, onward, tap, how, answers.as_mut()).await;
        if let Some((state, judged)) = answers.map(Answers::end) {
            seen.inquiry = Some(state);
            seen.answer_judged = judged;
        }
        let (ended, upstream) = match forwarded {
            Ok(done) => done,
            Err((error, framer)) => {
                api.meters.upstream_errors.increment(1);
                let problem = self.unreachable(&error);
                crate::events::upstream_failed(&api.name, &error.origin, &error.reason);
                seen.status = problem.status;
                seen.fault = Some(problem.detail.clone());
                let id = seen.id();
                self.record(seen, head.clone(), Tap::new(0), None);
                return self.refuse(&problem, id, &head, framer).await;
            }
        };
        self.finish(ended, upstream, seen, head).await
    }

    fn expects_continue(&self, head: &Head) -> bool {
        head.minor == 1
            && self.buffer.is_empty()
            && head.tokens("expect").any(|token| token.eq_ignore_ascii_case(b"100-continue"))
    }

    /// Reads the body into `onward` until it ends or is longer than the tap; the tap sees the data of a coded body.
    async fn hold(
        &mut self,
        framer: &mut Framer,
        onward: &mut Vec<u8>,
        body: &mut Tap,
        held: &mut Held<'_>,
    ) -> Result<(), HoldError> {
        if let Framer::Length(length) = *framer {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            self.hold_plain(length, onward, held).await?;
            *framer = Framer::Done;
            return Ok(());
        }
        let raw_most = body.limit.saturating_mul(2).saturating_add(BODY_READ);
        let start = onward.len();
        while !framer.is_done() && body.total <= body.limit as u64 && onward.len() - start < raw_most {
            if self.buffer.is_empty() {
                self.buffer.reserve((onward.len() - start).clamp(READ, BODY_READ));
                let limit = self.gateway.settings.timeouts.held_body;
                arrived(self.deadline.run(limit, self.stream.read_buf(&mut self.buffer)).await)?;
            }
            let used = framer.advance(&self.buffer, |data| body.see(data)).map_err(|bad| {
                HoldError::Problem(Box::new(Problem::new(400, "bad_chunk", "Unreadable request", bad.to_string())))
            })?;
            claim(held, used)?;
            onward.extend_from_slice(&self.buffer.split_to(used));
        }
        Ok(())
    }

    /// Reads a body of this length straight behind the head. What is reserved follows what has come, not what was
    /// promised.
    async fn hold_plain(&mut self, length: usize, onward: &mut Vec<u8>, held: &mut Held<'_>) -> Result<(), HoldError> {
        let here = length.min(self.buffer.len());
        claim(held, here)?;
        onward.extend_from_slice(&self.buffer.split_to(here));
        let (mut left, mut step) = (length - here, READ);
        while left > 0 {
            onward.reserve(step.min(left));
            let mut space = (&mut *onward).limit(step.min(left));
            let limit = self.gateway.settings.timeouts.held_body;
            let count = arrived(self.deadline.run(limit, self.stream.read_buf(&mut space)).await)?;
            claim(held, count)?;
            left -= count;
            step = if count == step { BODY_READ } else { step };
        }
        Ok(())
    }

    /// Finds an upstream and relays. A connection that cannot be opened costs nothing: the next upstream is tried. What
    /// was sent is sent again only where that is safe.
    async fn forward(
        &mut self,
        api: &Api,
        head: &Head,
        onward: Vec<u8>,
        mut tap: Tap,
        how: Forward,
        mut answers: Option<&mut Answers<'_>>,
    ) -> Result<(Ended, Arc<Upstream>), (ConnectError, Framer)> {
        let settings = &self.gateway.settings;
        let idempotent =
            matches!(head.method(), "GET" | "HEAD" | "OPTIONS" | "TRACE" | "PUT" | "DELETE") && how.framer.is_done();
        let response_limit = if settings.capture { settings.limits.capture_bytes } else { 0 };
        let balancer = &api.balancer;
        if balancer.targets.len() > 1 {
            balancer.save();
        }
        let (mut tried, mut repeated, mut failure, mut unanswered) = (0, 0, None, None);
        while let Some((index, target)) = balancer.choose(tried) {
            tried |= 1 << index;
            let upstream = &target.upstream;
            let _under_way = target.begin();
            let mut kept = if how.alone {
                None
            } else {
                upstream.take(if idempotent { Duration::MAX } else { FRESH }, how.upgrade)
            };
            loop {
                let was_kept = kept.is_some();
                let mut io = match kept.take() {
                    Some(io) => io,
                    None => match upstream.connect(limited(api.times.connect, how.ends), how.upgrade).await {
                        Ok(io) => io,
                        Err(error) => {
                            balancer.report(target, Outcome::Failed);
                            failure = Some(error);
                            break;
                        }
                    },
                };
                let plan = Plan {
                    method: head.method(),
                    minor: head.minor,
                    onward: &onward,
                    framer: how.framer.clone(),
                    keep_client: how.keep_client,
                    upgrade: how.upgrade,
                    continued: how.continued,
                    times: &api.times,
                    limits: &settings.limits,
                    ends: how.ends,
                    stopping: &self.stop,
                };
                let taps = (std::mem::take(&mut tap), Tap::new(response_limit));
                let mut ended = relay::run(
                    plan,
                    &mut self.stream,
                    &mut self.buffer,
                    &mut io,
                    taps,
                    &mut self.deadline,
                    answers.as_deref_mut().map(|answers| answers as &mut (dyn Censor + Send)),
                )
                .await;
                let repeatable = idempotent && !ended.heard && !ended.answered;
                if repeatable && was_kept && ended.fault == Some(Fault::UpstreamClosed) {
                    // It was closed while the request was on its way, as upstreams may do with kept connections.
                    tap = ended.request_tap;
                    continue;
                }
                balancer.report(target, outcome(&ended));
                if repeatable
                    && matches!(ended.fault, Some(Fault::UpstreamClosed | Fault::UpstreamTimeout))
                    && repeated < balancer.retries.attempts
                    && balancer.choose(tried).is_some()
                    && balancer.spend()
                {
                    repeated += 1;
                    api.meters.retries.increment(1);
                    tap = std::mem::take(&mut ended.request_tap);
                    unanswered = Some((ended, Arc::clone(upstream)));
                    break;
                }
                self.give_back(upstream, io, &ended, how.alone);
                return Ok((ended, Arc::clone(upstream)));
            }
        }
        if let Some((mut ended, upstream)) = unanswered {
            ended.request_tap = tap;
            return Ok((ended, upstream));
        }
        let failure = failure.unwrap_or_else(|| ConnectError {
            origin: String::new(),
            loopback_refused: false,
            timed_out: false,
            reason: "the API has no upstream".to_owned(),
        });
        Err((failure, how.framer))
    }

    fn give_back(&self, upstream: &Upstream, io: Io, ended: &Ended, alone: bool) {
        if !ended.keep_upstream || alone {
            return;
        }
        let hint = ended.response.as_ref().and_then(|head| {
            let timeout = head.tokens("keep-alive").find_map(|token| {
                let text = std::str::from_utf8(token).ok()?;
                text.strip_prefix("timeout=")?.trim().parse::<u64>().ok()
            })?;
            Some(Duration::from_secs(timeout))
        });
        upstream.give_back(io, hint, &self.gateway.settings.timeouts, &self.gateway.settings.limits);
    }

    /// After a relay: an answer of our own where the upstream gave none, the record, what comes next.
    async fn finish(&mut self, ended: Ended, upstream: Arc<Upstream>, mut seen: Seen, head: Head) -> Next {
        let Ended { response, request_tap, response_tap, fault, answered, refused, request_done, keep_client, .. } =
            ended;
        seen.answer_unread = !ended.response_done;
        seen.status = response.as_ref().map_or(0, |head| head.status);
        seen.upstream_status = response.as_ref().map(|head| head.status);
        seen.fault = fault.as_ref().map(Fault::to_string);
        let mut next = match (keep_client, request_done) {
            (true, _) => Next::Stay,
            (false, true) => Next::Close,
            (false, false) => Next::Linger,
        };
        if refused && fault.is_none() {
            let decision = seen.inquiry.clone().map(|state| seen.api.policy.resume(state).decision());
            if let Some(decision) = &decision {
                self.gateway.figures.blocked.fetch_add(1, Ordering::Relaxed);
                seen.api.meters.blocked.increment(1);
                crate::events::blocked(&seen.api.name, decision);
            }
            let problem = Problem::of_answer(decision.as_ref());
            seen.status = problem.status;
            let id = seen.id();
            self.answer(&problem, id, Some(&head), !keep_client).await;
        }
        if let Some(fault) = fault {
            let problem = match (&fault, answered) {
                (Fault::ClientGone, _) | (_, true) => None,
                (Fault::RequestBody(reason), _) => Some(Problem::new(400, "bad_chunk", "Unreadable request", *reason)),
                (Fault::UpstreamTimeout, _) => {
                    Some(Problem::new(504, "upstream_timeout", "Upstream too slow", capitalised(&fault)))
                }
                (Fault::Total, _) if request_done => {
                    Some(Problem::new(504, "total_timeout", "Exchange too slow", capitalised(&fault)))
                }
                (Fault::Total, _) => Some(Problem::new(408, "total_timeout", "Request too slow", capitalised(&fault))),
                (Fault::Idle, _) => Some(Problem::new(408, "idle", "Request too slow", capitalised(&fault))),
                _ => Some(Problem::new(502, "upstream_failed", "Upstream failed", capitalised(&fault))),
            };
            if !matches!(fault, Fault::ClientGone | Fault::RequestBody(_)) {
                seen.api.meters.upstream_errors.increment(1);
                crate::events::upstream_failed(&seen.api.name, upstream.origin(), &fault.to_string());
            }
            next = Next::Close;
            if let Some(problem) = problem {
                seen.status = problem.status;
                seen.upstream_status = None;
                let id = seen.id();
                self.answer(&problem, id, Some(&head), true).await;
                next = Next::Linger;
            }
        }
        let response = if seen.upstream_status.is_some() { response } else { None };
        self.record(seen, head, request_tap, response.map(|head| (head, response_tap)));
        next
    }

    /// Refuses by the guard's word: nothing has gone to the upstream.
    async fn prevent(&mut self, decision: &Decision, mut seen: Seen, head: Head, framer: Framer, tap: Tap) -> Next {
        let problem = Problem::of_decision(decision);
        self.gateway.figures.blocked.fetch_add(1, Ordering::Relaxed);
        seen.api.meters.blocked.increment(1);
        crate::events::blocked(&seen.api.name, decision);
        seen.status = problem.status;
        let id = seen.id();
        // Where a doubtful request ends is anybody's guess: its connection ends with it.
        let framer = if seen.doubts.is_empty() { framer } else { Framer::UntilClose };
        self.record(seen, head.clone(), tap, None);
        self.refuse(&problem, id, &head, framer).await
    }

    /// Answers a problem; keeps the connection when the rest of the request is already here.
    async fn refuse(&mut self, problem: &Problem, id: Uuid, head: &Head, mut framer: Framer) -> Next {
        if let Ok(used) = framer.advance(&self.buffer, |_| {}) {
            let _ = self.buffer.split_to(used);
        }
        let wanted = head.connection();
        let keep = framer.is_done() && if head.minor == 1 { !wanted.close } else { wanted.keep_alive };
        let keep = keep && !self.stop.is_cancelled();
        self.answer(problem, id, Some(head), !keep).await;
        match (keep, framer.is_done()) {
            (true, _) => Next::Stay,
            (false, true) => Next::Close,
            (false, false) => Next::Linger,
        }
    }

    async fn answer(&mut self, problem: &Problem, id: Uuid, head: Option<&Head>, close: bool) {
        let bytes = problem.write(id, head, close);
        let idle = self.gateway.settings.timeouts.held_body;
        // A client that does not take a short answer in this time has none of it coming.
        let _ = self.deadline.run(idle, self.stream.write_all(&bytes)).await;
    }

    fn unreachable(&self, error: &ConnectError) -> Problem {
        let mut detail = format!("The upstream {} cannot be reached: {}.", error.origin, error.reason);
        if error.loopback_refused && self.gateway.settings.in_container {
            detail.push_str(
                " The gateway runs in a container, where a loopback address is the container itself: name the \
                 upstream's own host or service, or host.containers.internal for the machine outside.",
            );
        }
        if error.timed_out {
            Problem::new(504, "upstream_timeout", "Upstream too slow", detail)
        } else {
            Problem::new(502, "upstream_unreachable", "Upstream unreachable", detail)
        }
    }

    fn record(&self, seen: Seen, head: Head, request: Tap, response: Option<(Head, Tap)>) {
        self.gateway.record(seen, head, request, response);
    }
}

/// How a request is forwarded.
struct Forward {
    /// How the rest of the body is delimited.
    framer: Framer,
    keep_client: bool,
    upgrade: bool,
    continued: bool,
    /// When the exchange must be over.
    ends: Option<tokio::time::Instant>,
    /// On a connection of its own: how the request is delimited may be read differently on the other side.
    alone: bool,
}

/// A limit, cut to what is left until `ends`.
fn limited(limit: Duration, ends: Option<tokio::time::Instant>) -> Duration {
    ends.map_or(limit, |ends| limit.min(ends.saturating_duration_since(tokio::time::Instant::now())))
}

/// What the end of an exchange says of the upstream.
fn outcome(ended: &Ended) -> Outcome {
    let answered = ended.response.as_ref().map_or(Outcome::Unknown, |head| Outcome::Status(head.status));
    match ended.fault {
        None | Some(Fault::ClientGone | Fault::RequestBody(_) | Fault::Idle) => answered,
        Some(Fault::Total) if ended.response.is_some() || !ended.request_done => answered,
        Some(_) => Outcome::Failed,
    }
}

enum HoldError {
    Gone,
    Problem(Box<Problem>),
}

/// How much of a held body one read gave.
fn arrived(read: Option<std::io::Result<usize>>) -> Result<usize, HoldError> {
    match read {
        Some(Ok(count)) if count > 0 => Ok(count),
        Some(_) => Err(HoldError::Gone),
        None => {
            let detail = "The request body did not arrive in time.";
            Err(HoldError::Problem(Box::new(Problem::new(408, "body_timeout", "Request too slow", detail))))
        }
    }
}

/// Counts bytes to what the gateway holds, as far as it may.
fn claim(held: &mut Held<'_>, bytes: usize) -> Result<(), HoldError> {
    if held.grow(bytes) {
        return Ok(());
    }
    let detail = "The gateway holds as many request bodies as it may; try again.";
    Err(HoldError::Problem(Box::new(Problem::new(503, "busy", "Gateway busy", detail))))
}

fn capitalised(fault: &Fault) -> String {
    let text = fault.to_string();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_ascii_uppercase(), letters.as_str()))
}

/// Waits without a buffer of its own for what comes; 0 at the end and after an error.
async fn first_bytes<S: AsyncRead + Unpin>(stream: &mut S, buffer: &mut BytesMut) -> usize {
    std::future::poll_fn(|cx| {
        let mut space = [MaybeUninit::uninit(); FIRST_READ];
        let mut read = ReadBuf::uninit(&mut space);
        match std::task::ready!(Pin::new(&mut *stream).poll_read(cx, &mut read)) {
            Ok(()) => buffer.extend_from_slice(read.filled()),
            Err(_) => return Poll::Ready(0),
        }
        Poll::Ready(buffer.len())
    })
    .await
}

/// Reads what is there; 0 at the end and after an error.
async fn read_some<S: AsyncRead + Unpin>(stream: &mut S, buffer: &mut BytesMut) -> usize {
    buffer.reserve(READ);
    stream.read_buf(buffer).await.unwrap_or(0)
}

/// Which upgrades go through: in block mode only WebSocket, since the guard cannot see into others, and never HTTP/2,
/// whose requests would pass unseen.
fn may_upgrade(head: &Head, mode: Mode) -> bool {
    let mut any = false;
    for protocol in head.tokens("upgrade") {
        let websocket = protocol.eq_ignore_ascii_case(b"websocket");
        if protocol.eq_ignore_ascii_case(b"h2c") || (mode == Mode::Block && !websocket) {
            return false;
        }
        any = true;
    }
    any
}

const fn too_large() -> Refusal {
    Refusal { status: 431, code: "head_too_large", message: "the request head is larger than this gateway takes" }
}

const fn refusal_of(error: HeadError) -> Refusal {
    match error {
        HeadError::TooManyFields => {
            Refusal { status: 431, code: "too_many_headers", message: "the request has too many headers" }
        }
        HeadError::Version => {
            Refusal { status: 505, code: "version", message: "this listener speaks HTTP/1.0 and HTTP/1.1" }
        }
        HeadError::Malformed(message) => Refusal { status: 400, code: "malformed", message },
    }
}

/// The instant an exchange began, UTC, microseconds since the epoch.
pub(crate) fn began(started: Instant) -> i64 {
    let age = i64::try_from(started.elapsed().as_micros()).unwrap_or(0);
    micros_now().saturating_sub(age)
}
