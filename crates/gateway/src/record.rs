//! From what went by to a judged exchange, off the path of the request.

use crate::conn::began;
use crate::judge::Judge;
use crate::route::Api;
use crate::sink::{Captured, Sink};
use crate::wire::body::Tap;
use crate::wire::head::parse_length;
use crate::wire::{Doubt, Head};
use bytes::Bytes;
use palisade_exchange::{
    Body, Client, Exchange, Headers, HeadersView, Message, RawExchange, Redactor, RequestView, Response, ResponseView,
    Source,
};
use palisade_guard::{Effect, Facts, FieldError, InquiryState, OnError};
use palisade_sensitive::{REDACTED, value_kind};
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// Most bytes a captured body may grow to when its content coding is undone.
const DECODED_BYTES: u64 = 4 << 20;

/// UTC now, microseconds since the epoch.
pub(crate) fn micros_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// What is known of an exchange while it runs.
pub(crate) struct Seen {
    pub(crate) api: Arc<Api>,
    pub(crate) host: String,
    /// The client's address, after trusted proxies.
    pub(crate) client: IpAddr,
    /// The client's connection is TLS.
    pub(crate) secure: bool,
    pub(crate) started: Instant,
    pub(crate) doubts: Vec<Doubt>,
    pub(crate) had_body: bool,
    /// What the guard found, where it was asked before the request went on.
    pub(crate) inquiry: Option<InquiryState>,
    /// The answer was held, and judged.
    pub(crate) answer_judged: bool,
    /// The answer's body was not read to its end.
    pub(crate) answer_unread: bool,
    pub(crate) status: u16,
    pub(crate) upstream_status: Option<u16>,
    pub(crate) fault: Option<String>,
    /// It was only watched: whatever the policy says, it passed.
    pub(crate) capped: bool,
    /// What the listener says of what cannot be judged.
    pub(crate) on_error: Option<OnError>,
    /// How long it took, where that is not the time until it is recorded.
    pub(crate) lasted: Option<Duration>,
    id: Option<Uuid>,
}

impl Seen {
    pub(crate) fn new(
        api: Arc<Api>,
        host: String,
        client: IpAddr,
        secure: bool,
        started: Instant,
        doubts: Vec<Doubt>,
    ) -> Seen {
        Seen {
            api,
            host,
            client,
            secure,
            started,
            doubts,
            had_body: false,
            inquiry: None,
            answer_judged: false,
            answer_unread: false,
            status: 0,
            upstream_status: None,
            fault: None,
            capped: false,
            on_error: None,
            lasted: None,
            id: None,
        }
    }

    /// The exchange's id, made when first asked for.
    pub(crate) fn id(&mut self) -> Uuid {
        *self.id.get_or_insert_with(Uuid::now_v7)
    }
}

/// An exchange on its way to the recorder.
pub(crate) struct Job {
    seen: Seen,
    time: i64,
    duration: u64,
    request: (Head, Tap),
    response: Option<(Head, Tap)>,
    bytes: usize,
}

enum Order {
    Job(Box<Job>),
    Flush(oneshot::Sender<()>),
}

/// What the recorder counts.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    /// Bytes that wait.
    waiting: AtomicUsize,
    pub(crate) dropped: AtomicU64,
    pub(crate) recorded: AtomicU64,
}

impl Figures {
    fn drop_one(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
        crate::events::dropped();
    }
}

/// The way to the recorder task: bounded in number and in bytes.
pub(crate) struct Recorder {
    sender: mpsc::Sender<Order>,
    most_bytes: usize,
    pub(crate) figures: Arc<Figures>,
}

impl Recorder {
    /// Starts the recorder task; it ends when the recorder is dropped and the queue is empty.
    pub(crate) fn start(
        queue: usize,
        most_bytes: usize,
        redactor: Redactor,
        guard: Arc<Judge>,
        sink: Arc<dyn Sink>,
    ) -> Recorder {
        let (sender, receiver) = mpsc::channel(queue.max(1));
        let figures = Arc::new(Figures::default());
        tokio::spawn(work(receiver, Arc::clone(&figures), (redactor, guard), sink));
        Recorder { sender, most_bytes, figures }
    }

