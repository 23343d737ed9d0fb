//! Heads and trailers from one version of HTTP into the other (RFC 9113, section 8). Strict: what HTTP/1.1 could read
//! differently is refused, and nothing is mended.

use super::body::Form;
use super::websocket;
use crate::wire::head::{host_is_valid, parse_length};
use crate::wire::{Framer, Head, Refusal};
use bytes::Bytes;
use h2::ext::Protocol;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode, Uri, Version};
use std::io;

/// Fields of a connection, and those that HTTP/2 says in another way: they never go over.
fn is_hop_by_hop(name: &str) -> bool {
    ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "http2-settings", "host"]
        .iter()
        .any(|field| name.eq_ignore_ascii_case(field))
}

/// Fields that may not stand in trailers (RFC 9110, section 6.5.1): they frame, route or authenticate.
fn is_barred_from_trailers(name: &str) -> bool {
    is_hop_by_hop(name)
        || ["content-length", "content-encoding", "content-type", "content-range", "te", "trailer", "authorization"]
            .iter()
            .any(|field| name.eq_ignore_ascii_case(field))
}

const fn refusal(code: &'static str, message: &'static str) -> Refusal {
    Refusal { status: 400, code, message }
}

/// A request of HTTP/2 as HTTP/1.1 writes it.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) head: Vec<u8>,
    pub(super) form: Form,
    /// It says that its body is empty.
    pub(super) empty: bool,
    /// What the answer to the handshake has to be: the request opens a WebSocket.
    pub(super) accept: Option<String>,
}

/// Writes a request. `ended` says that no body follows.
pub(super) fn write_request(request: &Request<h2::RecvStream>, ended: bool) -> Result<Written, Refusal> {
    let parts = Parts {
        method: request.method(),
        uri: request.uri(),
        fields: request.headers(),
        protocol: request.extensions().get::<Protocol>().map(Protocol::as_str),
    };
    parts.write(ended)
}

struct Parts<'a> {
    method: &'a Method,
    uri: &'a Uri,
    fields: &'a HeaderMap,
    protocol: Option<&'a str>,
}

