//! What was learned of an API beside its contract: sizes, members, shapes of values, rates of each operation.
//!
//! A [`Learner`] is shown exchanges and gives a [`Profile`], which holds shapes and no values. A policy that has one
//! tells what is unlike it, signal by signal.

mod check;
mod learn;
mod walk;

pub(crate) use check::{Observed, Rules};
pub use learn::Learner;

use palisade_exchange::Format;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An operation's profile speaks from so many exchanges on, and so does what is known of one of its objects: which
/// members it has.
pub const ENOUGH: u64 = 50;
/// The shape of a value speaks from so many values on.
pub const ENOUGH_VALUES: u64 = 30;

/// The learned profile of an API.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// What is usual, by `METHOD /template`. How the template's variables are named does not matter.
    pub operations: BTreeMap<String, OperationProfile>,
}

/// What is usual for one operation. It speaks from [`ENOUGH`] exchanges on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OperationProfile {
    /// Exchanges it was learned from.
    pub exchanges: u64,
    /// Requests one client sends within a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<RateProfile>,
    /// Query parameters by name; `*` stands for names that are values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, ValueProfile>,
    /// There were too many names of query parameters to know them all: an unknown one is not told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub query_open: bool,
    /// Bodies of requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<BodyProfile>,
    /// Bodies of answers with a status of success.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<BodyProfile>,
}

/// How often one client calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateProfile {
    /// Minutes in which one client called, as many as were looked at.
    pub minutes: u64,
    /// Most requests of one client within one of them.
    pub per_minute: u64,
}

/// What is usual for a body.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BodyProfile {
    /// Bodies that were not empty.
    pub bodies: u64,
    /// Their sizes in bytes, after content decoding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Range>,
    /// The values in it by JSON Pointer (the whole is the empty one). `*` stands for the index of an item and for names
    /// that are values, as keys of maps are; a member named `*` is `~2`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub members: BTreeMap<String, ValueProfile>,
    /// There were too many members to know them all: an unknown one is not told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
}

/// What is usual for a value, without any value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ValueProfile {
    /// Values it was learned from.
    pub seen: u64,
    /// Their types.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub types: BTreeSet<ValueType>,
    /// Formats of strings, where each string had one.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub formats: BTreeSet<Format>,
    /// Characters of strings, where their texts were seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub characters: Option<Characters>,
    /// Lengths of strings, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<Range>,
    /// Digits of numbers before the point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digits: Option<Range>,
    /// Items of arrays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Range>,
}

/// Types of values, as JSON has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueType {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number without fraction.
    Integer,
    /// Any other number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl ValueType {
    const ALL: [ValueType; 7] = [
        ValueType::Null,
        ValueType::Boolean,
        ValueType::Integer,
        ValueType::Number,
        ValueType::String,
        ValueType::Array,
        ValueType::Object,
    ];

    /// The word JSON Schema uses.
    pub fn as_str(self) -> &'static str {
        match self {
            ValueType::Null => "null",
            ValueType::Boolean => "boolean",
            ValueType::Integer => "integer",
            ValueType::Number => "number",
            ValueType::String => "string",
            ValueType::Array => "array",
            ValueType::Object => "object",
        }
    }
}

/// Which characters a string is made of. Each includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Characters {
    /// Decimal digits.
    Digits,
    /// Letters, and `-`, `_`, `.`.
    Word,
    /// Blanks and line ends, and the marks that sentences, addresses and numbers have: `,:/@+'!?()&%#*`.
    Prose,
    /// Anything that can be printed: quotes, brackets, semicolons, backslashes.
    Symbols,
    /// Control characters.
    Control,
}

impl Characters {
    fn of(text: &str) -> Characters {
        let one = |character: char| match character {
            '0'..='9' => Characters::Digits,
            '-' | '_' | '.' => Characters::Word,
            ' ' | '\t' | '\n' | '\r' | ',' | ':' | '/' | '@' | '+' | '\'' | '!' | '?' | '(' | ')' | '&' | '%' | '#'
            | '*' => Characters::Prose,
            other if other.is_control() => Characters::Control,
            other if other.is_alphanumeric() => Characters::Word,
            other if other.is_ascii() => Characters::Symbols,
            // Typographic quotes and dashes, signs, pictures: what people type.
            _ => Characters::Prose,
        };
        text.chars().map(one).max().unwrap_or(Characters::Digits)
    }

    /// Its name, as files have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Characters::Digits => "digits",
            Characters::Word => "word",
            Characters::Prose => "prose",
            Characters::Symbols => "symbols",
            Characters::Control => "control",
        }
    }
}

/// From the least to the most, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The least.
    pub least: u64,
    /// The most.
    pub most: u64,
}

impl Range {
    fn one(value: u64) -> Range {
        Range { least: value, most: value }
    }

    fn join(self, other: Range) -> Range {
        Range { least: self.least.min(other.least), most: self.most.max(other.most) }
    }

    /// What still passes: from half the least to twice the most, and `slack` beyond both.
    fn widened(self, slack: u64) -> Range {
        Range { least: (self.least / 2).saturating_sub(slack), most: self.most.saturating_mul(2).saturating_add(slack) }
    }

    fn holds(self, value: u64) -> bool {
        (self.least..=self.most).contains(&value)
    }
}
