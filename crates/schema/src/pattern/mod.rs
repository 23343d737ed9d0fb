//! Patterns of the ECMA-262 dialect: translated, compiled to automata, judged without running them.

mod ambiguity;
mod facts;
mod inclusion;
mod length;
mod machine;
mod nfa;
mod translate;
mod tree;
mod universal;

#[cfg(test)]
mod tests;

pub use ambiguity::{Backtracking, Growth, Undecided, Witness};
pub use facts::{Facts, analyze};
pub use inclusion::{Inclusion, inclusion};
pub use translate::{PatternError, translate};

use palisade_limits::PatternLimits;

/// What a pattern of a contract may cost.
const LIMITS: PatternLimits =
    PatternLimits { text: 32 * LENGTH_LIMIT, program: 8 << 20, nesting: NEST_LIMIT, backtracking: 100_000 };
/// Nesting of groups in a pattern.
pub(crate) const NEST_LIMIT: u32 = 128;
/// Longest pattern, in bytes.
pub(crate) const LENGTH_LIMIT: usize = 16 << 10;

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Pattern(palisade_limits::Pattern);

impl Pattern {
    pub(crate) fn compile(text: &str) -> Result<Pattern, PatternError> {
        let translated = translate(text)?;
        match palisade_limits::Pattern::new(&translated.text, &LIMITS) {
            Ok(pattern) => Ok(Pattern(pattern)),
            Err(palisade_limits::PatternError::Invalid) => {
                Err(PatternError::Invalid("it is no valid expression".to_owned()))
            }
            Err(_) => Err(PatternError::TooLarge),
        }
    }

    /// Whether the pattern is found in the text; `None` when the limit was passed first.
    pub(crate) fn is_match(&self, text: &str) -> Option<bool> {
        self.0.is_match(text).ok()
    }
}
