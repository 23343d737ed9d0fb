//! Telemetry as the plug-ins of APIClarity send it: one JSON object for each exchange, bodies in base64.
//!
//! Plug-ins of gateways and proxies fill the fields each in their own way; what they mean is read, whatever is null,
//! missing or of another unit. Older plug-ins use other names for the same (`scnt_request`), without `common`.

use crate::lines::read_lines;
use crate::record::{address, body, id, is_method, split_target, split_url};
use crate::scan::{Captured, Scanner};
use crate::tally::{Limits, ReadError, Reason, Tally};
use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use palisade_exchange::{Body, Client, Exchange, Headers, Message, RawExchange, Redactor, Response, Source};
use serde::Deserialize;
use serde_json::Value;
use std::io::BufRead;

/// With or without padding: both are sent.
const LAX: GeneralPurposeConfig = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trace {
    #[serde(default)]
    scheme: Option<String>,
    #[serde(default, alias = "destination_address")]
    destination_address: Option<String>,
    #[serde(default, alias = "source_address")]
    source_address: Option<String>,
    #[serde(default, alias = "scnt_request")]
    request: Option<Request>,
    #[serde(default, alias = "scnt_response")]
    response: Option<Answer>,
}

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    host: Option<String>,
    #[serde(flatten)]
    said: Said,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default, rename = "statusCode", alias = "status_code")]
    status: Value,
    #[serde(flatten)]
    said: Said,
}

/// What both directions have: below `common`, or beside it in what older plug-ins send.
#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    common: Option<Common>,
    #[serde(flatten)]
    beside: Common,
}

#[derive(Deserialize, Default)]
struct Common {
    #[serde(default)]
    headers: Option<Vec<Field>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default, rename = "TruncatedBody", alias = "truncatedBody", alias = "truncated_body")]
    truncated: Option<bool>,
    #[serde(default)]
    time: Value,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Field {
    Named {
        key: String,
        #[serde(default)]
        value: Value,
    },
    Pair(String, Value),
}

/// Whether an input that begins like this is telemetry: one object, or several.
pub(crate) fn is_telemetry(head: &[u8]) -> bool {
    let object = head.strip_prefix(b"[").unwrap_or(head);
    let has = |name| {
        let mut scanner = Scanner::new(object);
        scanner.expect(b'{', "").is_ok() && matches!(scanner.enter(name), Ok(true))
    };
    ["destinationAddress", "destination_address", "scnt_request"].into_iter().any(has)
}

/// Reads telemetry out of a file: an object a line, objects one behind the other, or an array of them. What is not
/// usable is counted and passed over. An object without a time takes the one before it.
///
/// # Errors
/// When the input cannot be read, or does not begin with an object.
pub fn read_telemetry<R: BufRead>(
    mut input: R,
    redactor: &Redactor,
    limits: &Limits,
    sink: &mut dyn FnMut(Exchange),
) -> Result<Tally, ReadError> {
    let head = input.fill_buf().map_err(ReadError::Io)?;
    let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii();
    let mut last = 0;
    let mut exchange = |number: u64, record: &[u8]| {
        let read = telemetry_exchange(record, last, number, redactor, limits);
        last = read.as_ref().map_or(last, |exchange| exchange.time);
        read
    };
    // A line that is broken then costs no other.
    if first.starts_with(b"{") && first.ends_with(b"}") {
        return read_lines(input, limits.record_bytes, limits, |number, line| Some(exchange(number, line)), sink);
    }
    let mut scanner = Scanner::new(input);
    scanner.skip_bom()?;
    let (mut tally, mut record, mut number) = (Tally::default(), Vec::new(), 0);
    while tally.read < limits.records {
        let offset = scanner.offset();
        record.clear();
        let found = scanner.next_of_stream().and_then(|more| match more {
            true => scanner.capture(&mut record, limits.record_bytes).map(Some),
            false => Ok(None),
        });
        number += 1;
        let read = match found {
            Ok(None) => break,
            Ok(Some(Captured::Whole)) => exchange(number, &record),
            Ok(Some(Captured::TooLong)) => Err((Reason::TooLong, format!("more than {} bytes", limits.record_bytes))),
            Err(ReadError::Structure { offset, message }) if number > 1 => {
                tally.broken = Some(format!("at object {number}, byte {offset}: {message}"));
                break;
            }
            Err(error) => return Err(error),
        };
        match read {
            Ok(exchange) => {
                tally.read += 1;
                sink(exchange);
            }
            Err((reason, detail)) => tally.reject(limits, reason, number, offset, || detail),
        }
    }
    Ok(tally)
}

