//! Flow files of mitmproxy: one dictionary of tnetstrings for each flow.
//!
//! A tnetstring is its length, a colon, its bytes and one byte for its type. Only what is asked for is looked into, so
//! nesting costs nothing.

use crate::record::{address, body, id, is_method, split_url};
use crate::tally::{Limits, ReadError, Reason, Tally};
use palisade_exchange::{Body, Client, Exchange, Headers, Message, RawExchange, Redactor, Response, Source};
use std::io::{BufRead, Read};

/// Longest length that is believed, in digits.
const MAX_DIGITS: usize = 12;

/// A value: its type and its bytes.
#[derive(Debug, Clone, Copy)]
struct Value<'v> {
    kind: u8,
    bytes: &'v [u8],
}

/// Takes a value off the front; none when there is none.
fn next<'v>(rest: &mut &'v [u8]) -> Option<Value<'v>> {
    let colon = rest.iter().take(MAX_DIGITS + 1).position(|byte| *byte == b':')?;
    let (digits, behind) = (rest.get(..colon)?, rest.get(colon + 1..)?);
    let length: usize = std::str::from_utf8(digits).ok()?.parse().ok()?;
    let (bytes, behind) = behind.split_at_checked(length)?;
    let (kind, behind) = behind.split_first()?;
    *rest = behind;
    Some(Value { kind: *kind, bytes })
}

impl<'v> Value<'v> {
    /// The member of a dictionary.
    fn get(self, name: &str) -> Option<Value<'v>> {
        let mut rest = Some(self.bytes).filter(|_| self.kind == b'}')?;
        while !rest.is_empty() {
            let (key, value) = (next(&mut rest)?, next(&mut rest)?);
            if key.bytes == name.as_bytes() {
                return Some(value).filter(|value| value.kind != b'~');
            }
        }
        None
    }

    /// The items of a list.
    fn items(self) -> impl Iterator<Item = Value<'v>> {
        let mut rest = if self.kind == b']' { self.bytes } else { &[] };
        std::iter::from_fn(move || next(&mut rest))
    }

    /// Bytes or text.
    fn text(self) -> Option<String> {
        matches!(self.kind, b',' | b';').then(|| String::from_utf8_lossy(self.bytes).into_owned())
    }

    fn number(self) -> Option<f64> {
        let text = std::str::from_utf8(self.bytes).ok().filter(|_| matches!(self.kind, b'#' | b'^'))?;
        text.parse::<f64>().ok().filter(|number| number.is_finite())
    }

    /// Seconds since the Unix epoch, in microseconds.
    fn time(self) -> Option<i64> {
        self.number().filter(|seconds| (0.0..1e11).contains(seconds)).map(|seconds| (seconds * 1e6).round() as i64)
    }
}

/// Whether an input that begins like this is a flow file: a length, and a first key of a dictionary.
pub(crate) fn is_flows(head: &[u8]) -> bool {
    let digits = head.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut rest = match head.get(digits..) {
        Some([b':', rest @ ..]) if (1..=MAX_DIGITS).contains(&digits) => rest,
        _ => return false,
    };
    next(&mut rest).is_some_and(|key| {
        let plain = key.bytes.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_');
        matches!(key.kind, b',' | b';') && !key.bytes.is_empty() && plain
    })
}

/// Reads a flow file of mitmproxy. A flow that is not usable is counted and passed over.
///
/// # Errors
/// When the input cannot be read or does not begin with a flow.
pub fn read_flows<R: BufRead>(
    mut input: R,
    redactor: &Redactor,
    limits: &Limits,
    sink: &mut dyn FnMut(Exchange),
) -> Result<Tally, ReadError> {
    let (mut tally, mut offset, mut number, mut record) = (Tally::default(), 0, 0, Vec::new());
    while tally.read < limits.records {
        number += 1;
        let length = match length(&mut input)? {
            Length::End => break,
            Length::Bytes(length, digits) => {
                offset += digits;
                length
            }
            Length::None => {
                tally.broken = Some(broken(number, offset, "a flow begins with its length")?);
                break;
            }
        };
        record.clear();
        // The type stands behind the last byte.
        let wanted = length + 1;
        let keep = wanted.min(limits.record_bytes as u64 + 1);
        let read = input.by_ref().take(keep).read_to_end(&mut record).map_err(ReadError::Io)? as u64;
        let passed = read
            + std::io::copy(&mut input.by_ref().take(wanted - keep), &mut std::io::sink()).map_err(ReadError::Io)?;
        if passed < wanted {
            tally.broken = Some(broken(number, offset, "the file ends inside a flow")?);
            break;
        }
        let kind = record.pop().unwrap_or_default();
        let found = match (wanted > keep, kind) {
            (true, _) => Err((Reason::TooLong, format!("more than {} bytes", limits.record_bytes))),
            (false, b'}') => exchange(Value { kind, bytes: &record }, number, redactor, limits),
            (false, _) => {
                tally.broken = Some(broken(number, offset, "a flow is a dictionary")?);
                break;
            }
        };
        match found {
            Ok(exchange) => {
                tally.read += 1;
                sink(exchange);
            }
            Err((reason, detail)) => tally.reject(limits, reason, number, offset, || detail),
        }
        offset += wanted;
    }
    Ok(tally)
}

