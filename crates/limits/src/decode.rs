//! Content codings, decoded within limits.

use crate::read::read_to_end;
use std::io::{self, ErrorKind, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A content coding (RFC 9110 section 8.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coding {
    /// `identity`: nothing to decode.
    Identity,
    /// `gzip`, `x-gzip`.
    Gzip,
    /// `deflate`: zlib, or raw deflate as some senders do.
    Deflate,
    /// `br`.
    Brotli,
    /// `zstd`.
    Zstd,
}

impl Coding {
    /// The coding of a token, in any letter case.
    pub fn from_token(token: &str) -> Option<Coding> {
        let token = token.trim();
        [
            ("identity", Coding::Identity),
            ("gzip", Coding::Gzip),
            ("x-gzip", Coding::Gzip),
            ("deflate", Coding::Deflate),
            ("br", Coding::Brotli),
            ("zstd", Coding::Zstd),
        ]
        .into_iter()
        .find_map(|(name, coding)| token.eq_ignore_ascii_case(name).then_some(coding))
    }
}

/// How much decoding may give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeLimits {
    /// Bytes of output.
    pub bytes: u64,
    /// Bytes of output for each byte of input; output below 64 KiB is not measured.
    pub ratio: u64,
    /// Codings on top of each other.
    pub layers: usize,
}

impl Default for DecodeLimits {
    /// 8 MiB, a thousand times the input, two layers. DEFLATE reaches 1032, honest text rarely 50.
    fn default() -> Self {
        DecodeLimits { bytes: 8 << 20, ratio: 1000, layers: 2 }
    }
}

/// Output below this is never held against the ratio.
const RATIO_FLOOR: u64 = 64 << 10;

/// Largest zstd window: RFC 9659 allows senders of HTTP content no larger one.
const ZSTD_WINDOW: u64 = 8 << 20;

/// Why content could not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes are not of the coding they claim.
    #[error("the content is not valid in its coding")]
    Invalid,
    /// The content ends too early.
    #[error("the content ends too early")]
    Truncated,
    /// More output than allowed.
    #[error("the content decodes to more than {0} bytes")]
    TooLong(u64),
    /// Output out of all proportion to the input.
    #[error("the content decodes to more than {0} times its size")]
    Ratio(u64),
    /// A coding that is not known.
    #[error("the content coding is not known")]
    UnknownCoding,
    /// More codings on top of each other than allowed.
    #[error("more than {0} content codings")]
    TooManyLayers(usize),
}

/// Decodes content by the value of `Content-Encoding`: codings in the order they were applied.
pub fn decode_all(content_encoding: &str, content: &[u8], limits: &DecodeLimits) -> Result<Vec<u8>, DecodeError> {
    let mut codings = Vec::new();
    for token in content_encoding.split(',').filter(|token| !token.trim().is_empty()) {
        let coding = Coding::from_token(token).ok_or(DecodeError::UnknownCoding)?;
        if coding != Coding::Identity {
            codings.push(coding);
        }
        if codings.len() > limits.layers {
            return Err(DecodeError::TooManyLayers(limits.layers));
        }
    }
    let mut content = std::borrow::Cow::Borrowed(content);
    while let Some(coding) = codings.pop() {
        content = decode(coding, &content, limits)?.into();
    }
    if content.len() as u64 > limits.bytes {
        return Err(DecodeError::TooLong(limits.bytes));
    }
    Ok(content.into_owned())
}

/// Decodes one coding. Empty content is empty in every coding.
pub fn decode(coding: Coding, content: &[u8], limits: &DecodeLimits) -> Result<Vec<u8>, DecodeError> {
    if content.is_empty() {
        return Ok(Vec::new());
    }
    let by_ratio = limits.ratio.saturating_mul(content.len() as u64).max(RATIO_FLOOR);
    let cap = limits.bytes.min(by_ratio);
    // The decoders are not ours: should one panic on some input, the input is invalid.
    let decoded = catch_unwind(AssertUnwindSafe(|| read_coding(coding, content, cap)));
    match decoded.unwrap_or_else(|_| Err(ErrorKind::InvalidData.into())) {
        Ok(bytes) => Ok(bytes),
        Err(error) => Err(match error.kind() {
            ErrorKind::FileTooLarge if cap < limits.bytes => DecodeError::Ratio(limits.ratio),
            ErrorKind::FileTooLarge => DecodeError::TooLong(limits.bytes),
            ErrorKind::UnexpectedEof => DecodeError::Truncated,
            _ => DecodeError::Invalid,
        }),
    }
}

#[expect(clippy::disallowed_methods, reason = "every decoder is read through a cap")]
fn read_coding(coding: Coding, content: &[u8], cap: u64) -> io::Result<Vec<u8>> {
    match coding {
        Coding::Identity => read_to_end(content, cap),
        Coding::Gzip => read_to_end(flate2::read::MultiGzDecoder::new(content), cap),
        Coding::Deflate if is_zlib(content) => read_to_end(flate2::read::ZlibDecoder::new(content), cap),
        Coding::Deflate => read_to_end(flate2::read::DeflateDecoder::new(content), cap),
        Coding::Brotli if content.first().is_some_and(|byte| byte & 0x7F == 0x11) => {
            // A "large window" header, which RFC 7932 does not have: up to 1 GiB of memory.
            Err(ErrorKind::InvalidData.into())
        }
        Coding::Brotli => read_to_end(brotli_decompressor::Decompressor::new(content, 4096), cap),
        Coding::Zstd => zstd(content, cap),
    }
}

fn is_zlib(content: &[u8]) -> bool {
    matches!(content, [first, second, ..]
        if first & 0x0F == 8 && first >> 4 <= 7 && (u16::from(*first) * 256 + u16::from(*second)) % 31 == 0)
}

