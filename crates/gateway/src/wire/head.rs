//! Request and response heads.

use super::body::Framer;
use bytes::Bytes;
use palisade_guard::Edit;
use palisade_guard::FramingDoubt;
use std::ops::Range;

/// A place in the head's bytes.
type Place = Range<usize>;

/// One field: where its name and its value stand.
#[derive(Debug, Clone)]
struct Field {
    name: Place,
    value: Place,
}

/// A head: the bytes as they came, and where everything stands in them.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    raw: Bytes,
    /// Request: the method. Response: nothing.
    method: Place,
    /// Request: the target. Response: nothing.
    target: Place,
    /// Response: the status. Request: 0.
    pub(crate) status: u16,
    /// Minor version: HTTP/1.0 or HTTP/1.1.
    pub(crate) minor: u8,
    /// Where the fields begin.
    fields_start: usize,
    fields: Vec<Field>,
}

/// Why a head cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeadError {
    /// More fields than the limit.
    TooManyFields,
    /// Another version than HTTP/1.0 and HTTP/1.1.
    Version,
    /// Not HTTP: says what.
    Malformed(&'static str),
}

/// A framing that servers read differently; let through in observe mode, on connections of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// Content-Length beside Transfer-Encoding.
    LengthAndEncoding,
    /// Content-Length twice, with one value.
    RepeatedLength,
    /// Lines end with LF alone.
    BareLineFeed,
    /// The target is a whole URL.
    AbsoluteForm,
    /// No Host, several, or one that is not a host.
    Host,
}

impl Doubt {
    /// Code of the field error.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Doubt::LengthAndEncoding => "length_and_encoding",
            Doubt::RepeatedLength => "repeated_length",
            Doubt::BareLineFeed => "bare_line_feed",
            Doubt::AbsoluteForm => "absolute_form",
            Doubt::Host => "bad_host",
        }
    }

    /// What is wrong.
    pub(crate) fn message(self) -> &'static str {
        match self {
            Doubt::LengthAndEncoding => "Content-Length and Transfer-Encoding contradict each other",
            Doubt::RepeatedLength => "Content-Length is given more than once",
            Doubt::BareLineFeed => "a line of the head does not end with CR LF",
            Doubt::AbsoluteForm => "the request target is a whole URL, not a path",
            Doubt::Host => "there must be exactly one valid Host",
        }
    }

    /// The doubt as the guard takes it.
    pub(crate) fn told(self) -> FramingDoubt {
        let (location, name) = match self {
            Doubt::LengthAndEncoding | Doubt::RepeatedLength => ("header", "Content-Length"),
            Doubt::Host => ("header", "Host"),
            Doubt::BareLineFeed => ("header", ""),
            Doubt::AbsoluteForm => ("path", ""),
        };
        FramingDoubt { location, name, code: self.code(), message: self.message() }
    }
}

/// A request that nobody can delimit or route: refused in every mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
}

const fn malformed(code: &'static str, message: &'static str) -> Refusal {
    Refusal { status: 400, code, message }
}

/// What a Connection header asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Connection {
    pub(crate) close: bool,
    pub(crate) keep_alive: bool,
    pub(crate) upgrade: bool,
}

/// Finds the end of a head: the length with its empty line. `scanned` remembers how far earlier calls came.
pub(crate) fn find_end(buffer: &[u8], scanned: &mut usize) -> Option<usize> {
    let mut from = scanned.saturating_sub(2);
    while let Some(at) = buffer.get(from..).and_then(|rest| memchr::memchr(b'\n', rest)) {
        let after = from + at + 1;
        match buffer.get(after..) {
            Some([b'\n', ..]) => return Some(after + 1),
            Some([b'\r', b'\n', ..]) => return Some(after + 2),
            _ => from = after,
        }
    }
    *scanned = buffer.len();
    None
}

fn place(raw: &[u8], part: &[u8]) -> Place {
    // Both slices lie in one buffer: the parser gives back parts of what it was given.
    let start = (part.as_ptr() as usize).saturating_sub(raw.as_ptr() as usize).min(raw.len());
    start..(start + part.len()).min(raw.len())
}

