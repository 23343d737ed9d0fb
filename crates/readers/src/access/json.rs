//! One JSON object a line, by the names that servers use.

use super::{Entry, bad_time, seconds, time};
use crate::record::address;
use crate::tally::Reason;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Objects inside each other that are looked into.
const MAX_DEPTH: usize = 4;

/// Names of one member, the most telling first. Members of inner objects are named with what they lie in, and all
/// names are compared in lower case with `_` between words.
type Names = &'static [&'static str];

const LINE: Names = &["request", "request_line"];
const METHOD: Names = &["method", "request_method", "http_method", "http_request_method", "requestmethod", "verb"];
const TARGET: Names = &[
    "x_envoy_original_path",
    "request_uri",
    "requestpath",
    "request_path",
    "path",
    "uri",
    "url",
    "url_original",
    "url_path",
    "http_url",
];
const QUERY: Names = &["query_string", "args", "url_query", "query"];
const STATUS: Names = &[
    "status",
    "response_code",
    "status_code",
    "http_status",
    "http_response_status_code",
    "downstreamstatus",
    "response_status",
    "code",
];
const TIME: Names =
    &["start_time", "startutc", "time_iso8601", "timestamp", "time_local", "time", "ts", "msec", "date"];
const HOST: Names =
    &["authority", "http_host", "host", "requesthost", "request_host", "url_domain", "server_name", "vhost"];
const SCHEME: Names = &["scheme", "requestscheme", "x_forwarded_proto", "http_x_forwarded_proto", "url_scheme"];
const CLIENT: Names = &[
    "x_forwarded_for",
    "http_x_forwarded_for",
    "client_ip",
    "remote_addr",
    "request_client_ip",
    "request_remote_ip",
    "remote_ip",
    "clienthost",
    "source_ip",
    "downstream_remote_address",
];
const RECEIVED: Names = &["bytes_received", "http_request_body_bytes"];
const SENT: Names = &["body_bytes_sent", "bytes_sent", "downstreamcontentsize", "http_response_body_bytes", "size"];
const AGENT: Names = &["user_agent", "http_user_agent", "request_user_agent", "user_agent_original", "agent"];
const REFERER: Names = &["http_referer", "referer"];

/// The members of an object and those inside it, by their names.
struct Members<'a>(Vec<(String, &'a Value)>);

impl<'a> Members<'a> {
    fn of(object: &'a Map<String, Value>) -> Self {
        let mut all = Vec::new();
        let mut open: Vec<(String, &Map<String, Value>, usize)> = vec![(String::new(), object, 1)];
        while let Some((within, object, depth)) = open.pop() {
            for (key, value) in object {
                let plain: String = key
                    .trim_start_matches([':', '@', '$'])
                    .chars()
                    .map(|c| if matches!(c, '-' | '.' | ' ' | ':') { '_' } else { c.to_ascii_lowercase() })
                    .collect();
                let name = if within.is_empty() { plain } else { format!("{within}_{plain}") };
                match value {
                    Value::Object(inner) if depth < MAX_DEPTH => open.push((name, inner, depth + 1)),
                    value => all.push((name, value)),
                }
            }
        }
        Members(all)
    }

    fn get(&self, names: Names) -> Option<&'a Value> {
        let find = |wanted: &&str| self.0.iter().find(|(name, value)| name == wanted && said(value));
        names.iter().find_map(find).map(|(_, value)| *value)
    }

    /// The text of a member; a number is one too.
    fn text(&self, names: Names) -> Option<Cow<'a, str>> {
        match self.get(names)? {
            Value::String(text) => Some(text.as_str().into()),
            Value::Number(number) => Some(number.to_string().into()),
            _ => None,
        }
    }

    fn number(&self, names: Names) -> Option<u64> {
        self.text(names)?.parse().ok()
    }
}

/// Whether a member says something: `-` and an empty text stand for nothing.
fn said(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.is_empty() && text != "-",
        Value::Number(_) => true,
        _ => false,
    }
}

pub(super) fn entry(line: &str) -> Result<Entry<'static>, (Reason, String)> {
    let value: Value = serde_json::from_str(line)
        .map_err(|error| (Reason::Syntax, format!("column {} of the line", error.column())))?;
    let Value::Object(object) = &value else { return Err((Reason::Shape, "the line is no object".to_owned())) };
    let members = Members::of(object);
    let own = |names: Names| members.text(names).map(|text| Cow::Owned(text.into_owned())).unwrap_or_default();
    let mut entry = Entry {
        scheme: own(SCHEME),
        host: own(HOST),
        method: own(METHOD),
        target: own(TARGET),
        query: own(QUERY),
        status: members.number(STATUS).and_then(|status| u16::try_from(status).ok()).unwrap_or_default(),
        received: members.number(RECEIVED),
        sent: members.number(SENT),
        client: members.text(CLIENT).and_then(|text| address(&text)),
        duration: duration(&members),
        ..Entry::default()
    };
    if entry.method.is_empty() || entry.target.is_empty() {
        match members.text(LINE) {
            Some(line) => entry.request_line(&line)?,
            None => return Err((Reason::Shape, "the object names no method and path of a request".to_owned())),
        }
    }
    if entry.scheme.is_empty() && members.0.iter().any(|(name, _)| name.starts_with("request_tls_")) {
        // Caddy says how the connection was secured, and not that it was.
        entry.scheme = "https".into();
    }
    entry.time = members.text(TIME).and_then(|text| moment(&text)).ok_or_else(bad_time)?;
    entry.header("user-agent", own(AGENT));
    entry.header("referer", own(REFERER));
    Ok(entry)
}

/// A time as a text, or a number: seconds, milliseconds, microseconds or nanoseconds, told by how large it is.
fn moment(text: &str) -> Option<i64> {
    let Ok(number) = text.parse::<f64>() else { return time(text) };
    let microseconds = match number.abs() {
        // 1e11 seconds is the year 5138, 1e11 milliseconds is March 1973.
        ..1e11 => number * 1e6,
        ..1e14 => number * 1e3,
        ..1e17 => number,
        _ => number / 1e3,
    };
    (microseconds.is_finite() && microseconds.abs() < 4e17).then_some(microseconds as i64)
}

/// How long it took, in microseconds: nginx and Caddy count seconds, Envoy milliseconds, Traefik and ECS nanoseconds.
fn duration(members: &Members<'_>) -> Option<u64> {
    if let Some(text) = members.text(&["request_time"]) {
        return seconds(&text);
    }
    if let Some(nanoseconds) = members.number(&["event_duration"]) {
        return Some(nanoseconds / 1000);
    }
    let text = members.text(&["duration"])?;
    if members.get(&["downstreamstatus"]).is_some() {
        return Some(text.parse::<u64>().ok()? / 1000);
    }
    match text.contains('.') {
        true => seconds(&text),
        false => text.parse::<u64>().ok()?.checked_mul(1000),
    }
}
