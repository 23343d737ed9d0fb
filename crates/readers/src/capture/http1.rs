//! One direction of an HTTP/1 connection (RFC 9112), bytes in, messages out. Bytes may be missing.

use super::Micros;

/// Longest head of a message, in bytes.
const MAX_HEAD: usize = 64 << 10;
/// Header fields of one head.
const MAX_FIELDS: usize = 256;
/// Longest line that says how large a chunk is.
const MAX_CHUNK_LINE: usize = 4 << 10;

/// The first line and the header fields.
#[derive(Debug)]
pub(super) enum Start {
    Request { method: String, target: String },
    Response { status: u16 },
}

/// A message, as far as it was seen.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) start: Start,
    pub(super) fields: Vec<(String, String)>,
    /// The body as it was sent, its chunks put together.
    pub(super) body: Vec<u8>,
    /// Bytes of the body, those that were not kept included.
    pub(super) length: u64,
    /// Bytes of the body are not there: lost, or too many.
    pub(super) cut: bool,
    /// First and last byte.
    pub(super) began: Micros,
    pub(super) ended: Micros,
}

impl Seen {
    /// A message of which the head was read.
    pub(super) fn new(start: Start, fields: Vec<(String, String)>, began: Micros, ended: Micros) -> Self {
        Seen { start, fields, body: Vec::new(), length: 0, cut: false, began, ended }
    }

    /// Adds bytes to the body, of which at most so many are kept.
    pub(super) fn keep(&mut self, bytes: &[u8], most: usize, at: Micros) {
        let room = most.saturating_sub(self.body.len());
        self.body.extend(bytes.iter().take(room));
        self.cut |= bytes.len() > room;
        self.length += bytes.len() as u64;
        self.ended = at;
    }

    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// What came out of some bytes.
#[derive(Debug)]
pub(super) enum Event {
    /// The head of a request with this method was read; the body follows.
    Asked(String),
    /// A message is complete.
    Message(Seen),
    /// These bytes are no HTTP/1, and nothing is read any more.
    Stranger(&'static str),
}

enum State {
    /// Between messages.
    Idle,
    /// A head has begun.
    Head(Vec<u8>, Micros),
    /// A body of known length: bytes that are left.
    Length(Seen, u64),
    Chunks(Seen, Chunk),
    /// A body that ends with the connection.
    ToTheEnd(Seen),
    /// Bytes are missing, and where the next message begins is not known.
    Lost,
    /// Something else than HTTP/1: nothing is read.
    Foreign,
}

enum Chunk {
    /// The line that says how long the chunk is, or a line of the trailer section behind the last one.
    Line {
        line: Vec<u8>,
        last: bool,
    },
    Data(u64),
    /// The line end behind a chunk: bytes that are left.
    Behind(u8),
}

/// Reads one direction.
pub(super) struct Reader {
    state: State,
    /// It sends requests.
    requests: bool,
    /// Bytes of a body that are kept.
    most: usize,
    /// Bytes behind an answer that switches to another protocol.
    rest: Vec<u8>,
}

/// Whether an answer only comes before the answer proper (RFC 9110, section 15.2); of 101 nothing more follows.
pub(super) fn is_interim(status: u16) -> bool {
    matches!(status, 100 | 102..=199)
}

/// Whether bytes begin as a record of TLS does.
pub(super) fn is_tls(bytes: &[u8]) -> bool {
    matches!(bytes, [0x14..=0x17, 3, 0..=4, ..])
}

/// Whether bytes begin as a request or an answer does.
pub(super) fn begins(bytes: &[u8]) -> Option<bool> {
    if bytes.starts_with(b"HTTP/1.") {
        return Some(false);
    }
    let method = bytes.iter().position(|byte| !(byte.is_ascii_uppercase() || *byte == b'-'))?;
    let request = (3..=20).contains(&method) && bytes.get(method) == Some(&b' ');
    request.then_some(true)
}

impl Reader {
    /// `whole` says that the first bytes begin a message.
    pub(super) fn new(requests: bool, most: usize, whole: bool) -> Self {
        Reader { state: if whole { State::Idle } else { State::Lost }, requests, most, rest: Vec::new() }
    }