/// Reads one object. `received` (microseconds since the Unix epoch) stands for a time that it does not say; `number`
/// tells equal objects of one input apart.
///
/// # Errors
/// Why it is no exchange, and where, without values.
pub fn telemetry_exchange(
    record: &[u8],
    received: i64,
    number: u64,
    redactor: &Redactor,
    limits: &Limits,
) -> Result<Exchange, (Reason, String)> {
    if record.len() > limits.record_bytes {
        return Err((Reason::TooLong, format!("more than {} bytes", limits.record_bytes)));
    }
    let trace: Trace = match serde_json::from_slice(record) {
        Err(error) if error.is_syntax() => serde_json::from_slice(&mended(record)).map_err(|_| refused(&error)),
        parsed => parsed.map_err(|error| refused(&error)),
    }?;
    let request = trace.request.ok_or((Reason::Shape, "there is no request".to_owned()))?;
    let answer = trace.response.ok_or((Reason::NoAnswer, "there is no response".to_owned()))?;
    let status = text(&answer.status).trim().parse().ok().filter(|status| (100..=599).contains(status));
    let status: u16 = status.ok_or((Reason::NoAnswer, "response.statusCode is no status".to_owned()))?;
    let method = request.method.unwrap_or_default();
    if !is_method(&method) {
        return Err((Reason::Method, "request.method is not a token".to_owned()));
    }
    let (asked, said) = (request.said.common.unwrap_or(request.said.beside), answer.said);
    let said = said.common.unwrap_or(said.beside);
    let (began, ended) = (time(&asked.time), time(&said.time));
    let bodiless = method == "HEAD" || matches!(status, 100..200 | 204 | 304);
    let (asked, mut said) = (message(asked, false, limits), message(said, true, limits));
    if bodiless {
        said.body = Body::Empty;
    }

    let destination = trace.destination_address.unwrap_or_default();
    let named = |host: Option<&str>| {
        let host = host?.trim().to_ascii_lowercase();
        let bad = host.len() > 255 || host.contains(|letter: char| letter.is_whitespace() || "/?#".contains(letter));
        (!host.is_empty() && !bad).then_some(host)
    };
    let reached = Some(destination.as_str()).filter(|address| !address.starts_with(':'));
    let host = named(request.host.as_deref()).or_else(|| named(asked.header("host"))).or_else(|| named(reached));
    let scheme = match trace.scheme.unwrap_or_default().to_ascii_lowercase().as_str() {
        "https" | "wss" | "grpcs" | "tls" => "https",
        "" if destination.ends_with(":443") => "https",
        "" | "ws" | "grpc" | "h2c" | "h2" => "http",
        other if other.starts_with("http") => "http",
        _ => return Err((Reason::Foreign, "scheme is another protocol's".to_owned())),
    };
    let target = request.path.filter(|path| !path.is_empty()).unwrap_or_else(|| "/".to_owned());
    let (scheme, host, path, query) = if target.starts_with('/') {
        let (path, query) = split_target(&target);
        let port = if scheme == "https" { ":443" } else { ":80" };
        let host = host.unwrap_or_default();
        (scheme, host.strip_suffix(port).map(str::to_owned).unwrap_or(host), path, query)
    } else {
        let url = split_url(&target).ok_or((Reason::Url, "request.path is no path and no URL".to_owned()))?;
        (url.scheme, url.host, url.path, url.query)
    };
    if target.len() > 64 << 10 || target.bytes().any(|byte| byte.is_ascii_control()) {
        return Err((Reason::Url, "request.path is too long or holds control characters".to_owned()));
    }
    if path.split('/').any(is_variable) {
        return Err((Reason::Template, "let the collector send url.path or http.target, not http.route".to_owned()));
    }
    let at = began.or(ended).unwrap_or(received);
    Ok(redactor.redact(RawExchange(Exchange {
        id: id(redactor, at, &target, number),
        time: at,
        duration: began.zip(ended).and_then(|(began, ended)| u64::try_from(ended - began).ok()),
        source: Source::Telemetry,
        api: None,
        client: Client { address: trace.source_address.as_deref().and_then(address), principal: None },
        scheme: scheme.to_owned(),
        host,
        method,
        path,
        query,
        request: asked,
        response: Some(Response { status, message: said }),
    })))
}

