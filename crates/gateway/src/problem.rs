//! Answers the gateway gives itself: RFC 9457 problem documents, HTML where a browser asks.

use crate::wire::Head;
use palisade_guard::{Decision, FieldError, rate_fields};
use uuid::Uuid;

/// Code of a refused answer.
const BAD_ANSWER: &str = "bad_answer";

/// A problem, ready to be written.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    /// Last part of the type URI.
    pub(crate) code: String,
    pub(crate) title: String,
    pub(crate) detail: String,
    pub(crate) allow: Vec<String>,
    /// Fields beside those that every problem has: their values are fit for a header.
    pub(crate) fields: Vec<(&'static str, String)>,
    pub(crate) errors: Vec<FieldError>,
}

impl Problem {
    /// A problem without field errors.
    pub(crate) fn new(status: u16, code: &str, title: &str, detail: impl Into<String>) -> Problem {
        Problem {
            status,
            code: code.to_owned(),
            title: title.to_owned(),
            detail: detail.into(),
            allow: Vec::new(),
            fields: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// The problem in place of a refused answer: what is wrong with it is the owner's business, not the client's.
    pub(crate) fn of_answer(decision: Option<&Decision>) -> Problem {
        if decision.is_some_and(|decision| decision.status == 503) {
            return Problem::new(
                503,
                "not_judged",
                "The answer could not be judged",
                "It is not passed on; try again.",
            );
        }
        let detail = "The answer of the API does not follow its contract and is not passed on.";
        Problem::new(502, BAD_ANSWER, "Bad answer", detail)
    }

    /// The problem for a refused request.
    pub(crate) fn of_decision(decision: &Decision) -> Problem {
        let detail = match decision.errors.first() {
            Some(error) => error.message.clone(),
            None => "The request does not follow the contract of this API.".to_owned(),
        };
        Problem {
            status: if (400..600).contains(&decision.status) { decision.status } else { 400 },
            code: decision.code.clone(),
            title: decision.title.clone(),
            detail,
            allow: decision.allow.clone(),
            fields: fields_of(decision),
            errors: decision.errors.clone(),
        }
    }

    /// The whole answer on the wire. `head` is the request's, where there is one.
    pub(crate) fn write(&self, uuid: Uuid, head: Option<&Head>, close: bool) -> Vec<u8> {
        match head.and_then(|head| self.grpc(uuid, head)) {
            Some(grpc) => self.write_grpc(&grpc, close),
            None => self.write_document(uuid, head, close),
        }
    }

    /// What a caller of gRPC is told in place of status and document; `None` for any other caller.
    pub(crate) fn grpc(&self, uuid: Uuid, head: &Head) -> Option<GrpcStatus> {
        let media = head.values("content-type").next()?.to_ascii_lowercase();
        let rest = media.strip_prefix(b"application/grpc")?;
        matches!(rest.first(), None | Some(b'+' | b';' | b' ')).then(|| GrpcStatus {
            code: grpc_code(self.status, &self.code),
            message: format!("{} ({uuid})", self.detail),
        })
    }

    /// The answer of gRPC over HTTP/2 that has trailers only: its head is all there is.
    fn write_grpc(&self, grpc: &GrpcStatus, close: bool) -> Vec<u8> {
        let mut out = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\nGrpc-Status: {}\r\nGrpc-Message: {}\r\n\
             Content-Length: 0\r\n",
            grpc.code,
            percent_encoded(&grpc.message)
        );
        for (name, value) in &self.fields {
            out.push_str(&format!("{name}: {value}\r\n"));
        }
        out.push_str(if close { "Connection: close\r\n\r\n" } else { "\r\n" });
        out.into_bytes()
    }

    /// The answer as a document, whoever asks.
    pub(crate) fn write_document(&self, uuid: Uuid, head: Option<&Head>, close: bool) -> Vec<u8> {
        let html = head.is_some_and(prefers_html);
        let body = self.body(uuid, head);
        let kind = if html { "text/html; charset=utf-8" } else { "application/problem+json" };
        let reason = http::StatusCode::from_u16(self.status).ok().and_then(|status| status.canonical_reason());
        let mut out = format!(
            "HTTP/1.1 {} {}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n",
            self.status,
            reason.unwrap_or("Error"),
            body.len()
        )
        .into_bytes();
        if html {
            out.extend_from_slice(b"Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n");
        }
        if self.status == 405 {
            // Methods come from the contract; only tokens may reach a header.
            let token = |method: &&String| method.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            let allow: Vec<&str> = self.allow.iter().filter(token).map(String::as_str).collect();
            out.extend_from_slice(format!("Allow: {}\r\n", allow.join(", ")).as_bytes());
        }
        for (name, value) in &self.fields {
            out.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        if close {
            out.extend_from_slice(b"Connection: close\r\n");
        } else if head.is_some_and(|head| head.minor == 0) {
            out.extend_from_slice(b"Connection: keep-alive\r\n");
        }
        out.extend_from_slice(b"\r\n");
        if head.is_none_or(|head| head.method() != "HEAD") {
            out.extend_from_slice(body.as_bytes());
        }
        out
    }

    /// The document, in the form that the request prefers.
    pub(crate) fn body(&self, uuid: Uuid, head: Option<&Head>) -> String {
        if head.is_some_and(prefers_html) { self.html(uuid) } else { self.json(uuid) }
    }

    fn json(&self, uuid: Uuid) -> String {
        serde_json::json!({
            "type": if self.code.is_empty() { "about:blank".to_owned() } else { format!("urn:palisade:problem:{}", self.code) },
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": format!("urn:uuid:{uuid}"),
            "uuid": uuid.to_string(),
            "errors": self.errors,
        })
        .to_string()
    }

    fn html(&self, uuid: Uuid) -> String {
        format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{status} {title}</title>\
             <style>body{{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1rem;\
             color-scheme:light dark}}code{{font-size:.9em}}</style><h1>{title}</h1><p>{detail}</p>\
             <p>Reference: <code>{uuid}</code></p></html>\n",
            status = self.status,
            title = escape(&self.title),
            detail = escape(&self.detail),
        )
    }
}

/// A refusal as gRPC tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrpcStatus {
    /// The status code of gRPC.
    pub code: u8,
    /// Why, with the reference of the exchange.
    pub message: String,
}

