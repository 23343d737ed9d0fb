//! A TCP connection: both directions, requests and the answers to them.

use super::Micros;
use super::flow::{Flow, Part};
use super::http1::{Event, Reader, Seen, Start, begins, is_interim, is_tls};
use super::http2::{self, Http2, PREFACE, is_settings};
use crate::record::{body, id, is_method, split_url};
use crate::tally::{Limits, Reason};
use etherparse::TcpSlice;
use palisade_exchange::{Client, Exchange, Headers, Message, RawExchange, Redactor, Response, Source};
use std::collections::VecDeque;
use std::net::SocketAddr;

/// Requests of one connection that wait for their answer.
const MAX_PENDING: usize = 256;

/// Which end sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Lower,
    Upper,
}

/// What came of some packets.
pub(super) enum Told {
    /// A request, its answer, and who asked.
    Pair(Box<Seen>, Box<Seen>, SocketAddr),
    /// Something is not read.
    Rejected(Reason, &'static str),
}

/// A request that waits for its answer, or for its own end.
#[derive(Default)]
struct Pending {
    /// Empty for a request that was not captured: its answer is passed over.
    method: String,
    request: Option<Seen>,
    /// Sequence number behind the request.
    end: u32,
    /// Requests before it are missing: the next answer may be theirs.
    behind_gap: bool,
    /// The answer, when the server did not wait for the end of the request.
    answer: Option<Seen>,
}

struct Direction {
    flow: Flow,
    reader: Option<Reader>,
    /// It was seen from its first byte on.
    whole: bool,
    /// The number behind its last byte.
    last: Option<u32>,
    closed: bool,
}

pub(super) struct Connection {
    /// Number of the last packet.
    pub(super) last: u64,
    /// What [`Connection::held`] gave then.
    pub(super) held: usize,
    ends: (SocketAddr, SocketAddr),
    lower: Direction,
    upper: Direction,
    /// Which end asks, once it is known.
    client: Option<Side>,
    /// Requests whose head was read and whose answer was not, the first first.
    pending: VecDeque<Pending>,
    /// Bytes between messages are missing, the first ones perhaps: which request the next answer belongs to has to be
    /// found out.
    lost: bool,
    /// Requests are missing before the next one.
    gap: bool,
    /// What reads the connection once it turned out to be HTTP/2.
    http2: Option<Http2>,
    /// Time of the last packet.
    time: Micros,
    most: usize,
    /// Nothing is read any more.
    foreign: bool,
}

impl Connection {
    pub(super) fn new(ends: (SocketAddr, SocketAddr), most: usize) -> Self {
        let direction = || Direction { flow: Flow::default(), reader: None, whole: false, last: None, closed: false };
        Connection {
            last: 0,
            held: 0,
            ends,
            lower: direction(),
            upper: direction(),
            client: None,
            pending: VecDeque::new(),
            lost: true,
            gap: false,
            http2: None,
            time: 0,
            most,
            foreign: false,
        }
    }

    /// Whether both ends have closed it.
    pub(super) fn is_over(&self) -> bool {
        self.lower.closed && self.upper.closed
    }

    fn direction(&mut self, side: Side) -> &mut Direction {
        match side {
            Side::Lower => &mut self.lower,
            Side::Upper => &mut self.upper,
        }
    }

    pub(super) fn segment(&mut self, side: Side, segment: &TcpSlice<'_>, time: Micros) -> Vec<Told> {
        let mut told = Vec::new();
        self.time = time;
        let other = if side == Side::Lower { Side::Upper } else { Side::Lower };
        if segment.syn() {
            let direction = self.direction(side);
            direction.flow.begin(segment.sequence_number());
            direction.whole = true;
            self.lost = !(self.lower.whole && self.upper.whole);
            self.client = Some(if segment.ack() { other } else { side });
        }
        if segment.ack() {
            let mut parts = Vec::new();
            self.direction(other).flow.acknowledged(segment.acknowledgment_number(), &mut parts);
            self.parts(other, parts, &mut told);
        }
        if !segment.payload().is_empty() {
            // A connection that was open before the capture began is read from where a message begins.
            let new = self.direction(side).flow.is_new();
            if !new || begins(segment.payload()).is_some() || is_tls(segment.payload()) {
                let number = segment.sequence_number().wrapping_add(u32::from(segment.syn()));
                let mut parts = Vec::new();
                let has = segment.acknowledgment_number();
                self.direction(side).flow.take(number, has, segment.payload(), &mut parts);
                self.parts(side, parts, &mut told);
            }
        }
        if segment.fin() {
            let length = segment.payload().len() as u32;
            self.direction(side).last = Some(segment.sequence_number().wrapping_add(length));
        }
        if segment.rst() {
            let mut parts = Vec::new();
            self.direction(side).flow.give_up(&mut parts);
            self.parts(side, parts, &mut told);
            self.close(side, &mut told);
            self.close(other, &mut told);
        }
        let direction = self.direction(side);
        if !direction.closed && direction.last.is_some_and(|last| direction.flow.reached(last)) {
            self.close(side, &mut told);
        }
        told
    }

