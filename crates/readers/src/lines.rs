//! Recordings of one record a line.

use crate::tally::{Limits, ReadError, Reason, Tally};
use palisade_exchange::Exchange;
use std::io::{BufRead, Read};

/// Reads a recording line by line, none of them longer than this. `exchange` makes something of a line's number and
/// text; nothing when the line says nothing, as empty ones do, which it is not asked about.
pub(crate) fn read_lines<R: BufRead>(
    input: R,
    longest: usize,
    limits: &Limits,
    mut exchange: impl FnMut(u64, &[u8]) -> Option<Result<Exchange, (Reason, String)>>,
    sink: &mut dyn FnMut(Exchange),
) -> Result<Tally, ReadError> {
    let mut tally = Tally::default();
    let longest = limits.record_bytes.min(longest);
    let mut lines = Lines { input, longest, line: Vec::new(), offset: 0, number: 0 };
    while let Some(line) = lines.next()? {
        if tally.read >= limits.records {
            break;
        }
        let found = match line.bytes {
            Some([]) => None,
            Some(bytes) => exchange(line.number, bytes),
            None => Some(Err((Reason::TooLong, format!("more than {longest} bytes")))),
        };
        match found {
            None => {}
            Some(Ok(exchange)) => {
                tally.read += 1;
                sink(exchange);
            }
            Some(Err((reason, detail))) => tally.reject(limits, reason, line.number, line.offset, || detail),
        }
    }
    Ok(tally)
}

/// Lines of an input, one at a time, of which none is kept beyond the most bytes a record may have.
struct Lines<R> {
    input: R,
    longest: usize,
    line: Vec<u8>,
    offset: u64,
    number: u64,
}

/// One line.
struct Line<'a> {
    /// Its number, from 1.
    number: u64,
    /// The byte offset of its first byte, from 0.
    offset: u64,
    /// What it says, without white space at its end; none when it is longer than a record may be.
    bytes: Option<&'a [u8]>,
}

impl<R: BufRead> Lines<R> {
    /// The next line; none at the end of the input.
    fn next(&mut self) -> Result<Option<Line<'_>>, ReadError> {
        self.line.clear();
        let most = self.longest as u64 + 1;
        let taken = self.input.by_ref().take(most).read_until(b'\n', &mut self.line).map_err(ReadError::Io)?;
        if taken == 0 {
            return Ok(None);
        }
        let offset = self.offset;
        self.offset += taken as u64;
        self.number += 1;
        let whole = self.line.len() <= self.longest || self.line.last() == Some(&b'\n');
        if !whole {
            self.pass_rest()?;
        }
        let bytes = self.line.trim_ascii_end();
        // Files with a byte order mark may have been put together.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        Ok(Some(Line { number: self.number, offset, bytes: whole.then_some(bytes) }))
    }

    /// Passes over the rest of a line without keeping it.
    fn pass_rest(&mut self) -> Result<(), ReadError> {
        loop {
            let chunk = self.input.fill_buf().map_err(ReadError::Io)?;
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let take = end.map_or(chunk.len(), |end| end + 1);
            self.offset += take as u64;
            self.input.consume(take);
            if end.is_some() || take == 0 {
                return Ok(());
            }
        }
    }
}
