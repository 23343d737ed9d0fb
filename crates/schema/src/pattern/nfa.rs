//! The automaton of a pattern as a backtracking engine walks it.
//!
//! Its states are the places of the pattern that read a symbol; an edge is one way to come from one such place to
//! the next without reading. Two ways are two edges: a backtracking engine tries both. An iteration of an optional
//! part that reads nothing is refused, as ECMA-262 does (RepeatMatcher, step 2.b).

use super::tree::{Node, Symbols, Tree};

/// States of one automaton.
const MAX_STATES: usize = 1500;
/// Steps to build it.
const MAX_WORK: u32 = 60_000;
/// Optional rounds of a counted repetition that are written out; more become a loop.
pub(crate) const UNROLL: u32 = 4;
/// A limit at least this large is none as far as time is concerned.
const OPEN: u32 = 1000;
/// The state that reads what stands before a match that begins later.
pub(crate) const LATER: usize = 1;
/// Copies of an edge that are kept.
const COPIES: usize = 2;

/// One way from one state to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edge {
    /// The next state.
    pub(crate) to: usize,
    /// It goes round a loop that stands for a counted repetition with a moderate limit.
    pub(crate) counted: bool,
}

/// A place that reads a symbol.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// What it reads.
    pub(crate) reads: Symbols,
    /// Where it may go then.
    pub(crate) next: Vec<Edge>,
    /// A match may be complete after it, whatever follows.
    pub(crate) done: bool,
    /// A match is complete when the text ends after it.
    pub(crate) end: bool,
}

/// The automaton. State 0 reads nothing: it is where the text starts.
#[derive(Debug)]
pub(crate) struct Nfa {
    /// All states.
    pub(crate) states: Vec<State>,
    /// A counted repetition became a loop: the automaton matches more than the pattern.
    pub(crate) loose: bool,
    /// Steps that were needed.
    pub(crate) work: u32,
}

/// The automaton is larger than allowed.
#[derive(Debug)]
pub(crate) struct TooLarge;

enum Op {
    Read(usize),
    Start(usize),
    End(usize),
    /// Enter the body or leave; a body that may be empty has a bit.
    Choose {
        body: usize,
        exit: usize,
        bit: u64,
    },
    /// The end of a round.
    Round {
        to: usize,
        bit: u64,
        counted: bool,
    },
    Any(Vec<usize>),
    Match,
}

struct Builder {
    ops: Vec<Op>,
    states: Vec<State>,
    /// The op after each state.
    after: Vec<usize>,
    bits: u32,
    loose: bool,
}

impl Nfa {
    /// Builds the automaton of a search anywhere in a text.
    pub(crate) fn build(tree: &Tree) -> Result<Nfa, TooLarge> {
        let every = every(tree);
        let mut builder = Builder {
            ops: vec![Op::Match],
            states: vec![State::default(), State { reads: every, ..State::default() }],
            after: vec![0, 0],
            bits: 0,
            loose: false,
        };
        let entry = builder.emit(&tree.root, 0)?;
        let mut work = 0;
        let Builder { ops, mut states, after, loose, .. } = builder;
        // The search may also begin later.
        let later = close(&ops, entry, false, &mut work)?;
        let floating = !later.next.is_empty() || later.done || later.end;
        for (at, op) in after.iter().enumerate() {
            let mut closed = match at {
                0 => close(&ops, entry, true, &mut work)?,
                LATER => Closed { next: later.next.clone(), ..later },
                _ => close(&ops, *op, false, &mut work)?,
            };
            if at <= LATER && floating {
                closed.next.push(Edge { to: LATER, counted: false });
            }
            if let Some(state) = states.get_mut(at) {
                (state.next, state.done, state.end) = (closed.next, closed.done, closed.end);
            }
        }
        Ok(Nfa { states, loose, work })
    }

    /// The edges of a state.
    pub(crate) fn next(&self, state: usize) -> &[Edge] {
        self.states.get(state).map_or(&[], |state| &state.next)
    }

    /// What a state reads.
    pub(crate) fn reads(&self, state: usize) -> Symbols {
        self.states.get(state).map_or(0, |state| state.reads)
    }

    /// The states after one more symbol.
    pub(crate) fn step(&self, from: &[usize], symbol: u32, work: &mut u32) -> Vec<usize> {
        let mut out = Vec::new();
        for state in from {
            for edge in self.next(*state) {
                *work += 1;
                if self.reads(edge.to) >> symbol & 1 == 1 {
                    out.push(edge.to);
                }
            }
        }
        out.sort_unstable();
        out.dedup();
        out
    }

    /// Whether one of these states completes a match, whatever follows.
    pub(crate) fn done(&self, set: &[usize]) -> bool {
        set.iter().any(|at| self.states.get(*at).is_some_and(|state| state.done))
    }

    /// Whether one of these states completes a match when the text ends.
    pub(crate) fn end(&self, set: &[usize]) -> bool {
        set.iter().any(|at| self.states.get(*at).is_some_and(|state| state.end || state.done))
    }
}

/// All symbols of a tree.
pub(crate) fn every(tree: &Tree) -> Symbols {
    match tree.letters.len() {
        0 => 0,
        count => Symbols::MAX >> (Symbols::BITS as usize).saturating_sub(count),
    }
}