    /// Bytes that are held.
    pub(super) fn held(&self) -> usize {
        let directions = [&self.lower, &self.upper].into_iter();
        let read = directions.map(|one| one.flow.held() + one.reader.as_ref().map_or(0, Reader::held)).sum::<usize>();
        let waiting = self.pending.iter().flat_map(|one| [&one.request, &one.answer]).flatten();
        let streams = self.http2.as_ref().map_or(0, Http2::held);
        read + streams + waiting.map(|seen| seen.body.len()).sum::<usize>()
    }

    /// Everything that waits is read: nothing more comes.
    pub(super) fn end(&mut self) -> Vec<Told> {
        let mut told = Vec::new();
        for side in [Side::Lower, Side::Upper] {
            let mut parts = Vec::new();
            self.direction(side).flow.give_up(&mut parts);
            self.parts(side, parts, &mut told);
        }
        let client = self.client.unwrap_or(Side::Lower);
        let server = if client == Side::Lower { Side::Upper } else { Side::Lower };
        self.close(client, &mut told);
        self.close(server, &mut told);
        let streams = self.http2.take().map_or(0, |http2| http2.open());
        for _ in 0..self.pending.drain(..).filter(|one| one.request.is_some()).count() + streams {
            told.push(Told::Rejected(Reason::NoAnswer, "the connection ends before the answer"));
        }
        told
    }

    fn close(&mut self, side: Side, told: &mut Vec<Told>) {
        let mut events = Vec::new();
        let direction = self.direction(side);
        direction.closed = true;
        if let Some(reader) = &mut direction.reader {
            reader.end(&mut events);
        }
        self.events(events, 0, told);
    }

    fn parts(&mut self, side: Side, parts: Vec<Part>, told: &mut Vec<Told>) {
        for part in parts {
            if self.foreign {
                return;
            }
            if let (None, Part::Bytes(segment)) = (&self.http2, &part)
                && let Some(client) = self.begins_http2(side, &segment.bytes)
            {
                self.client = Some(client);
                self.http2 = Some(Http2::new(self.most));
            }
            if self.http2.is_some() {
                match part {
                    Part::Bytes(segment) => self.frames(side, &segment.bytes, told),
                    Part::Gap(_) => {
                        self.leave();
                        told.push(Told::Rejected(Reason::Lost, "bytes of an HTTP/2 connection were not captured"));
                    }
                }
                continue;
            }
            let mut events = Vec::new();
            let mut end = 0;
            match part {
                Part::Bytes(segment) => {
                    let bytes = &segment.bytes;
                    end = segment.end;
                    let client = *self.client.get_or_insert_with(|| match (begins(bytes), side) {
                        (Some(false), Side::Lower) => Side::Upper,
                        (Some(false), Side::Upper) => Side::Lower,
                        _ => side,
                    });
                    let (most, time) = (self.most, self.time);
                    let whole = self.direction(side).whole || begins(bytes).is_some() || is_tls(bytes);
                    let reader = self.direction(side).reader.take();
                    let mut reader = reader.unwrap_or_else(|| Reader::new(client == side, most, whole));
                    // Heads of answers that came out of these bytes before.
                    let mut heads = 0;
                    let bodiless = || {
                        self.align(segment.has, told);
                        heads += 1;
                        let mut open = self.pending.iter().filter(|one| one.answer.is_none());
                        open.nth(heads - 1).is_some_and(|one| one.method == "HEAD")
                    };
                    reader.take(bytes, time, bodiless, &mut events);
                    self.direction(side).reader = Some(reader);
                }
                Part::Gap(missing) => {
                    let direction = self.direction(side);
                    direction.whole = false;
                    let known = direction.reader.as_mut().is_some_and(|reader| reader.gap(missing, &mut events));
                    if !known {
                        told.push(Told::Rejected(Reason::Lost, "bytes between messages were not captured"));
                        self.lost = true;
                        self.gap |= self.client == Some(side);
                    }
                }
            }
            self.events(events, end, told);
        }
    }

