//! What must hold for any bytes that a reader is given. The tests of the readers run it on seeds and on what the
//! fuzzer found once.

use palisade_exchange::wire::{Form, from_line, to_line};
use palisade_exchange::{Body, Exchange, Message, Redactor};
use palisade_readers::{
    Limits, ReadError, Tally, read_access_log, read_capture, read_flows, read_har, read_jsonl, read_telemetry,
    telemetry_exchange,
};
use std::io::BufReader;

const KEY: [u8; 32] = [7; 32];
const LIMITS: Limits =
    Limits { record_bytes: 64 << 10, body_bytes: 16 << 10, records: 1000, headers: 64, problems: 20 };

type Sink<'s> = &'s mut dyn FnMut(Exchange);

/// Lines of access logs.
pub fn access_log(data: &[u8]) {
    let redactor = Redactor::new(&KEY);
    let whole = judged(&|sink| read_access_log(data, &redactor, &LIMITS, sink));
    assert_eq!(whole, judged(&|sink| read_access_log(sips(data), &redactor, &LIMITS, sink)));
}

/// Packet captures.
pub fn capture(data: &[u8]) {
    let redactor = Redactor::new(&KEY);
    let whole = judged(&|sink| read_capture(data, &redactor, &LIMITS, sink));
    assert_eq!(whole, judged(&|sink| read_capture(sips(data), &redactor, &LIMITS, sink)));
}

/// Flows of mitmproxy.
pub fn flows(data: &[u8]) {
    let redactor = Redactor::new(&KEY);
    let whole = judged(&|sink| read_flows(data, &redactor, &LIMITS, sink));
    assert_eq!(whole, judged(&|sink| read_flows(sips(data), &redactor, &LIMITS, sink)));
}

/// HTTP archives.
pub fn har(data: &[u8]) {
    let redactor = Redactor::new(&KEY);
    let whole = judged(&|sink| read_har(data, &redactor, &LIMITS, sink));
    assert_eq!(whole, judged(&|sink| read_har(sips(data), &redactor, &LIMITS, sink)));
}

/// Exchanges as JSON lines.
pub fn jsonl(data: &[u8]) {
    let redactor = Redactor::new(&KEY);
    let whole = judged(&|sink| read_jsonl(data, &redactor, &LIMITS, sink));
    assert_eq!(whole, judged(&|sink| read_jsonl(sips(data), &redactor, &LIMITS, sink)));
}

/// Telemetry, as a file and as one object.
pub fn telemetry(data: &[u8]) {
    let redactor = Redactor::new(&KEY);
    // Where lines end is looked for in what is buffered, so that bytes in sips may be told in another way.
    let _ = judged(&|sink| read_telemetry(data, &redactor, &LIMITS, sink));
    if let Ok(exchange) = telemetry_exchange(data, 1, 1, &redactor, &LIMITS) {
        whole(&exchange);
    }
}

/// The same bytes, a few at a time.
fn sips(data: &[u8]) -> BufReader<&[u8]> {
    // Long enough for what is told from the first bytes.
    BufReader::with_capacity(61, data)
}

/// What a reader gives, once its figures and every exchange were looked at.
fn judged(read: &dyn Fn(Sink<'_>) -> Result<Tally, ReadError>) -> (Vec<Exchange>, Result<Tally, String>) {
    let mut found = Vec::new();
    let outcome = read(&mut |exchange| found.push(exchange));
    if let Ok(tally) = &outcome {
        assert_eq!(tally.read, found.len() as u64, "what is counted is given");
        assert!(tally.read <= LIMITS.records);
        assert!(tally.problems.len() <= LIMITS.problems);
        assert!(tally.problems.len() as u64 <= tally.rejected.values().sum());
    }
    found.iter().for_each(whole);
    (found, outcome.map_err(|error| error.to_string()))
}

/// An exchange keeps to the limits and can be written and read again.
fn whole(exchange: &Exchange) {
    message(&exchange.request);
    if let Some(response) = &exchange.response {
        message(&response.message);
    }
    let redactor = Redactor::new(&KEY);
    let line = to_line(exchange, Form::Full, redactor.marker());
    assert!(!line.contains('\n'));
    assert_eq!(from_line(&line).as_ref(), Ok(exchange), "a line comes back as it was");
    assert!(from_line(&to_line(exchange, Form::Shapes, redactor.marker())).is_ok(), "a line for disk can be read");
}

fn message(message: &Message) {
    assert!(message.headers.len() <= LIMITS.headers + 1, "one more says the type of a HAR's body");
    if let Body::Bytes { bytes, .. } = &message.body {
        assert!(!bytes.is_empty() && bytes.len() <= LIMITS.body_bytes);
    }
}
