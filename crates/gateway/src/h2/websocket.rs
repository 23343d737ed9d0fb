//! The handshake of RFC 6455 where the other side shakes hands by extended CONNECT (RFC 8441), which has no key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

/// A key for a handshake of our own.
pub(super) fn new_key() -> std::io::Result<String> {
    let mut nonce = [0u8; 16];
    getrandom::fill(&mut nonce).map_err(std::io::Error::other)?;
    Ok(STANDARD.encode(nonce))
}

/// What a server answers to a key (RFC 6455, section 4.2.2).
pub(super) fn accept_of(key: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(key);
    hash.update(b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    STANDARD.encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_is_met() {
        assert_eq!(accept_of(b"dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(STANDARD.decode(new_key().unwrap()).unwrap().len(), 16);
    }
}
