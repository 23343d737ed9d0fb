//! Whether one pattern allows all that another one does.

use super::translate;
use regex_automata::Anchored;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use std::collections::{HashMap, HashSet};

/// Bytes of one automaton, and of the work to determinise it.
const SIZE: usize = 1 << 20;
/// Pairs of states looked at.
const PAIRS: usize = 20_000;
/// Steps taken.
const STEPS: usize = 4_000_000;
/// All texts: what is no text takes no part in the comparison.
const TEXT: &str = r"\A(?s:.)*\z";

/// How the texts that two patterns allow stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inclusion {
    /// Both allow the same texts.
    Equal,
    /// The first allows less.
    Narrower,
    /// The first allows more.
    Wider,
    /// Each allows texts that the other one does not.
    Neither,
    /// Not decided: a pattern needs backtracking, or is too large.
    Undecided,
}

/// Compares the texts in which the patterns are found, by their automata and never by trying texts.
pub fn inclusion(one: &str, other: &str) -> Inclusion {
    if one == other {
        return Inclusion::Equal;
    }
    let (Some(one), Some(other), Some(text)) = (automaton(one), automaton(other), build(TEXT)) else {
        return Inclusion::Undecided;
    };
    let [Some(a), Some(b), Some(text)] = [&one, &other, &text].map(Side::of) else { return Inclusion::Undecided };
    match compare(&a, &b, &text) {
        Some((false, false)) => Inclusion::Equal,
        Some((false, true)) => Inclusion::Narrower,
        Some((true, false)) => Inclusion::Wider,
        Some((true, true)) => Inclusion::Neither,
        None => Inclusion::Undecided,
    }
}

type Dfa = dense::DFA<Vec<u32>>;

fn automaton(pattern: &str) -> Option<Dfa> {
    let translated = translate(pattern).ok().filter(|translated| !translated.backtracks)?;
    build(&translated.text)
}

fn build(text: &str) -> Option<Dfa> {
    let config = dense::Config::new()
        .start_kind(StartKind::Unanchored)
        .dfa_size_limit(Some(SIZE))
        .determinize_size_limit(Some(SIZE));
    dense::Builder::new().configure(config).build(text).ok()
}

/// One automaton on the walk.
struct Side<'d> {
    dfa: &'d Dfa,
    start: StateID,
}

/// Where one automaton is: a text that was found stays found.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum At {
    State(StateID),
    Found,
}

impl<'d> Side<'d> {
    fn of(dfa: &'d Dfa) -> Option<Side<'d>> {
        let start = dfa.start_state(&start::Config::new().anchored(Anchored::No)).ok()?;
        Some(Side { dfa, start })
    }

    fn step(&self, at: At, byte: u8) -> At {
        match at {
            At::Found => At::Found,
            At::State(state) => self.settle(self.dfa.next_state(state, byte)),
        }
    }

    fn settle(&self, state: StateID) -> At {
        if self.dfa.is_match_state(state) { At::Found } else { At::State(state) }
    }

    /// Whether the text is found when it ends here.
    fn accepts(&self, at: At) -> bool {
        match at {
            At::Found => true,
            At::State(state) => self.dfa.is_match_state(self.dfa.next_eoi_state(state)),
        }
    }
}

/// Whether the first finds texts that the second does not, and the other way round.
fn compare(one: &Side<'_>, other: &Side<'_>, text: &Side<'_>) -> Option<(bool, bool)> {
    // A byte of each kind that any of the automata tells apart.
    let mut kinds = HashMap::new();
    for byte in 0..=u8::MAX {
        let kind = [one, other, text].map(|side| side.dfa.byte_classes().get(byte));
        kinds.entry(kind).or_insert(byte);
    }
    let mut bytes: Vec<u8> = kinds.into_values().collect();
    bytes.sort_unstable();
    let begin = (At::State(one.start), At::State(other.start), text.start);
    let mut seen = HashSet::from([begin]);
    let mut open = vec![begin];
    let mut found = (false, false);
    let mut steps = 0;
    while let Some((a, b, t)) = open.pop() {
        // Whole characters only: a text may end here.
        if text.dfa.is_match_state(text.dfa.next_eoi_state(t)) {
            match (one.accepts(a), other.accepts(b)) {
                (true, false) => found.0 = true,
                (false, true) => found.1 = true,
                _ => {}
            }
            if found == (true, true) {
                return Some(found);
            }
        }
        if a == b && a == At::Found {
            continue;
        }
        for byte in &bytes {
            steps += 1;
            let state = text.dfa.next_state(t, *byte);
            if text.dfa.is_dead_state(state) {
                continue;
            }
            let next = (one.step(a, *byte), other.step(b, *byte), state);
            if seen.insert(next) {
                open.push(next);
            }
        }
        if seen.len() > PAIRS || steps > STEPS {
            return None;
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::{Inclusion, inclusion};

    #[test]
    fn what_patterns_allow_is_compared_whatever_their_spelling() {
        for (one, other, expected) in [
            ("^[a-z]+$", "^[a-z]+$", Inclusion::Equal),
            ("^[0-9]{3}$", r"^\d\d\d$", Inclusion::Equal),
            ("^(a|b)$", "^[ab]$", Inclusion::Equal),
            ("^[a-z]{1,8}$", "^[a-z]{1,16}$", Inclusion::Narrower),
            ("^[a-zA-Z]+$", "^[a-z]+$", Inclusion::Wider),
            ("^a", "a", Inclusion::Narrower),
            ("a$", "a", Inclusion::Narrower),
            (".*", "", Inclusion::Equal),
            ("^[a-m]+$", "^[h-z]+$", Inclusion::Neither),
            ("^(é|e)$", "^e$", Inclusion::Wider),
            ("^(?=a)a$", "^a$", Inclusion::Undecided),
            ("(", "a", Inclusion::Undecided),
        ] {
            assert_eq!(inclusion(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn large_automata_are_given_up() {
        assert_eq!(inclusion("(a|b)*a(a|b){30}", "(a|b)*b(a|b){30}"), Inclusion::Undecided);
    }
}