    /// Takes bytes that follow on those before. `bodiless` tells for the next answer whether it has no body whatever
    /// its head says: it answers a HEAD request.
    pub(super) fn take(
        &mut self,
        mut bytes: &[u8],
        at: Micros,
        mut bodiless: impl FnMut() -> bool,
        out: &mut Vec<Event>,
    ) {
        if matches!(self.state, State::Lost) && begins(bytes) == Some(self.requests) {
            self.state = State::Idle;
        }
        while !bytes.is_empty() {
            bytes = match std::mem::replace(&mut self.state, State::Foreign) {
                State::Foreign => return,
                State::Lost => {
                    self.state = State::Lost;
                    return;
                }
                State::Idle => {
                    // Empty lines before a message are passed over (section 2.2).
                    let from = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n'));
                    self.state = match from {
                        Some(_) => State::Head(Vec::new(), at),
                        None => State::Idle,
                    };
                    from.and_then(|from| bytes.get(from..)).unwrap_or_default()
                }
                State::Head(head, began) => self.head(head, began, bytes, at, &mut bodiless, out),
                State::Length(mut seen, left) => {
                    let (own, rest) = split(bytes, left);
                    seen.keep(own, self.most, at);
                    match left - own.len() as u64 {
                        0 => self.finish(seen, out),
                        left => self.state = State::Length(seen, left),
                    }
                    rest
                }
                State::ToTheEnd(mut seen) => {
                    seen.keep(bytes, self.most, at);
                    self.state = State::ToTheEnd(seen);
                    return;
                }
                State::Chunks(seen, chunk) => self.chunk(seen, chunk, bytes, at, out),
            };
        }
    }

    fn finish(&mut self, seen: Seen, out: &mut Vec<Event>) {
        self.state = State::Idle;
        out.push(Event::Message(seen));
    }

    fn head<'b>(
        &mut self,
        mut head: Vec<u8>,
        began: Micros,
        bytes: &'b [u8],
        at: Micros,
        bodiless: &mut impl FnMut() -> bool,
        out: &mut Vec<Event>,
    ) -> &'b [u8] {
        let before = head.len();
        head.extend(bytes.iter().take(MAX_HEAD + 4 - before));
        let from = before.saturating_sub(3);
        let end = head.get(from..).and_then(|tail| tail.windows(4).position(|four| four == b"\r\n\r\n"));
        let Some(end) = end.map(|end| from + end + 4) else {
            if head.len() > MAX_HEAD {
                out.push(Event::Stranger("a head without end"));
            } else if head.len() >= 24 && begins(&head) != Some(self.requests) {
                out.push(Event::Stranger(stranger(&head)));
            } else {
                self.state = State::Head(head, began);
            }
            return &[];
        };
        let rest = bytes.get(end - before..).unwrap_or_default();
        head.truncate(end);
        let Some(seen) = self.parsed(&head, began, at) else {
            out.push(Event::Stranger(stranger(&head)));
            return &[];
        };
        let switches = matches!(seen.start, Start::Response { status: 101 });
        self.body(seen, bodiless, out);
        if switches {
            (self.state, self.rest) = (State::Foreign, rest.to_vec());
            return &[];
        }
        rest
    }

