//! Our own exchanges, one a line.

use crate::lines::read_lines;
use crate::record::{id, is_method};
use crate::tally::{Limits, ReadError, Reason, Tally};
use palisade_exchange::{Exchange, RawExchange, Redactor, wire};
use std::io::BufRead;

/// Reads exchanges written as JSON lines. A bad line is counted and passed over.
///
/// # Errors
/// When the input cannot be read.
pub fn read_jsonl<R: BufRead>(
    input: R,
    redactor: &Redactor,
    limits: &Limits,
    sink: &mut dyn FnMut(Exchange),
) -> Result<Tally, ReadError> {
    read_lines(input, wire::MAX_LINE, limits, |number, line| Some(exchange(line, number, redactor)), sink)
}

fn exchange(line: &[u8], number: u64, redactor: &Redactor) -> Result<Exchange, (Reason, String)> {
    let text = std::str::from_utf8(line).map_err(|_| (Reason::Syntax, "not UTF-8".to_owned()))?;
    let mut exchange = wire::from_line(text).map_err(|error| {
        let reason = match error.column {
            0 => Reason::Version,
            _ => Reason::Shape,
        };
        (reason, error.to_string())
    })?;
    if !is_method(&exchange.method) {
        return Err((Reason::Method, "method is not a token".to_owned()));
    }
    if exchange.id.is_nil() {
        exchange.id = id(redactor, exchange.time, &exchange.path, number);
    }
    // Whoever wrote the line may not have taken the credentials out.
    Ok(redactor.redact(RawExchange(exchange)))
}
