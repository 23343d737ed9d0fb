//! What can be said of a pattern without running it.

use super::translate::translate;
use super::{DFA_LIMIT, NEST_LIMIT};
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::start;
use regex_automata::{Anchored, util::primitives::StateID};
use regex_syntax::hir::{Class, Hir, HirKind, Look, LookSet};
use std::collections::HashSet;

/// Pairs of states looked at to decide whether a pattern matches everything.
const PAIRS: usize = 20_000;
/// Every text of one line.
const ONE_LINE: &str = r"\A[^\n\r\x{2028}\x{2029}]*\z";

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
    let Ok(translated) = translate(pattern) else { return Facts::default() };
    let text = if translated.backtracks {
        if super::Pattern::compile(pattern).is_err() {
            return Facts::default();
        }
        without_looks(&translated.text)
    } else {
        translated.text
    };
    let mut parser = regex_syntax::ParserBuilder::new().nest_limit(NEST_LIMIT * 2).build();
    let Ok(hir) = parser.parse(&text) else {
        return Facts { valid: translated.backtracks, ..Facts::default() };
    };
    let properties = hir.properties();
    let anchored_start = properties.look_set_prefix().contains(Look::Start);
    let anchored_end = properties.look_set_suffix().contains(Look::End);
    Facts {
        valid: true,
        anchored_start,
        anchored_end,
        max_len: if anchored_start && anchored_end { longest(&hir) } else { None },
        match_all: !translated.backtracks && matches_everything(&hir),
        redos: ambiguity(&hir),
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

/// Most code points of a match. The parser's nesting limit bounds the recursion.
fn longest(hir: &Hir) -> Option<u64> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(0),
        HirKind::Literal(literal) => Some(String::from_utf8_lossy(&literal.0).chars().count() as u64),
        HirKind::Class(_) => Some(1),
        HirKind::Capture(capture) => longest(&capture.sub),
        HirKind::Repetition(repetition) => match (longest(&repetition.sub)?, repetition.max) {
            (0, _) => Some(0),
            (one, Some(max)) => Some(one.saturating_mul(u64::from(max))),
            (_, None) => None,
        },
        HirKind::Concat(parts) => parts.iter().try_fold(0u64, |sum, part| Some(sum.saturating_add(longest(part)?))),
        HirKind::Alternation(parts) => parts.iter().try_fold(0u64, |most, part| Some(most.max(longest(part)?))),
    }
}

fn automaton(hir: &Hir, anchored: bool) -> Option<dense::DFA<Vec<u32>>> {
    let config = thompson::Config::new().nfa_size_limit(Some(1 << 20)).which_captures(thompson::WhichCaptures::None);
    let nfa = thompson::Compiler::new().configure(config).build_from_hir(hir).ok()?;
    let kind = if anchored { StartKind::Anchored } else { StartKind::Unanchored };
    let config = dense::Config::new()
        .start_kind(kind)
        .minimize(false)
        .dfa_size_limit(Some(DFA_LIMIT))
        .determinize_size_limit(Some(2 * DFA_LIMIT));
    dense::Builder::new().configure(config).build_from_nfa(&nfa).ok()
}

/// Whether every text of one line holds a match: both automata walk together, and no text of one line may end
/// where the pattern has not matched.
fn matches_everything(hir: &Hir) -> bool {
    if hir.properties().look_set().contains_word() {
        return false;
    }
    let Ok(line) = regex_syntax::parse(ONE_LINE) else { return false };
    let (Some(pattern), Some(line)) = (automaton(hir, false), automaton(&line, true)) else { return false };
    let starts = (
        pattern.start_state(&start::Config::new().anchored(Anchored::No)),
        line.start_state(&start::Config::new().anchored(Anchored::Yes)),
    );
    let (Ok(first), Ok(second)) = starts else { return false };
    let mut seen: HashSet<(StateID, StateID)> = HashSet::from([(first, second)]);
    let mut open = vec![(first, second)];
    while let Some((state, text)) = open.pop() {
        let ended = pattern.next_eoi_state(state);
        if line.is_match_state(line.next_eoi_state(text)) && !pattern.is_match_state(ended) {
            return false;
        }
        for byte in 0..=u8::MAX {
            let text = line.next_state(text, byte);
            if line.is_dead_state(text) {
                continue;
            }
            let state = pattern.next_state(state, byte);
            // Matched already: so does everything that begins like this.
            if pattern.is_match_state(state) {
                continue;
            }
            if seen.insert((state, text)) {
                if seen.len() > PAIRS {
                    return false;
                }
                open.push((state, text));
            }
        }
    }
    true
}