fn error_of(error: httparse::Error) -> HeadError {
    match error {
        httparse::Error::TooManyHeaders => HeadError::TooManyFields,
        httparse::Error::Version => HeadError::Version,
        httparse::Error::HeaderName => HeadError::Malformed("a header name holds a character it may not"),
        httparse::Error::HeaderValue => HeadError::Malformed("a header value holds a character it may not"),
        httparse::Error::NewLine => HeadError::Malformed("a line does not end with CR LF"),
        httparse::Error::Status => HeadError::Malformed("the status line is not one"),
        httparse::Error::Token => HeadError::Malformed("the request line is not one"),
    }
}

impl Head {
    /// Reads a whole request head.
    pub(crate) fn request(raw: Bytes, max_fields: usize) -> Result<Head, HeadError> {
        let mut storage = [httparse::EMPTY_HEADER; 128];
        let mut larger;
        let slots = if max_fields <= storage.len() {
            storage.get_mut(..max_fields).unwrap_or_default()
        } else {
            larger = vec![httparse::EMPTY_HEADER; max_fields];
            larger.as_mut_slice()
        };
        let mut request = httparse::Request::new(slots);
        match request.parse(&raw) {
            Ok(httparse::Status::Complete(_)) => {}
            Ok(httparse::Status::Partial) => return Err(HeadError::Malformed("the head ends too early")),
            Err(error) => return Err(error_of(error)),
        }
        let fields = fields(&raw, request.headers);
        let method = place(&raw, request.method.unwrap_or_default().as_bytes());
        let target = place(&raw, request.path.unwrap_or_default().as_bytes());
        let minor = request.version.unwrap_or(1);
        let fields_start = after_line(&raw, target.end);
        Ok(Head { method, target, status: 0, minor, fields_start, fields, raw })
    }

    /// Reads a whole response head.
    pub(crate) fn response(raw: Bytes, max_fields: usize) -> Result<Head, HeadError> {
        let mut storage = [httparse::EMPTY_HEADER; 128];
        let mut larger;
        let slots = if max_fields <= storage.len() {
            storage.get_mut(..max_fields).unwrap_or_default()
        } else {
            larger = vec![httparse::EMPTY_HEADER; max_fields];
            larger.as_mut_slice()
        };
        let mut response = httparse::Response::new(slots);
        match response.parse(&raw) {
            Ok(httparse::Status::Complete(_)) => {}
            Ok(httparse::Status::Partial) => return Err(HeadError::Malformed("the head ends too early")),
            Err(error) => return Err(error_of(error)),
        }
        let fields = fields(&raw, response.headers);
        let (status, minor) = (response.code.unwrap_or(0), response.version.unwrap_or(1));
        let fields_start = after_line(&raw, 0);
        Ok(Head { method: 0..0, target: 0..0, status, minor, fields_start, fields, raw })
    }

    fn at(&self, place: &Place) -> &[u8] {
        self.raw.get(place.clone()).unwrap_or_default()
    }

    fn text(&self, place: &Place) -> &str {
        // The parser admits only UTF-8 where text is asked for.
        std::str::from_utf8(self.at(place)).unwrap_or_default()
    }

    /// Bytes of the head.
    pub(crate) fn len(&self) -> usize {
        self.raw.len()
    }

    /// Method of a request.
    pub(crate) fn method(&self) -> &str {
        self.text(&self.method)
    }

    /// Target of a request, as sent.
    pub(crate) fn target(&self) -> &str {
        self.text(&self.target)
    }

