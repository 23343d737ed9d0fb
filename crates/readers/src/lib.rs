//! Recorded traffic into exchanges: streaming, bounded, and every rejected record counted by its reason.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod access;
mod capture;
mod detect;
mod flows;
mod har;
mod jsonl;
mod lines;
mod record;
mod scan;
mod tally;
mod telemetry;

pub use access::read_access_log;
pub use capture::{LiveCapture, read_capture};
pub use detect::{Kind, detect};
pub use flows::read_flows;
pub use har::read_har;
pub use jsonl::read_jsonl;
pub use tally::{Limits, Problem, ReadError, Reason, Tally};
pub use telemetry::{read_telemetry, telemetry_exchange};

use palisade_exchange::{Exchange, Redactor};
use std::io::{BufRead, Read};

/// Detects the kind of recording and reads it, giving each exchange to `sink`.
///
/// # Errors
/// When the input cannot be read, is of no known kind, or breaks off in a way that hides what follows.
pub fn read<R: BufRead>(
    mut input: R,
    redactor: &Redactor,
    limits: &Limits,
    sink: &mut dyn FnMut(Exchange),
) -> Result<Tally, ReadError> {
    let head = input.fill_buf().map_err(ReadError::Io)?;
    match detect(head) {
        Some(Kind::Har) => read_har(input, redactor, limits, sink),
        Some(Kind::JsonLines) => read_jsonl(input, redactor, limits, sink),
        Some(Kind::Telemetry) => read_telemetry(input, redactor, limits, sink),
        Some(Kind::Flows) => read_flows(input, redactor, limits, sink),
        Some(Kind::Capture) => read_capture(input, redactor, limits, sink),
        Some(Kind::AccessLog) => read_access_log(input, redactor, limits, sink),
        None => Err(ReadError::UnknownKind),
    }
}

/// As [`read`], for input that is not buffered.
///
/// # Errors
/// As [`read`].
pub fn read_unbuffered<R: Read>(
    input: R,
    redactor: &Redactor,
    limits: &Limits,
    sink: &mut dyn FnMut(Exchange),
) -> Result<Tally, ReadError> {
    read(std::io::BufReader::with_capacity(64 << 10, input), redactor, limits, sink)
}
