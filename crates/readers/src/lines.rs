//! Recordings of one record a line.

use crate::tally::ReadError;
use std::io::{BufRead, Read};

/// Lines of an input, one at a time, of which none is kept beyond the most bytes a record may have.
pub(crate) struct Lines<R> {
    input: R,
    longest: usize,
    line: Vec<u8>,
    offset: u64,
    number: u64,
}

/// One line.
pub(crate) struct Line<'a> {
    /// Its number, from 1.
    pub(crate) number: u64,
    /// The byte offset of its first byte, from 0.
    pub(crate) offset: u64,
    /// What it says, without its end; none when it is longer than a record may be.
    pub(crate) bytes: Option<&'a [u8]>,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(input: R, longest: usize) -> Self {
        Lines { input, longest, line: Vec::new(), offset: 0, number: 0 }
    }

    /// The next line; none at the end of the input.
    pub(crate) fn next(&mut self) -> Result<Option<Line<'_>>, ReadError> {
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
        let bytes = if offset == 0 { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) } else { bytes };
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
