//! Where a body ends. Bodies are forwarded as raw bytes, chunk sizes, extensions and trailers included; the framer
//! only says how many of the bytes read belong to the body, and shows the decoded data to a tap.

/// Longest line of a chunk's size with its extensions.
const MAX_SIZE_LINE: usize = 1024;
/// Longest trailer section.
const MAX_TRAILERS: usize = 8 * 1024;

/// The body broke the chunked coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct BadChunk(pub(crate) &'static str);

/// How a body is delimited, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Framer {
    /// There is no body, or it has ended.
    Done,
    /// So many bytes are left.
    Length(u64),
    /// Chunked coding.
    Chunked(Chunked),
    /// Up to the end of the connection.
    UntilClose,
}

/// State of the chunked decoder: strict CRLF, bounded lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chunked {
    state: State,
    /// Bytes of the line, or of the trailer section, so far.
    line: usize,
    size: u64,
    digits: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Size,
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    TrailerStart,
    TrailerName,
    Trailer,
    TrailerLf,
    EndLf,
}

impl Framer {
    /// The framer of a chunked body.
    pub(crate) fn chunked() -> Framer {
        Framer::Chunked(Chunked { state: State::Size, line: 0, size: 0, digits: 0 })
    }

    /// The framer of a body of known length.
    pub(crate) fn length(length: u64) -> Framer {
        if length == 0 { Framer::Done } else { Framer::Length(length) }
    }

    /// True when the body has ended.
    pub(crate) fn is_done(&self) -> bool {
        *self == Framer::Done
    }

    /// How many of the next bytes are data and not coding, as far as is known.
    pub(crate) fn data_left(&self) -> u64 {
        match self {
            Framer::Length(left) => *left,
            Framer::Chunked(Chunked { state: State::Data, size, .. }) => *size,
            Framer::UntilClose => u64::MAX,
            Framer::Chunked(_) | Framer::Done => 0,
        }
    }

    /// True when the next byte belongs to the trailers or to the empty line that ends them.
    pub(crate) fn in_trailers(&self) -> bool {
        use State::{EndLf, Trailer, TrailerLf, TrailerName, TrailerStart};
        matches!(self, Framer::Chunked(Chunked { state: TrailerStart | TrailerName | Trailer | TrailerLf | EndLf, .. }))
    }

    /// Takes what belongs to the body off the front of `input`: gives the number of raw bytes; `tap` sees the data.
    pub(crate) fn advance(&mut self, input: &[u8], mut tap: impl FnMut(&[u8])) -> Result<usize, BadChunk> {
        match self {
            Framer::Done => Ok(0),
            Framer::UntilClose => {
                tap(input);
                Ok(input.len())
            }
            Framer::Length(left) => {
                let take = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
                let (data, _) = input.split_at(take);
                tap(data);
                *left -= take as u64;
                if *left == 0 {
                    *self = Framer::Done;
                }
                Ok(take)
            }
            Framer::Chunked(chunked) => {
                let (used, done) = chunked.advance(input, tap)?;
                if done {
                    *self = Framer::Done;
                }
                Ok(used)
            }
        }
    }
}

impl Chunked {
    fn advance(&mut self, input: &[u8], mut tap: impl FnMut(&[u8])) -> Result<(usize, bool), BadChunk> {
        let mut rest = input;
        while let Some((&byte, after)) = rest.split_first() {
            if self.state == State::Data {
                let take = usize::try_from(self.size).unwrap_or(usize::MAX).min(rest.len());
                let (data, after) = rest.split_at(take);
                tap(data);
                self.size -= take as u64;
                if self.size == 0 {
                    self.state = State::DataCr;
                }
                rest = after;
                continue;
            }
            rest = after;
            if self.step(byte)? {
                return Ok((input.len() - rest.len(), true));
            }
        }
        Ok((input.len(), false))
    }

