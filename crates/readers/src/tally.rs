//! What was read, what was rejected and why.

use std::collections::BTreeMap;
use std::fmt;

/// Bounds of reading a recording.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Most bytes of one record (HAR entry, line).
    pub record_bytes: usize,
    /// Most bytes of one body after decoding; longer bodies are cut and marked so.
    pub body_bytes: usize,
    /// Most records.
    pub records: u64,
    /// Most header fields of one message; the rest is left out.
    pub headers: usize,
    /// Most problems described one by one; all are counted.
    pub problems: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { record_bytes: 64 << 20, body_bytes: 4 << 20, records: u64::MAX, headers: 256, problems: 20 }
    }
}

/// Why a record was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Not JSON.
    Syntax,
    /// A line of no known log format.
    Format,
    /// JSON, but a member that must be there is missing or of the wrong type.
    Shape,
    /// The URL is not an absolute http or https URL.
    Url,
    /// The path is a route with variables, not a path that was asked for.
    Template,
    /// The method is no token.
    Method,
    /// The start time is not a date and time with offset.
    Time,
    /// Longer than a record may be.
    TooLong,
    /// No answer was seen (aborted, blocked, from cache).
    NoAnswer,
    /// Bytes of a connection were not captured.
    Lost,
    /// A connection that is not cleartext HTTP.
    Foreign,
    /// A packet that is cut, a fragment, or of a kind that is not read.
    Packet,
    /// A line format of another version.
    Version,
}

impl Reason {
    /// The words a person reads.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Syntax => "not JSON",
            Reason::Format => "unknown line format",
            Reason::Shape => "member missing or of the wrong type",
            Reason::Url => "no absolute http(s) URL",
            Reason::Template => "a route in place of a path",
            Reason::Method => "bad method",
            Reason::Time => "bad start time",
            Reason::TooLong => "record too long",
            Reason::NoAnswer => "no answer recorded",
            Reason::Lost => "bytes not captured",
            Reason::Foreign => "not cleartext HTTP",
            Reason::Packet => "packet not read",
            Reason::Version => "unknown format version",
        }
    }
}

/// One rejected record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Number of the record: HAR entry, line or packet, from 1.
    pub record: u64,
    /// Byte offset in the input at which the record begins, from 0.
    pub offset: u64,
    /// Why.
    pub reason: Reason,
    /// The place inside the record and what is wrong, without values.
    pub detail: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {} (byte {}): {}: {}", self.record, self.offset, self.reason.as_str(), self.detail)
    }
}

/// What came of a recording.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Exchanges given on.
    pub read: u64,
    /// Records rejected, by reason.
    pub rejected: BTreeMap<Reason, u64>,
    /// The first rejected records.
    pub problems: Vec<Problem>,
    /// Set when the recording broke off: what came before was given on.
    pub broken: Option<String>,
}

impl Tally {
    /// Counts what is not read; what is wrong is only told when there is room for it.
    pub(crate) fn reject(
        &mut self,
        limits: &Limits,
        reason: Reason,
        record: u64,
        offset: u64,
        detail: impl FnOnce() -> String,
    ) {
        *self.rejected.entry(reason).or_default() += 1;
        if self.problems.len() < limits.problems {
            self.problems.push(Problem { record, offset, reason, detail: detail() });
        }
    }

    /// Adds another recording's figures.
    pub fn add(&mut self, other: Tally, limits: &Limits) {
        self.read += other.read;
        for (reason, count) in other.rejected {
            *self.rejected.entry(reason).or_default() += count;
        }
        let room = limits.problems.saturating_sub(self.problems.len());
        self.problems.extend(other.problems.into_iter().take(room));
        self.broken = self.broken.take().or(other.broken);
    }
}

/// A recording could not be read.
#[derive(Debug)]
pub enum ReadError {
    /// Reading failed.
    Io(std::io::Error),
    /// None of the kinds that are read.
    UnknownKind,
    /// The outer structure is wrong, so that no record can be found.
    Structure {
        /// Byte offset, from 0.
        offset: u64,
        /// What is wrong.
        message: String,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Io(error) => write!(f, "could not read: {error}"),
            ReadError::UnknownKind => {
                f.write_str("neither a HAR file, nor exchanges as JSON lines, nor telemetry, nor flows of mitmproxy, nor a packet capture, nor an access log of a known format")
            }
            ReadError::Structure { offset, message } => write!(f, "byte {offset}: {message}"),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ReadError::Io(error) => Some(error),
            _ => None,
        }
    }
}
