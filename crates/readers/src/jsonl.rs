//! Our own exchanges, one a line.

use crate::lines::read_lines;
use crate::tally::{Limits, ReadError, Reason, Tally};
use palisade_exchange::{Exchange, wire};
use std::io::BufRead;

/// Reads exchanges written as JSON lines. A bad line is counted and passed over.
///
/// # Errors
/// When the input cannot be read.
pub fn read_jsonl<R: BufRead>(input: R, limits: &Limits, sink: &mut dyn FnMut(Exchange)) -> Result<Tally, ReadError> {
    read_lines(input, wire::MAX_LINE, limits, |_, line| Some(exchange(line)), sink)
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
