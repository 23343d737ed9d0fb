//! Answers the gateway gives itself: RFC 9457 problem documents, HTML where a browser asks.

use crate::wire::Head;
use palisade_guard::{Decision, FieldError, RateState};
use uuid::Uuid;

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
        Problem::new(502, "bad_answer", "Bad answer", detail)
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

/// The fields that tell a caller how to come in: by which credentials, and when.
fn fields_of(decision: &Decision) -> Vec<(&'static str, String)> {
    let mut fields = Vec::new();
    let fit = |value: &&String| value.bytes().all(|byte| byte == b'\t' || (b' '..0x7f).contains(&byte));
    fields.extend(decision.challenges.iter().filter(fit).map(|value| ("WWW-Authenticate", value.clone())));
    if let Some(seconds) = decision.retry_after {
        fields.push(("Retry-After", seconds.to_string()));
    }
    // RateLimit header fields for HTTP, draft-ietf-httpapi-ratelimit-headers: lists of structured fields.
    let name = |name: &str| -> String {
        name.chars().filter(|letter| matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\')).collect()
    };
    let list = |item: &dyn Fn(&RateState) -> String| decision.rates.iter().map(item).collect::<Vec<_>>().join(", ");
    if !decision.rates.is_empty() {
        let policy = list(&|rate| format!("\"{}\";q={};w={}", name(&rate.name), rate.quota, rate.window));
        let state = list(&|rate| format!("\"{}\";r={};t={}", name(&rate.name), rate.remaining, rate.reset));
        fields.extend([("RateLimit-Policy", policy), ("RateLimit", state)]);
    }
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
    fn attacker_text_stays_inert() {
        let problem = Problem::new(400, "x", "Bad", "<script>alert(1)</script>");
        let text = String::from_utf8(problem.write(Uuid::nil(), Some(&head("text/html")), true)).unwrap();
        assert!(!text.contains("<script>") && text.contains("&lt;script&gt;"), "{text}");
    }
}
