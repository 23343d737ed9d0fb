//! Requests that another proxy carries, judged and recorded as if they came over a connection of the gateway's own:
//! the proxy tells head, body and answer as it comes by them, and does what it is told.

pub use crate::problem::GrpcStatus;
use crate::problem::Problem;
use crate::record::Seen;
use crate::route::Api;
use crate::state::{Gateway, Held};
use crate::wire::body::Tap;
use crate::wire::head::{find_end, host_of};
use crate::wire::{Doubt, Head, HeadError};
use bytes::Bytes;
use palisade_exchange::{HeadersView, RequestView, ResponseView};
use palisade_guard::{Decision, Edit, Facts, Fault, Inquiry, Progress, ResponseVerdict};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// A request's head as the other proxy tells it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// Method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Host and port as the client named them.
    pub authority: String,
    /// Header fields; `Host` is the authority, whatever stands here.
    pub fields: Vec<(String, Vec<u8>)>,
    /// Who opened the connection; `None` where the proxy does not tell: such a client stands on no list.
    pub peer: Option<IpAddr>,
    /// It came over TLS.
    pub secure: bool,
    /// The subject of the certificate that the client showed and the proxy verified, as in `CN=billing, O=Example`.
    pub certificate: Option<String>,
    /// No body follows.
    pub ended: bool,
    /// How long ago it began.
    pub age: Duration,
}

/// An answer in place of the API's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// Header fields but those that frame the message.
    pub fields: Vec<(String, String)>,
    /// The body. An answer to `HEAD` goes without it.
    pub body: Bytes,
    /// What a caller of gRPC is told in place of all that but the fields that tell it when and how to come in.
    pub grpc: Option<GrpcStatus>,
}

/// Where a request stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It may go on to the API.
    Pass,
    /// Its body must be seen before anything goes on: at most so many bytes.
    Body(u64),
    /// It is refused; nothing may go on.
    Refuse(Reply),
}

/// What must happen to an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handling {
    /// It goes on with these changes of its header fields.
    Pass(Vec<Edit>),
    /// Its body must be seen before anything goes to the client: at most so many bytes. The changes hold as well.
    Body(Vec<Edit>, u64),
    /// It is replaced.
    Refuse(Reply),
}

/// What becomes of an answer whose body was held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It goes on as it came.
    Pass,
    /// It goes on with this body, without content coding.
    Replace(Vec<u8>),
    /// It is replaced.
    Refuse(Reply),
}

/// A request that belongs to an API of the gateway.
pub struct Received {
    head: Head,
    doubts: Vec<Doubt>,
    api: Arc<Api>,
    host: String,
    /// After trusted proxies.
    client: IpAddr,
    secure: bool,
    certificate: Option<Arc<str>>,
    started: Instant,
    ended: bool,
}

impl std::fmt::Debug for Received {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Received").field("api", &self.api.name).finish_non_exhaustive()
    }
}

impl Gateway {
    /// Takes a request and finds its API.
    ///
    /// # Errors
    /// The answer to a request that no API answers, or that cannot be read.
    pub fn receive(&self, asked: &Asked) -> Result<Received, Reply> {
        let now = Instant::now();
        let started = now.checked_sub(asked.age).unwrap_or(now);
        self.figures.requests.fetch_add(1, Ordering::Relaxed);
        let limits = &self.settings.limits;
        // Fields that the other proxy adds of its own do not count.
        let head = match Head::request(asked.write(), limits.headers + 32) {
            Ok(head) => head,
            Err(error) => {
                let (status, code, detail) = match error {
                    HeadError::TooManyFields => (431, "too_many_headers", "the request has too many headers"),
                    HeadError::Version => (505, "version", "the version is not HTTP/1.1"),
                    HeadError::Malformed(reason) => (400, "malformed", reason),
                };
                self.unreadable(code);
                return Err(reply(&Problem::new(status, code, "Unreadable request", detail), Uuid::now_v7(), None));
            }
        };
        let doubts = match head.request_framing() {
            Ok((_, doubts)) => doubts,
            Err(refusal) => {
                self.unreadable(refusal.code);
                let problem = Problem::new(refusal.status, refusal.code, "Unreadable request", refusal.message);
                return Err(reply(&problem, Uuid::now_v7(), Some(&head)));
            }
        };
        let host = host_of(asked.authority.as_bytes());
        let Some(api) = self.route(&host, head.split_target().0) else {
            let detail = "No API of this gateway answers under this host and path.";
            let problem = Problem::new(404, "no_api", "No such API", detail);
            return Err(reply(&problem, Uuid::now_v7(), Some(&head)));
        };
        let client = self.client(asked.peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), &head);
        let (secure, ended) = (asked.secure, asked.ended);
        let certificate = asked.certificate.as_deref().map(Arc::from);
        Ok(Received { head, doubts, api, host, client, secure, certificate, started, ended })
    }
}