    fn parsed(&self, head: &[u8], began: Micros, ended: Micros) -> Option<Seen> {
        let mut slots = [httparse::EMPTY_HEADER; MAX_FIELDS];
        let (start, fields) = if self.requests {
            let mut request = httparse::Request::new(&mut slots);
            request.parse(head).ok()?;
            let start = Start::Request { method: request.method?.to_owned(), target: request.path?.to_owned() };
            (start, request.headers)
        } else {
            let mut response = httparse::Response::new(&mut slots);
            response.parse(head).ok()?;
            (Start::Response { status: response.code? }, response.headers)
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let fields = fields.iter().map(|field| (field.name.to_owned(), text(field.value))).collect();
        Some(Seen::new(start, fields, began, ended))
    }

    /// Tells how the body ends (section 6.3).
    fn body(&mut self, seen: Seen, bodiless: &mut impl FnMut() -> bool, out: &mut Vec<Event>) {
        let chunked = seen.field("transfer-encoding").is_some_and(|coding| {
            coding.rsplit(',').next().is_some_and(|last| last.trim().eq_ignore_ascii_case("chunked"))
        });
        let length = seen.field("content-length").and_then(|length| length.trim().parse::<u64>().ok());
        let none = match &seen.start {
            Start::Request { method, .. } => {
                out.push(Event::Asked(method.clone()));
                !chunked && length.is_none()
            }
            Start::Response { status } => is_interim(*status) || bodiless() || matches!(status, 101 | 204 | 304),
        };
        match length {
            _ if none => self.finish(seen, out),
            _ if chunked => self.state = State::Chunks(seen, Chunk::Line { line: Vec::new(), last: false }),
            Some(0) => self.finish(seen, out),
            Some(length) => self.state = State::Length(seen, length),
            None => self.state = State::ToTheEnd(seen),
        }
    }

    fn chunk<'b>(
        &mut self,
        mut seen: Seen,
        chunk: Chunk,
        bytes: &'b [u8],
        at: Micros,
        out: &mut Vec<Event>,
    ) -> &'b [u8] {
        match chunk {
            Chunk::Data(left) => {
                let (own, rest) = split(bytes, left);
                seen.keep(own, self.most, at);
                let left = left - own.len() as u64;
                let next = if left == 0 { Chunk::Behind(2) } else { Chunk::Data(left) };
                self.state = State::Chunks(seen, next);
                rest
            }
            Chunk::Behind(left) => {
                let (own, rest) = split(bytes, u64::from(left));
                let left = left - own.len() as u8;
                let next = if left == 0 { Chunk::Line { line: Vec::new(), last: false } } else { Chunk::Behind(left) };
                self.state = State::Chunks(seen, next);
                rest
            }
            Chunk::Line { mut line, last } => {
                let end = bytes.iter().position(|byte| *byte == b'\n');
                let (own, rest) = split(bytes, end.map_or(bytes.len(), |end| end + 1) as u64);
                line.extend(own.iter().take(MAX_CHUNK_LINE + 1 - line.len()));
                seen.ended = at;
                if end.is_none() && line.len() <= MAX_CHUNK_LINE {
                    self.state = State::Chunks(seen, Chunk::Line { line, last });
                    return rest;
                }
                let line = line.trim_ascii();
                if last {
                    match line.is_empty() {
                        true => self.finish(seen, out),
                        false => self.state = State::Chunks(seen, Chunk::Line { line: Vec::new(), last }),
                    }
                    return rest;
                }
                let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
                let size = std::str::from_utf8(digits).ok().and_then(|digits| u64::from_str_radix(digits, 16).ok());
                let next = match size {
                    Some(0) => Chunk::Line { line: Vec::new(), last: true },
                    Some(size) => Chunk::Data(size),
                    None => {
                        seen.cut = true;
                        self.finish(seen, out);
                        self.state = State::Lost;
                        return &[];
                    }
                };
                self.state = State::Chunks(seen, next);
                rest
            }
        }
    }

    /// Bytes that are not there. True when it is still known where the next message begins.
    pub(super) fn gap(&mut self, missing: u64, out: &mut Vec<Event>) -> bool {
        match std::mem::replace(&mut self.state, State::Lost) {
            State::Foreign => self.state = State::Foreign,
            State::Length(mut seen, left) if missing <= left => {
                (seen.cut, seen.length) = (true, seen.length + missing);
                match left - missing {
                    0 => self.finish(seen, out),
                    left => self.state = State::Length(seen, left),
                }
            }
            State::Chunks(mut seen, Chunk::Data(left)) if missing <= left => {
                (seen.cut, seen.length) = (true, seen.length + missing);
                let left = left - missing;
                self.state = State::Chunks(seen, if left == 0 { Chunk::Behind(2) } else { Chunk::Data(left) });
            }
            State::ToTheEnd(mut seen) => {
                (seen.cut, seen.length) = (true, seen.length + missing);
                self.state = State::ToTheEnd(seen);
            }
            State::Length(mut seen, _) | State::Chunks(mut seen, _) => {
                seen.cut = true;
                out.push(Event::Message(seen));
                return false;
            }
            State::Idle | State::Head(..) | State::Lost => return false,
        }
        true
    }

    /// Takes out what came behind an answer that switches to another protocol.
    pub(super) fn take_rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.rest)
    }

    /// Bytes that are held.
    pub(super) fn held(&self) -> usize {
        match &self.state {
            State::Head(head, _) => head.len(),
            State::Length(seen, _) | State::Chunks(seen, _) | State::ToTheEnd(seen) => seen.body.len(),
            State::Idle | State::Lost | State::Foreign => 0,
        }
    }

    /// Nothing more comes.
    pub(super) fn end(&mut self, out: &mut Vec<Event>) {
        match std::mem::replace(&mut self.state, State::Foreign) {
            State::ToTheEnd(seen) => out.push(Event::Message(seen)),
            State::Length(mut seen, _) | State::Chunks(mut seen, _) => {
                seen.cut = true;
                out.push(Event::Message(seen));
            }
            _ => {}
        }
    }
}

/// The first bytes, so many if there are, and the rest.
fn split(bytes: &[u8], most: u64) -> (&[u8], &[u8]) {
    let at = usize::try_from(most).unwrap_or(usize::MAX).min(bytes.len());
    bytes.split_at_checked(at).unwrap_or((bytes, &[]))
}

/// What begins like this, when it is no HTTP/1.
fn stranger(bytes: &[u8]) -> &'static str {
    match bytes {
        _ if is_tls(bytes) => "TLS",
        _ if bytes.starts_with(b"PRI * HTTP/2") => "HTTP/2",
        _ => "no HTTP",
    }
}
