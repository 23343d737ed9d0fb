//! Selecting nodes by JSONPath: a bounded subset of RFC 9535, with the words of Spectral beside it.
//!
//! Steps: `.name`, `['name']`, `.*`, `[*]`, `[1]`, `[-1]`, `[1:4:2]`, unions of these, `..` before any of them,
//! filters `[?(...)]`, and at the end `~` for the keys instead of the values. Where a member is asked of an object
//! with a `$ref`, the reference is followed inside the document; a node is given once however many ways lead to it.
//! There is no script and nothing is evaluated but comparisons: see [`Path::parse`] for filters.

mod filter;
mod parse;

use crate::refs;
use crate::tree::{Kind, NodeRef};
use filter::Expression;
use palisade_limits::Steps;
use std::collections::HashSet;
use std::fmt;

/// A path that could be read.
#[derive(Debug, Clone)]
pub struct Path {
    segments: Vec<Segment>,
    keys: bool,
}

#[derive(Debug, Clone)]
struct Segment {
    descendant: bool,
    selectors: Vec<Selector>,
}

#[derive(Debug, Clone)]
enum Selector {
    Name(String),
    Wildcard,
    Index(i64),
    Slice { start: Option<i64>, end: Option<i64>, step: i64 },
    Filter(Expression),
}

/// Why a text is no path, with the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    /// Column in the text, from 1, counted in Unicode scalar values.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.message)
    }
}

impl std::error::Error for PathError {}

/// A node that a path selects.
#[derive(Debug, Clone, Copy)]
pub struct Selected<'a> {
    /// The node.
    pub node: NodeRef<'a>,
    /// The key or the place by which it was reached; the root has none.
    pub step: Step<'a>,
    /// The path ends in `~`: the key is meant, not the value.
    pub key: bool,
}

/// How a node was reached from the one above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// It is where the path begins.
    Start,
    /// A member by its key.
    Key(&'a str),
    /// An item by its place.
    Place(usize),
}

impl Selected<'_> {
    /// The key, or the place as text; empty for the start.
    pub fn property(&self) -> String {
        match self.step {
            Step::Start => String::new(),
            Step::Key(key) => key.to_owned(),
            Step::Place(place) => place.to_string(),
        }
    }
}

/// The budget was used up before the walk ended; what was not reached is not selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exhausted;

impl Path {
    /// Reads a path.
    ///
    /// Filters know `@` with steps by name and place, `@property` (the key or place of the node judged), `@.length`,
    /// strings, numbers, `true`, `false`, `null`, `==`, `!=` (also with a third `=`), `<`, `<=`, `>`, `>=`, `=~ /re/`,
    /// `.match(/re/)`, `match(@.a, 're')` for the whole text and `search(@.a, 're')` for a part of it, `length(@.a)`,
    /// `&&`, `||`, `!` and parentheses. A comparison between different types is false. A bare `@.a` is true
    /// when the member is there and is neither `false` nor null.
    ///
    /// # Errors
    /// Anything else, with its column.
    pub fn parse(text: &str) -> Result<Path, PathError> {
        parse::path(text)
    }

    /// The nodes this path selects from `root`, each once, in the order they are met.
    ///
    /// Takes one of `steps` for each node looked at. When they run out, what was selected so far comes with
    /// [`Exhausted`].
    pub fn select<'a>(&self, root: NodeRef<'a>, steps: &mut Steps) -> (Vec<Selected<'a>>, Option<Exhausted>) {
        let mut here = vec![Selected { node: root, step: Step::Start, key: false }];
        let mut exhausted = None;
        for segment in &self.segments {
            let mut next = Vec::new();
            let mut seen = HashSet::new();
            let mut walk = Walk { found: &mut next, seen: &mut seen, steps };
            let done = match segment.descendant {
                true => walk.descend(&here, &segment.selectors),
                false => here.iter().try_for_each(|from| walk.apply(from, &segment.selectors, true)),
            };
            here = next;
            if let Err(error) = done {
                exhausted = Some(error);
                break;
            }
        }
        if self.keys {
            here.retain(|found| found.step != Step::Start);
            here.iter_mut().for_each(|found| found.key = true);
        }
        (here, exhausted)
    }
}

struct Walk<'w, 'a> {
    found: &'w mut Vec<Selected<'a>>,
    seen: &'w mut HashSet<u32>,
    steps: &'w mut Steps,
}

