//! `$ref`: edges inside the document, never copies, never opened outside of it.

use crate::problem::{Problem, code, quote};
use crate::tree::{Document, NodeRef};
use palisade_finding::Severity;
use std::collections::HashMap;
use std::fmt;

/// References followed in one chain.
const MAX_CHAIN: usize = 100_000;

/// What a reference's text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// `#` or `#/...`: a JSON pointer into this document, decoded from percent-encoding.
    Pointer(String),
    /// `#name`: an anchor in this document.
    Anchor(String),
    /// Another host or scheme, or a `file:` URL.
    External,
    /// A file outside the folder of the document: an absolute path, or one that climbs out of it.
    OutsideRoot,
    /// A file in the folder of the document or below it.
    File,
}

impl Reference {
    /// Reads the text of a `$ref`.
    pub fn parse(text: &str) -> Reference {
        let (before, fragment) = text.split_once('#').map_or((text, ""), |(before, after)| (before, after));
        if before.is_empty() {
            let fragment = percent_decode(fragment);
            return match fragment {
                pointer if pointer.is_empty() || pointer.starts_with('/') => Reference::Pointer(pointer),
                anchor => Reference::Anchor(anchor),
            };
        }
        let path = percent_decode(before);
        let path = path.split('?').next().unwrap_or_default().replace('\\', "/");
        let scheme = path.split_once(':').map(|(scheme, _)| scheme);
        if path.starts_with("//") || scheme.is_some_and(|scheme| !scheme.contains('/')) {
            return Reference::External;
        }
        if path.starts_with('/') {
            return Reference::OutsideRoot;
        }
        let mut depth = 0i64;
        for step in path.split('/') {
            match step {
                "" | "." => {}
                ".." => depth -= 1,
                _ => depth += 1,
            }
            if depth < 0 {
                return Reference::OutsideRoot;
            }
        }
        Reference::File
    }
}

/// Decodes `%xx`; what is no such triple stays, what is no UTF-8 becomes U+FFFD.
fn percent_decode(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = match after {
            [high, low, after @ ..] if *first == b'%' => {
                match ((*high as char).to_digit(16), (*low as char).to_digit(16)) {
                    (Some(high), Some(low)) => {
                        out.push((high * 16 + low) as u8);
                        after
                    }
                    _ => {
                        out.push(*first);
                        rest.get(1..).unwrap_or_default()
                    }
                }
            }
            _ => {
                out.push(*first);
                after
            }
        };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Why a reference leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefErrorKind {
    /// Another host or scheme: not allowed.
    External,
    /// Outside the document's folder: not allowed.
    OutsideRoot,
    /// Another file: not followed.
    File,
    /// No such place in this document.
    Unresolved,
    /// The references lead back to themselves.
    Cycle,
    /// More links than are followed.
    Chain,
}

/// A reference that leads nowhere, at the `$ref` that fails: where a chain was followed, the last link.
#[derive(Debug, Clone, Copy)]
pub struct RefError<'a> {
    /// Why.
    pub kind: RefErrorKind,
    /// The value of the `$ref`.
    pub at: NodeRef<'a>,
}

impl RefError<'_> {
    /// The code of the problem this is.
    pub fn code(&self) -> &'static str {
        match self.kind {
            RefErrorKind::External => code::EXTERNAL_REFERENCE,
            RefErrorKind::OutsideRoot => code::REFERENCE_OUTSIDE_ROOT,
            RefErrorKind::File => code::REFERENCE_TO_FILE,
            RefErrorKind::Unresolved => code::UNRESOLVED_REFERENCE,
            RefErrorKind::Cycle => code::REFERENCE_CYCLE,
            RefErrorKind::Chain => code::REFERENCE_CHAIN,
        }
    }

    /// The problem this is, at the place of the `$ref`.
    pub fn to_problem(&self) -> Problem {
        let severity = match self.kind {
            RefErrorKind::File => Severity::Medium,
            _ => Severity::High,
        };
        Problem::new(self.at.document(), self.code(), severity, self.at.span(), self.to_string())
            .at_pointer(self.at.pointer())
    }
}