    /// Queues an exchange, or counts it as dropped.
    pub(crate) fn offer(&self, seen: Seen, request: (Head, Tap), response: Option<(Head, Tap)>) {
        let bodies = request.1.data.capacity() + response.as_ref().map_or(0, |(_, tap)| tap.data.capacity());
        let heads = request.0.len() + response.as_ref().map_or(0, |(head, _)| head.len());
        let bytes = bodies + heads;
        let lasted = seen.lasted.unwrap_or_else(|| seen.started.elapsed());
        let duration = u64::try_from(lasted.as_micros()).unwrap_or(u64::MAX);
        let job = Job { time: began(seen.started), duration, seen, request, response, bytes };
        let full = self.figures.waiting.fetch_add(bytes, Ordering::Relaxed) + bytes > self.most_bytes;
        if full || self.sender.try_send(Order::Job(Box::new(job))).is_err() {
            self.figures.waiting.fetch_sub(bytes, Ordering::Relaxed);
            self.figures.drop_one();
        }
    }

    /// Waits until everything offered so far went to the sink.
    pub(crate) async fn flush(&self) {
        let (done, waits) = oneshot::channel();
        if self.sender.send(Order::Flush(done)).await.is_ok() {
            let _ = waits.await;
        }
    }
}

async fn work(
    mut receiver: mpsc::Receiver<Order>,
    figures: Arc<Figures>,
    (redactor, guard): (Redactor, Arc<Judge>),
    sink: Arc<dyn Sink>,
) {
    while let Some(message) = receiver.recv().await {
        match message {
            Order::Job(job) => {
                let bytes = job.bytes;
                match shielded(judge(*job, &redactor, &guard)).await {
                    Some(captured) => {
                        sink.deliver(captured);
                        figures.recorded.fetch_add(1, Ordering::Relaxed);
                        crate::events::recorded();
                    }
                    None => figures.drop_one(),
                }
                figures.waiting.fetch_sub(bytes, Ordering::Relaxed);
            }
            Order::Flush(done) => drop(done.send(())),
        }
        // Judging is work without a wait in it: others get their turn.
        tokio::task::yield_now().await;
    }
}

/// Runs to the end of the work; `None` when it failed: one exchange less is no reason to record none any more.
async fn shielded<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut work = std::pin::pin!(work);
    let step = |cx: &mut Context<'_>| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
        Ok(Poll::Ready(done)) => Poll::Ready(Some(done)),
        Ok(Poll::Pending) => Poll::Pending,
        Err(_) => Poll::Ready(None),
    };
    std::future::poll_fn(step).await
}