/// Which code points may begin, end or stand anywhere in a match.
#[derive(Clone, Default)]
struct Letters(Vec<(u32, u32)>);

impl Letters {
    fn meets(&self, other: &Letters) -> bool {
        self.0.iter().any(|(a, b)| other.0.iter().any(|(c, d)| a <= d && c <= b))
    }

    fn add(&mut self, other: &Letters) {
        self.0.extend(&other.0);
    }
}

/// First and last code points of a part and whether it may be empty.
struct Shape {
    first: Letters,
    last: Letters,
    empty: bool,
}

fn shape(hir: &Hir) -> Shape {
    let letters = |list: Vec<(u32, u32)>, empty| Shape { first: Letters(list.clone()), last: Letters(list), empty };
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => letters(Vec::new(), true),
        HirKind::Literal(literal) => {
            let text = String::from_utf8_lossy(&literal.0);
            let one = |c: Option<char>| Letters(c.map(|c| (c as u32, c as u32)).into_iter().collect());
            Shape { first: one(text.chars().next()), last: one(text.chars().next_back()), empty: text.is_empty() }
        }
        HirKind::Class(Class::Unicode(class)) => {
            letters(class.iter().take(512).map(|range| (range.start() as u32, range.end() as u32)).collect(), false)
        }
        HirKind::Class(Class::Bytes(class)) => {
            letters(class.iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect(), false)
        }
        HirKind::Capture(capture) => shape(&capture.sub),
        HirKind::Repetition(repetition) => {
            let mut inner = shape(&repetition.sub);
            inner.empty |= repetition.min == 0;
            inner
        }
        HirKind::Concat(parts) => {
            let mut whole = letters(Vec::new(), true);
            for part in parts {
                let part = shape(part);
                if whole.empty {
                    whole.first.add(&part.first);
                }
                if part.empty {
                    whole.last.add(&part.last);
                } else {
                    whole.last = part.last;
                }
                whole.empty &= part.empty;
            }
            whole
        }
        HirKind::Alternation(parts) => {
            let mut whole = letters(Vec::new(), false);
            for part in parts {
                let part = shape(part);
                whole.first.add(&part.first);
                whole.last.add(&part.last);
                whole.empty |= part.empty;
            }
            whole
        }
    }
}

fn unbounded(hir: &Hir) -> Option<&Hir> {
    match hir.kind() {
        HirKind::Repetition(repetition) if repetition.max.is_none_or(|max| max > 50) => Some(&repetition.sub),
        HirKind::Capture(capture) => unbounded(&capture.sub),
        _ => None,
    }
}

/// Whether one text can be read in two ways inside a repetition, which is what makes backtracking explode.
fn ambiguity(hir: &Hir) -> Option<String> {
    let mut work = 4_000u32;
    ambiguity_within(hir, &mut work)
}

