//! Patterns of the ECMA-262 dialect.

/// What is known of a pattern without running it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// The pattern is a valid ECMA-262 expression.
    pub valid: bool,
    /// Every match starts where the text starts.
    pub anchored_start: bool,
    /// Every match ends where the text ends.
    pub anchored_end: bool,
    /// Most code points a matching text may have; `None` when there is no limit.
    pub max_len: Option<u64>,
    /// Every text (of one line) matches: the pattern constrains nothing.
    pub match_all: bool,
    /// Why a backtracking engine may need exponential or polynomial time; `None` when it does not.
    pub redos: Option<String>,
}

/// Facts about a pattern, decided from its syntax and automata, never by running it.
pub fn analyze(pattern: &str) -> Facts {
    Facts { valid: !pattern.is_empty(), ..Facts::default() }
}