    /// Every field, in order.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.fields.iter().map(|field| (self.text(&field.name), self.at(&field.value)))
    }

    /// The values of a field.
    pub(crate) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.fields().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The elements of a comma-separated field.
    pub(crate) fn tokens<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.values(name).flat_map(|value| value.split(|byte| *byte == b',')).map(<[u8]>::trim_ascii)
    }

    /// What Connection asks for.
    pub(crate) fn connection(&self) -> Connection {
        let mut connection = Connection::default();
        for token in self.tokens("connection") {
            connection.close |= token.eq_ignore_ascii_case(b"close");
            connection.keep_alive |= token.eq_ignore_ascii_case(b"keep-alive");
            connection.upgrade |= token.eq_ignore_ascii_case(b"upgrade");
        }
        connection
    }

    /// Path, query and, for an absolute target, the authority.
    pub(crate) fn split_target(&self) -> (&str, Option<&str>, Option<&str>) {
        let target = self.target();
        let (authority, origin) = match target.split_once("://") {
            Some((scheme, rest)) if !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                let end = rest.find(['/', '?']).unwrap_or(rest.len());
                let (authority, origin) = rest.split_at(end);
                (Some(authority), origin)
            }
            _ => (None, target),
        };
        let (path, query) = match origin.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (origin, None),
        };
        (if path.is_empty() { "/" } else { path }, query, authority)
    }

    /// How the request's body is delimited, and what about it is doubtful.
    pub(crate) fn request_framing(&self) -> Result<(Framer, Vec<Doubt>), Refusal> {
        let mut doubts = Vec::new();
        let mut length = None;
        let mut lengths = 0;
        let mut encodings = 0;
        let mut hosts = 0;
        let mut good_host = true;
        for (name, value) in self.fields() {
            if name.eq_ignore_ascii_case("content-length") {
                for part in value.split(|byte| *byte == b',') {
                    let part = part.trim_ascii();
                    let number = parse_length(part).ok_or(malformed("bad_length", "Content-Length is not a number"))?;
                    lengths += 1;
                    if length.is_some_and(|known| known != number) {
                        return Err(malformed("conflicting_lengths", "Content-Length is given with different values"));
                    }
                    length = Some(number);
                }
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                encodings += 1;
                if !value.eq_ignore_ascii_case(b"chunked") {
                    return Err(malformed("bad_transfer_encoding", "Transfer-Encoding is not `chunked`"));
                }
            } else if name.eq_ignore_ascii_case("host") {
                hosts += 1;
                good_host = host_is_valid(value);
            }
        }
        if encodings > 1 {
            return Err(malformed("bad_transfer_encoding", "Transfer-Encoding is given more than once"));
        }
        if encodings == 1 && self.minor == 0 {
            return Err(malformed("bad_transfer_encoding", "Transfer-Encoding does not exist in HTTP/1.0"));
        }
        if self.method() == "CONNECT" {
            return Err(Refusal { status: 405, code: "connect", message: "CONNECT is not served here" });
        }
        let target = self.target();
        let asterisk = target == "*" && self.method() == "OPTIONS";
        if !target.starts_with('/') && !asterisk {
            if self.split_target().2.is_none() {
                return Err(malformed("bad_target", "the request target is not a path"));
            }
            doubts.push(Doubt::AbsoluteForm);
        }
        if encodings > 0 && lengths > 0 {
            doubts.push(Doubt::LengthAndEncoding);
        } else if lengths > 1 {
            doubts.push(Doubt::RepeatedLength);
        }
        if hosts > 1 || !good_host || (hosts == 0 && self.minor == 1) {
            doubts.push(Doubt::Host);
        }
        if has_bare_line_feed(&self.raw) {
            doubts.push(Doubt::BareLineFeed);
        }
        let framer = match (encodings, length) {
            (1, _) => Framer::chunked(),
            (_, Some(length)) => Framer::length(length),
            (_, None) => Framer::Done,
        };
        Ok((framer, doubts))
    }

    /// How the response's body is delimited; the flag is false when the connection may not be used again.
    pub(crate) fn response_framing(&self, method: &str) -> Result<(Framer, bool), HeadError> {
        if method == "HEAD" || self.status < 200 || self.status == 204 || self.status == 304 {
            return Ok((Framer::Done, true));
        }
        let mut length = None;
        for value in self.tokens("content-length") {
            let number = parse_length(value).ok_or(HeadError::Malformed("Content-Length is not a number"))?;
            if length.is_some_and(|known| known != number) {
                return Err(HeadError::Malformed("Content-Length is given with different values"));
            }
            length = Some(number);
        }
        if let Some(last) = self.tokens("transfer-encoding").last() {
            let framer = if last.eq_ignore_ascii_case(b"chunked") { Framer::chunked() } else { Framer::UntilClose };
            return Ok((framer, length.is_none()));
        }
        Ok(match length {
            Some(length) => (Framer::length(length), true),
            None => (Framer::UntilClose, false),
        })
    }

    /// True when some field must not be forwarded.
    fn is_hop_by_hop(&self, name: &str, keep_upgrade: bool) -> bool {
        // By length first: most names are none of these.
        match name.len() {
            10 if name.eq_ignore_ascii_case("connection") || name.eq_ignore_ascii_case("keep-alive") => true,
            16 if name.eq_ignore_ascii_case("proxy-connection") => true,
            7 if name.eq_ignore_ascii_case("upgrade") => !keep_upgrade,
            _ => false,
        }
    }

    /// Fields that Connection names, which do not go on; the framing ones may not be named away.
    fn named_away(&self, keep_upgrade: bool) -> Vec<&[u8]> {
        let mut named: Vec<&[u8]> = Vec::new();
        for token in self.tokens("connection") {
            let harmless = [&b"close"[..], b"keep-alive", b"transfer-encoding", b"content-length", b"host", b""];
            let kept = keep_upgrade && token.eq_ignore_ascii_case(b"upgrade");
            if !kept && !harmless.iter().any(|word| token.eq_ignore_ascii_case(word)) {
                named.push(token);
            }
        }
        named
    }

    /// The fields that go on to the upstream: what is judged must be what arrives.
    pub(crate) fn onward_fields(&self) -> Vec<(&str, &[u8])> {
        let named = self.named_away(false);
        let stays = |name: &str| !named.iter().any(|token| name.as_bytes().eq_ignore_ascii_case(token));
        self.fields().filter(|(name, _)| stays(name)).collect()
    }

    /// Writes the head as it goes on: the bytes as they came, without hop-by-hop fields. `keep_upgrade` keeps an
    /// Upgrade and the Connection that announces it. `connection` is written in their place.
    pub(crate) fn write_onward(&self, out: &mut Vec<u8>, keep_upgrade: bool, connection: Option<&str>) {
        let change = Change { keep_upgrade, connection, edits: &[], length: None };
        self.write(out, change);
    }

    /// Writes an answer's head as it goes on, with the guard's edits; `length` is that of a body put in place of the
    /// upstream's, which then is neither coded nor chunked.
    pub(crate) fn write_edited(
        &self,
        out: &mut Vec<u8>,
        connection: Option<&str>,
        edits: &[Edit],
        length: Option<usize>,
    ) {
        self.write(out, Change { keep_upgrade: false, connection, edits, length });
    }

    fn write(&self, out: &mut Vec<u8>, change: Change<'_>) {
        let Change { keep_upgrade, mut connection, edits, length } = change;
        let request = self.status == 0;
        let start = if request { self.method.start } else { 0 };
        if !request && self.minor == 0 {
            // An intermediary speaks for itself in the version (RFC 9110, section 6.2).
            out.extend_from_slice(b"HTTP/1.1");
            out.extend_from_slice(self.raw.get(8..self.fields_start).unwrap_or_default());
        } else {
            out.extend_from_slice(self.raw.get(start..self.fields_start).unwrap_or_default());
        }
        let named = self.named_away(keep_upgrade);
        let end = self.raw.len() - if self.raw.ends_with(b"\r\n") { 2 } else { 1 };
        for (index, field) in self.fields.iter().enumerate() {
            let name = self.text(&field.name);
            let line_end = self.fields.get(index + 1).map_or(end, |next| next.name.start);
            if self.is_hop_by_hop(name, keep_upgrade)
                || named.iter().any(|token| name.as_bytes().eq_ignore_ascii_case(token))
            {
                if name.len() == 10
                    && name.eq_ignore_ascii_case("connection")
                    && let Some(value) = connection.take()
                {
                    write_field(out, name, value);
                }
                continue;
            }
            if length.is_some() && is_of_the_body(name) {
                continue;
            }
            match edits.iter().find(|edit| matches!(edit, Edit::Remove(at) | Edit::Replace(at, _) if *at == index)) {
                None | Some(Edit::Add(..)) => {
                    out.extend_from_slice(self.raw.get(field.name.start..line_end).unwrap_or_default());
                }
                Some(Edit::Remove(_)) => {}
                Some(Edit::Replace(_, value)) => write_field(out, name, value),
            }
        }
        for edit in edits {
            if let Edit::Add(name, value) = edit {
                write_field(out, name, value);
            }
        }
        if let Some(length) = length {
            write_field(out, "Content-Length", &length.to_string());
        }
        if let Some(value) = connection {
            write_field(out, "Connection", value);
        }
        out.extend_from_slice(self.raw.get(end..).unwrap_or_default());
    }
}

