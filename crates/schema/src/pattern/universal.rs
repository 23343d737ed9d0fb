//! Whether a pattern constrains anything: its language compared with all texts of one line.

use super::length::Lengths;
use super::nfa::Nfa;
use super::tree::Tree;
use std::collections::HashSet;

/// Sets of states looked at.
const SETS: usize = 300;

/// Whether every text of one line that has at least the pattern's shortest length matches. Only asked for patterns
/// whose shortest length is 0 or 1; the answer is no when it is not decided.
pub(crate) fn universal(tree: &Tree, nfa: &Nfa, lengths: &Lengths, work: &mut u64) -> bool {
    let Some((least @ (0 | 1), None)) = lengths.text else { return false };
    if tree.loose || nfa.loose {
        return false;
    }
    let mut steps = 0;
    let mut seen: HashSet<Vec<usize>> = HashSet::new();
    let mut open = vec![(vec![0], least == 0)];
    let mut holds = true;
    while let Some((set, must)) = open.pop() {
        if nfa.done(&set) {
            continue;
        }
        if (must && !nfa.end(&set)) || seen.len() > SETS {
            holds = false;
            break;
        }
        for symbol in (0..tree.letters.len() as u32).filter(|symbol| tree.newlines >> symbol & 1 == 0) {
            let next = nfa.step(&set, symbol, &mut steps);
            if !seen.contains(&next) {
                seen.insert(next.clone());
                open.push((next, true));
            }
        }
    }
    *work += u64::from(steps);
    holds
}
