//! Lines of text: fields between spaces, brackets and quotes.

use super::{Entry, bad_time, seconds, time};
use crate::record::address;
use crate::tally::Reason;
use std::borrow::Cow;

/// Fields of one line that are looked at.
const MAX_FIELDS: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bare,
    Quoted,
    Bracketed,
}

/// One field, as it stands in the line without what encloses it.
#[derive(Debug, Clone, Copy)]
struct Field<'a> {
    kind: Kind,
    raw: &'a str,
}

impl<'a> Field<'a> {
    /// The text it stands for: `\"`, `\\` and `\xHH` are how servers write what would end the field.
    fn text(self) -> Cow<'a, str> {
        if self.kind != Kind::Quoted || !self.raw.contains('\\') {
            return self.raw.into();
        }
        let bytes = self.raw.as_bytes();
        let mut text = Vec::with_capacity(bytes.len());
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let hex = || {
                let digits = bytes.get(at + 2..at + 4)?;
                u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
            };
            let (byte, step) = match (*byte, bytes.get(at + 1)) {
                (b'\\', Some(b'x' | b'X')) => hex().map_or((b'\\', 1), |byte| (byte, 4)),
                (b'\\', Some(b'n')) => (b'\n', 2),
                (b'\\', Some(b'r')) => (b'\r', 2),
                (b'\\', Some(b't')) => (b'\t', 2),
                (b'\\', Some(escaped @ (b'"' | b'\\'))) => (*escaped, 2),
                (byte, _) => (byte, 1),
            };
            text.push(byte);
            at += step;
        }
        String::from_utf8_lossy(&text).into_owned().into()
    }
}

/// The fields of a line. A bracket or quote that is never closed goes on to the end.
fn fields(line: &str) -> Vec<Field<'_>> {
    let mut fields = Vec::new();
    let mut rest = line.trim_start_matches(' ');
    while !rest.is_empty() && fields.len() < MAX_FIELDS {
        let (kind, from, end) = match rest.as_bytes().first() {
            Some(b'"') => (Kind::Quoted, 1, closing_quote(rest)),
            Some(b'[') => (Kind::Bracketed, 1, rest.find(']').unwrap_or(rest.len())),
            _ => (Kind::Bare, 0, rest.find(' ').unwrap_or(rest.len())),
        };
        fields.push(Field { kind, raw: rest.get(from..end).unwrap_or_default() });
        let behind = end + usize::from(kind != Kind::Bare);
        rest = rest.get(behind..).unwrap_or_default().trim_start_matches(' ');
    }
    fields
}

/// Where a quoted field ends: at a quote that no backslash stands before.
fn closing_quote(text: &str) -> usize {
    let mut escaped = false;
    let closes = |(at, byte): (usize, u8)| {
        let closes = at > 0 && byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    };
    text.bytes().enumerate().position(closes).unwrap_or(text.len())
}

pub(super) fn entry(line: &str) -> Result<Entry<'_>, (Reason, String)> {
    let fields = fields(line);
    let kind_at = |at: usize| fields.get(at).map(|field| field.kind);
    let raw = |at: usize| fields.get(at).map_or("", |field| field.raw);
    if kind_at(0) == Some(Kind::Bracketed) && kind_at(1) == Some(Kind::Quoted) {
        return envoy(&fields);
    }
    if matches!(raw(0), "http" | "https" | "h2" | "grpcs" | "ws" | "wss") && kind_at(12) == Some(Kind::Quoted) {
        return load_balancer(&fields);
    }
    let request = fields
        .windows(2)
        .position(|pair| matches!(pair, [Field { kind: Kind::Bracketed, .. }, Field { kind: Kind::Quoted, .. }]));
    match request {
        Some(at) if at > 0 => combined(&fields, at),
        _ => Err((Reason::Format, "a line of no known log format".to_owned())),
    }
}

/// The number in a field; `-` is none.
fn number(field: Option<&Field<'_>>) -> Option<u64> {
    field?.raw.parse().ok()
}

fn status(field: Option<&Field<'_>>) -> u16 {
    field.and_then(|field| field.raw.parse().ok()).unwrap_or_default()
}