impl Parts<'_> {
    fn write(&self, ended: bool) -> Result<Written, Refusal> {
        let websocket = match (self.method == Method::CONNECT, self.protocol) {
            (false, _) => false,
            (true, Some(protocol)) if protocol.eq_ignore_ascii_case("websocket") => true,
            (true, Some(_)) => {
                let message = "of the protocols behind CONNECT only websocket is carried";
                return Err(Refusal { status: 501, code: "connect_protocol", message });
            }
            (true, None) => {
                return Err(Refusal { status: 405, code: "connect", message: "CONNECT is not served here" });
            }
        };
        let method = if websocket { "GET" } else { self.method.as_str() };
        let target = self.uri.path_and_query().map_or("", |target| target.as_str());
        let asterisk = target == "*" && self.method == Method::OPTIONS;
        if (!target.starts_with('/') && !asterisk) || !target.bytes().all(|byte| byte > b' ' && byte != 0x7f) {
            return Err(refusal("bad_target", "the request target is not a path"));
        }
        if self.uri.scheme_str().is_some_and(|scheme| scheme != "http" && scheme != "https") {
            return Err(refusal("bad_scheme", "the scheme is neither http nor https"));
        }
        let mut head = Vec::with_capacity(512);
        for part in [method, " ", target, " HTTP/1.1\r\nhost: "] {
            head.extend_from_slice(part.as_bytes());
        }
        head.extend_from_slice(self.host()?);
        head.extend_from_slice(b"\r\n");
        let mut length = None;
        for (name, value) in self.fields {
            let value = value.as_bytes();
            let padded = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
            if padded(value.first()) || padded(value.last()) {
                return Err(refusal("bad_header", "a header value begins or ends with white space"));
            }
            if *name == header::CONTENT_LENGTH {
                let number = parse_length(value).ok_or(refusal("bad_length", "Content-Length is not a number"))?;
                if length.replace(number).is_some() {
                    return Err(refusal("repeated_length", "Content-Length is given more than once"));
                }
                if ended && number > 0 {
                    return Err(refusal("bad_length", "Content-Length announces a body that is not there"));
                }
            }
            let handshake = websocket && (*name == header::SEC_WEBSOCKET_KEY || *name == header::CONTENT_LENGTH);
            if *name == header::COOKIE || handshake || is_hop_by_hop(name.as_str()) {
                continue;
            }
            write_field(&mut head, name.as_str(), value);
        }
        // A cookie may have come in crumbs; HTTP/1.1 has one field for it (RFC 9113, section 8.2.3).
        let crumbs: Vec<&[u8]> = self.fields.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes).collect();
        if !crumbs.is_empty() {
            write_field(&mut head, "cookie", &crumbs.join(&b"; "[..]));
        }
        let mut written = Written { head, form: Form::Plain, empty: length == Some(0), accept: None };
        if websocket {
            let message = "the gateway has no random numbers";
            let key = websocket::new_key().map_err(|_| Refusal { status: 500, code: "no_random", message })?;
            written.accept = Some(websocket::accept_of(key.as_bytes()));
            let fields = format!("connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: {key}\r\n");
            written.head.extend_from_slice(fields.as_bytes());
        } else if length.is_none() && !ended {
            written.form = Form::Chunked;
            write_field(&mut written.head, "transfer-encoding", b"chunked");
        } else if length.is_none() && matches!(*self.method, Method::POST | Method::PUT | Method::PATCH) {
            // Servers ask for a length where the method leads them to expect a body (RFC 9110, section 8.6).
            write_field(&mut written.head, "content-length", b"0");
        }
        written.head.extend_from_slice(b"\r\n");
        Ok(written)
    }

    /// The one host of the request: `:authority` and Host must not contradict each other.
    fn host(&self) -> Result<&[u8], Refusal> {
        let mut hosts = self.fields.get_all(header::HOST).iter().map(HeaderValue::as_bytes);
        let named = match (self.uri.authority(), hosts.next()) {
            (Some(authority), Some(host)) if !authority.as_str().as_bytes().eq_ignore_ascii_case(host) => {
                return Err(refusal("bad_host", ":authority and Host name different hosts"));
            }
            (Some(authority), _) => authority.as_str().as_bytes(),
            (None, Some(host)) => host,
            (None, None) => b"",
        };
        if hosts.next().is_some() || !host_is_valid(named) {
            return Err(refusal("bad_host", "there must be exactly one valid host"));
        }
        Ok(named)
    }
}

fn write_field(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

/// Writes trailers in the lines of a trailer section; what may not stand there stays out.
pub(super) fn write_trailers(trailers: &HeaderMap, out: &mut Vec<u8>) {
    for (name, value) in trailers {
        if !is_barred_from_trailers(name.as_str()) {
            write_field(out, name.as_str(), value.as_bytes().trim_ascii());
        }
    }
}

/// Reads a trailer section with its empty line.
pub(super) fn read_trailers(section: &[u8]) -> io::Result<HeaderMap> {
    let invalid = |text: &'static str| io::Error::new(io::ErrorKind::InvalidData, text);
    let mut storage = [httparse::EMPTY_HEADER; 64];
    let Ok(httparse::Status::Complete((_, fields))) = httparse::parse_headers(section, &mut storage) else {
        return Err(invalid("the trailers cannot be read"));
    };
    let mut trailers = HeaderMap::new();
    for field in fields.iter().filter(|field| !is_barred_from_trailers(field.name)) {
        let (name, value) = pair(field.name, field.value)?;
        trailers.append(name, value);
    }
    Ok(trailers)
}

fn pair(name: &str, value: &[u8]) -> io::Result<(HeaderName, HeaderValue)> {
    let invalid = |error: http::Error| io::Error::new(io::ErrorKind::InvalidData, error);
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| invalid(error.into()))?;
    let value = HeaderValue::from_bytes(value).map_err(|error| invalid(error.into()))?;
    Ok((name, value))
}