impl Builder {
    fn op(&mut self, op: Op) -> Result<usize, TooLarge> {
        if self.ops.len() > 6 * MAX_STATES {
            return Err(TooLarge);
        }
        self.ops.push(op);
        Ok(self.ops.len() - 1)
    }

    fn bit(&mut self, body: &Node) -> Result<u64, TooLarge> {
        if !body.may_be_empty() {
            return Ok(0);
        }
        self.bits += 1;
        1u64.checked_shl(self.bits - 1).ok_or(TooLarge)
    }

    /// Adds a part that goes on at `next`; gives where it begins. The parser's nesting limit bounds the recursion.
    fn emit(&mut self, node: &Node, next: usize) -> Result<usize, TooLarge> {
        match node {
            Node::Empty => Ok(next),
            Node::Set(reads) => {
                if self.states.len() >= MAX_STATES {
                    return Err(TooLarge);
                }
                self.states.push(State { reads: *reads, ..State::default() });
                self.after.push(next);
                self.op(Op::Read(self.states.len() - 1))
            }
            Node::Start => self.op(Op::Start(next)),
            Node::End => self.op(Op::End(next)),
            Node::Concat(parts) => parts.iter().rev().try_fold(next, |next, part| self.emit(part, next)),
            Node::Alternate(parts) => {
                let ways = parts.iter().map(|part| self.emit(part, next)).collect::<Result<_, _>>()?;
                self.op(Op::Any(ways))
            }
            Node::Repeat(body, min, max, _) => self.repeat(body, *min, *max, next),
        }
    }

    fn repeat(&mut self, body: &Node, min: u32, max: Option<u32>, next: usize) -> Result<usize, TooLarge> {
        let mut entry = next;
        let mut copies = min;
        if min > UNROLL && body.may_be_empty() {
            // Rounds that must be may read nothing, and each choice of such rounds is a way of its own: a loop with
            // two ways round. Whether that explodes within the count, the judge says.
            self.loose = true;
            let choose = self.op(Op::Match)?;
            let bit = self.bit(body)?;
            let round = self.op(Op::Round { to: choose, bit, counted: true })?;
            let ways = vec![self.emit(body, round)?, self.emit(body, round)?];
            let body = self.op(Op::Any(ways))?;
            if let Some(op) = self.ops.get_mut(choose) {
                *op = Op::Choose { body, exit: next, bit };
            }
            return Ok(choose);
        }
        match max {
            Some(max) if max.saturating_sub(min) <= UNROLL => {
                for _ in min..max {
                    let bit = self.bit(body)?;
                    let round = self.op(Op::Round { to: entry, bit, counted: false })?;
                    let body = self.emit(body, round)?;
                    entry = self.op(Op::Choose { body, exit: next, bit })?;
                }
            }
            _ => {
                self.loose |= max.is_some();
                let counted = max.is_some_and(|max| max < OPEN);
                let bit = self.bit(body)?;
                let choose = self.op(Op::Match)?;
                let round = self.op(Op::Round { to: choose, bit, counted })?;
                let body = self.emit(body, round)?;
                if let Some(op) = self.ops.get_mut(choose) {
                    *op = Op::Choose { body, exit: next, bit };
                }
                entry = choose;
                if min > 0 {
                    copies -= 1;
                    entry = body;
                }
            }
        }
        for _ in 0..copies {
            entry = self.emit(body, entry)?;
        }
        Ok(entry)
    }
}

#[derive(Default)]
struct Closed {
    next: Vec<Edge>,
    done: bool,
    end: bool,
}

/// Every way from an op to the next symbol, or to the match.
fn close(ops: &[Op], from: usize, start: bool, work: &mut u32) -> Result<Closed, TooLarge> {
    let mut out = Closed::default();
    // Op, loops entered since the last symbol, end of the text asserted, counted loop passed.
    let mut open = vec![(from, 0u64, false, false)];
    while let Some((at, entered, ended, counted)) = open.pop() {
        *work += 1;
        if *work > MAX_WORK {
            return Err(TooLarge);
        }
        match ops.get(at) {
            Some(Op::Read(_)) if ended => {}
            Some(Op::Read(to)) => {
                let edge = Edge { to: *to, counted };
                if out.next.len() < 8 || out.next.iter().filter(|known| **known == edge).count() < COPIES {
                    out.next.push(edge);
                }
            }
            Some(Op::Start(next)) if start => open.push((*next, entered, ended, counted)),
            Some(Op::End(next)) => open.push((*next, entered, true, counted)),
            Some(Op::Choose { body, exit, bit }) => {
                open.push((*exit, entered, ended, counted));
                open.push((*body, entered | bit, ended, counted));
            }
            Some(Op::Round { bit, .. }) if entered & bit != 0 => {}
            Some(Op::Round { to, counted: round, .. }) => open.push((*to, entered, ended, counted || *round)),
            Some(Op::Any(ways)) => open.extend(ways.iter().rev().map(|way| (*way, entered, ended, counted))),
            Some(Op::Match) => {
                out.done |= !ended;
                out.end = true;
            }
            Some(Op::Start(_)) | None => {}
        }
    }
    Ok(out)
}