/// `[host] address identity user [time] "request" status bytes ["referer" "agent"] ...`: the common and the combined
/// format (Apache's mod_log_config, nginx's `combined`).
fn combined<'a>(fields: &[Field<'a>], at: usize) -> Result<Entry<'a>, (Reason, String)> {
    let (before, rest) = fields.split_at_checked(at).unwrap_or((fields, &[]));
    let [when, request, rest @ ..] = rest else { return Err(bad_time()) };
    let mut entry = Entry { time: time(when.raw).ok_or_else(bad_time)?, ..Entry::default() };
    entry.request_line(&request.text())?;
    match before {
        [host, client, _, _] if address(client.raw).is_some() => {
            (entry.client, entry.host) = (address(client.raw), host.raw.into());
            entry.scheme = if host.raw.ends_with(":443") { "https".into() } else { "".into() };
        }
        [client, ..] => entry.client = address(client.raw),
        [] => {}
    }
    entry.status = status(rest.first());
    entry.sent = number(rest.get(1));
    if let (Some(referer), Some(agent)) = (rest.get(2), rest.get(3))
        && (referer.kind, agent.kind) == (Kind::Quoted, Kind::Quoted)
    {
        entry.header("referer", referer.text());
        entry.header("user-agent", agent.text());
    }
    Ok(entry)
}

/// Envoy's default format, and Istio's, which says more before the byte counts and behind the last quoted field:
/// `[time] "request" status flags ... received sent duration upstream "for" "agent" "id" "authority" "upstream" ...`.
fn envoy<'a>(fields: &[Field<'a>]) -> Result<Entry<'a>, (Reason, String)> {
    let [when, request, rest @ ..] = fields else { return Err(bad_time()) };
    let mut entry = Entry { time: time(when.raw).ok_or_else(bad_time)?, ..Entry::default() };
    entry.request_line(&request.text())?;
    entry.status = status(rest.first());
    let quoted: Vec<usize> = (0..rest.len()).filter(|at| rest.get(*at).map(|f| f.kind) == Some(Kind::Quoted)).collect();
    let Some([client, agent, id, authority, _]) = quoted.last_chunk::<5>() else { return Ok(entry) };
    let text = |at: &usize| rest.get(*at).map(|field| field.text()).unwrap_or_default();
    entry.client = address(&text(client));
    entry.host = text(authority);
    entry.header("user-agent", text(agent));
    entry.header("x-request-id", text(id));
    let back = |steps: usize| client.checked_sub(steps).and_then(|at| rest.get(at));
    (entry.received, entry.sent) = (number(back(4)), number(back(3)));
    entry.duration = number(back(2)).map(|milliseconds| milliseconds.saturating_mul(1000));
    Ok(entry)
}

/// AWS Application Load Balancer: `type time elb client target 3 times, 2 statuses, received sent "request" "agent"
/// cipher protocol group "trace" "domain" ...`.
fn load_balancer<'a>(fields: &[Field<'a>]) -> Result<Entry<'a>, (Reason, String)> {
    let raw = |at: usize| fields.get(at).map_or("", |field| field.raw);
    let text = |at: usize| fields.get(at).map(|field| field.text()).unwrap_or_default();
    let mut entry = Entry { time: time(raw(1)).ok_or_else(bad_time)?, ..Entry::default() };
    entry.request_line(&text(12))?;
    entry.client = address(raw(3));
    entry.scheme = raw(0).into();
    entry.status = status(fields.get(8));
    let times = [raw(5), raw(6), raw(7)].map(seconds);
    entry.duration = times.into_iter().try_fold(0u64, |sum, one| sum.checked_add(one?));
    // Both counts are of whole messages: what they say of bodies is little.
    entry.sent = None;
    entry.header("user-agent", text(13));
    // The name that the client asked for says more than the address in the URL.
    let domain = text(18);
    if domain != "-"
        && !domain.is_empty()
        && let Some((scheme, rest)) = entry.target.split_once("://")
    {
        let path = rest.find(['/', '?']).and_then(|at| rest.get(at..)).unwrap_or("/");
        entry.target = format!("{scheme}://{domain}{path}").into();
    }
    Ok(entry)
}