    /// One byte of the coding itself; true at its end.
    fn step(&mut self, byte: u8) -> Result<bool, BadChunk> {
        self.state = match self.state {
            State::Size => match byte {
                b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' => {
                    // 15 hexadecimal digits cannot overflow and are more than any body.
                    if self.digits == 15 {
                        return Err(BadChunk("a chunk size is too large"));
                    }
                    let digit = char::from(byte).to_digit(16).unwrap_or(0);
                    self.size = self.size * 16 + u64::from(digit);
                    self.digits += 1;
                    State::Size
                }
                b';' if self.digits > 0 => State::Extension,
                b'\r' if self.digits > 0 => State::SizeLf,
                _ => return Err(BadChunk("a chunk size is not a hexadecimal number")),
            },
            State::Extension => {
                self.line += 1;
                match byte {
                    b'\r' => State::SizeLf,
                    b'\n' => return Err(BadChunk("a chunk extension holds a bare line feed")),
                    _ if self.line > MAX_SIZE_LINE => return Err(BadChunk("a chunk extension is too long")),
                    0..=8 | 11..=31 | 127 => return Err(BadChunk("a chunk extension holds a control character")),
                    _ => State::Extension,
                }
            }
            State::SizeLf => {
                if byte != b'\n' {
                    return Err(BadChunk("a chunk size does not end with CR LF"));
                }
                self.digits = 0;
                self.line = 0;
                if self.size == 0 { State::TrailerStart } else { State::Data }
            }
            // Data is taken in bulk before a single byte gets here.
            State::Data => State::Data,
            State::DataCr if byte == b'\r' => State::DataLf,
            State::DataLf if byte == b'\n' => State::Size,
            State::DataCr | State::DataLf => return Err(BadChunk("a chunk is longer than its size says")),
            State::TrailerStart if byte == b'\r' => State::EndLf,
            State::TrailerStart | State::TrailerName | State::Trailer => {
                self.line += 1;
                if self.line > MAX_TRAILERS {
                    return Err(BadChunk("the trailers are too long"));
                }
                match (self.state, byte) {
                    (State::Trailer, b'\r') => State::TrailerLf,
                    (State::Trailer, 0..=8 | 10..=31 | 127) => {
                        return Err(BadChunk("a trailer holds a bare line feed or a control character"));
                    }
                    (State::Trailer, _) => State::Trailer,
                    (State::TrailerName, b':') => State::Trailer,
                    (_, byte) if is_token(byte) => State::TrailerName,
                    // Who skips what is no field may end the body elsewhere.
                    _ => return Err(BadChunk("a trailer is no header field")),
                }
            }
            State::TrailerLf if byte == b'\n' => State::TrailerStart,
            State::EndLf if byte == b'\n' => return Ok(true),
            State::TrailerLf | State::EndLf => return Err(BadChunk("a trailer does not end with CR LF")),
        };
        Ok(false)
    }
}

/// A character of a field name (RFC 9110, section 5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Keeps the first bytes of a body and counts the rest.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tap {
    pub(crate) limit: usize,
    pub(crate) data: Vec<u8>,
    pub(crate) total: u64,
}

impl Tap {
    /// A tap that keeps up to `limit` bytes.
    pub(crate) fn new(limit: usize) -> Tap {
        Tap { limit, data: Vec::new(), total: 0 }
    }

    /// Shows the tap the next bytes.
    pub(crate) fn see(&mut self, data: &[u8]) {
        self.total += data.len() as u64;
        let room = self.limit - self.data.len().min(self.limit);
        let (kept, _) = data.split_at(data.len().min(room));
        self.data.extend_from_slice(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(input: &[u8]) -> Result<(Vec<u8>, usize, bool), BadChunk> {
        let mut framer = Framer::chunked();
        let mut data = Vec::new();
        let used = framer.advance(input, |slice| data.extend_from_slice(slice))?;
        Ok((data, used, framer.is_done()))
    }

    #[test]
    fn chunks_extensions_and_trailers_end_where_they_end() {
        let body = b"4;name=value\r\nWiki\r\n5\r\npedia\r\n0\r\nChecksum: 1\r\n\r\nGET / HTTP/1.1";
        let (data, used, done) = run(body).unwrap();
        assert_eq!((data.as_slice(), used, done), (b"Wikipedia".as_slice(), body.len() - 14, true));
    }

    #[test]
    fn every_sloppy_chunk_is_refused() {
        for bad in [
            &b"\r\n"[..],
            b"4\nWiki\r\n0\r\n\r\n",
            b"4 \r\nWiki\r\n",
            b" 4\r\nWiki\r\n",
            b"+4\r\nWiki\r\n",
            b"0x4\r\nWiki\r\n",
            b"-1\r\n",
            b"g\r\n",
            b"4\r\nWikipedia\r\n",
            b"4\r\nWiki\n0\r\n\r\n",
            b"4;a\nb\r\nWiki\r\n",
            b"4;a\rb\r\nWiki\r\n",
            b"1000000000000000\r\n",
            b"0\r\n folded\r\n\r\n",
            b"0\r\na: b\n\r\n",
            b"0\r\n\n",
            b"0\r\nnothing\r\n\r\n",
            b"0\r\n: x\r\n\r\n",
            b"0\r\na : b\r\n\r\n",
            b"0\r\na: b\rc\r\n\r\n",
            b"0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        ] {
            assert!(run(bad).is_err(), "{}", bad.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter(body in proptest::collection::vec(any::<u8>(), 0..300), cuts in proptest::collection::vec(1usize..40, 1..60)) {
            let mut wire = Vec::new();
            for (chunk, _) in body.chunks(7).zip(0..) {
                wire.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                wire.extend_from_slice(chunk);
                wire.extend_from_slice(b"\r\n");
            }
            wire.extend_from_slice(b"0\r\nT: x\r\n\r\n");
            let end = wire.len();
            wire.extend_from_slice(b"next");
            let mut framer = Framer::chunked();
            let (mut seen, mut at, mut cuts) = (Vec::new(), 0, cuts.into_iter().cycle());
            while at < wire.len() && !framer.is_done() {
                let to = (at + cuts.next().unwrap_or(1)).min(wire.len());
                at += framer.advance(&wire[at..to], |slice| seen.extend_from_slice(slice)).unwrap();
            }
            prop_assert_eq!((seen, at), (body, end));
        }

        #[test]
        fn nothing_breaks_the_decoder(noise in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = run(&noise);
        }
    }
}
