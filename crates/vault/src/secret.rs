//! A secret in memory.

use std::fmt;
use zeroize::Zeroizing;

/// A secret in memory. It does not print, cannot be written out by serde, and is wiped when it is dropped.
#[derive(Clone, serde::Deserialize)]
#[serde(from = "String")]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a secret in.
    pub fn new(text: String) -> Secret {
        Secret(Zeroizing::new(text))
    }

    /// The secret itself: for the one who is to receive it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// `None` where the bytes are no text.
    pub(crate) fn from_bytes(mut bytes: Zeroizing<Vec<u8>>) -> Option<Secret> {
        String::from_utf8(std::mem::take(&mut *bytes)).ok().map(Secret::new)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}