impl fmt::Display for RefError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = quote(self.at.as_str().unwrap_or_default());
        match self.kind {
            RefErrorKind::External => write!(f, "external reference not allowed: {text}"),
            RefErrorKind::OutsideRoot => write!(f, "reference outside the contract's folder not allowed: {text}"),
            RefErrorKind::File => write!(f, "reference to another file is not followed: {text}"),
            RefErrorKind::Unresolved => write!(f, "unresolved reference: {text}"),
            RefErrorKind::Cycle => write!(f, "the reference {text} leads back to itself"),
            RefErrorKind::Chain => write!(f, "more than {MAX_CHAIN} references in a chain, given up at {text}"),
        }
    }
}

/// The value of an object's `$ref`, when it is a string.
pub fn reference_of(node: NodeRef<'_>) -> Option<NodeRef<'_>> {
    node.get("$ref").filter(|value| value.as_str().is_some())
}

/// Follows one link: the node that a `$ref`'s value leads to.
pub fn target<'a>(reference: NodeRef<'a>) -> Result<NodeRef<'a>, RefError<'a>> {
    let fail = |kind| RefError { kind, at: reference };
    let document = reference.document();
    let text = reference.as_str().ok_or_else(|| fail(RefErrorKind::Unresolved))?;
    let found = match Reference::parse(text) {
        Reference::Pointer(pointer) => document.root().at_pointer(&pointer),
        Reference::Anchor(name) => document.anchor(&name),
        Reference::External => {
            let own = document.root().get("$self").and_then(|own| own.as_str());
            let fragment = own.and_then(|own| text.strip_prefix(own)).and_then(|rest| rest.strip_prefix('#'));
            match fragment.map(|fragment| Reference::parse(&format!("#{fragment}"))) {
                Some(Reference::Pointer(pointer)) => document.root().at_pointer(&pointer),
                Some(Reference::Anchor(name)) => document.anchor(&name),
                _ => return Err(fail(RefErrorKind::External)),
            }
        }
        Reference::OutsideRoot => return Err(fail(RefErrorKind::OutsideRoot)),
        Reference::File => return Err(fail(RefErrorKind::File)),
    };
    found.ok_or_else(|| fail(RefErrorKind::Unresolved))
}

/// Follows references to the first node that is none. A node without `$ref` is its own answer.
///
/// Iterative and bounded. For many nodes of one document use a [`Resolver`], which follows each link once.
pub fn follow(node: NodeRef<'_>) -> Result<NodeRef<'_>, RefError<'_>> {
    let mut at = node;
    // Brent's cycle detection: the landmark moves to where we are at each power of two.
    let mut landmark = node;
    let mut power = 1;
    let mut steps = 0;
    for _ in 0..MAX_CHAIN {
        let Some(reference) = reference_of(at) else { return Ok(at) };
        at = target(reference)?;
        if at.id() == landmark.id() {
            return Err(RefError { kind: RefErrorKind::Cycle, at: reference });
        }
        steps += 1;
        if steps == power {
            landmark = at;
            power *= 2;
            steps = 0;
        }
    }
    Err(RefError { kind: RefErrorKind::Chain, at: reference_of(at).unwrap_or(at) })
}

/// Follows references of one document, each link once however many nodes are asked for.
pub struct Resolver<'a> {
    document: &'a Document,
    known: HashMap<u32, Result<u32, (RefErrorKind, u32)>>,
}

impl<'a> Resolver<'a> {
    /// A resolver that knows nothing yet.
    pub fn new(document: &'a Document) -> Self {
        Resolver { document, known: HashMap::new() }
    }

