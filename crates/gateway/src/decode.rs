//! Content decoding of captured bodies.

use palisade_limits::{DecodeLimits, decode_all};

/// Undoes the content codings of a whole body; `None` when they are unknown, broken, or hide more than `limit` bytes.
pub(crate) fn decode(content_encoding: &str, data: &[u8], limit: u64) -> Option<Vec<u8>> {
    let limits = DecodeLimits { bytes: limit, ..DecodeLimits::default() };
    decode_all(content_encoding, data, &limits).ok()
}
