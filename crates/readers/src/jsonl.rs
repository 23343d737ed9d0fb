//! Our own exchanges, one a line.

use crate::lines::Lines;
use crate::tally::{Limits, Problem, ReadError, Reason, Tally};
use palisade_exchange::{Exchange, wire};
use std::io::BufRead;

/// Reads exchanges written as JSON lines. A bad line is counted and passed over.
///
/// # Errors
/// When the input cannot be read.
pub fn read_jsonl<R: BufRead>(input: R, limits: &Limits, sink: &mut dyn FnMut(Exchange)) -> Result<Tally, ReadError> {
    let mut tally = Tally::default();
    let longest = limits.record_bytes.min(wire::MAX_LINE);
    let mut lines = Lines::new(input, longest);
    while let Some(line) = lines.next()? {
        if tally.read >= limits.records {
            break;
        }
        if line.bytes.is_some_and(|bytes| bytes.trim_ascii().is_empty()) {
            continue;
        }
        match line.bytes.map_or_else(|| Err(too_long(longest)), exchange) {
            Ok(exchange) => {
                tally.read += 1;
                sink(exchange);
            }
            Err((reason, detail)) => {
                tally.reject(limits, Problem { record: line.number, offset: line.offset, reason, detail });
            }
        }
    }
    Ok(tally)
}

/// Why a line is not read that is longer than a record may be.
pub(crate) fn too_long(longest: usize) -> (Reason, String) {
    (Reason::TooLong, format!("more than {longest} bytes"))
}

fn exchange(line: &[u8]) -> Result<Exchange, (Reason, String)> {
    let text = std::str::from_utf8(line).map_err(|_| (Reason::Syntax, "not UTF-8".to_owned()))?;
    wire::from_line(text).map_err(|error| {
        let reason = match error.column {
            0 => Reason::Version,
            _ => Reason::Shape,
        };
        (reason, error.to_string())
    })
}