fn ambiguity_within(hir: &Hir, work: &mut u32) -> Option<String> {
    *work = work.checked_sub(1)?;
    match hir.kind() {
        HirKind::Capture(capture) => ambiguity_within(&capture.sub, work),
        HirKind::Repetition(repetition) => {
            if unbounded(hir).is_some() && repeats_ambiguously(&repetition.sub, work) {
                return Some("a repetition repeats a part that can itself be split in several ways".to_owned());
            }
            ambiguity_within(&repetition.sub, work)
        }
        HirKind::Concat(parts) => {
            // Two open repetitions side by side that share letters: quadratic at least, when more must follow.
            let mut before: Option<Letters> = None;
            for (at, part) in parts.iter().enumerate() {
                let here = shape(part);
                if unbounded(part).is_some() {
                    let follows = parts
                        .get(at + 1..)
                        .is_some_and(|rest| rest.iter().any(|part| !shape(part).empty || is_end(part)));
                    if follows && before.as_ref().is_some_and(|letters| letters.meets(&here.first)) {
                        return Some("two repetitions side by side match the same characters".to_owned());
                    }
                    let mut letters = if here.empty { before.unwrap_or_default() } else { Letters::default() };
                    letters.add(&here.first);
                    before = Some(letters);
                } else if !here.empty {
                    before = None;
                }
            }
            parts.iter().find_map(|part| ambiguity_within(part, work))
        }
        HirKind::Alternation(parts) => parts.iter().find_map(|part| ambiguity_within(part, work)),
        _ => None,
    }
}

fn is_end(hir: &Hir) -> bool {
    hir.properties().look_set() == LookSet::singleton(Look::End)
}

/// Whether a text made of repeats of `hir` may be cut into repeats in more than one way.
fn repeats_ambiguously(hir: &Hir, work: &mut u32) -> bool {
    let Some(left) = work.checked_sub(1) else { return false };
    *work = left;
    match hir.kind() {
        HirKind::Capture(capture) => repeats_ambiguously(&capture.sub, work),
        // (a+)+ and (a*)*: the inner count is free.
        HirKind::Repetition(repetition) => {
            unbounded(hir).is_some() && {
                let inner = shape(&repetition.sub);
                inner.last.meets(&inner.first) || !inner.first.0.is_empty()
            }
        }
        // (a|a)* and (a|ab|b)*: two branches may begin alike.
        HirKind::Alternation(parts) => {
            let shapes: Vec<Shape> = parts.iter().take(64).map(shape).collect();
            let alike = shapes
                .iter()
                .enumerate()
                .any(|(at, one)| shapes.iter().skip(at + 1).any(|other| one.first.meets(&other.first)));
            alike || parts.iter().any(|part| repeats_ambiguously(part, work))
        }
        // (a*b*)* is free, (a+b)* is not: the open part must touch the next round with letters of its own. So
        // does an optional end that begins like the next round: (aa?)*.
        HirKind::Concat(parts) => {
            let whole = shape(hir);
            if whole.empty {
                return parts.iter().any(|part| unbounded(part).is_some());
            }
            let shapes: Vec<Shape> = parts.iter().map(shape).collect();
            let others_empty = |skip: usize| shapes.iter().enumerate().all(|(at, part)| at == skip || part.empty);
            let open_end = shapes.iter().rev().take_while(|part| part.empty).any(|part| part.first.meets(&whole.first));
            open_end || parts.iter().enumerate().any(|(at, part)| unbounded(part).is_some() && others_empty(at))
        }
        _ => false,
    }
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

    #[test]
    fn patterns_that_explode_when_backtracking_are_known() {
        for pattern in
            ["^(a+)+$", "^(a*)*$", "^(a|aa)+$", "^(a|ab|b)*$", r"^(\w+\s?)*$", r"^\d+\d+$", r"^\s*\s*x$", "^(.*a?)*b"]
        {
            assert!(analyze(pattern).redos.is_some(), "{pattern}");
        }
        for pattern in ["^[a-z]+$", r"^[a-z]+(-[a-z]+)*$", r"^\d{3}-\d{4}$", "^(a|b)*$", r"^[\w.]+@[\w]+\.[a-z]{2,}$"] {
            assert_eq!(analyze(pattern).redos, None, "{pattern}");
        }
    }
}
