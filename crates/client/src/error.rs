//! What can go wrong, in words that say what to do.

use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use std::fmt;
use std::time::Duration;

/// Characters of a text of the server that are repeated.
const TEXT: usize = 600;
/// Fields in error that are named.
const FIELDS: usize = 20;
/// Longest pause a server can ask for.
const PAUSE: Duration = Duration::from_secs(600);

/// Why a request gave no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Address, certificates or credentials cannot be used.
    #[error("{0}")]
    Setup(String),
    /// No connection, or it broke off.
    #[error("{server} cannot be reached: {reason}")]
    Unreachable {
        /// The address.
        server: String,
        /// In plain words.
        reason: String,
    },
    /// No whole answer within the time there was.
    #[error("{server} did not answer within {} s", .after.as_secs())]
    TimedOut {
        /// The address.
        server: String,
        /// The time there was.
        after: Duration,
    },
    /// The answer has more bytes than were asked for.
    #[error("the answer of {server} is longer than {most} bytes")]
    TooLarge {
        /// The address.
        server: String,
        /// The bytes that were allowed.
        most: usize,
    },
    /// The answer is no answer of a control plane of this version.
    #[error("{server} does not answer as Palisade does: {reason}")]
    Unexpected {
        /// The address.
        server: String,
        /// In plain words.
        reason: String,
    },
    /// The server refused.
    #[error("{0}")]
    Refused(Box<Problem>),
}

impl Error {
    /// The status of a refusal.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Error::Refused(problem) => Some(problem.status),
            _ => None,
        }
    }

    /// True when the same request may succeed later: no connection, no answer, too many requests, or a server that is
    /// not ready.
    pub fn is_temporary(&self) -> bool {
        match self {
            Error::Unreachable { .. } | Error::TimedOut { .. } => true,
            Error::Refused(problem) => matches!(problem.status.as_u16(), 408 | 425 | 429 | 500 | 502 | 503 | 504),
            Error::Setup(_) | Error::TooLarge { .. } | Error::Unexpected { .. } => false,
        }
    }

    /// The pause the server asked for.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Error::Refused(problem) => problem.retry_after,
            _ => None,
        }
    }
}

/// What a server says about a request it refused (RFC 9457). Texts are inert and bounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The status of the answer.
    pub status: StatusCode,
    /// What happened and what to do about it, in a sentence.
    pub detail: String,
    /// Where in the request it was.
    pub errors: Vec<FieldError>,
    /// Id of the refusal, by which the server's log knows it.
    pub uuid: Option<String>,
    /// The pause that was asked for, at most ten minutes.
    pub retry_after: Option<Duration>,
}

/// One place of a request that is in error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer or name of the place; empty when the whole is meant.
    pub place: String,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)?;
        for error in &self.errors {
            match error.place.as_str() {
                "" => write!(f, " {}", error.message)?,
                place => write!(f, " {place}: {}", error.message)?,
            }
        }
        Ok(())
    }
}

/// The members of a problem document that are read; all may be missing.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Document {
    title: Option<String>,
    detail: Option<String>,
    uuid: Option<String>,
    errors: Vec<Field>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Field {
    name: Option<String>,
    pointer: Option<String>,
    message: Option<String>,
}

impl Problem {
    /// The problem that an answer tells.
    pub(crate) fn read(server: &str, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Problem {
        let document: Document = serde_json::from_slice(body).unwrap_or_default();
        let said = document.detail.or(document.title).filter(|text| !text.trim().is_empty());
        let detail = match (status, said) {
            (status, _) if status.is_redirection() => moved(server, headers),
            (_, Some(said)) => inert(&said),
            (status, None) => unsaid(server, status),
        };
        let error = |field: Field| FieldError {
            place: inert(&field.pointer.or(field.name).unwrap_or_default()),
            message: inert(&field.message.unwrap_or_default()),
        };
        Problem {
            status,
            detail,
            errors: document.errors.into_iter().take(FIELDS).map(error).collect(),
            uuid: document.uuid.map(|uuid| inert(&uuid)),
            retry_after: retry_after(headers),
        }
    }
}

fn moved(server: &str, headers: &HeaderMap) -> String {
    match headers.get(header::LOCATION).and_then(|value| value.to_str().ok()) {
        Some(to) => format!("{server} sends on to {}: give the address of the control plane itself", inert(to)),
        None => format!("{server} sends on to elsewhere: give the address of the control plane itself"),
    }
}

fn unsaid(server: &str, status: StatusCode) -> String {
    match status.as_u16() {
        401 => format!("{server} does not know these keys: check the access key and the secret key"),
        403 => format!("{server} does not allow this with these keys"),
        404 => format!("{server} knows no such thing, or is no control plane of this version"),
        429 => format!("{server} asks to be asked less often"),
        502..=504 => format!("{server} is not ready ({})", status.as_u16()),
        other => format!("{server} answered {other}"),
    }
}

/// The pause that `Retry-After` asks for in seconds. A date is not read: the clocks may differ.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(PAUSE))
}

/// A text from outside on one line, bounded, without characters that act on a terminal.
pub(crate) fn inert(text: &str) -> String {
    let odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
    };
    let mut out: String = text.trim().chars().take(TEXT).map(|c| if odd(c) { ' ' } else { c }).collect();
    if text.trim().chars().nth(TEXT).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn problem(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Problem {
        let pairs = headers
            .iter()
            .map(|&(name, value)| (http::HeaderName::from_static(name), http::HeaderValue::from_static(value)));
        let status = StatusCode::from_u16(status).unwrap();
        Problem::read("https://a.example", status, &pairs.collect(), body.as_bytes())
    }

    #[test]
    fn a_problem_is_told_with_its_places() {
        let body = r#"{"type":"about:blank","title":"Unprocessable","status":422,"detail":"This is no job.","uuid":"0198",
            "errors":[{"in":"body","name":"url","pointer":"/url","code":"url","message":"is no URL"}]}"#;
        let problem = problem(422, &[], body);
        assert_eq!(problem.to_string(), "This is no job. /url: is no URL");
        assert_eq!(problem.uuid.as_deref(), Some("0198"));
    }

    #[test]
    fn without_a_problem_document_the_status_speaks() {
        assert!(problem(401, &[], "<html>").to_string().contains("does not know these keys"));
        assert!(problem(502, &[], "").to_string().contains("not ready (502)"));
        assert_eq!(problem(418, &[], "[]").to_string(), "https://a.example answered 418");
    }

    #[test]
    fn a_redirect_says_where_it_leads() {
        let problem = problem(302, &[("location", "https://b.example/login")], "{\"detail\":\"x\"}");
        assert!(problem.to_string().contains("https://b.example/login"), "{problem}");
    }

    #[test]
    fn texts_of_a_server_are_inert_and_short() {
        let body = format!("{{\"detail\":\"a\\u001b[31m\\nb\\u202e{}\"}}", "x".repeat(5000));
        let text = problem(400, &[], &body).to_string();
        assert!(text.starts_with("a [31m b "), "{text}");
        assert!(text.chars().count() <= TEXT + 1);
    }

    #[test]
    fn a_pause_is_read_in_seconds_and_bounded() {
        assert_eq!(problem(429, &[("retry-after", "7")], "").retry_after, Some(Duration::from_secs(7)));
        assert_eq!(problem(503, &[("retry-after", "99999999")], "").retry_after, Some(PAUSE));
        assert_eq!(problem(503, &[("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")], "").retry_after, None);
    }
}
