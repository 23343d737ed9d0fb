//! What goes into the shop and what comes out, without the network.

use serde_json::{Value, json};
use std::time::Duration;

/// A request as the shop sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    /// Upper-case method.
    pub method: &'a str,
    /// Path as sent, without the query.
    pub path: &'a str,
    /// Query as sent, without the question mark.
    pub query: &'a str,
    /// The token of `Authorization: Bearer`.
    pub bearer: Option<&'a str>,
    /// Media type of the body, lower case and without parameters.
    pub media_type: Option<&'a str>,
    /// The whole body.
    pub body: &'a [u8],
    /// Since the shop opened.
    pub now: Duration,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub status: u16,
    /// `None` for an answer without content.
    pub body: Option<Box<Value>>,
    pub media_type: &'static str,
    /// Besides the media type.
    pub header: Option<(&'static str, String)>,
}

impl Reply {
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self { status, body: Some(Box::new(body)), media_type: "application/json", header: None }
    }

    pub(crate) fn empty() -> Self {
        Self { status: 204, body: None, media_type: "application/json", header: None }
    }

    pub(crate) fn problem(status: u16, title: &str, detail: impl Into<String>) -> Self {
        let body = json!({"type": "about:blank", "title": title, "status": status, "detail": detail.into()});
        Self { status, body: Some(Box::new(body)), media_type: "application/problem+json", header: None }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.header = Some((name, value.into()));
        self
    }

    pub(crate) fn bad(detail: impl Into<String>) -> Self {
        Self::problem(400, "Bad request", detail)
    }

    pub(crate) fn not_found() -> Self {
        Self::problem(404, "Not found", "There is no such thing, or it is not yours.")
    }

    pub(crate) fn unauthenticated() -> Self {
        Self::problem(401, "Not logged in", "Send the token of a session.").with("www-authenticate", "Bearer")
    }

    pub(crate) fn forbidden() -> Self {
        Self::problem(403, "For staff only", "This account is not one of the staff.")
    }

    /// What a service answers whose errors are shown to everybody.
    pub(crate) fn trace(error: &str, frames: &[&str]) -> Self {
        Self::json(500, json!({"error": error, "trace": frames, "host": "shop-db-01.internal.example"}))
    }
}

/// What a handler gives: both sides are answers.
pub(crate) type Answer = Result<Reply, Reply>;