impl Asked {
    /// The head as HTTP/1.1 writes it.
    fn write(&self) -> Bytes {
        let mut head = format!("{} {} HTTP/1.1\r\nhost: {}\r\n", self.method, self.target, self.authority).into_bytes();
        let (mut length, mut coded) = (false, false);
        for (name, value) in self.fields.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("host")) {
            length |= name.eq_ignore_ascii_case("content-length");
            coded |= name.eq_ignore_ascii_case("transfer-encoding");
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        }
        if !self.ended && !length && !coded {
            // HTTP/2 and HTTP/3 need neither.
            head.extend_from_slice(b"transfer-encoding: chunked\r\n");
        }
        head.extend_from_slice(b"\r\n");
        // A field that could not have come over HTTP would end the head early.
        let mut scanned = 0;
        let end = find_end(&head, &mut scanned);
        if end == Some(head.len()) { head.into() } else { Bytes::new() }
    }
}

/// The answer that the gateway would write, taken apart.
fn reply(problem: &Problem, id: Uuid, head: Option<&Head>) -> Reply {
    let written = Bytes::from(problem.write_document(id, head, false));
    let mut scanned = 0;
    let end = find_end(&written, &mut scanned).unwrap_or(written.len());
    let framing = |name: &str| name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("connection");
    let fields = Head::response(written.slice(..end), 64).map_or_else(
        |_| Vec::new(),
        |head| {
            let own = head.fields().filter(|(name, _)| !framing(name));
            own.map(|(name, value)| (name.to_owned(), String::from_utf8_lossy(value).into_owned())).collect()
        },
    );
    let grpc = head.and_then(|head| problem.grpc(id, head));
    Reply { status: problem.status, fields, body: problem.body(id, head).into(), grpc }
}

impl Received {
    /// Begins to judge the request.
    pub fn visit<'a>(&'a self, gateway: &'a Gateway) -> Visit<'a> {
        let mut visit = self.watch(gateway);
        visit.seen.capped = false;
        if self.api.policy.may_refuse() {
            let framing = self.doubts.iter().map(|doubt| doubt.told()).collect();
            let certificate = self.certificate.clone();
            visit.inquiry = Some(self.api.policy.inquire(Facts { framing, certificate, ..gateway.judge.facts() }));
        }
        visit
    }

    /// Begins to record a request that is not held: it is judged when it has ended, and nothing comes of it.
    pub fn watch<'a>(&'a self, gateway: &'a Gateway) -> Visit<'a> {
        let doubts = self.doubts.clone();
        let mut seen =
            Seen::new(Arc::clone(&self.api), self.host.clone(), self.client, self.secure, self.started, doubts);
        seen.had_body = !self.ended;
        seen.capped = true;
        let capture = if gateway.settings.capture { gateway.settings.limits.capture_bytes } else { 0 };
        Visit {
            gateway,
            received: self,
            inquiry: None,
            seen,
            tap: Tap::new(capture),
            held: Held::new(gateway),
            answer: None,
        }
    }
}

/// A request on its way. [`end`](Visit::end) records it.
pub struct Visit<'a> {
    gateway: &'a Gateway,
    received: &'a Received,
    /// `None` where the API only observes: it is judged when the exchange has ended.
    inquiry: Option<Inquiry<'a>>,
    seen: Seen,
    tap: Tap,
    held: Held<'a>,
    answer: Option<(Head, Tap)>,
}

