//! What can be said of a pattern without running it.

use super::ambiguity::{self, Backtracking, Undecided};
use super::length::{self, Lengths};
use super::nfa::Nfa;
use super::translate::translate;
use super::tree::{NoTree, Tree};
use super::universal::universal;

/// What is known of a pattern without running it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The pattern is a valid ECMA-262 expression.
    pub valid: bool,
    /// Every match starts where the text starts.
    pub anchored_start: bool,
    /// Every match ends where the text ends.
    pub anchored_end: bool,
    /// Fewest code points a matching text has.
    pub min_len: u64,
    /// Most code points a matching text may have; `None` when there is no limit.
    pub max_len: Option<u64>,
    /// No text matches at all.
    pub impossible: bool,
    /// Every text (of one line) matches: the pattern constrains nothing.
    pub match_all: bool,
    /// Every text (of one line) but the empty one matches: the pattern says no more than `minLength: 1`.
    pub match_all_but_empty: bool,
    /// How long an engine that backtracks may take.
    pub backtracking: Backtracking,
    /// Steps that the decision took, for callers that keep a budget.
    pub work: u64,
}

impl Default for Facts {
    /// Nothing is known: what an invalid pattern has.
    fn default() -> Self {
        Facts {
            valid: false,
            anchored_start: false,
            anchored_end: false,
            min_len: 0,
            max_len: None,
            impossible: false,
            match_all: false,
            match_all_but_empty: false,
            backtracking: Backtracking::Undecided(Undecided::Assertions),
            work: 0,
        }
    }
}

impl Facts {
    /// Whether matching texts have a greatest length.
    pub fn bounded(&self) -> bool {
        self.valid && self.max_len.is_some()
    }

    /// Whether the pattern says nothing about a text, but perhaps that there is one.
    pub fn vacuous(&self) -> bool {
        self.match_all || self.match_all_but_empty
    }
}

/// Facts about a pattern, decided from its syntax and its automaton, never by matching a text from outside.
pub fn analyze(pattern: &str) -> Facts {
    let Ok(translated) = translate(pattern) else { return Facts::default() };
    let exact = !translated.backtracks;
    let text = if exact {
        translated.text
    } else {
        if super::Pattern::compile(pattern).is_err() {
            return Facts::default();
        }
        without_looks(&translated.text)
    };
    let tree = match Tree::parse(&text) {
        Ok(tree) => tree,
        Err(NoTree::Invalid) => return Facts { valid: !exact, ..Facts::default() },
        Err(NoTree::TooLarge) => {
            let backtracking = Backtracking::Undecided(Undecided::Size);
            return Facts { valid: true, backtracking, ..Facts::default() };
        }
    };
    let lengths = length::lengths(&tree.root);
    let Lengths { anchored_start, anchored_end, text: span } = lengths;
    let mut work = 20 + pattern.len() as u64;
    let nfa = (exact && tree.root.loops()).then(|| Nfa::build(&tree).ok());
    let backtracking = match &nfa {
        _ if !exact => Backtracking::Undecided(Undecided::Assertions),
        // Without a loop there are only so many paths as the pattern has.
        None => Backtracking::Linear,
        Some(None) => Backtracking::Undecided(Undecided::Size),
        Some(Some(nfa)) => ambiguity::decide(&tree, nfa, &mut work),
    };
    let min_len = span.map_or(0, |span| span.0);
    let all = match &nfa {
        Some(Some(nfa)) => universal(&tree, nfa, &lengths, &mut work),
        // What has no loop can still match inside of every text.
        None if exact => {
            span == Some((0, None)) && Nfa::build(&tree).is_ok_and(|nfa| universal(&tree, &nfa, &lengths, &mut work))
        }
        _ => false,
    };
    Facts {
        valid: true,
        anchored_start,
        anchored_end,
        min_len: if exact { min_len } else { 0 },
        max_len: span.and_then(|span| span.1),
        impossible: span.is_none(),
        match_all: all && min_len == 0,
        match_all_but_empty: all && min_len > 0,
        backtracking,
        work,
    }
}

/// The expression with every look-around and back-reference taken out: what is left is an upper bound of what
/// matches, but for back-references, which make the length unknown.
fn without_looks(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let look = ["(?=", "(?!", "(?<=", "(?<!"].iter().find(|form| rest.starts_with(**form));
        if look.is_some() {
            rest = rest.get(group_end(rest)..).unwrap_or("");
            out.push_str("(?:)");
        } else if rest.starts_with(r"(?:\") && rest.get(4..5).is_some_and(|c| c.bytes().all(|b| b.is_ascii_digit())) {
            rest = rest.get(group_end(rest)..).unwrap_or("");
            out.push_str("(?s:.)*");
        } else if rest.starts_with(r"\k<") {
            rest = rest.get(rest.find('>').map_or(rest.len(), |at| at + 1)..).unwrap_or("");
            out.push_str("(?s:.)*");
        } else {
            let length = match rest.as_bytes() {
                [b'\\', ..] => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
                [b'[', ..] => class_end(rest),
                _ => rest.chars().next().map_or(1, char::len_utf8),
            };
            let (head, tail) = rest.split_at_checked(length).unwrap_or((rest, ""));
            out.push_str(head);
            rest = tail;
        }
    }
    out
}

/// Length of the class that `text` starts with, nested classes included.
fn class_end(text: &str) -> usize {
    let (mut depth, mut escaped) = (0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'[' => depth += 1,
            b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// Length of the group that `text` starts with.
fn group_end(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'\\' => at += 1,
            b'[' => at += class_end(text.get(at..).unwrap_or("")).saturating_sub(1),
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_and_lengths_are_read_from_the_syntax() {
        for (pattern, start, end, max) in [
            ("^[a-z]{1,10}$", true, true, Some(10)),
            ("^é😀$", true, true, Some(2)),
            ("[a-z]{1,10}$", false, true, None),
            ("^[a-z]+", true, false, None),
            ("^a|b$", false, false, None),
            ("^(?:a|bcd)$", true, true, Some(3)),
            ("^a$|^bb$", true, true, Some(2)),
            ("^.*$", true, true, None),
            (r"^(?=.*\d)[a-z0-9]{8,20}$", true, true, Some(20)),
            (r"^(a)\1$", true, true, None),
            ("", false, false, None),
        ] {
            let facts = analyze(pattern);
            assert!(facts.valid, "{pattern}");
            assert_eq!(
                (facts.anchored_start, facts.anchored_end, facts.max_len),
                (start, end, max),
                "{pattern} {facts:?}"
            );
        }
        assert!(!analyze("(").valid);
    }

    #[test]
    fn patterns_that_constrain_nothing_are_known() {
        for pattern in
            ["", ".*", "^.*$", "^.*", r"[\s\S]*", r"^[\s\S]*$", "a*", "^(.|\\n)*$", "^[^]*$", "x|^", "^(a|[^a])*$"]
        {
            assert!(analyze(pattern).match_all, "{pattern}");
        }
        for pattern in ["^.+$", ".", "^[a-z]*$", "a", "^.{0,10}$", r"\b", "^[^x]*$"] {
            assert!(!analyze(pattern).match_all, "{pattern}");
        }
    }
}