/// What changes in a head on its way.
struct Change<'a> {
    keep_upgrade: bool,
    connection: Option<&'a str>,
    edits: &'a [Edit],
    length: Option<usize>,
}

/// Fields that are about the very bytes of a body.
fn is_of_the_body(name: &str) -> bool {
    const FIELDS: [&str; 11] = [
        "content-length",
        "transfer-encoding",
        "content-encoding",
        "content-md5",
        "content-digest",
        "repr-digest",
        "digest",
        "etag",
        "trailer",
        "accept-ranges",
        "content-range",
    ];
    FIELDS.iter().any(|field| name.eq_ignore_ascii_case(field))
}

/// Writes a field; nothing in it can begin another one.
fn write_field(out: &mut Vec<u8>, name: &str, value: &str) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend(value.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n' | 0)));
    out.extend_from_slice(b"\r\n");
}

fn fields(raw: &[u8], headers: &[httparse::Header<'_>]) -> Vec<Field> {
    headers
        .iter()
        .map(|header| Field { name: place(raw, header.name.as_bytes()), value: place(raw, header.value) })
        .collect()
}

fn after_line(raw: &[u8], from: usize) -> usize {
    raw.get(from..).and_then(|rest| memchr::memchr(b'\n', rest)).map_or(raw.len(), |at| from + at + 1)
}

pub(crate) fn parse_length(text: &[u8]) -> Option<u64> {
    // Nineteen digits cannot overflow.
    if text.is_empty() || text.len() > 19 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(text.iter().fold(0u64, |number, digit| number * 10 + u64::from(digit - b'0')))
}

fn has_bare_line_feed(raw: &[u8]) -> bool {
    memchr::memchr_iter(b'\n', raw).any(|at| at == 0 || raw.get(at - 1) != Some(&b'\r'))
}

/// A host with an optional port, as a Host header or an authority names it.
pub(crate) fn host_is_valid(value: &[u8]) -> bool {
    let (host, port) = split_port(value);
    let good_host = if let Some(inner) = host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]")) {
        std::str::from_utf8(inner).is_ok_and(|text| text.parse::<std::net::Ipv6Addr>().is_ok())
    } else {
        !host.is_empty() && host.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(byte))
    };
    good_host && port.is_none_or(|port| port.len() <= 5 && port.iter().all(u8::is_ascii_digit))
}

