//! Patterns from outside: compiled within limits, matched in bounded time.

use std::fmt;

/// How much a pattern may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatternLimits {
    /// Bytes of the pattern's text.
    pub text: usize,
    /// Bytes of the compiled program.
    pub program: usize,
    /// Groups inside each other.
    pub nesting: u32,
    /// Steps of backtracking in one search, for patterns that cannot be matched in linear time.
    pub backtracking: usize,
}

impl Default for PatternLimits {
    /// 8 KiB of text, 2 MiB of program, 64 groups deep, 100,000 steps.
    fn default() -> Self {
        PatternLimits { text: 8 << 10, program: 2 << 20, nesting: 64, backtracking: 100_000 }
    }
}

/// Why a pattern was not compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// The pattern breaks the grammar.
    #[error("not a valid pattern")]
    Invalid,
    /// The pattern is longer than allowed.
    #[error("the pattern is longer than {0} bytes")]
    TooLong(usize),
    /// The pattern compiles to more than allowed.
    #[error("the pattern compiles to more than {0} bytes")]
    TooLarge(usize),
    /// Groups nest deeper than allowed.
    #[error("the pattern nests more than {0} groups")]
    TooDeep(u32),
}

/// A search passed its budget: neither a match nor none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the pattern takes too long on this text")]
pub struct GaveUp;

/// A compiled pattern in the syntax of the `regex` crate, with look-around and back-references besides.
#[derive(Clone)]
pub struct Pattern(Kind);

#[derive(Clone)]
enum Kind {
    Linear(regex::Regex),
    Backtracking(Box<fancy_regex::Regex>),
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Linear(regex) => write!(f, "Pattern({regex})"),
            Kind::Backtracking(regex) => write!(f, "Pattern({regex}, backtracking)"),
        }
    }
}

impl Pattern {
    /// Compiles a pattern: for linear time where that is possible, else with a budget for backtracking.
    pub fn new(text: &str, limits: &PatternLimits) -> Result<Pattern, PatternError> {
        if text.len() > limits.text {
            return Err(PatternError::TooLong(limits.text));
        }
        if nesting(text) > limits.nesting {
            return Err(PatternError::TooDeep(limits.nesting));
        }
        let linear = regex::RegexBuilder::new(text)
            .size_limit(limits.program)
            .dfa_size_limit(limits.program)
            .nest_limit(limits.nesting.saturating_mul(4))
            .build();
        match linear {
            Ok(regex) => return Ok(Pattern(Kind::Linear(regex))),
            Err(regex::Error::CompiledTooBig(_)) => return Err(PatternError::TooLarge(limits.program)),
            Err(_) => {}
        }
        let backtracking = fancy_regex::RegexBuilder::new(text)
            .backtrack_limit(limits.backtracking)
            .delegate_size_limit(limits.program)
            .delegate_dfa_size_limit(limits.program)
            .build();
        match backtracking {
            Ok(regex) => Ok(Pattern(Kind::Backtracking(Box::new(regex)))),
            Err(_) => Err(PatternError::Invalid),
        }
    }

    /// True when every search takes time linear in the text.
    pub fn is_linear(&self) -> bool {
        matches!(self.0, Kind::Linear(_))
    }

    /// Whether the pattern is found anywhere in the text.
    pub fn is_match(&self, text: &str) -> Result<bool, GaveUp> {
        match &self.0 {
            Kind::Linear(regex) => Ok(regex.is_match(text)),
            Kind::Backtracking(regex) => regex.is_match(text).map_err(|_| GaveUp),
        }
    }
}

/// How deep groups nest; brackets in classes and escapes count too, which errs on the safe side.
fn nesting(text: &str) -> u32 {
    let mut depth = 0u32;
    let mut deepest = 0;
    let mut escaped = false;
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn linear_where_possible() {
        let limits = PatternLimits::default();
        let evil = Pattern::new("^(a+)+$", &limits).unwrap();
        assert!(evil.is_linear());
        assert_eq!(evil.is_match(&("a".repeat(50_000) + "!")), Ok(false));
        let ahead = Pattern::new(r"^(?=.*\d)[a-z\d]+$", &limits).unwrap();
        assert!(!ahead.is_linear());
        assert_eq!(ahead.is_match("abc1"), Ok(true));
        assert_eq!(ahead.is_match("abc"), Ok(false));
    }

    #[test]
    fn backtracking_ends() {
        let evil = Pattern::new(r"^(?=a)(a|aa)+\1$", &PatternLimits::default()).unwrap();
        assert_eq!(evil.is_match(&("a".repeat(200) + "!")), Err(GaveUp));
    }

    #[test]
    fn costly_patterns_are_refused() {
        let limits = PatternLimits::default();
        let refused = |text: &str| Pattern::new(text, &limits).unwrap_err();
        assert_eq!(refused(r"((\w{1,900}){1,900}){1,900}"), PatternError::TooLarge(2 << 20));
        assert_eq!(refused(&"(".repeat(5000)), PatternError::TooDeep(64));
        assert_eq!(refused(&"a".repeat(9000)), PatternError::TooLong(8 << 10));
        assert_eq!(refused("a(b"), PatternError::Invalid);
        assert!(Pattern::new(&"(".repeat(5000), &PatternLimits { nesting: 10_000, ..limits }).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_pattern_is_survived(text in "[()|*+?\\[\\]{},^$a-c0-9\\\\.=!<]{0,40}", subject in "[a-c0-9]{0,40}") {
            if let Ok(pattern) = Pattern::new(&text, &PatternLimits { program: 1 << 16, ..PatternLimits::default() }) {
                let _ = pattern.is_match(&subject);
            }
        }
    }
}