    /// The side that asks, when the first bytes of one side show an HTTP/2 connection.
    fn begins_http2(&mut self, side: Side, bytes: &[u8]) -> Option<Side> {
        let other = if side == Side::Lower { Side::Upper } else { Side::Lower };
        if self.direction(side).reader.is_some() {
            return None;
        }
        let preface = bytes.starts_with(PREFACE) || bytes.len() > 3 && PREFACE.starts_with(bytes);
        if preface {
            return Some(side);
        }
        // A server need not wait for the client's preface.
        let first = self.client == Some(other) && self.lower.whole && self.upper.whole;
        (first && self.direction(other).reader.is_none() && is_settings(bytes)).then_some(other)
    }

    /// Bytes of an HTTP/2 connection.
    fn frames(&mut self, side: Side, bytes: &[u8], told: &mut Vec<Told>) {
        let (client, asker) = (self.client == Some(side), self.asker());
        let Some(http2) = &mut self.http2 else { return };
        let mut events = Vec::new();
        http2.take(client, bytes, self.time, &mut events);
        for event in events {
            told.push(match event {
                http2::Event::Pair(request, answer) => Told::Pair(request, answer, asker),
                http2::Event::Reset => Told::Rejected(Reason::NoAnswer, "a stream of HTTP/2 was given up"),
                http2::Event::Broken(why) => {
                    self.leave();
                    Told::Rejected(Reason::Lost, why)
                }
                http2::Event::Stranger => {
                    self.leave();
                    Told::Rejected(Reason::Foreign, "no HTTP")
                }
            });
        }
    }

    /// Finds the request that an answer belongs to after bytes were lost: its sender had everything up to the end of
    /// that request, and nothing behind it.
    fn align(&mut self, has: u32, told: &mut Vec<Told>) {
        let first = self.pending.iter().position(|one| one.answer.is_none());
        let behind_gap = first.and_then(|first| self.pending.get(first)).is_some_and(|one| one.behind_gap);
        if !self.lost && !behind_gap {
            return;
        }
        let own = self.pending.iter().position(|one| one.request.is_some() && one.end == has);
        match own {
            None if !self.lost => self.pending.insert(first.unwrap_or_default(), Pending::default()),
            Some(at) => {
                self.lost = false;
                for _ in self.pending.drain(..at) {
                    told.push(Told::Rejected(Reason::NoAnswer, "the answer was not captured"));
                }
            }
            None => {
                // What else is open may have been answered by what was lost, and may not.
                for _ in self.pending.drain(..).filter(|one| one.request.is_some()) {
                    told.push(Told::Rejected(Reason::NoAnswer, "the answer was not captured"));
                }
                self.pending.push_back(Pending::default());
            }
        }
    }

    fn events(&mut self, events: Vec<Event>, end: u32, told: &mut Vec<Told>) {
        for event in events {
            match event {
                Event::Asked(method) => {
                    if self.pending.len() >= MAX_PENDING {
                        self.pending.pop_front();
                        self.lost = true;
                        told.push(Told::Rejected(Reason::NoAnswer, "too many requests wait for an answer"));
                    }
                    let behind_gap = std::mem::take(&mut self.gap);
                    self.pending.push_back(Pending { method, behind_gap, ..Pending::default() });
                }
                Event::Message(seen) => self.message(seen, end, told),
                Event::Stranger(what) => {
                    self.leave();
                    told.push(Told::Rejected(Reason::Foreign, what));
                }
            }
        }
    }

