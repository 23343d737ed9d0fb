//! Patterns of the ECMA-262 dialect: translated, compiled to automata, judged without running them.

mod facts;
mod translate;

pub use facts::{Facts, analyze};
pub use translate::{PatternError, translate};

/// Bytes a compiled pattern may take.
const SIZE_LIMIT: usize = 8 << 20;
/// Bytes the lazily built automaton of a pattern may take.
const DFA_LIMIT: usize = 2 << 20;
/// Steps a pattern that needs backtracking may take on one text.
const BACKTRACK_LIMIT: usize = 100_000;
/// Nesting of groups in a pattern.
pub(crate) const NEST_LIMIT: u32 = 128;
/// Longest pattern, in bytes.
pub(crate) const LENGTH_LIMIT: usize = 16 << 10;

/// A compiled pattern.
#[derive(Debug)]
pub(crate) enum Pattern {
    /// Runs in linear time.
    Linear(regex::Regex),
    /// Needs backtracking (look-around, back-references); bounded.
    Backtracking(Box<fancy_regex::Regex>),
}

impl Pattern {
    pub(crate) fn compile(text: &str) -> Result<Pattern, PatternError> {
        let translated = translate(text)?;
        if translated.backtracks {
            let built = fancy_regex::RegexBuilder::new(&translated.text)
                .backtrack_limit(BACKTRACK_LIMIT)
                .delegate_size_limit(SIZE_LIMIT)
                .delegate_dfa_size_limit(DFA_LIMIT)
                .build();
            return match built {
                Ok(regex) => Ok(Pattern::Backtracking(Box::new(regex))),
                Err(_) => Err(PatternError::Invalid("it is no valid expression".to_owned())),
            };
        }
        let built = regex::RegexBuilder::new(&translated.text)
            .size_limit(SIZE_LIMIT)
            .dfa_size_limit(DFA_LIMIT)
            .nest_limit(NEST_LIMIT)
            .build();
        match built {
            Ok(regex) => Ok(Pattern::Linear(regex)),
            Err(regex::Error::CompiledTooBig(_)) => Err(PatternError::TooLarge),
            Err(_) => Err(PatternError::Invalid("it is no valid expression".to_owned())),
        }
    }

    /// Whether the pattern is found in the text; `None` when the limit was passed first.
    pub(crate) fn is_match(&self, text: &str) -> Option<bool> {
        match self {
            Pattern::Linear(regex) => Some(regex.is_match(text)),
            Pattern::Backtracking(regex) => regex.is_match(text).ok(),
        }
    }
}