impl std::fmt::Debug for Visit<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Visit").field("api", &self.seen.api.name).finish_non_exhaustive()
    }
}

impl Visit<'_> {
    /// Name of the API.
    pub fn api(&self) -> &str {
        &self.received.api.name
    }

    /// Most bytes of a body that are kept for the record, each way; 0: none.
    pub fn captured_bytes(&self) -> usize {
        self.tap.limit
    }

    /// Judges the head.
    pub async fn head(&mut self) -> Step {
        let Received { head, host, client, .. } = self.received;
        let Some(inquiry) = &mut self.inquiry else { return Step::Pass };
        let fields = head.onward_fields();
        let progress = self.gateway.judge.head(inquiry, &view(head, host, *client, &fields)).await;
        self.step(&progress)
    }

    /// Judges the body after [`Step::Body`]; `truncated` says that it goes on after `body`.
    pub async fn body(&mut self, body: &[u8], truncated: bool) -> Step {
        self.see(body);
        let Received { head, host, client, .. } = self.received;
        if !self.held.grow(body.len()) {
            self.gateway.unreadable("body");
            let detail = "The gateway holds as many request bodies as it may; try again.";
            let problem = Problem::new(503, "busy", "Gateway busy", detail);
            return Step::Refuse(self.fault(&problem, "too many request bodies are held"));
        }
        let Some(inquiry) = &mut self.inquiry else { return Step::Pass };
        let fields = head.onward_fields();
        let progress = self.gateway.judge.body(inquiry, &view(head, host, *client, &fields), body, truncated).await;
        self.step(&progress)
    }

    /// Keeps a piece of the request's body for the record.
    pub fn see(&mut self, body: &[u8]) {
        self.seen.had_body = true;
        self.tap.see(body);
    }

    /// The bodies were so long, and were not handed over.
    pub fn lengths(&mut self, request: u64, response: u64) {
        self.seen.had_body |= request > 0;
        self.tap.total = self.tap.total.max(request);
        if let Some((_, tap)) = &mut self.answer {
            tap.total = tap.total.max(response);
        }
    }

    /// How long the exchange took, where that is not the time until its end is recorded.
    pub fn lasted(&mut self, duration: Duration) {
        self.seen.lasted = Some(duration);
    }

    /// The body after [`Step::Body`] is not to be had from this proxy: it is not assessed, which the record says.
    pub fn unseen(&mut self) -> Step {
        let Received { head, host, client, .. } = self.received;
        let Some(inquiry) = &mut self.inquiry else { return Step::Pass };
        let fields = head.onward_fields();
        let progress = inquiry.unseen(&view(head, host, *client, &fields));
        self.step(&progress)
    }

    /// The body after [`Step::Body`] was not handed over although it should have been: what the policy says of errors.
    pub fn missing(&mut self) -> Step {
        let Some(inquiry) = &mut self.inquiry else { return Step::Pass };
        let progress = inquiry.failed(Fault::Lookup("the proxy did not hand over the body"));
        self.step(&progress)
    }

    /// Judges the answer's head.
    pub fn response(&mut self, status: u16, fields: &[(String, Vec<u8>)]) -> Handling {
        let mut written = format!("HTTP/1.1 {status} -\r\n").into_bytes();
        for (name, value) in fields {
            written.extend_from_slice(name.as_bytes());
            written.extend_from_slice(b": ");
            written.extend_from_slice(value);
            written.extend_from_slice(b"\r\n");
        }
        written.extend_from_slice(b"\r\n");
        self.seen.status = status;
        self.seen.upstream_status = Some(status);
        let Ok(answer) = Head::response(written.into(), 1024) else { return Handling::Pass(Vec::new()) };
        let Received { head, host, client, .. } = self.received;
        let handling = match &mut self.inquiry {
            Some(inquiry) if self.received.api.censors => {
                let (asked, told) = (head.onward_fields(), answer.fields().collect::<Vec<_>>());
                let response = ResponseView { status, headers: HeadersView(&told) };
                let need = self.gateway.judge.response(inquiry, &view(head, host, *client, &asked), &response);
                match (need.refuse, need.body) {
                    (true, _) => {
                        self.seen.answer_unread = true;
                        Handling::Refuse(self.replace_answer())
                    }
                    (false, Some(limit)) => Handling::Body(need.edits, limit),
                    (false, None) => Handling::Pass(need.edits),
                }
            }
            _ => Handling::Pass(Vec::new()),
        };
        self.answer = Some((answer, Tap::new(self.tap.limit)));
        handling
    }

    /// Judges the answer's body after [`Handling::Body`]; `None` where it is longer than may be held.
    pub fn response_body(&mut self, body: Option<&[u8]>) -> Outcome {
        self.see_response(body.unwrap_or_default());
        let Received { head, host, client, .. } = self.received;
        let (Some(inquiry), Some((answer, _))) = (&mut self.inquiry, &self.answer) else { return Outcome::Pass };
        let (asked, told) = (head.onward_fields(), answer.fields().collect::<Vec<_>>());
        let response = ResponseView { status: answer.status, headers: HeadersView(&told) };
        self.seen.answer_judged = true;
        match self.gateway.judge.response_body(inquiry, &view(head, host, *client, &asked), &response, body) {
            ResponseVerdict::Pass => Outcome::Pass,
            ResponseVerdict::Replace(body) => Outcome::Replace(body),
            ResponseVerdict::Refuse => Outcome::Refuse(self.replace_answer()),
        }
    }

    /// Keeps a piece of the answer's body for the record.
    pub fn see_response(&mut self, body: &[u8]) {
        if let Some((_, tap)) = &mut self.answer {
            tap.see(body);
        }
    }

    /// Records the exchange as far as it has come.
    pub fn end(mut self) {
        if self.seen.status == 0 {
            self.seen.fault = Some("the exchange ended before any answer".to_owned());
        }
        self.end_unanswered();
    }

    /// Records the exchange of which only the request is shown.
    pub fn end_unanswered(mut self) {
        self.seen.inquiry = self.inquiry.take().map(Inquiry::into_state);
        self.gateway.record(self.seen, self.received.head.clone(), self.tap, self.answer);
    }

    fn step(&mut self, progress: &Progress) -> Step {
        let Some(inquiry) = &self.inquiry else { return Step::Pass };
        match progress {
            Progress::Body { limit } => Step::Body(*limit),
            Progress::Refuse => {
                let decision = inquiry.decision();
                Step::Refuse(self.replace(&decision))
            }
            // The driver of the inquiry finds what is needed.
            Progress::Pass | Progress::Need(_) => Step::Pass,
        }
    }

    /// The answer to a refused request.
    fn replace(&mut self, decision: &Decision) -> Reply {
        self.blocked(decision);
        self.told(&Problem::of_decision(decision))
    }

    /// The answer in place of a refused one.
    fn replace_answer(&mut self) -> Reply {
        self.seen.answer_judged = true;
        let decision = self.inquiry.as_ref().map(Inquiry::decision);
        if let Some(decision) = &decision {
            self.blocked(decision);
        }
        self.told(&Problem::of_answer(decision.as_ref()))
    }

    fn blocked(&self, decision: &Decision) {
        self.gateway.figures.blocked.fetch_add(1, Ordering::Relaxed);
        self.seen.api.meters.blocked.increment(1);
        crate::events::blocked(&self.seen.api.name, decision);
    }

    fn fault(&mut self, problem: &Problem, why: &str) -> Reply {
        self.seen.fault = Some(why.to_owned());
        self.told(problem)
    }

    fn told(&mut self, problem: &Problem) -> Reply {
        self.seen.status = problem.status;
        let id = self.seen.id();
        reply(problem, id, Some(&self.received.head))
    }
}

fn view<'a>(head: &'a Head, host: &'a str, client: IpAddr, fields: &'a [(&'a str, &'a [u8])]) -> RequestView<'a> {
    let (path, query, _) = head.split_target();
    RequestView { method: head.method(), host, path, query, headers: HeadersView(fields), client: Some(client) }
}
