//! Lengths and anchors by algebra: what a part does to the place in the text, and how long it may be.
//!
//! A place is one of four: something was read before or not, the end was asserted or not. A part is a matrix over
//! these places; its entries are the shortest and the longest text that leads from one place to the other. A
//! concatenation is a product, an alternation an entrywise union, a counted repetition a power, a star a closure.
//! So large counts cost the logarithm of the count, and anchors inside alternatives are exact.

use super::tree::Node;

/// Shortest and longest text; `None` is no limit.
type Span = (u64, Option<u64>);

/// The start of the text, nothing asserted.
const FRESH: usize = 0;
/// Something was read before.
const READ: usize = 1;
/// The start of the text, which is also its end.
const FRESH_END: usize = 2;
/// The end of the text after something was read.
const READ_END: usize = 3;

/// What a part does to each place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Matrix([[Option<Span>; 4]; 4]);

const NOTHING: Matrix = Matrix([[None; 4]; 4]);

fn join(one: Option<Span>, other: Option<Span>) -> Option<Span> {
    match (one, other) {
        (Some(one), Some(other)) => {
            let most = one.1.zip(other.1).map(|(one, other)| one.max(other));
            Some((one.0.min(other.0), most))
        }
        (one, other) => one.or(other),
    }
}

fn after(one: Option<Span>, other: Option<Span>) -> Option<Span> {
    let (one, other) = one.zip(other)?;
    Some((one.0.saturating_add(other.0), one.1.zip(other.1).map(|(one, other)| one.saturating_add(other))))
}

impl Matrix {
    /// The part that leads from these places to those, with texts of this length.
    fn of(steps: &[(usize, usize)], length: u64) -> Matrix {
        let mut out = NOTHING;
        for (from, to) in steps {
            if let Some(entry) = out.0.get_mut(*from).and_then(|row| row.get_mut(*to)) {
                *entry = Some((length, Some(length)));
            }
        }
        out
    }

    fn empty() -> Matrix {
        Matrix::of(&[(FRESH, FRESH), (READ, READ), (FRESH_END, FRESH_END), (READ_END, READ_END)], 0)
    }

    fn get(&self, from: usize, to: usize) -> Option<Span> {
        self.0.get(from).and_then(|row| row.get(to)).copied().flatten()
    }

    fn then(&self, other: &Matrix) -> Matrix {
        let mut out = NOTHING;
        for (row, left) in out.0.iter_mut().zip(&self.0) {
            for (through, right) in left.iter().zip(&other.0) {
                if through.is_some() {
                    for (entry, right) in row.iter_mut().zip(right) {
                        *entry = join(*entry, after(*through, *right));
                    }
                }
            }
        }
        out
    }

    fn or(&self, other: &Matrix) -> Matrix {
        let mut out = *self;
        for (row, others) in out.0.iter_mut().zip(&other.0) {
            for (entry, other) in row.iter_mut().zip(others) {
                *entry = join(*entry, *other);
            }
        }
        out
    }

    fn power(mut self, mut count: u32) -> Matrix {
        let mut out = Matrix::empty();
        while count > 0 {
            if count & 1 == 1 {
                out = out.then(&self);
            }
            count >>= 1;
            if count > 0 {
                self = self.then(&self);
            }
        }
        out
    }

    /// Any number of times. A place that leads to itself by a text that is not empty has no limit.
    fn star(&self) -> Matrix {
        let mut out = self.or(&Matrix::empty());
        out = out.then(&out);
        out = out.then(&out);
        let grows: Vec<bool> = (0..4).map(|at| self.get(at, at).is_some_and(|span| span.1 != Some(0))).collect();
        let paths = out;
        for (from, row) in out.0.iter_mut().enumerate() {
            for (to, entry) in row.iter_mut().enumerate() {
                let cycle = grows.iter().enumerate().any(|(through, grows)| {
                    *grows && paths.get(from, through).is_some() && paths.get(through, to).is_some()
                });
                if let (true, Some(span)) = (cycle, entry.as_mut()) {
                    span.1 = None;
                }
            }
        }
        out
    }
}

/// The tree's depth is bounded by the parser's nesting limit.
fn matrix(node: &Node) -> Matrix {
    match node {
        Node::Empty => Matrix::empty(),
        Node::Set(0) => NOTHING,
        Node::Set(_) => Matrix::of(&[(FRESH, READ), (READ, READ)], 1),
        Node::Start => Matrix::of(&[(FRESH, FRESH), (FRESH_END, FRESH_END)], 0),
        Node::End => {
            Matrix::of(&[(FRESH, FRESH_END), (READ, READ_END), (FRESH_END, FRESH_END), (READ_END, READ_END)], 0)
        }
        Node::Repeat(body, min, max, _) => {
            let body = matrix(body);
            let rest = match max {
                None => body.star(),
                Some(max) => body.or(&Matrix::empty()).power(max.saturating_sub(*min)),
            };
            body.power(*min).then(&rest)
        }
        Node::Concat(parts) => parts.iter().fold(Matrix::empty(), |sum, part| sum.then(&matrix(part))),
        Node::Alternate(parts) => parts.iter().fold(NOTHING, |sum, part| sum.or(&matrix(part))),
    }
}

/// Lengths and anchors of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lengths {
    /// Every match begins where the text begins.
    pub(crate) anchored_start: bool,
    /// Every match ends where the text ends.
    pub(crate) anchored_end: bool,
    /// Shortest and longest text that holds a match; `None` when no text does.
    pub(crate) text: Option<Span>,
}

/// Lengths and anchors of a whole pattern, exact for the tree.
pub(crate) fn lengths(root: &Node) -> Lengths {
    let whole = matrix(root);
    let inside = (0..4).fold(None, |span, to| join(span, whole.get(READ, to)));
    let open = join(whole.get(FRESH, FRESH), join(whole.get(FRESH, READ), whole.get(READ, READ)));
    let start = (0..4).fold(None, |span, to| join(span, whole.get(FRESH, to)));
    // A match inside of the text stands after one code point at least.
    let text = join(start, after(inside, Some((1, None))));
    let text = text.map(|(least, most)| (least, most.filter(|_| open.is_none())));
    Lengths { anchored_start: inside.is_none(), anchored_end: open.is_none(), text }
}
