//! From method and path to operation.
//!
//! What decides, in this order:
//! 1. The query and fragment take no part. The path must begin with `/`; it is cut at each `/` **before**
//!    anything is decoded: an encoded slash (`%2F`) stays inside its segment.
//! 2. Segments are compared after percent-decoding; letter case counts. What is no valid `%xx` stays as it is.
//! 3. Nothing is cleaned up: `.` and `..` (also written `%2e`) and empty segments are ordinary segments, so a
//!    path with them meets only a template that has them or a variable in their place, and a variable never
//!    matches an empty segment, `.` or `..`. The upstream may see such a path differently: it is a [`Routed::NoPath`].
//! 4. At each segment, from the left: a literal beats a partial (`{id}.json`, `{id}:cancel`), the partial with more
//!    literal text beats the one with less, of equal ones that with more variables, and all beat a whole variable. When a better branch ends nowhere,
//!    the next one is tried.
//! 5. A trailing slash counts: `/a` and `/a/` are two paths, unless the contract has only one of them; then it
//!    answers for both.
//! 6. Among templates that differ only in variable names the first one in the contract that has the method wins.
//!    A better template without the method gives way to a lesser one with it: `DELETE /users/me` is
//!    `DELETE /users/{id}` when `/users/me` has only `GET`.
//! 7. Methods are exact, letter case included; `HEAD` and `OPTIONS` are no others' stand-ins. A known path with
//!    another method gives [`Routed::NoMethod`] with the methods of every template that fits.
//! 8. Paths longer than [`MAX_PATH`] bytes or [`MAX_SEGMENTS`] segments have no match.
//!
//! Time depends on the length of the path, not on the number of templates.

use crate::model::{Contract, Operation};
use std::borrow::Cow;
use std::collections::HashMap;

/// Longest path that is matched, in bytes.
pub const MAX_PATH: usize = 16 << 10;
/// Most segments that are matched.
pub const MAX_SEGMENTS: usize = 256;

/// What a request leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Routed<'r, 'p> {
    /// An operation.
    Match(Match<'r, 'p>),
    /// The path is known, the method is not.
    NoMethod {
        /// The methods there are, sorted: the value of `Allow`.
        allow: Vec<&'r str>,
    },
    /// No template fits the path.
    NoPath,
}

/// The operation a request leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match<'r, 'p> {
    /// Index in [`Contract::operations`].
    pub operation: usize,
    /// Path parameters in template order: name and raw text, still percent-encoded.
    pub params: Vec<(&'r str, &'p str)>,
}

/// The templates of a contract, compiled into a trie over segments.
#[derive(Debug, Default)]
pub struct Router {
    nodes: Vec<Node>,
    unroutable: Vec<usize>,
}

#[derive(Debug, Default)]
struct Node {
    literals: HashMap<Box<str>, usize>,
    /// The most literal text first.
    partials: Vec<(Partial, usize)>,
    variable: Option<usize>,
    ends: Vec<End>,
}

#[derive(Debug)]
struct End {
    method: Box<str>,
    operation: usize,
    names: Box<[Box<str>]>,
}

impl Router {
    /// The routes of a contract on the base paths of its servers; without servers on the root.
    pub fn new(contract: &Contract) -> Router {
        Router::build(contract, |operation| {
            let servers = contract.servers_of(operation);
            let mut bases: Vec<&str> = servers.iter().map(|server| server.base_path.as_str()).collect();
            if bases.is_empty() {
                bases.push("");
            }
            bases
        })
    }

    /// The routes of a contract on these base paths instead of its servers': `""` or `/v1`.
    pub fn on(contract: &Contract, base_paths: &[&str]) -> Router {
        Router::build(contract, |_| base_paths.to_vec())
    }

    fn build<'c>(contract: &'c Contract, bases: impl Fn(&'c Operation) -> Vec<&'c str>) -> Router {
        let mut router = Router { nodes: vec![Node::default()], unroutable: Vec::new() };
        for (index, operation) in contract.operations.iter().enumerate() {
            if !operation.template.starts_with('/') || operation.template.contains(['?', '#']) {
                router.unroutable.push(index);
                continue;
            }
            let mut seen: Vec<&str> = Vec::new();
            for base in bases(operation) {
                let base = base.trim_end_matches('/');
                if !seen.contains(&base) {
                    seen.push(base);
                    router.insert(&format!("{base}{}", operation.template), &operation.method, index);
                }
            }
        }
        for node in &mut router.nodes {
            node.partials.sort_by_key(|(partial, _)| std::cmp::Reverse((partial.weight(), partial.literals.len())));
        }
        router
    }