/// The code of gRPC that says what a status of HTTP says. Limits are RESOURCE_EXHAUSTED, also where the mapping for
/// proxies that know no gRPC (grpc/doc/http-grpc-status-mapping.md) has UNAVAILABLE, which asks to try again at once.
fn grpc_code(status: u16, code: &str) -> u8 {
    match status {
        400 | 415 => 3,                  // INVALID_ARGUMENT
        401 => 16,                       // UNAUTHENTICATED
        403 => 7,                        // PERMISSION_DENIED
        404 | 405 => 12,                 // UNIMPLEMENTED
        408 | 504 => 4,                  // DEADLINE_EXCEEDED
        413 | 429 | 431 => 8,            // RESOURCE_EXHAUSTED
        502 if code == BAD_ANSWER => 13, // INTERNAL
        502 | 503 => 14,                 // UNAVAILABLE
        _ => 2,                          // UNKNOWN
    }
}

/// Text as `grpc-message` carries it.
fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' '..=b'~' if byte != b'%' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The fields that tell a caller how to come in: by which credentials, and when.
fn fields_of(decision: &Decision) -> Vec<(&'static str, String)> {
    let mut fields = Vec::new();
    let fit = |value: &&String| value.bytes().all(|byte| byte == b'\t' || (b' '..0x7f).contains(&byte));
    fields.extend(decision.challenges.iter().filter(fit).map(|value| ("WWW-Authenticate", value.clone())));
    if let Some(seconds) = decision.retry_after {
        fields.push(("Retry-After", seconds.to_string()));
    }
    fields.extend(rate_fields(&decision.rates));
    fields
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(letter),
        }
    }
    out
}