/// Builds the exchange, asks the guard what is still open, takes the credentials out.
async fn judge(job: Job, redactor: &Redactor, guard: &Judge) -> Captured {
    let Job { mut seen, time, duration, request: (head, tap), response, .. } = job;
    let id = seen.id.take().unwrap_or_else(|| {
        let seconds = u64::try_from(time / 1_000_000).unwrap_or(0);
        let nanos = u32::try_from(time % 1_000_000).unwrap_or(0) * 1000;
        Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos))
    });
    let (path, query, _) = head.split_target();
    let api = Arc::clone(&seen.api);
    let held = seen.inquiry.take().map(|state| {
        let mut inquiry = api.policy.resume(state);
        let headers: Vec<(&str, &[u8])> = head.fields().collect();
        let view = RequestView {
            method: head.method(),
            host: &seen.host,
            path,
            query,
            headers: HeadersView(&headers),
            client: Some(seen.client),
        };
        if let Some((answer, tap)) = &response
            && !seen.answer_judged
        {
            // The copy is judged without its content coding.
            let fields: Vec<(&str, &[u8])> =
                answer.fields().filter(|(name, _)| !name.eq_ignore_ascii_case("content-encoding")).collect();
            let response = ResponseView { status: answer.status, headers: HeadersView(&fields) };
            let body = body_of(answer, tap.clone(), true, !seen.answer_unread);
            guard.response_body(&mut inquiry, &view, &response, body.complete().map(Bytes::as_ref));
        }
        inquiry.decision()
    });
    let raw = RawExchange(Exchange {
        id,
        time,
        duration: Some(duration),
        source: Source::Gateway,
        api: Some(seen.api.name.to_string()),
        client: Client { address: Some(seen.client), principal: None },
        scheme: if seen.secure { "https" } else { "http" }.to_owned(),
        host: named_host(&head),
        method: head.method().to_owned(),
        path: path.to_owned(),
        query: query.map(str::to_owned),
        request: Message { headers: headers_of(&head), body: body_of(&head, tap, seen.had_body, true) },
        response: response.map(|(answer, tap)| {
            let bodiless = head.method() == "HEAD" || matches!(answer.status, 101 | 204 | 304);
            let body = match announced(&answer) {
                // Its head was enough to refuse it, it broke off, or the other proxy kept it.
                length @ Some(1..) if !bodiless && tap.total == 0 => Body::Unknown { length },
                None if !bodiless && tap.total == 0 && seen.answer_unread => Body::Unknown { length: None },
                _ => {
                    let has_body = !bodiless && tap.total > 0;
                    body_of(&answer, tap, has_body, !seen.answer_unread)
                }
            };
            Response { status: answer.status, message: Message { headers: headers_of(&answer), body } }
        }),
    });
    let mut decision = match held {
        Some(decision) => decision,
        None => {
            // Judged as it was sent: a redacted value could break a pattern that the real one follows.
            let framing = seen.doubts.iter().map(|doubt| doubt.told()).collect();
            let mut inquiry =
                api.policy.inquire(Facts { now: time, framing, on_error: seen.on_error, ..guard.facts() });
            guard.exchange(&mut inquiry, &raw.0).await;
            guard.answered(&inquiry, seen.status);
            inquiry.decision()
        }
    };
    let exchange = redactor.redact(raw);
    for error in &mut decision.errors {
        nameless(error);
    }
    if seen.capped {
        decision.effect = decision.effect.min(Effect::Alert);
    }
    if decision.effect == Effect::Alert {
        seen.api.meters.alerts.increment(1);
    }
    Captured {
        api_id: Arc::clone(&seen.api.id),
        api_name: Arc::clone(&seen.api.name),
        exchange,
        decision,
        status: seen.status,
        upstream_status: seen.upstream_status,
        fault: seen.fault,
    }
}

/// Takes values out that stand where names do: a key of a map in a pointer, a query without names.
pub(crate) fn nameless(error: &mut FieldError) {
    let sensitive = |text: &str| value_kind(text).is_some();
    if sensitive(&error.name) {
        error.name = REDACTED.to_owned();
    }
    // `~` stands in no sensitive value, so steps need not be decoded.
    if error.pointer.split('/').any(sensitive) {
        let steps = error.pointer.split('/').map(|step| if sensitive(step) { REDACTED } else { step });
        error.pointer = steps.collect::<Vec<_>>().join("/");
    }
}

/// Host and port as the client named them.
fn named_host(head: &Head) -> String {
    let (_, _, authority) = head.split_target();
    let named = authority.map(str::as_bytes).or_else(|| head.values("host").next()).unwrap_or_default();
    String::from_utf8_lossy(named).to_ascii_lowercase()
}

fn headers_of(head: &Head) -> Headers {
    head.fields().map(|(name, value)| (name.to_owned(), String::from_utf8_lossy(value).into_owned())).collect()
}

/// The length that the head gives its body.
fn announced(head: &Head) -> Option<u64> {
    head.tokens("content-length").next().and_then(parse_length)
}

/// `whole`: it was read to its end.
fn body_of(head: &Head, tap: Tap, had_body: bool, whole: bool) -> Body {
    if !had_body {
        return Body::Empty;
    }
    let complete = whole && tap.data.len() as u64 == tap.total;
    if tap.total > 0 && tap.data.is_empty() {
        return Body::Unknown { length: Some(tap.total) };
    }
    let codings: Vec<String> = head
        .tokens("content-encoding")
        .filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity"))
        .map(|coding| String::from_utf8_lossy(coding).to_ascii_lowercase())
        .collect();
    let length = tap.total;
    if codings.is_empty() {
        return Body::Bytes { bytes: Bytes::from(tap.data), truncated: !complete };
    }
    // A compressed body that was cut cannot be decoded to its end.
    match crate::decode::decode(&codings.join(", "), &tap.data, DECODED_BYTES).filter(|_| complete) {
        Some(bytes) => Body::Bytes { bytes: Bytes::from(bytes), truncated: false },
        None => Body::Unknown { length: Some(length) },
    }
}