/// What the JSON reader says, without the value it may quote.
fn refused(error: &serde_json::Error) -> (Reason, String) {
    let reason = if error.is_data() { Reason::Shape } else { Reason::Syntax };
    (reason, format!("line {}, column {} of the object", error.line(), error.column()))
}

/// Envoy's plug-in writes JSON by hand and escapes quotes only: other backslashes, control characters and bytes that
/// are not UTF-8 stand in it as they came.
fn mended(record: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(record);
    let mut out = Vec::with_capacity(text.len() + 64);
    let (mut quoted, mut rest) = (false, text.as_bytes());
    while let [byte, behind @ ..] = rest {
        rest = behind;
        match byte {
            b'\\' if quoted => {
                out.push(b'\\');
                let hex = |digits: &[u8]| digits.len() == 4 && digits.iter().all(u8::is_ascii_hexdigit);
                match behind {
                    [escaped @ (b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't'), behind @ ..] => {
                        out.push(*escaped);
                        rest = behind;
                    }
                    [b'u', digits @ ..] if digits.get(..4).is_some_and(hex) => {}
                    _ => out.push(b'\\'),
                }
            }
            control @ 0..0x20 if quoted => out.extend(format!("\\u{control:04x}").into_bytes()),
            byte => {
                quoted ^= *byte == b'"';
                out.push(*byte);
            }
        }
    }
    out
}

/// A segment that is a variable of a route: `{id}` or `:id`.
fn is_variable(segment: &str) -> bool {
    let braced = segment.starts_with('{') && segment.ends_with('}');
    braced
        || segment.strip_prefix(':').is_some_and(|name| name.starts_with(|letter: char| letter.is_ascii_alphabetic()))
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => String::new(),
    }
}

/// A time since the Unix epoch in microseconds. Plug-ins say it in milliseconds, the one of OpenTelemetry in seconds:
/// its size tells.
fn time(value: &Value) -> Option<i64> {
    let number = text(value).trim().parse::<f64>().ok().filter(|number| number.is_finite())?;
    let scaled = match number {
        1.0..1e11 => number * 1e6,
        1e11..1e14 => number * 1e3,
        1e14..1e17 => number,
        1e17..1e20 => number / 1e3,
        _ => return None,
    };
    Some(scaled as i64)
}

fn message(common: Common, answer: bool, limits: &Limits) -> Message {
    let fields = common.headers.unwrap_or_default().into_iter().map(|field| match field {
        Field::Named { key, value } | Field::Pair(key, value) => (key, text(&value)),
    });
    // Pseudo header fields of HTTP/2 say again what stands beside them.
    let headers: Headers =
        fields.filter(|(name, _)| !name.is_empty() && !name.starts_with(':')).take(limits.headers).collect();
    let mut message = Message { headers, body: Body::Empty };
    let encoded = common.body.unwrap_or_default();
    let encoded = encoded.trim();
    let length = message.header("content-length").and_then(|length| length.trim().parse().ok());
    let truncated = common.truncated.unwrap_or_default();
    let body = if encoded.is_empty() {
        // Some plug-ins leave bodies out, and some header fields too.
        let said = ["content-type", "transfer-encoding"].iter().any(|name| message.header(name).is_some());
        let perhaps = truncated || said || answer && message.headers.is_empty();
        match length {
            Some(0) => Body::Empty,
            None if !perhaps => Body::Empty,
            length => Body::Unknown { length },
        }
    } else {
        let alphabet = if encoded.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
        match GeneralPurpose::new(alphabet, LAX).decode(encoded) {
            Ok(mut bytes) => {
                let length = bytes.len() as u64;
                let cut = truncated || bytes.len() > limits.body_bytes;
                bytes.truncate(limits.body_bytes);
                body(message.header("content-encoding"), bytes, cut, length, limits)
            }
            Err(_) => Body::Unknown { length },
        }
    };
    message.body = body;
    message
}

#[cfg(test)]
mod tests;
