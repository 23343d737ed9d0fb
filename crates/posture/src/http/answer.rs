//! What came back: status, header fields, body; and why nothing came back.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Header fields in the order they came, names in lower case. A byte of a value is a character, as in Latin-1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Adds a field as it came.
    pub fn push(&mut self, name: &str, value: &[u8]) {
        let value: String = value.iter().copied().map(char::from).collect();
        self.0.push((name.to_ascii_lowercase(), value.trim_matches([' ', '\t']).to_owned()));
    }

    /// Every field.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The values of a field, one for each of its lines.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(have, _)| *have == name).map(|(_, value)| value)
    }

    /// The first line of a field.
    pub fn first<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).next()
    }

    /// The lines of a field as one list (RFC 9110 section 5.3).
    pub fn joined(&self, name: &str) -> Option<String> {
        let lines: Vec<&str> = self.all(name).collect();
        (!lines.is_empty()).then(|| lines.join(", "))
    }
}

/// Why an answer ends before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// More bytes than are read; the rest was left unread.
    Long,
    /// Time was over.
    Slow,
    /// The connection ended early, or the framing is wrong.
    Broken,
    /// The content coding cannot be undone, or unfolds to more than is taken.
    Coding,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The header fields.
    pub fields: Fields,
    /// The body, decoded, as far as it was read.
    pub body: Vec<u8>,
    /// Why the body is not whole.
    pub cut: Option<Cut>,
    /// Whether the certificate is trusted; true over plain HTTP.
    pub verified: bool,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The media type without parameters, as it was written.
    pub fn media(&self) -> &str {
        self.fields.first("content-type").unwrap_or_default().split(';').next().unwrap_or_default()
    }

    /// Whether it is a page of HTML.
    pub fn is_html(&self) -> bool {
        let media = self.media().trim();
        ["text/html", "application/xhtml+xml"].iter().any(|html| media.eq_ignore_ascii_case(html))
    }

    /// Where a redirect leads, as it was written.
    pub fn location(&self) -> Option<&str> {
        matches!(self.status, 301 | 302 | 303 | 307 | 308).then(|| self.fields.first("location")).flatten()
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", content = "detail", rename_all = "kebab-case")]
pub enum Failure {
    /// No connection was made.
    NoConnection(String),
    /// The host is not asked: a private address, a name without an address.
    NotAsked(String),
    /// What answers speaks no TLS.
    NoTls,
    /// It speaks TLS, but no version and suite that are still safe, or none that fits the name.
    OtherTls,
    /// No answer in time.
    Slow,
    /// The connection ended before an answer.
    Closed,
    /// Something came that is no HTTP, or a head too large to be read.
    NotHttp,
    /// The run's time or connections are used up.
    Over,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::NoConnection(why) | Failure::NotAsked(why) => f.write_str(why),
            Failure::NoTls => f.write_str("what answers there speaks no TLS"),
            Failure::OtherTls => f.write_str("it offers no TLS 1.2 or 1.3 that a client of today can use"),
            Failure::Slow => f.write_str("no answer in time"),
            Failure::Closed => f.write_str("the connection was closed without an answer"),
            Failure::NotHttp => f.write_str("what came is no HTTP, or its head is too large"),
            Failure::Over => f.write_str("the time or the connections of the assessment are used up"),
        }
    }
}
