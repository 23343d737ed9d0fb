//! How to learn.

use palisade_exchange::{KeyedHash, Marker, Redactor};
use palisade_sensitive::Rules;
use std::fmt;
use std::sync::Arc;

/// How hosts are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hosts {
    /// Each host is an API of its own: for recordings of unknown origin.
    #[default]
    Separate,
    /// All exchanges belong to one API, whatever name the client used: for an API behind a gateway.
    One,
}

/// Settings of a [`Discovery`](crate::Discovery).
#[derive(Debug, Clone)]
pub struct Settings {
    /// Hash for values. States merge only under one key. Keep the key apart from the state.
    pub hash: KeyedHash,
    /// How hosts are told apart.
    pub hosts: Hosts,
    /// What counts as sensitive. They may change between runs: what was seen is kept by its kind's word.
    pub rules: Arc<Rules>,
}

impl Settings {
    /// Settings under the key and the rules of a redactor.
    pub fn new(redactor: &Redactor, hosts: Hosts) -> Self {
        Settings { hash: redactor.values(), hosts, rules: Arc::clone(redactor.rules()) }
    }

    /// What values are marked by.
    pub(crate) fn marker(&self) -> Marker<'_> {
        Marker { hash: self.hash, rules: &self.rules }
    }
}

/// Two states cannot be merged, or a stored state cannot be taken up again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergeError {
    /// They were learned under different keys.
    Key,
    /// They tell hosts apart in different ways.
    Hosts,
    /// The stored state is damaged or of another version.
    Format(String),
}

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MergeError::Key => f.write_str("the states were learned under different keys"),
            MergeError::Hosts => f.write_str("the states tell hosts apart in different ways"),
            MergeError::Format(message) => write!(f, "the stored state cannot be read: {message}"),
        }
    }
}

impl std::error::Error for MergeError {}