/// Copies the fields of a head that go over. `framer` says how the body is delimited.
fn fields_of(head: &Head, framer: &Framer, out: &mut HeaderMap) -> io::Result<()> {
    let chunked = matches!(framer, Framer::Chunked(_));
    for (name, value) in head.onward_fields() {
        let barred = is_hop_by_hop(name)
            || (name.eq_ignore_ascii_case("te") && !value.eq_ignore_ascii_case(b"trailers"))
            || (chunked && name.eq_ignore_ascii_case("content-length"));
        if !barred {
            let (name, value) = pair(name, value)?;
            // Said twice alike, a length is one length.
            if name == header::CONTENT_LENGTH {
                out.insert(name, value);
            } else {
                out.append(name, value);
            }
        }
    }
    Ok(())
}

/// A response of HTTP/1.1 as HTTP/2 says it. `accept` is what a WebSocket's handshake has to be answered with.
pub(super) fn read_response(head: &Head, framer: &Framer, accept: Option<&str>) -> io::Result<Response<()>> {
    let invalid = |text: &'static str| io::Error::new(io::ErrorKind::InvalidData, text);
    let mut response = Response::new(());
    *response.version_mut() = Version::HTTP_2;
    *response.status_mut() = StatusCode::from_u16(head.status).map_err(|_| invalid("the status is not one"))?;
    fields_of(head, framer, response.headers_mut())?;
    if head.status == 101 {
        let answered = head.values("sec-websocket-accept").next();
        if accept.is_none_or(|accept| answered != Some(accept.as_bytes())) {
            return Err(invalid("the upstream's answer to the handshake is not the one that belongs to its key"));
        }
        *response.status_mut() = StatusCode::OK;
        response.headers_mut().remove(header::SEC_WEBSOCKET_ACCEPT);
    }
    Ok(response)
}

/// A request of HTTP/1.1 for an upstream that speaks HTTP/2.
pub(super) struct Asked {
    pub(super) request: Request<()>,
    /// How the body that follows is delimited.
    pub(super) framer: Framer,
    /// What a WebSocket's client waits for.
    pub(super) accept: Option<String>,
}

/// Where requests go.
#[derive(Debug)]
pub(super) struct Origin {
    pub(super) scheme: http::uri::Scheme,
    /// The host of a request that names none, as HTTP/1.0 may.
    pub(super) authority: String,
}