/// The file breaks off: an error when nothing could be read, else what to say of it.
fn broken(number: u64, offset: u64, message: &str) -> Result<String, ReadError> {
    match number {
        1 => Err(ReadError::Structure { offset, message: message.to_owned() }),
        _ => Ok(format!("at flow {number}, byte {offset}: {message}")),
    }
}

enum Length {
    /// Nothing more comes.
    End,
    /// So many bytes follow, said by so many.
    Bytes(u64, u64),
    /// These are no digits with a colon behind.
    None,
}

fn length<R: BufRead>(input: &mut R) -> Result<Length, ReadError> {
    let mut digits = Vec::new();
    let most = MAX_DIGITS as u64 + 1;
    let taken = input.by_ref().take(most).read_until(b':', &mut digits).map_err(ReadError::Io)?;
    if taken == 0 {
        return Ok(Length::End);
    }
    let number = digits.strip_suffix(b":").and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    Ok(number.map_or(Length::None, |number| Length::Bytes(number, taken as u64)))
}

fn exchange(flow: Value<'_>, number: u64, redactor: &Redactor, limits: &Limits) -> Result<Exchange, (Reason, String)> {
    let kind = flow.get("type").and_then(Value::text);
    if kind.as_deref() != Some("http") {
        return Err((Reason::Foreign, "the flow is of another protocol".to_owned()));
    }
    let lacks = |name: &str| (Reason::Shape, format!("there is no {name}"));
    let request = flow.get("request").ok_or_else(|| lacks("request"))?;
    let answer = flow.get("response").ok_or((Reason::NoAnswer, "there is no response".to_owned()))?;
    let text = |value: Value<'_>, name: &str| value.get(name).and_then(Value::text);
    let method = text(request, "method").ok_or_else(|| lacks("request.method"))?;
    if !is_method(&method) {
        return Err((Reason::Method, "request.method is not a token".to_owned()));
    }
    let status = answer.get("status_code").and_then(Value::number).filter(|status| (100.0..600.0).contains(status));
    let status = status.ok_or((Reason::NoAnswer, "response.status_code is no status".to_owned()))? as u16;
    let time = request.get("timestamp_start").and_then(Value::time);
    let time = time.ok_or((Reason::Time, "request.timestamp_start is no time".to_owned()))?;
    let ended = answer.get("timestamp_end").and_then(Value::time);

    let asked = message(request, method == "HEAD", limits);
    let mut said = message(answer, false, limits);
    if method == "HEAD" || matches!(status, 100..200 | 204 | 304) {
        said.body = Body::Empty;
    }
    let scheme = text(request, "scheme").filter(|scheme| !scheme.is_empty()).unwrap_or_else(|| "http".to_owned());
    let reached = || {
        let port = request.get("port").and_then(Value::number).unwrap_or_default();
        Some(format!("{}:{port}", text(request, "host")?))
    };
    let host = asked.header("host").map(str::to_owned).or_else(|| text(request, "authority"));
    let host = host.filter(|host| !host.is_empty()).or_else(reached).unwrap_or_default();
    let target = text(request, "path").ok_or_else(|| lacks("request.path"))?;
    let url = if target.starts_with('/') { format!("{scheme}://{host}{target}") } else { target.clone() };
    let url = split_url(&url).ok_or((Reason::Url, "the request goes to no http(s) URL".to_owned()))?;
    let client = flow.get("client_conn").and_then(|client| client.get("peername").or_else(|| client.get("address")));
    let client = client.and_then(|peer| peer.items().next()?.text());
    Ok(redactor.redact(RawExchange(Exchange {
        id: id(redactor, time, &target, number),
        time,
        duration: ended.and_then(|ended| u64::try_from(ended - time).ok()),
        source: Source::Flows,
        api: None,
        client: Client { address: client.as_deref().and_then(address), principal: None },
        scheme: url.scheme.to_owned(),
        host: url.host,
        method,
        path: url.path,
        query: url.query,
        request: asked,
        response: Some(Response { status, message: said }),
    })))
}

