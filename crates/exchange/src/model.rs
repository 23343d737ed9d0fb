//! The types every reader fills and every engine reads.

use crate::shape::BodyShape;
use bytes::Bytes;
use std::net::IpAddr;
use uuid::Uuid;

/// Header fields in the order and case they were seen.
pub type Headers = Vec<(String, String)>;

/// Borrowed header fields.
#[derive(Debug, Clone, Copy)]
pub struct HeadersView<'a>(pub &'a [(&'a str, &'a [u8])]);

impl<'a> HeadersView<'a> {
    /// The first value of a field, the name compared without case.
    pub fn get(self, name: &str) -> Option<&'a [u8]> {
        self.get_all(name).next()
    }

    /// Every value of a field, in order.
    pub fn get_all(self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

/// A request as the guard sees it, borrowed.
#[derive(Debug, Clone, Copy)]
pub struct RequestView<'a> {
    /// Method, as sent.
    pub method: &'a str,
    /// Host without port, lower case.
    pub host: &'a str,
    /// Path as sent, percent-encoded, without query.
    pub path: &'a str,
    /// Query as sent, without `?`.
    pub query: Option<&'a str>,
    /// Header fields.
    pub headers: HeadersView<'a>,
    /// The client's address, after trusted proxies.
    pub client: Option<IpAddr>,
}

/// A response as the guard sees it, borrowed.
#[derive(Debug, Clone, Copy)]
pub struct ResponseView<'a> {
    /// Status code.
    pub status: u16,
    /// Header fields.
    pub headers: HeadersView<'a>,
}

/// Where an exchange was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Our own gateway.
    Gateway,
    /// A HAR file.
    Har,
    /// Our own JSON lines.
    JsonLines,
    /// A packet capture.
    Capture,
    /// An access log.
    AccessLog,
    /// A plug-in of another gateway or proxy.
    Telemetry,
    /// A flow file of mitmproxy.
    Flows,
}

/// What is known of a body. Values live in memory only: an exchange is never stored with them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Body {
    /// There was none.
    #[default]
    Empty,
    /// There was one, its content is not known (not captured, or given up on).
    Unknown {
        /// Its length in bytes, where known.
        length: Option<u64>,
    },
    /// The bytes after content decoding.
    Bytes {
        /// What was captured.
        bytes: Bytes,
        /// True when the body went on after `bytes`.
        truncated: bool,
    },
    /// The structure without the values: what is left of a body once it was written to disk.
    Shape(Box<BodyShape>),
}

impl Body {
    /// The bytes, when all of them were captured.
    pub fn complete(&self) -> Option<&Bytes> {
        match self {
            Body::Bytes { bytes, truncated: false } => Some(bytes),
            _ => None,
        }
    }
}

/// Header fields and body of one direction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// Header fields; credentials are already redacted.
    pub headers: Headers,
    /// The body.
    pub body: Body,
}

impl Message {
    /// The first value of a field, the name compared without case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Who called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Client {
    /// Network address, after trusted proxies.
    pub address: Option<IpAddr>,
    /// Keyed hash of the credential the caller showed, else of its address: tells callers apart without
    /// keeping secrets. A JSON Web Token counts by its issuer and subject, a Basic credential by its user.
    pub principal: Option<String>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Header fields and body.
    pub message: Message,
}

/// An exchange as it was on the wire: credentials are in it. It cannot be printed, stored or sent; a
/// [`Redactor`](crate::Redactor) makes an [`Exchange`] of it.
pub struct RawExchange(pub Exchange);

/// One request and its response, owned, credentials redacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// UUIDv7 of the exchange; also the uuid of any problem document given for it.
    pub id: Uuid,
    /// Start, UTC, microseconds since the Unix epoch.
    pub time: i64,
    /// Start to last byte, microseconds, where known.
    pub duration: Option<u64>,
    /// Where it was seen.
    pub source: Source,
    /// Name of the API it belongs to, when the source knows.
    pub api: Option<String>,
    /// Who called.
    pub client: Client,
    /// `http` or `https`.
    pub scheme: String,
    /// Host and port as the client named them, lower case.
    pub host: String,
    /// Method, as sent.
    pub method: String,
    /// Path as sent, percent-encoded, without query.
    pub path: String,
    /// Query as sent, without `?`; values of sensitive parameters redacted.
    pub query: Option<String>,
    /// The request.
    pub request: Message,
    /// The answer; `None` when none came or it was not seen.
    pub response: Option<Response>,
}