/// Reads a request. `connects` says that the upstream takes extended CONNECT.
pub(super) fn read_request(head: &Head, origin: &Origin, connects: bool) -> io::Result<Asked> {
    let invalid = |text: &'static str| io::Error::new(io::ErrorKind::InvalidData, text);
    let (framer, _) = head.request_framing().map_err(|refusal| invalid(refusal.message))?;
    let mut hosts = head.values("host");
    let (path, query, authority) = head.split_target();
    let host = match (authority, hosts.next()) {
        (Some(authority), _) => authority.as_bytes(),
        (None, Some(host)) => host,
        (None, None) => origin.authority.as_bytes(),
    };
    if hosts.next().is_some() || !host_is_valid(host) {
        return Err(invalid("HTTP/2 takes one valid host"));
    }
    let target = match query {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut uri = http::uri::Parts::default();
    let carried =
        http::uri::PathAndQuery::try_from(target.as_str()).map_err(|error| io::Error::other(error.to_string()))?;
    if carried.as_str() != target {
        return Err(invalid("the target is not one that HTTP/2 can carry"));
    }
    let authority = http::uri::Authority::from_maybe_shared(Bytes::copy_from_slice(host)).map_err(io::Error::other)?;
    (uri.scheme, uri.authority) = (Some(origin.scheme.clone()), Some(authority));
    uri.path_and_query = Some(carried);
    let mut request = Request::new(());
    *request.version_mut() = Version::HTTP_2;
    *request.method_mut() = Method::from_bytes(head.method().as_bytes()).map_err(io::Error::other)?;
    *request.uri_mut() = Uri::from_parts(uri).map_err(io::Error::other)?;
    fields_of(head, &framer, request.headers_mut())?;
    let mut accept = None;
    if head.connection().upgrade && head.tokens("upgrade").any(|token| token.eq_ignore_ascii_case(b"websocket")) {
        let key = head.values("sec-websocket-key").next();
        let (Some(key), true) = (key, connects) else {
            return Err(invalid("the upstream does not take WebSockets over HTTP/2"));
        };
        accept = Some(websocket::accept_of(key));
        *request.method_mut() = Method::CONNECT;
        request.headers_mut().remove(header::SEC_WEBSOCKET_KEY);
        request.extensions_mut().insert(Protocol::from_static("websocket"));
    }
    Ok(Asked { request, framer, accept })
}

/// What a response of an upstream is answered to.
pub(super) struct Question {
    /// The request's method.
    pub(super) method: Method,
    /// Minor version of the request: an old client has the end of the connection end the body.
    pub(super) minor: u8,
    /// As in [`Asked`].
    pub(super) accept: Option<String>,
}

/// Writes a response's head as HTTP/1.1. `ended` says that no body follows.
pub(super) fn write_response(response: &Response<()>, ended: bool, question: &Question) -> (Vec<u8>, Form) {
    let mut status = response.status();
    let tunnel = question.accept.as_deref().filter(|_| status.is_success());
    if tunnel.is_some() {
        status = StatusCode::SWITCHING_PROTOCOLS;
    }
    let mut head = Vec::with_capacity(512);
    let reason = status.canonical_reason().unwrap_or("Status");
    head.extend_from_slice(format!("HTTP/1.1 {} {reason}\r\n", status.as_u16()).as_bytes());
    let mut length = false;
    for (name, value) in response.headers() {
        let framing = *name == header::CONTENT_LENGTH;
        // A length has no place in a head that no body may follow.
        if is_hop_by_hop(name.as_str()) || (framing && (tunnel.is_some() || status.is_informational())) {
            continue;
        }
        length |= framing;
        write_field(&mut head, name.as_str(), value.as_bytes().trim_ascii());
    }
    let bodiless = question.method == Method::HEAD
        || status.is_informational()
        || status == StatusCode::NO_CONTENT
        || status == StatusCode::NOT_MODIFIED;
    let mut form = Form::Plain;
    if let Some(accept) = tunnel {
        head.extend_from_slice(b"connection: Upgrade\r\nupgrade: websocket\r\n");
        write_field(&mut head, "sec-websocket-accept", accept.as_bytes());
    } else if !bodiless && !length {
        if ended {
            write_field(&mut head, "content-length", b"0");
        } else if question.minor > 0 {
            form = Form::Chunked;
            write_field(&mut head, "transfer-encoding", b"chunked");
        }
    }
    head.extend_from_slice(b"\r\n");
    (head, form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn head(text: &[u8]) -> Head {
        Head::request(Bytes::copy_from_slice(text), 200).unwrap()
    }

    fn origin() -> Origin {
        Origin { scheme: http::uri::Scheme::HTTP, authority: "origin.test".to_owned() }
    }

    fn field() -> impl Strategy<Value = (HeaderName, HeaderValue)> {
        let name = prop_oneof![
            "[a-z-]{1,8}",
            Just("cookie".to_owned()),
            Just("host".to_owned()),
            Just("content-length".to_owned())
        ];
        let value = prop_oneof!["[0-9]{1,3}", "[ -~]{0,12}", Just("a.test".to_owned())];
        (name, value).prop_filter_map("a field", |(name, value)| {
            Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(&value).ok()?))
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_one_request_without_doubt(
            method in "[A-Z!-~]{1,6}",
            target in "[/*?#a-z0-9%.\u{e9} ]{0,12}",
            authority in "[a-z0-9.:@\\[\\]-]{0,8}",
            fields in proptest::collection::vec(field(), 0..6),
            ended in any::<bool>(),
        ) {
            let mut parts = http::uri::Parts::default();
            parts.path_and_query = http::uri::PathAndQuery::try_from(target.as_str()).ok();
            if let Ok(authority) = http::uri::Authority::try_from(authority.as_str()) {
                (parts.scheme, parts.authority) = (Some(http::uri::Scheme::HTTPS), Some(authority));
            }
            let (Ok(uri), Ok(method)) = (Uri::from_parts(parts), Method::from_bytes(method.as_bytes())) else { return Ok(()) };
            let fields: HeaderMap = fields.into_iter().collect();
            let parts = Parts { method: &method, uri: &uri, fields: &fields, protocol: None };
            if let Ok(written) = parts.write(ended) {
                let mut scanned = 0;
                let end = crate::wire::head::find_end(&written.head, &mut scanned);
                prop_assert_eq!(end, Some(written.head.len()), "one head and nothing behind it");
                let read = head(&written.head);
                let (framer, doubts) = read.request_framing().map_err(|refusal| TestCaseError::fail(refusal.message))?;
                prop_assert_eq!(doubts, vec![]);
                prop_assert_eq!(read.method(), method.as_str());
                prop_assert_eq!(read.target(), uri.path_and_query().unwrap().as_str());
                match (written.form, &framer) {
                    (Form::Chunked, Framer::Chunked(_)) => prop_assert!(!ended),
                    (Form::Plain, Framer::Done | Framer::Length(_)) => {}
                    _ => prop_assert!(false, "{:?} {:?}", written.form, framer),
                }
                // And back, where HTTP/2 can name its host: the same request.
                if let Ok(asked) = read_request(&read, &origin(), false) {
                    prop_assert_eq!(asked.request.method(), &method);
                    prop_assert_eq!(asked.request.uri().path_and_query().unwrap().as_str(), read.target());
                }
            }
        }

        #[test]
        fn nothing_breaks_the_translation_back(text in "[A-Z]{1,5} [!-~]{1,10} HTTP/1.1\r\n([!-9;-~]{1,6}: [ -~]{0,8}\r\n){0,4}\r\n") {
            if let Ok(head) = Head::request(Bytes::from(text.into_bytes()), 200) {
                let _ = read_request(&head, &origin(), true);
            }
        }
    }

    #[test]
    fn a_request_of_http1_loses_what_belongs_to_its_connection() {
        let read = head(
            b"GET http://other.test/a?b HTTP/1.1\r\nHost: a.test\r\nX-One: 1\r\nConnection: X-Hop\r\nX-Hop: 1\r\n\
            Keep-Alive: 1\r\nHTTP2-Settings: x\r\nTE: gzip\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        );
        let asked = read_request(&read, &origin(), false).unwrap();
        assert_eq!(asked.request.uri(), "http://other.test/a?b");
        assert_eq!(asked.request.headers().len(), 1, "{:?}", asked.request.headers());
        assert!(matches!(asked.framer, Framer::Chunked(_)), "chunks before a length, as the relay reads it");
        assert_eq!(
            read_request(&head(b"GET / HTTP/1.0\r\n\r\n"), &origin(), false).unwrap().request.uri(),
            "http://origin.test/"
        );
        for bad in [
            &b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"[..],
            b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
            b"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
        ] {
            assert!(read_request(&head(bad), &origin(), false).is_err(), "{}", bad.escape_ascii());
        }
        let socket =
            b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n";
        assert!(read_request(&head(socket), &origin(), false).is_err(), "the upstream takes none");
        assert!(read_request(&head(socket), &origin(), true).unwrap().accept.is_some());
    }
}
