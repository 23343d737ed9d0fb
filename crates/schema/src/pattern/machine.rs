//! A backtracking matcher that counts its steps: the judge of every report about time.
//!
//! It works as ECMA-262 describes matching (section 22.2.2): choices in the order of the text, counted repetitions
//! with their true counts, one attempt at every place of the text until one matches. It is only ever run with a
//! budget.

use super::tree::{Node, Symbols, Tree};

enum Op {
    Read(Symbols),
    Start,
    End,
    /// Goes on elsewhere.
    Jump(usize),
    /// Tries each of these in turn.
    Any(Vec<usize>),
    /// Begins a repetition.
    Enter,
    /// Decides on one more round of the innermost repetition: its body begins behind, `exit` is where it ends.
    Round {
        min: u32,
        max: u32,
        lazy: bool,
        exit: usize,
    },
    /// The end of a round whose decision stands at `0`.
    Again(usize),
    Match,
}

/// A repetition that is under way.
#[derive(Clone, Copy)]
struct Frame {
    outer: u32,
    rounds: u32,
    began: u32,
}

/// What became of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    /// `None` when the budget ended first.
    pub(crate) matched: Option<bool>,
    /// Steps taken.
    pub(crate) steps: u64,
}

/// A pattern made ready to run.
pub(crate) struct Machine {
    ops: Vec<Op>,
}

impl Machine {
    /// Makes a tree ready.
    pub(crate) fn new(tree: &Tree) -> Machine {
        let mut machine = Machine { ops: Vec::new() };
        machine.emit(&tree.root);
        machine.ops.push(Op::Match);
        machine
    }

    /// The parser's nesting limit bounds the recursion.
    fn emit(&mut self, node: &Node) {
        match node {
            Node::Empty => {}
            Node::Set(reads) => self.ops.push(Op::Read(*reads)),
            Node::Start => self.ops.push(Op::Start),
            Node::End => self.ops.push(Op::End),
            Node::Concat(parts) => parts.iter().for_each(|part| self.emit(part)),
            Node::Alternate(parts) => {
                let any = self.ops.len();
                self.ops.push(Op::Match);
                let mut ways = Vec::with_capacity(parts.len());
                let mut jumps = Vec::with_capacity(parts.len());
                for part in parts {
                    ways.push(self.ops.len());
                    self.emit(part);
                    jumps.push(self.ops.len());
                    self.ops.push(Op::Match);
                }
                let end = self.ops.len();
                for jump in jumps {
                    self.set(jump, Op::Jump(end));
                }
                self.set(any, Op::Any(ways));
            }
            Node::Repeat(body, min, max, lazy) => {
                self.ops.push(Op::Enter);
                let round = self.ops.len();
                self.ops.push(Op::Match);
                self.emit(body);
                self.ops.push(Op::Again(round));
                let exit = self.ops.len();
                self.set(round, Op::Round { min: *min, max: max.unwrap_or(u32::MAX), lazy: *lazy, exit });
            }
        }
    }

    fn set(&mut self, at: usize, op: Op) {
        if let Some(known) = self.ops.get_mut(at) {
            *known = op;
        }
    }

    /// Searches a text of symbols with at most `budget` steps.
    pub(crate) fn run(&self, text: &[u32], budget: u64) -> Run {
        const NONE: u32 = u32::MAX;
        let mut steps = 0;
        let mut frames: Vec<Frame> = Vec::new();
        let mut open: Vec<(usize, u32, u32, usize)> = Vec::new();
        for start in 0..=text.len() {
            frames.clear();
            open.clear();
            open.push((0, start as u32, NONE, 0));
            // Op, place, innermost repetition, frames in use when this was put aside.
            while let Some((mut op, mut at, mut frame, used)) = open.pop() {
                frames.truncate(used);
                loop {
                    steps += 1;
                    if steps > budget {
                        return Run { matched: None, steps };
                    }
                    let now = frames.get(frame as usize).copied();
                    match self.ops.get(op) {
                        Some(Op::Read(set)) => match text.get(at as usize) {
                            Some(symbol) if set >> symbol & 1 == 1 => {
                                at += 1;
                                op += 1;
                            }
                            _ => break,
                        },
                        Some(Op::Start) if at == 0 => op += 1,
                        Some(Op::End) if at as usize == text.len() => op += 1,
                        Some(Op::Jump(to)) => op = *to,
                        Some(Op::Any(ways)) => {
                            let mut rest = ways.iter().rev();
                            let Some(first) = ways.first() else { break };
                            for way in rest.by_ref().take(ways.len() - 1) {
                                open.push((*way, at, frame, frames.len()));
                            }
                            op = *first;
                        }
                        Some(Op::Enter) => {
                            frames.push(Frame { outer: frame, rounds: 0, began: at });
                            frame = frames.len() as u32 - 1;
                            op += 1;
                        }
                        Some(Op::Round { min, max, lazy, exit }) => {
                            let Some(now) = now else { break };
                            if now.rounds < *min {
                                op += 1;
                            } else if now.rounds < *max && *lazy {
                                open.push((op + 1, at, frame, frames.len()));
                                (op, frame) = (*exit, now.outer);
                            } else if now.rounds < *max {
                                open.push((*exit, at, now.outer, frames.len()));
                                op += 1;
                            } else {
                                (op, frame) = (*exit, now.outer);
                            }
                        }
                        Some(Op::Again(round)) => {
                            let (Some(now), Some(Op::Round { min, .. })) = (now, self.ops.get(*round)) else { break };
                            // A round beyond those that must be, and that read nothing, is refused.
                            if now.began == at && now.rounds >= *min {
                                break;
                            }
                            frames.push(Frame { outer: now.outer, rounds: now.rounds.saturating_add(1), began: at });
                            frame = frames.len() as u32 - 1;
                            op = *round;
                        }
                        Some(Op::Match) => return Run { matched: Some(true), steps },
                        Some(Op::Start | Op::End) | None => break,
                    }
                }
            }
        }
        Run { matched: Some(false), steps }
    }
}
