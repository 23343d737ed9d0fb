//! Our own exchanges, one a line.

use crate::tally::{Limits, Problem, ReadError, Reason, Tally};
use palisade_exchange::{Exchange, wire};
use std::io::{BufRead, Read};

/// Reads exchanges written as JSON lines. A bad line is counted and passed over.
///
/// # Errors
/// When the input cannot be read.
pub fn read_jsonl<R: BufRead>(
    mut input: R,
    limits: &Limits,
    sink: &mut dyn FnMut(Exchange),
) -> Result<Tally, ReadError> {
    let mut tally = Tally::default();
    let (mut offset, mut number) = (0u64, 0u64);
    let longest = limits.record_bytes.min(wire::MAX_LINE);
    let mut line = Vec::new();
    loop {
        line.clear();
        let taken = input.by_ref().take(longest as u64 + 1).read_until(b'\n', &mut line).map_err(ReadError::Io)?;
        if taken == 0 || tally.read >= limits.records {
            return Ok(tally);
        }
        number += 1;
        let start = offset;
        offset += taken as u64;
        let mut reject = |reason, detail: String| {
            tally.reject(limits, Problem { record: number, offset: start, reason, detail });
        };
        if line.len() > longest && line.last() != Some(&b'\n') {
            reject(Reason::TooLong, format!("more than {longest} bytes"));
            offset += skip_line(&mut input)?;
            continue;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let Ok(text) = std::str::from_utf8(&line) else {
            reject(Reason::Syntax, "not UTF-8".to_owned());
            continue;
        };
        match wire::from_line(text.trim_start_matches('\u{feff}').trim_end()) {
            Ok(exchange) => {
                tally.read += 1;
                sink(exchange);
            }
            Err(error) => {
                let reason = match error.column {
                    0 => Reason::Version,
                    _ => Reason::Shape,
                };
                reject(reason, error.to_string());
            }
        }
    }
}

/// Passes over the rest of a line without keeping it.
fn skip_line<R: BufRead>(input: &mut R) -> Result<u64, ReadError> {
    let mut skipped = 0u64;
    loop {
        let chunk = input.fill_buf().map_err(ReadError::Io)?;
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let take = end.map_or(chunk.len(), |end| end + 1);
        skipped += take as u64;
        let done = end.is_some() || take == 0;
        input.consume(take);
        if done {
            return Ok(skipped);
        }
    }
}