    /// Like [`follow`].
    pub fn follow(&mut self, node: NodeRef<'a>) -> Result<NodeRef<'a>, RefError<'a>> {
        if reference_of(node).is_none() {
            return Ok(node);
        }
        let mut chain = Vec::new();
        let mut at = node;
        let answer = loop {
            if let Some(known) = self.known.get(&at.id().0) {
                break *known;
            }
            let Some(reference) = reference_of(at) else { break Ok(at.id().0) };
            // Marked while it is being followed: to meet the mark again is a cycle.
            self.known.insert(at.id().0, Err((RefErrorKind::Cycle, reference.id().0)));
            chain.push(at.id().0);
            if chain.len() > MAX_CHAIN {
                break Err((RefErrorKind::Chain, reference.id().0));
            }
            match target(reference) {
                Ok(next) => at = next,
                Err(error) => break Err((error.kind, error.at.id().0)),
            }
        };
        for id in chain {
            self.known.insert(id, answer);
        }
        match answer {
            Ok(id) => Ok(self.document.raw_node(id).unwrap_or(node)),
            Err((kind, id)) => Err(RefError { kind, at: self.document.raw_node(id).unwrap_or(node) }),
        }
    }
}

impl Document {
    /// The schema with this `$anchor` (or `$dynamicAnchor`). The first one in the document counts.
    pub fn anchor(&self, name: &str) -> Option<NodeRef<'_>> {
        let anchors = self.anchors.get_or_init(|| {
            let mut anchors = HashMap::new();
            for node in self.nodes() {
                if let (Some("$anchor" | "$dynamicAnchor"), Some(name)) = (node.key(), node.as_str())
                    && let Some(parent) = node.parent()
                {
                    anchors.entry(name.to_owned()).or_insert(parent.id().0);
                }
            }
            anchors
        });
        self.raw_node(*anchors.get(name)?)
    }
}

/// Every reference of an OpenAPI document that is not allowed or leads nowhere, and one problem for each
/// cycle of references and `allOf` without content, with its chain. In source order; linear in the document.
pub fn survey(document: &Document) -> Vec<Problem> {
    let literal = literals(document);
    let mut problems = Vec::new();
    let mut edges: HashMap<u32, Vec<Edge>> = HashMap::new();
    for node in document.nodes() {
        if literal.get(node.id().index()).copied().unwrap_or(true) {
            continue;
        }
        match node.key() {
            Some("$ref") if node.as_str().is_some() && !in_map(node) => match target(node) {
                Ok(to) => {
                    let from = node.parent().unwrap_or(node).id().0;
                    edges.entry(from).or_default().push(Edge { to: to.id().0, at: Some(node.id().0) });
                }
                Err(error) => problems.push(error.to_problem()),
            },
            Some("allOf") if node.is_array() && !in_map(node) => {
                let from = node.parent().unwrap_or(node).id().0;
                let items = node.items().map(|item| Edge { to: item.id().0, at: None });
                edges.entry(from).or_default().extend(items);
            }
            _ => {}
        }
    }
    problems.extend(cycles(document, &edges));
    problems.sort_by_key(|problem| problem.span.start);
    problems
}

/// True when the node is a named entry of a map such as `properties`, so that its key is a name, no keyword.
fn in_map(node: NodeRef<'_>) -> bool {
    node.parent().and_then(|parent| parent.key()).is_some_and(|key| {
        matches!(key, "properties" | "patternProperties" | "schemas" | "definitions" | "$defs" | "dependentSchemas")
    })
}

/// For each node whether it lies in a literal value (an example, a default, an enumeration), where `$ref`
/// means nothing. Parents come before children, so one pass is enough.
fn literals(document: &Document) -> Vec<bool> {
    let mut literal = Vec::with_capacity(document.len());
    for node in document.nodes() {
        let parent = node.parent();
        let inherited = parent.is_some_and(|parent| literal.get(parent.id().index()).copied().unwrap_or(false));
        let own = match node.key() {
            Some("example" | "default" | "enum" | "const") => !in_map(node) && !is_response_default(node),
            // A list of examples holds plain values; a map of them holds objects that may be references.
            Some("examples") => node.is_array() && !in_map(node),
            Some("value") => parent.and_then(|parent| parent.parent()).and_then(|map| map.key()) == Some("examples"),
            _ => false,
        };
        literal.push(inherited || own);
    }
    literal
}

/// `default` is also a response's name.
fn is_response_default(node: NodeRef<'_>) -> bool {
    node.key() == Some("default") && node.parent().and_then(|parent| parent.key()) == Some("responses")
}