    /// Operations whose template no path can tell apart: it does not begin with `/`, or holds a query or
    /// fragment. Indexes in [`Contract::operations`].
    pub fn unroutable(&self) -> &[usize] {
        &self.unroutable
    }

    fn insert(&mut self, template: &str, method: &str, operation: usize) {
        let mut at = 0;
        let mut names: Vec<Box<str>> = Vec::new();
        for segment in template.split('/').skip(1) {
            let fresh = self.nodes.len();
            let Some(node) = self.nodes.get_mut(at) else { return };
            at = match Segment::parse(segment, &mut names) {
                Segment::Literal(text) => *node.literals.entry(text).or_insert(fresh),
                Segment::Variable => *node.variable.get_or_insert(fresh),
                Segment::Partial(partial) => match node.partials.iter().find(|(other, _)| *other == partial) {
                    Some((_, known)) => *known,
                    None => {
                        node.partials.push((partial, fresh));
                        fresh
                    }
                },
            };
            if at == fresh {
                self.nodes.push(Node::default());
            }
        }
        if let Some(node) = self.nodes.get_mut(at)
            && !node.ends.iter().any(|end| *end.method == *method)
        {
            node.ends.push(End { method: method.into(), operation, names: names.into() });
        }
    }

    /// Finds the operation of a request. `target` is the path, with or without a query.
    pub fn route<'r, 'p>(&'r self, method: &str, target: &'p str) -> Routed<'r, 'p> {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        if path.len() > MAX_PATH {
            return Routed::NoPath;
        }
        let Some(path) = path.strip_prefix('/') else { return Routed::NoPath };
        let mut segments: Vec<&'p str> = path.split('/').take(MAX_SEGMENTS + 1).collect();
        if segments.len() > MAX_SEGMENTS {
            return Routed::NoPath;
        }
        let mut allow = Vec::new();
        if let Some(found) = self.search(method, &segments, &mut allow) {
            return Routed::Match(found);
        }
        if allow.is_empty() {
            // The same path with or without its trailing slash.
            match segments.as_slice() {
                [.., "", ""] => return Routed::NoPath,
                [.., ""] => drop(segments.pop()),
                _ => segments.push(""),
            }
            if let Some(found) = self.search(method, &segments, &mut allow) {
                return Routed::Match(found);
            }
        }
        if allow.is_empty() {
            return Routed::NoPath;
        }
        allow.sort_unstable();
        allow.dedup();
        Routed::NoMethod { allow }
    }

    /// Depth-first over the trie, the better branch first. Each trie node is met once at most.
    fn search<'r, 'p>(&'r self, method: &str, segments: &[&'p str], allow: &mut Vec<&'r str>) -> Option<Match<'r, 'p>> {
        // A branch still to be tried: node, segments done, values kept so far, values this branch adds.
        let mut branches: Vec<(usize, usize, usize, Vec<&'p str>)> = vec![(0, 0, 0, Vec::new())];
        let mut values: Vec<&'p str> = Vec::new();
        while let Some((at, done, kept, added)) = branches.pop() {
            values.truncate(kept);
            values.extend(added);
            let node = self.nodes.get(at)?;
            let Some(raw) = segments.get(done).copied() else {
                if let Some(end) = node.ends.iter().find(|end| *end.method == *method) {
                    let params = end.names.iter().map(|name| &**name).zip(values).collect();
                    return Some(Match { operation: end.operation, params });
                }
                allow.extend(node.ends.iter().map(|end| &*end.method));
                continue;
            };
            let kept = values.len();
            let decoded = decode(raw);
            let fits_variable = !matches!(&*decoded, b"" | b"." | b"..");
            // Pushed in reverse: the last one pushed is tried first.
            if let (Some(next), true) = (node.variable, fits_variable) {
                branches.push((next, done + 1, kept, vec![raw]));
            }
            if fits_variable {
                for (partial, next) in node.partials.iter().rev() {
                    if let Some(parts) = partial.matches(raw, &decoded) {
                        branches.push((*next, done + 1, kept, parts));
                    }
                }
            }
            if let Some(next) = std::str::from_utf8(&decoded).ok().and_then(|text| node.literals.get(text)) {
                branches.push((*next, done + 1, kept, Vec::new()));
            }
        }
        None
    }
}