/// True when Accept ranks HTML above JSON and problem documents.
fn prefers_html(head: &Head) -> bool {
    let (mut html, mut json) = (0.0f32, 0.0f32);
    for range in head.tokens("accept").filter_map(|range| std::str::from_utf8(range).ok()) {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
        match kind.as_str() {
            "text/html" => html = weight,
            "application/json" | "application/problem+json" | "application/*" => json = json.max(weight),
            _ => {}
        }
    }
    html > json
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use palisade_guard::RateState;

    fn head(accept: &str) -> Head {
        let text = format!("GET / HTTP/1.1\r\nHost: a\r\nAccept: {accept}\r\n\r\n");
        Head::request(Bytes::from(text.into_bytes()), 10).unwrap()
    }

    #[test]
    fn only_those_who_prefer_html_get_it() {
        assert!(prefers_html(&head("text/html,application/xhtml+xml,*/*;q=0.8")));
        assert!(!prefers_html(&head("*/*")));
        assert!(!prefers_html(&head("application/json, text/html;q=0.5")));
        assert!(!prefers_html(&head("application/problem+json, text/html")));
    }

    #[test]
    fn a_caller_is_told_how_to_come_in() {
        let decision = Decision {
            status: 429,
            retry_after: Some(4),
            challenges: vec!["Bearer".to_owned(), "Bearer error=\"x\"\r\nSet-Cookie: a".to_owned()],
            rates: vec![RateState { name: "a\"b".to_owned(), quota: 50, window: 5, remaining: 0, reset: 4 }],
            ..Decision::allowed()
        };
        let text = String::from_utf8(Problem::of_decision(&decision).write(Uuid::nil(), None, true)).unwrap();
        assert!(
            text.contains(
                "WWW-Authenticate: Bearer\r\nRetry-After: 4\r\nRateLimit-Policy: \"ab\";q=50;w=5\r\n\
                 RateLimit: \"ab\";r=0;t=4\r\n"
            ),
            "{text}"
        );
        assert!(!text.contains("Set-Cookie"));
    }

    #[test]
    fn a_caller_of_grpc_gets_trailers_only() {
        let call = |media: &str| {
            let text = format!("POST /a.B/C HTTP/1.1\r\nHost: a\r\nContent-Type: {media}\r\n\r\n");
            Head::request(Bytes::from(text.into_bytes()), 10).unwrap()
        };
        let mut problem = Problem::new(429, "rate_burst", "Too many requests", "too ofté, 100%\r\nSet-Cookie: a");
        problem.fields.push(("Retry-After", "4".to_owned()));
        for media in ["application/grpc", "application/grpc+proto", "Application/gRPC; a=b"] {
            let answer = String::from_utf8(problem.write(Uuid::nil(), Some(&call(media)), true)).unwrap();
            assert_eq!(
                answer,
                "HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\nGrpc-Status: 8\r\nGrpc-Message: too oft%C3%A9, \
                 100%25%0D%0ASet-Cookie: a (00000000-0000-0000-0000-000000000000)\r\nContent-Length: 0\r\n\
                 Retry-After: 4\r\nConnection: close\r\n\r\n"
            );
        }
        for media in ["application/grpc-web", "application/grpcx", "application/json"] {
            assert!(problem.write(Uuid::nil(), Some(&call(media)), true).starts_with(b"HTTP/1.1 429 "), "{media}");
        }
        let codes = [400, 401, 403, 404, 405, 408, 413, 415, 429, 431, 500, 502, 503, 504];
        assert_eq!(codes.map(|status| grpc_code(status, "")), [3, 16, 7, 12, 12, 4, 8, 3, 8, 8, 2, 14, 14, 4]);
        assert_eq!(grpc_code(502, BAD_ANSWER), 13);
    }

    #[test]
    fn attacker_text_stays_inert() {
        let problem = Problem::new(400, "x", "Bad", "<script>alert(1)</script>");
        let text = String::from_utf8(problem.write(Uuid::nil(), Some(&head("text/html")), true)).unwrap();
        assert!(!text.contains("<script>") && text.contains("&lt;script&gt;"), "{text}");
    }
}
