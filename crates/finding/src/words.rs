//! Words of other catalogues beside a finding.

use crate::rare::Rare;
use serde::de::Deserializer;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A list of words, for example CWE ids. The words of a rule are borrowed from it: findings are many, rules are few.
#[derive(Clone)]
pub enum Words {
    /// The list of a rule.
    Rule(&'static [&'static str]),
    /// A list of its own.
    Own(Rare<String>),
}

impl Words {
    /// The words in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let (borrowed, own) = match self {
            Words::Rule(words) => (*words, [].as_slice()),
            Words::Own(words) => ([].as_slice(), &**words),
        };
        borrowed.iter().copied().chain(own.iter().map(String::as_str))
    }

    /// The first word.
    pub fn first(&self) -> Option<&str> {
        self.iter().next()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.first().is_none()
    }

    /// Whether a word is among them.
    pub fn contains(&self, word: &str) -> bool {
        self.iter().any(|one| one == word)
    }
}

impl Default for Words {
    fn default() -> Self {
        Words::Rule(&[])
    }
}

impl From<&'static [&'static str]> for Words {
    fn from(words: &'static [&'static str]) -> Self {
        Words::Rule(words)
    }
}

impl From<Vec<String>> for Words {
    fn from(words: Vec<String>) -> Self {
        Words::Own(words.into())
    }
}

impl From<Words> for Vec<String> {
    fn from(words: Words) -> Self {
        match words {
            Words::Rule(words) => words.iter().map(|word| (*word).to_owned()).collect(),
            Words::Own(words) => words.into(),
        }
    }
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Words {}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Words::Rule(words) => words.serialize(serializer),
            Words::Own(words) => (**words).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(|words| Words::Own(words.into()))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::Words;

    #[test]
    fn words_are_equal_wherever_they_are_kept() {
        let borrowed = Words::from(["CWE-1", "CWE-2"].as_slice());
        let own: Words = serde_json::from_str("[\"CWE-1\", \"CWE-2\"]").unwrap();
        assert_eq!(borrowed, own);
        assert_eq!(serde_json::to_string(&borrowed).unwrap(), serde_json::to_string(&own).unwrap());
        assert!(own.contains("CWE-2") && !own.contains("CWE-3") && Words::default().is_empty());
    }
}