struct Edge {
    to: u32,
    /// The `$ref` value that makes the edge; none for an item of `allOf`.
    at: Option<u32>,
}

/// Tarjan's strongly connected components over the edges, iteratively; one problem for each cycle.
fn cycles(document: &Document, edges: &HashMap<u32, Vec<Edge>>) -> Vec<Problem> {
    let mut starts: Vec<u32> = edges.keys().copied().collect();
    starts.sort_unstable();
    let mut order: HashMap<u32, (u32, u32)> = HashMap::new();
    let mut on_stack: HashMap<u32, bool> = HashMap::new();
    let mut stack = Vec::new();
    let mut problems = Vec::new();
    for start in starts {
        if order.contains_key(&start) {
            continue;
        }
        let mut work: Vec<(u32, usize)> = Vec::new();
        let enter =
            |id: u32, order: &mut HashMap<u32, (u32, u32)>, stack: &mut Vec<u32>, on_stack: &mut HashMap<u32, bool>| {
                let number = order.len() as u32;
                order.insert(id, (number, number));
                stack.push(id);
                on_stack.insert(id, true);
            };
        enter(start, &mut order, &mut stack, &mut on_stack);
        work.push((start, 0));
        while let Some((id, next)) = work.pop() {
            if let Some(edge) = edges.get(&id).and_then(|edges| edges.get(next)) {
                work.push((id, next + 1));
                match order.get(&edge.to).copied() {
                    None => {
                        enter(edge.to, &mut order, &mut stack, &mut on_stack);
                        work.push((edge.to, 0));
                    }
                    Some((number, _)) if on_stack.get(&edge.to) == Some(&true) => {
                        if let Some((_, low)) = order.get_mut(&id) {
                            *low = (*low).min(number);
                        }
                    }
                    Some(_) => {}
                }
                continue;
            }
            let Some((number, low)) = order.get(&id).copied() else { continue };
            if let Some((parent, _)) = work.last()
                && let Some((_, parent_low)) = order.get_mut(parent)
            {
                *parent_low = (*parent_low).min(low);
            }
            if number != low {
                continue;
            }
            let mut members = Vec::new();
            while let Some(member) = stack.pop() {
                on_stack.insert(member, false);
                members.push(member);
                if member == id {
                    break;
                }
            }
            members.sort_unstable();
            let own_loop = || edges.get(&id).is_some_and(|edges| edges.iter().any(|edge| edge.to == id));
            if members.len() > 1 || own_loop() {
                problems.extend(cycle(document, edges, &members));
            }
        }
    }
    problems
}

fn cycle(document: &Document, edges: &HashMap<u32, Vec<Edge>>, members: &[u32]) -> Option<Problem> {
    let inside = |edge: &&Edge| members.binary_search(&edge.to).is_ok();
    let at = members
        .iter()
        .filter_map(|id| edges.get(id))
        .flatten()
        .filter(inside)
        .filter_map(|edge| edge.at)
        .min_by_key(|id| document.raw_node(*id).map(|node| node.span().start))?;
    let at = document.raw_node(at)?;
    // The chain from that reference on, one way round.
    let first = at.parent()?.id().0;
    let mut chain = vec![first];
    let mut here = first;
    while let Some(next) = edges.get(&here).and_then(|edges| edges.iter().find(inside)).map(|edge| edge.to) {
        let closed = chain.contains(&next);
        chain.push(next);
        here = next;
        if closed || chain.len() > 12 {
            break;
        }
    }
    let names: Vec<String> = chain
        .iter()
        .filter_map(|id| document.raw_node(*id))
        .map(|node| quote(&format!("#{}", node.pointer())))
        .collect();
    let more = if chain.len() > 12 { " -> …" } else { "" };
    let message = format!("references lead back to themselves without content: {}{more}", names.join(" -> "));
    let problem = Problem::new(document, code::REFERENCE_CYCLE, Severity::High, at.span(), message);
    Some(problem.at_pointer(at.pointer()))
}