fn message(message: Value<'_>, bodiless: bool, limits: &Limits) -> Message {
    let pairs = message.get("headers").into_iter().flat_map(Value::items);
    let pair = |pair: Value<'_>| {
        let mut items = pair.items();
        Some((items.next()?.text()?, items.next()?.text()?))
    };
    let headers: Headers = pairs.filter_map(pair).take(limits.headers).collect();
    let mut message_of = Message { headers, body: Body::Empty };
    message_of.body = match message.get("content") {
        _ if bodiless => Body::Empty,
        // It was streamed past mitmproxy.
        None => Body::Unknown { length: message_of.header("content-length").and_then(|length| length.parse().ok()) },
        Some(content) => {
            let length = content.bytes.len();
            let bytes = content.bytes.iter().copied().take(limits.body_bytes).collect();
            body(message_of.header("content-encoding"), bytes, length > limits.body_bytes, length as u64, limits)
        }
    };
    message_of
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Written by mitmproxy 11.0.2: four orders in gzip, one made, one more read.
    const WRITTEN: &[u8] = include_bytes!("../tests/fixtures/mitmproxy.flows");

    fn read(bytes: &[u8]) -> (Vec<Exchange>, Result<Tally, ReadError>) {
        let mut found = Vec::new();
        let limits = Limits { record_bytes: 64 << 10, ..Limits::default() };
        let tally = read_flows(bytes, &Redactor::new(&[7; 32]), &limits, &mut |exchange| found.push(exchange));
        (found, tally)
    }

    /// A tnetstring.
    fn told(kind: char, bytes: &str) -> String {
        format!("{}:{bytes}{kind}", bytes.len())
    }

    fn dictionary(members: &[(&str, String)]) -> String {
        told('}', &members.iter().map(|(name, value)| told(';', name) + value).collect::<String>())
    }

    fn flow(path: &str, content: String) -> String {
        let fields = told(']', &told(']', &(told(',', "Host") + &told(',', "Shop.test"))));
        let request = dictionary(&[
            ("method", told(',', "GET")),
            ("scheme", told(',', "https")),
            ("path", told(',', path)),
            ("headers", fields),
            ("content", told(',', "")),
            ("timestamp_start", told('^', "1795338000.5")),
        ]);
        let response = dictionary(&[
            ("status_code", told('#', "200")),
            ("headers", told(']', "")),
            ("content", content),
            ("timestamp_end", told('^', "1795338000.75")),
        ]);
        dictionary(&[("request", request), ("response", response), ("type", told(';', "http"))])
    }

    #[test]
    fn what_mitmproxy_writes_is_read() {
        assert_eq!(crate::detect(WRITTEN), Some(crate::Kind::Flows));
        let (found, tally) = read(WRITTEN);
        let shown: Vec<String> = found
            .iter()
            .map(|one| {
                let answer = one.response.as_ref().unwrap();
                let body = answer.message.body.complete().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
                format!(
                    "{} {}://{}{}?{} {:?} -> {} {:?} ({:?})",
                    one.method,
                    one.scheme,
                    one.host,
                    one.path,
                    one.query.as_deref().unwrap_or_default(),
                    one.request.header("authorization"),
                    answer.status,
                    body,
                    one.client.address.unwrap(),
                )
            })
            .collect();
        insta::assert_snapshot!(format!("{}\n{:?}", shown.join("\n"), tally.unwrap().rejected));
    }

    #[test]
    fn flows_that_are_no_exchange_are_counted() {
        let tcp = dictionary(&[("type", told(';', "tcp"))]);
        let bad = [
            tcp,
            flow("/a", told(',', "")).replace("3:200#", "3:999#"),
            flow("relative", told(',', "")),
            flow("/a", told(',', "")).replace("3:GET,", "3:G T,"),
            flow("/a", told(',', "")).replace("12:1795338000.5^", "12:1795338000.5,"),
            flow("/a", told(',', &"x".repeat(100 << 10))),
            dictionary(&[("type", told(';', "http"))]),
        ];
        let (found, tally) = read((bad.concat() + &flow("/good", "0:~".to_owned())).as_bytes());
        let tally = tally.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].response.as_ref().unwrap().message.body, Body::Unknown { length: None });
        assert_eq!((found[0].duration, found[0].host.as_str()), (Some(250_000), "shop.test"));
        let reasons: Vec<Reason> = tally.problems.iter().map(|problem| problem.reason).collect();
        use Reason::{Foreign, Method, NoAnswer, Shape, Time, TooLong, Url};
        assert_eq!(reasons, [Foreign, NoAnswer, Url, Method, Time, TooLong, Shape]);
    }

    #[test]
    fn a_file_that_breaks_off_gives_what_came_before() {
        let (found, tally) = read(&WRITTEN[..WRITTEN.len() - 9]);
        assert!(!found.is_empty() && tally.unwrap().broken.unwrap().contains("the file ends inside a flow"));
        let (_, tally) = read(b"7:nothing,");
        assert!(tally.unwrap_err().to_string().contains("a flow is a dictionary"));
        let (_, tally) = read(b"999999999999:x");
        assert!(tally.unwrap_err().to_string().contains("the file ends inside a flow"));
    }

    proptest! {
        #[test]
        fn any_flip_or_cut_is_read_or_refused(noise in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20), at in any::<prop::sample::Index>()) {
            let mut bytes = WRITTEN.to_vec();
            for (at, byte) in noise {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let _ = read(&bytes);
            bytes.truncate(at.index(bytes.len()));
            let _ = read(&bytes);
        }
    }
}