/// One segment of a template.
enum Segment {
    Literal(Box<str>),
    Variable,
    Partial(Partial),
}

impl Segment {
    /// Reads a segment, adding the names of its variables. A brace without its other half is a literal.
    fn parse(segment: &str, names: &mut Vec<Box<str>>) -> Segment {
        let mut literals = vec![String::new()];
        let mut rest = segment;
        while let Some((before, name, after)) = variable(rest) {
            if let Some(last) = literals.last_mut() {
                last.push_str(before);
            }
            literals.push(String::new());
            names.push(name.into());
            rest = after;
        }
        if let Some(last) = literals.last_mut() {
            last.push_str(rest);
        }
        let mut decoded: Vec<Box<[u8]>> = literals.iter().map(|text| decode(text).into()).collect();
        match decoded.as_slice() {
            [_] => {
                let text = decoded.pop().unwrap_or_default();
                Segment::Literal(String::from_utf8_lossy(&text).into())
            }
            [first, last] if first.is_empty() && last.is_empty() => Segment::Variable,
            _ => Segment::Partial(Partial { literals: decoded }),
        }
    }
}

/// The first `{name}` of a text: what is before it, the name, what is after it.
fn variable(text: &str) -> Option<(&str, &str, &str)> {
    let open = text.find('{')?;
    let close = open + text.get(open..)?.find('}')?;
    Some((text.get(..open)?, text.get(open + 1..close)?, text.get(close + 1..)?))
}

/// A segment of literals with a variable between each two of them: `{name}.{ext}`, `{id}:cancel`.
#[derive(Debug, PartialEq, Eq)]
struct Partial {
    literals: Vec<Box<[u8]>>,
}

impl Partial {
    fn weight(&self) -> usize {
        self.literals.iter().map(|text| text.len()).sum()
    }

    /// The raw texts of the variables, none of them empty; each but the last as short as possible. Between two that
    /// stand side by side, a semicolon begins the second one (`{from}{to}` in the style `matrix`).
    fn matches<'p>(&self, raw: &'p str, decoded: &[u8]) -> Option<Vec<&'p str>> {
        let (first, rest) = self.literals.split_first()?;
        let (last, middle) = rest.split_last()?;
        let end = decoded.len().checked_sub(last.len())?;
        if !decoded.starts_with(first) || decoded.get(end..)? != &**last {
            return None;
        }
        let mut places = Vec::with_capacity(self.literals.len());
        let mut at = first.len();
        for literal in middle {
            let from = at + 1;
            let rest = decoded.get(from..end)?;
            let offset = match (&**literal, rest.iter().position(|byte| *byte == b';')) {
                (b"", Some(next)) => next,
                (b"", None) if decoded.get(at) == Some(&b';') => return None,
                _ => find(rest, literal)?,
            };
            let found = from + offset;
            places.push((at, found));
            at = found + literal.len();
        }
        if at >= end {
            return None;
        }
        places.push((at, end));
        let offsets = offsets(raw);
        let text = |(start, end): (usize, usize)| raw.get(*offsets.get(start)?..*offsets.get(end)?);
        places.into_iter().map(text).collect()
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    if wanted.is_empty() {
        return Some(0);
    }
    text.windows(wanted.len()).position(|window| window == wanted)
}

fn decode(text: &str) -> Cow<'_, [u8]> {
    percent_encoding::percent_decode_str(text).into()
}

/// For each decoded byte, and the end, its offset in the raw text.
fn offsets(raw: &str) -> Vec<usize> {
    let bytes = raw.as_bytes();
    let mut offsets = Vec::with_capacity(bytes.len() + 1);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        offsets.push(at);
        let hex = |place: usize| bytes.get(place).is_some_and(u8::is_ascii_hexdigit);
        at += if *byte == b'%' && hex(at + 1) && hex(at + 2) { 3 } else { 1 };
    }
    offsets.push(at);
    offsets
}
