//! Credentials in memory, and what callers are called.

use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;

/// A credential in memory. It does not print.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Takes a credential in.
    pub fn new(text: &str) -> Secret {
        Secret(text.into())
    }

    /// The credential itself: for the one who is to receive it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What stands for it where it must not stand: SHA-256.
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// What the holder of a token is called. A subject may be a person's name or address: a hash stands for it.
pub(super) fn of_token(issuer: &str, subject: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(issuer.len().to_le_bytes());
    hash.update(issuer);
    hash.update(subject);
    let mut name = "token ".to_owned();
    for byte in hash.finalize().iter().take(16) {
        for half in [byte >> 4, byte & 15] {
            name.extend(char::from_digit(u32::from(half), 16));
        }
    }
    name
}

/// What the holder of a client certificate is called.
pub(super) fn of_certificate(subject: &str) -> String {
    format!("certificate {subject}")
}