#[expect(clippy::disallowed_methods, reason = "the window is checked before, the output is capped")]
fn zstd(mut content: &[u8], cap: u64) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    while !content.is_empty() {
        if zstd_window(content).ok_or(ErrorKind::InvalidData)? > ZSTD_WINDOW {
            return Err(ErrorKind::InvalidData.into());
        }
        let decoder = ruzstd::decoding::StreamingDecoder::new(&mut content);
        let mut decoder = decoder.map_err(|_| io::Error::from(ErrorKind::InvalidData))?;
        let left = cap.saturating_sub(out.len() as u64);
        let frame = read_to_end(decoder.by_ref(), left);
        out.extend_from_slice(&frame.map_err(|error| match error.kind() {
            ErrorKind::FileTooLarge => error,
            _ => ErrorKind::InvalidData.into(),
        })?);
    }
    Ok(out)
}

/// The memory that a zstd frame asks for (RFC 8878 section 3.1.1.1).
fn zstd_window(frame: &[u8]) -> Option<u64> {
    let [0x28, 0xB5, 0x2F, 0xFD, descriptor, rest @ ..] = frame else { return None };
    let single_segment = descriptor & 0x20 != 0;
    if !single_segment {
        let window = *rest.first()?;
        let base = 1u64 << (10 + (window >> 3));
        return Some(base + base / 8 * u64::from(window & 7));
    }
    let dictionary = [0, 1, 2, 4].get(usize::from(descriptor & 3)).copied()?;
    let size = [1, 2, 4, 8].get(usize::from(descriptor >> 6)).copied()?;
    let field = rest.get(dictionary..dictionary + size)?;
    let value = field.iter().rev().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
    Some(if size == 2 { value + 256 } else { value })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// `hello`, written out by hand: one uncompressed meta-block, one raw block.
    const BROTLI: &[u8] = &[0x0b, 0x02, 0x80, b'h', b'e', b'l', b'l', b'o', 0x03];
    const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd, 0x20, 5, 0x29, 0, 0, b'h', b'e', b'l', b'l', b'o'];

    #[test]
    fn every_coding_is_decoded() {
        let limits = DecodeLimits::default();
        assert_eq!(decode(Coding::Gzip, &gzip(b"hello"), &limits).unwrap(), b"hello");
        assert_eq!(decode(Coding::Deflate, &zlib(b"hello"), &limits).unwrap(), b"hello");
        let raw = zlib(b"hello");
        assert_eq!(decode(Coding::Deflate, &raw[2..raw.len() - 4], &limits).unwrap(), b"hello");
        assert_eq!(decode(Coding::Brotli, BROTLI, &limits).unwrap(), b"hello");
        assert_eq!(decode(Coding::Zstd, ZSTD, &limits).unwrap(), b"hello");
        assert_eq!(decode(Coding::Zstd, &[ZSTD, ZSTD].concat(), &limits).unwrap(), b"hellohello");
        assert_eq!(decode_all("gzip, GZIP", &gzip(&gzip(b"hello")), &limits).unwrap(), b"hello");
        assert_eq!(decode_all("identity", b"hello", &limits).unwrap(), b"hello");
        assert_eq!(decode_all("", b"hello", &limits).unwrap(), b"hello");
    }

    #[test]
    fn bombs_are_stopped() {
        let limits = DecodeLimits { bytes: 1 << 20, ratio: 100, layers: 2 };
        let bomb = gzip(&vec![0; 16 << 20]);
        assert_eq!(decode(Coding::Gzip, &bomb, &limits), Err(DecodeError::TooLong(1 << 20)));
        let small = gzip(&vec![0; 512 << 10]);
        assert_eq!(decode(Coding::Gzip, &small, &limits), Err(DecodeError::Ratio(100)));
        assert_eq!(decode_all("gzip, gzip, gzip", &bomb, &limits), Err(DecodeError::TooManyLayers(2)));
        // A frame that asks for a window of 2 GiB, and brotli's large window.
        let window = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 1, 0, 0];
        assert_eq!(decode(Coding::Zstd, &window, &limits), Err(DecodeError::Invalid));
        assert_eq!(decode(Coding::Brotli, &[0x11, 0x1e, 0, 0], &limits), Err(DecodeError::Invalid));
    }

    #[test]
    fn broken_content_is_an_error() {
        let limits = DecodeLimits::default();
        let whole = gzip(b"hello hello hello");
        assert_eq!(decode(Coding::Gzip, &whole[..whole.len() - 9], &limits), Err(DecodeError::Truncated));
        assert_eq!(decode_all("rot13", b"uryyb", &limits), Err(DecodeError::UnknownCoding));
        for coding in [Coding::Gzip, Coding::Brotli, Coding::Zstd] {
            assert!(decode(coding, b"no such content", &limits).is_err(), "{coding:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            let limits = DecodeLimits { bytes: 1 << 16, ratio: 1000, layers: 2 };
            for coding in [Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd] {
                let _ = decode(coding, &bytes, &limits);
            }
            let zstd = [&ZSTD[..4], &bytes].concat();
            let _ = decode(Coding::Zstd, &zstd, &limits);
        }

        #[test]
        fn what_was_packed_comes_back(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..4000)) {
            let limits = DecodeLimits::default();
            proptest::prop_assert_eq!(&decode(Coding::Gzip, &gzip(&bytes), &limits).unwrap(), &bytes);
            proptest::prop_assert_eq!(&decode(Coding::Deflate, &zlib(&bytes), &limits).unwrap(), &bytes);
        }
    }
}
