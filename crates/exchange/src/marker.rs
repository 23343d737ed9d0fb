//! What values are marked by.

use crate::hash::KeyedHash;
use palisade_sensitive::Rules;

/// What a value is marked by: the hash that stands for it, and the rules that say whether it is sensitive.
#[derive(Debug, Clone, Copy)]
pub struct Marker<'a> {
    /// Equal values hash alike.
    pub hash: KeyedHash,
    /// What counts as sensitive.
    pub rules: &'a Rules,
}