    fn message(&mut self, seen: Seen, end: u32, told: &mut Vec<Told>) {
        match &seen.start {
            Start::Request { .. } => {
                let Some(own) = self.pending.back_mut() else { return };
                (own.request, own.end) = (Some(seen), end);
                if own.answer.is_some() && self.pending.len() == 1 {
                    self.answered(told);
                }
            }
            // More answers follow, the last of which counts.
            Start::Response { status } if is_interim(*status) => {}
            Start::Response { status } => {
                let status = *status;
                let Some(first) = self.pending.front_mut() else {
                    // Should the request come late, the next answer is not its own.
                    self.lost = true;
                    told.push(Told::Rejected(Reason::Lost, "an answer whose request was not captured"));
                    return;
                };
                let to_http2 = status == 101 && seen.field("upgrade").is_some_and(|to| to.eq_ignore_ascii_case("h2c"));
                if to_http2 && let Some(request) = first.request.take() {
                    self.switch(request, told);
                    return;
                }
                let tunnel = status == 101 || first.method == "CONNECT" && (200..300).contains(&status);
                first.answer = Some(seen);
                if first.request.is_some() || first.method.is_empty() {
                    self.answered(told);
                }
                if tunnel {
                    self.leave();
                }
            }
        }
    }

    /// The connection goes on as HTTP/2, whose first stream answers this request.
    fn switch(&mut self, request: Seen, told: &mut Vec<Told>) {
        let server = if self.client == Some(Side::Upper) { Side::Lower } else { Side::Upper };
        let rest = self.direction(server).reader.as_mut().map(Reader::take_rest).unwrap_or_default();
        self.pending.clear();
        (self.lower.reader, self.upper.reader) = (None, None);
        self.http2 = Some(Http2::upgraded(self.most, request));
        self.frames(server, &rest, told);
    }

    /// The first request has its answer.
    fn answered(&mut self, told: &mut Vec<Told>) {
        match self.pending.pop_front() {
            Some(Pending { request: Some(request), answer: Some(answer), .. }) => {
                told.push(Told::Pair(Box::new(request), Box::new(answer), self.asker()));
            }
            _ => told.push(Told::Rejected(Reason::Lost, "an answer whose request was not captured")),
        }
    }

    /// Reads nothing any more, and forgets what was not told.
    fn leave(&mut self) {
        self.foreign = true;
        (self.http2, self.lower.reader, self.upper.reader) = (None, None, None);
    }

    fn asker(&self) -> SocketAddr {
        if self.client == Some(Side::Upper) { self.ends.1 } else { self.ends.0 }
    }
}

/// Makes an exchange of a request and its answer.
pub(super) fn exchange(
    request: Seen,
    answer: Seen,
    client: SocketAddr,
    redactor: &Redactor,
    limits: &Limits,
    number: u64,
) -> Result<Exchange, (Reason, String)> {
    let (Start::Request { method, target }, Start::Response { status }) = (&request.start, &answer.start) else {
        return Err((Reason::Shape, "an answer where a request belongs".to_owned()));
    };
    let (method, target, status) = (method.clone(), target.clone(), *status);
    if !is_method(&method) {
        return Err((Reason::Method, "the method is not a token".to_owned()));
    }
    let url = match (target.starts_with('/'), request.field("host")) {
        (true, Some(host)) => format!("http://{host}{target}"),
        (true, None) => format!("http://localhost{target}"),
        (false, _) => target.clone(),
    };
    let url = split_url(&url).ok_or((Reason::Url, "the target is no path and no URL".to_owned()))?;
    let named = request.field("host").is_some() || !target.starts_with('/');
    let time = request.began;
    Ok(redactor.redact(RawExchange(Exchange {
        id: id(redactor, time, &target, number),
        time,
        duration: u64::try_from(answer.ended.saturating_sub(time)).ok(),
        source: Source::Capture,
        api: None,
        client: Client { address: Some(client.ip()), principal: None },
        scheme: url.scheme.to_owned(),
        host: if named { url.host } else { String::new() },
        method,
        path: url.path,
        query: url.query,
        request: message(request, limits),
        response: Some(Response { status, message: message(answer, limits) }),
    })))
}

fn message(seen: Seen, limits: &Limits) -> Message {
    let coding = seen.field("content-encoding").map(str::to_owned);
    let body = body(coding.as_deref(), seen.body, seen.cut, seen.length, limits);
    let headers: Headers = seen.fields.into_iter().take(limits.headers).collect();
    Message { headers, body }
}