impl<'a> Walk<'_, 'a> {
    /// Applies selectors to a node and everything below it. References are not followed: what they lead to lies
    /// below the root too, and is met there.
    fn descend(&mut self, from: &[Selected<'a>], selectors: &[Selector]) -> Result<(), Exhausted> {
        let mut visited = HashSet::new();
        for start in from {
            let mut stack = vec![*start];
            while let Some(at) = stack.pop() {
                if !visited.insert(at.node.id().0) {
                    continue;
                }
                self.apply(&at, selectors, false)?;
                let below = stack.len();
                match at.node.kind() {
                    Kind::Object => stack.extend(at.node.members().map(|member| Selected {
                        node: member.value,
                        step: Step::Key(member.key),
                        key: false,
                    })),
                    Kind::Array => stack.extend(at.node.items().enumerate().map(|(place, node)| Selected {
                        node,
                        step: Step::Place(place),
                        key: false,
                    })),
                    _ => {}
                }
                if let Some(new) = stack.get_mut(below..) {
                    new.reverse();
                }
            }
        }
        Ok(())
    }

    fn apply(&mut self, from: &Selected<'a>, selectors: &[Selector], follow: bool) -> Result<(), Exhausted> {
        self.take()?;
        let mut node = from.node;
        if follow && refs::reference_of(node).is_some() {
            // A reference that leads nowhere has only itself.
            node = refs::follow(node).unwrap_or(node);
        }
        for selector in selectors {
            match selector {
                Selector::Name(name) => {
                    // Whoever asks for the reference itself means it.
                    let object = if name == "$ref" { from.node } else { node };
                    if let Some(member) = object.member(name) {
                        self.keep(member.value, Step::Key(member.key))?;
                    }
                }
                Selector::Wildcard => self.each(node, |_, _| true)?,
                Selector::Filter(expression) => self.each(node, |node, step| expression.holds(node, step))?,
                Selector::Index(at) => {
                    if let Some(place) = place(*at, node.len())
                        && let Some(item) = node.items().nth(place)
                    {
                        self.keep(item, Step::Place(place))?;
                    }
                }
                Selector::Slice { start, end, step } => self.slice(node, *start, *end, *step)?,
            }
        }
        Ok(())
    }

    fn each(&mut self, node: NodeRef<'a>, wanted: impl Fn(NodeRef<'a>, Step<'a>) -> bool) -> Result<(), Exhausted> {
        for member in node.members() {
            self.take()?;
            if wanted(member.value, Step::Key(member.key)) {
                self.keep(member.value, Step::Key(member.key))?;
            }
        }
        for (place, item) in node.items().enumerate() {
            self.take()?;
            if wanted(item, Step::Place(place)) {
                self.keep(item, Step::Place(place))?;
            }
        }
        Ok(())
    }

    /// RFC 9535, 2.3.4.2.
    fn slice(&mut self, node: NodeRef<'a>, start: Option<i64>, end: Option<i64>, step: i64) -> Result<(), Exhausted> {
        if !node.is_array() || step == 0 {
            return Ok(());
        }
        let items: Vec<NodeRef<'a>> = node.items().collect();
        let len = items.len() as i64;
        let normal = |at: i64| if at >= 0 { at } else { len.saturating_add(at) };
        let (lower, upper) = if step > 0 {
            (normal(start.unwrap_or(0)).clamp(0, len), normal(end.unwrap_or(len)).clamp(0, len))
        } else {
            let last = len - 1;
            let end = end.map_or(-1, |end| normal(end).clamp(-1, last));
            (end, normal(start.unwrap_or(last)).clamp(-1, last))
        };
        let mut at = if step > 0 { lower } else { upper };
        while if step > 0 { at < upper } else { at > lower } {
            let place = usize::try_from(at).unwrap_or_default();
            if let Some(item) = items.get(place) {
                self.keep(*item, Step::Place(place))?;
            }
            let Some(next) = at.checked_add(step) else { break };
            at = next;
        }
        Ok(())
    }

    fn keep(&mut self, node: NodeRef<'a>, step: Step<'a>) -> Result<(), Exhausted> {
        self.take()?;
        if self.seen.insert(node.id().0) {
            self.found.push(Selected { node, step, key: false });
        }
        Ok(())
    }

    fn take(&mut self) -> Result<(), Exhausted> {
        if self.steps.take(1) { Ok(()) } else { Err(Exhausted) }
    }
}

/// The place an index means, from the end when it is negative.
fn place(at: i64, len: usize) -> Option<usize> {
    let from_end = usize::try_from(at.unsigned_abs()).ok()?;
    let place = if at < 0 { len.checked_sub(from_end)? } else { from_end };
    (place < len).then_some(place)
}