fn split_port(value: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr::memrchr(b':', value) {
        Some(at) if !value.ends_with(b"]") => {
            let (host, port) = value.split_at(at);
            (host, port.get(1..))
        }
        _ => (value, None),
    }
}

/// The host of a Host header or an authority: without port, lower case.
pub(crate) fn host_of(value: &[u8]) -> String {
    let (host, _) = split_port(value);
    String::from_utf8_lossy(host).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn head(text: &str) -> Head {
        Head::request(Bytes::copy_from_slice(text.as_bytes()), 100).unwrap()
    }

    fn onward(text: &str) -> String {
        let mut out = Vec::new();
        head(text).write_onward(&mut out, false, None);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn edits_change_fields_and_a_new_body_has_a_length_of_its_own() {
        let text = "HTTP/1.1 200 OK\r\nServer: x\r\nSet-Cookie: a=1\r\nTransfer-Encoding: chunked\r\nETag: 1\r\n\
                    Content-Encoding: gzip\r\nConnection: close\r\nX: 1\r\n\r\n";
        let head = Head::response(Bytes::from_static(text.as_bytes()), 100).unwrap();
        let edits = [
            Edit::Remove(0),
            Edit::Replace(1, "a=1; Secure".into()),
            Edit::Add("X-Frame-Options".into(), "DENY\r\nX-Evil: 1".into()),
        ];
        let mut out = Vec::new();
        head.write_edited(&mut out, None, &edits, None);
        assert_eq!(
            String::from_utf8(std::mem::take(&mut out)).unwrap(),
            "HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Secure\r\nTransfer-Encoding: chunked\r\nETag: 1\r\n\
             Content-Encoding: gzip\r\nX: 1\r\nX-Frame-Options: DENYX-Evil: 1\r\n\r\n"
        );
        head.write_edited(&mut out, Some("close"), &[], Some(2));
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "HTTP/1.1 200 OK\r\nServer: x\r\nSet-Cookie: a=1\r\nConnection: close\r\nX: 1\r\nContent-Length: 2\r\n\r\n"
        );
    }

    #[test]
    fn order_case_spacing_and_repetition_stay() {
        let text = "GET /a%2Fb?x=%20&&y HTTP/1.1\r\nhOsT:  api.test:80 \r\nx-b: 1\r\nX-A:2\r\nx-b:\t3\r\n\r\n";
        assert_eq!(onward(text), text);
    }

    #[test]
    fn hop_by_hop_fields_and_those_named_go() {
        assert_eq!(
            onward(
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Hop\r\nKeep-Alive: 5\r\nX-Hop: 1\r\nX-Kept: 2\r\n\r\n"
            ),
            "GET / HTTP/1.1\r\nHost: a\r\nX-Kept: 2\r\n\r\n"
        );
        // Naming the framing or the host away would smuggle.
        assert_eq!(
            onward("POST / HTTP/1.1\r\nHost: a\r\nConnection: Content-Length, host\r\nContent-Length: 0\r\n\r\n"),
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
        );
    }

    #[test]
    fn framing_is_read_as_the_rfc_says_or_refused() {
        let framing = |fields: &str| head(&format!("POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n")).request_framing();
        assert_eq!(framing(""), Ok((Framer::Done, vec![])));
        assert_eq!(framing("Content-Length: 5\r\n"), Ok((Framer::Length(5), vec![])));
        assert_eq!(framing("Transfer-Encoding: chunked\r\n"), Ok((Framer::chunked(), vec![])));
        let both = framing("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n");
        assert_eq!(both, Ok((Framer::chunked(), vec![Doubt::LengthAndEncoding])));
        let twice = framing("Content-Length: 5\r\nContent-Length: 5\r\n");
        assert_eq!(twice, Ok((Framer::Length(5), vec![Doubt::RepeatedLength])));
        for bad in [
            "Content-Length: 5\r\nContent-Length: 6\r\n",
            "Content-Length: 5, 6\r\n",
            "Content-Length: +5\r\n",
            "Content-Length: 0x5\r\n",
            "Content-Length: \r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Transfer-Encoding: identity\r\n",
            "Transfer-Encoding: xchunked\r\n",
            "Transfer-Encoding: chunked, identity\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        ] {
            assert!(framing(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_end_of_a_head_is_found_however_it_arrives() {
        let text = b"GET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
        let mut scanned = 0;
        for cut in 1..text.len() {
            match find_end(&text[..cut], &mut scanned) {
                Some(end) => return assert_eq!((end, cut), (27, 27)),
                None => assert!(cut < 27),
            }
        }
        panic!("not found");
    }

    #[test]
    fn targets_are_split_without_decoding() {
        let split = |target: &str| {
            let head = head(&format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n"));
            let (path, query, authority) = head.split_target();
            (path.to_owned(), query.map(str::to_owned), authority.map(str::to_owned))
        };
        assert_eq!(split("/a%2f?b?c"), ("/a%2f".into(), Some("b?c".into()), None));
        assert_eq!(split("http://h:1/a"), ("/a".into(), None, Some("h:1".into())));
        assert_eq!(split("http://h?x"), ("/".into(), Some("x".into()), Some("h".into())));
        assert_eq!(split("/r?u=http://x/"), ("/r".into(), Some("u=http://x/".into()), None));
    }

    proptest! {
        #[test]
        fn noise_never_panics(noise in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut raw = noise;
            raw.extend_from_slice(b"\r\n\r\n");
            if let Ok(head) = Head::request(Bytes::from(raw.clone()), 16) {
                let _ = head.request_framing();
                let mut out = Vec::new();
                head.write_onward(&mut out, true, Some("close"));
            }
            if let Ok(head) = Head::response(Bytes::from(raw), 16) {
                let _ = head.response_framing("GET");
                let mut out = Vec::new();
                head.write_onward(&mut out, false, Some("close"));
            }
        }
    }
}
