//! `$ref`: edges inside the document, never copies. A reference to another file leads there when the file is part
//! of the document; nothing is opened here.

use crate::address::{self, Address};
use crate::files::{FileRef, Place, Refusal, RefusalKind};
use crate::problem::{Problem, code, quote};
use crate::tree::{Document, IdMap, KeyMask, NodeId, NodeRef};
use palisade_finding::Severity;
use std::collections::HashMap;
use std::fmt;

/// References followed in one chain.
const MAX_CHAIN: usize = 100_000;

/// Why a reference leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefErrorKind {
    /// Another host or scheme: not allowed.
    External,
    /// Outside the document's folder: not allowed.
    OutsideRoot,
    /// Another file, which is not part of the document.
    File,
    /// Another file, which was refused.
    Refused(RefusalKind),
    /// No such place in the file it names.
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
            RefErrorKind::Refused(kind) => kind.code(),
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
            RefErrorKind::Refused(kind) => {
                let what = match kind {
                    RefusalKind::Unavailable => "unresolved reference",
                    RefusalKind::Outside => "reference outside the contract's folder not allowed",
                    RefusalKind::NotAllowed => "external reference not allowed",
                    RefusalKind::Limit => "reference not followed",
                };
                match locate(self.at, self.at.as_str().unwrap_or_default()).1 {
                    Some(Found::Refused(refusal)) => write!(f, "{what}: {text}: {}", refusal.reason),
                    _ => write!(f, "{what}: {text}"),
                }
            }
            RefErrorKind::Unresolved => match locate(self.at, self.at.as_str().unwrap_or_default()).1 {
                Some(Found::File(file)) if file != self.at.file() => {
                    write!(f, "unresolved reference: {text}: there is no such place in {}", quote(file.name()))
                }
                _ => write!(f, "unresolved reference: {text}"),
            },
            RefErrorKind::Cycle => write!(f, "the reference {text} leads back to itself"),
            RefErrorKind::Chain => write!(f, "more than {MAX_CHAIN} references in a chain, given up at {text}"),
        }
    }
}

/// The value of an object's `$ref`, when it is a string.
pub fn reference_of(node: NodeRef<'_>) -> Option<NodeRef<'_>> {
    node.get("$ref").filter(|value| value.as_str().is_some())
}

/// What a file says its own address is: `$self` of a contract, `$id` of a schema.
pub(crate) fn own_name(root: NodeRef<'_>) -> Option<&str> {
    let own = root.get("$self").or_else(|| root.get("$id"))?.as_str()?;
    Some(own.trim_end_matches('#'))
}

/// What is known of the file a reference names.
pub(crate) enum Found<'a> {
    File(FileRef<'a>),
    Refused(&'a Refusal),
}

/// The address a reference's text names, seen from the node that holds it, and what is known of it.
pub(crate) fn locate<'a>(holder: NodeRef<'a>, text: &str) -> (Address, Option<Found<'a>>) {
    let document = holder.document();
    let file = holder.file();
    let before = text.split('#').next().unwrap_or_default();
    let address = address::resolve(file.address(), before);
    let known = |address: &str| match document.place(address) {
        _ if document.is_main_address(address) => Some(Found::File(document.file_number(0))),
        Some(Place::File(index)) => Some(Found::File(document.file_number(*index))),
        Some(Place::Refused(refusal)) => Some(Found::Refused(refusal)),
        None => None,
    };
    let found = match &address {
        Address::Same => Some(Found::File(file)),
        Address::Local(address) | Address::Url(address) => known(address),
        Address::Outside | Address::Foreign => None,
    };
    if let Some(Found::File(_)) = found {
        return (address, found);
    }
    // A file may say itself what it is called, and relative references may be meant from there.
    let named = |name: &str| match own_name(document.root()) {
        Some(main) if main == name => Some(Found::File(document.file_number(0))),
        _ => match document.place(name) {
            Some(Place::File(index)) => Some(Found::File(document.file_number(*index))),
            _ => None,
        },
    };
    let by_name = named(before).or_else(|| named(&address::join(own_name(file.root())?, before)));
    (address, by_name.or(found))
}

/// The file that a reference with this text names, seen from the node that holds it, when it is part of the document.
pub fn file_of<'a>(holder: NodeRef<'a>, text: &str) -> Option<FileRef<'a>> {
    match locate(holder, text).1? {
        Found::File(file) => Some(file),
        Found::Refused(_) => None,
    }
}

/// Follows one link: the node that a `$ref`'s value leads to.
pub fn target<'a>(reference: NodeRef<'a>) -> Result<NodeRef<'a>, RefError<'a>> {
    let document = reference.document();
    let known = document.targets.get_or_init(|| targets(document));
    if let Some(node) = known.get(&reference.id().0).and_then(|id| document.raw_node(*id)) {
        return Ok(node);
    }
    let text = reference.as_str().ok_or(RefError { kind: RefErrorKind::Unresolved, at: reference })?;
    lookup(reference, text)
}

/// The node that a reference with this text leads to, from the file of the node that holds it: for references that
/// are no `$ref`, as in `mapping` and `operationRef`.
pub fn lookup<'a>(holder: NodeRef<'a>, text: &str) -> Result<NodeRef<'a>, RefError<'a>> {
    let fail = |kind| RefError { kind, at: holder };
    let (file, fragment) = match text.strip_prefix('#') {
        Some(fragment) => (holder.file(), fragment),
        None => {
            let fragment = text.split_once('#').map_or("", |(_, fragment)| fragment);
            match locate(holder, text) {
                (_, Some(Found::File(file))) => (file, fragment),
                (_, Some(Found::Refused(refusal))) => return Err(fail(RefErrorKind::Refused(refusal.kind))),
                (Address::Outside, None) => return Err(fail(RefErrorKind::OutsideRoot)),
                (Address::Local(_), None) => return Err(fail(RefErrorKind::File)),
                _ => return Err(fail(RefErrorKind::External)),
            }
        }
    };
    let found = match address::percent_decode(fragment) {
        pointer if pointer.is_empty() || pointer.starts_with('/') => file.root().at_pointer(&pointer),
        anchor => holder.document().anchor(file, &anchor),
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

/// Every `$ref` that leads somewhere, in the order of the text: its value, and the node it leads to.
pub fn links(document: &Document) -> Vec<(NodeId, NodeId)> {
    let known = document.targets.get_or_init(|| targets(document));
    let mut links: Vec<_> = known.iter().map(|(from, to)| (NodeId(*from), NodeId(*to))).collect();
    links.sort_unstable();
    links
}

/// Where the value of each `$ref` leads that leads somewhere. Thousands of references name the same few hundred
/// components.
fn targets(document: &Document) -> IdMap<u32> {
    let keys = KeyMask::of(&["$ref"]);
    let mut by_text: HashMap<(usize, &str), Option<u32>> = HashMap::new();
    let mut targets = IdMap::default();
    for node in document.nodes().filter(|node| keys.may_hold(*node) && node.is_under("$ref")) {
        let Some(text) = node.as_str() else { continue };
        let found = by_text.entry((node.file().index(), text));
        if let Some(to) = found.or_insert_with(|| lookup(node, text).ok().map(|to| to.id().0)) {
            targets.insert(node.id().0, *to);
        }
    }
    targets
}

/// Follows references of one document, each link once however many nodes are asked for.
pub struct Resolver<'a> {
    document: &'a Document,
    known: IdMap<Result<u32, (RefErrorKind, u32)>>,
}

impl<'a> Resolver<'a> {
    /// A resolver that knows nothing yet.
    pub fn new(document: &'a Document) -> Self {
        Resolver { document, known: IdMap::default() }
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
    /// The schema with this `$anchor` (or `$dynamicAnchor`) in a file. The first one counts.
    pub fn anchor(&self, file: FileRef<'_>, name: &str) -> Option<NodeRef<'_>> {
        let anchors = self.anchors.get_or_init(|| {
            let mut anchors: Vec<HashMap<String, u32>> = self.files().map(|_| HashMap::new()).collect();
            for node in self.nodes() {
                if let (Some("$anchor" | "$dynamicAnchor"), Some(name)) = (node.key(), node.as_str())
                    && let Some(parent) = node.parent()
                    && let Some(own) = anchors.get_mut(node.file().index())
                {
                    own.entry(name.to_owned()).or_insert(parent.id().0);
                }
            }
            anchors
        });
        self.raw_node(*anchors.get(file.index())?.get(name)?)
    }
}

/// The values of all references, of node number `from` (the root of a file) and behind: each `$ref` that is one,
/// and what a discriminator's `mapping` names by its file.
pub(crate) fn references(document: &Document, from: usize) -> Vec<NodeRef<'_>> {
    let literal = literals(document, from);
    let mut found = Vec::new();
    for node in document.nodes().skip(from) {
        let Some(text) = node.as_str() else { continue };
        if literal.get(node.id().index() - from).copied().unwrap_or(true) {
            continue;
        }
        let mapped = || {
            let map = node.parent();
            let holder = map.filter(|map| map.is_under("mapping")).and_then(NodeRef::parent);
            // A plain name is the name of a schema.
            holder.is_some_and(|holder| holder.is_under("discriminator"))
                && text.contains(['/', '.'])
                && !text.starts_with('#')
        };
        if (node.is_under("$ref") && !in_map(node)) || mapped() {
            found.push(node);
        }
    }
    found
}

/// Every reference of an OpenAPI document that is not allowed or leads nowhere, and one problem for each
/// cycle of references and `allOf` without content, with its chain. In source order; linear in the document.
pub fn survey(document: &Document) -> Vec<Problem> {
    let literal = literals(document, 0);
    let mut problems = Vec::new();
    let mut edges: IdMap<Vec<Edge>> = IdMap::default();
    let keys = KeyMask::of(&["$ref", "allOf"]);
    for node in document.nodes() {
        if !keys.may_hold(node) || literal.get(node.id().index()).copied().unwrap_or(true) {
            continue;
        }
        if node.is_under("$ref") && node.as_str().is_some() && !in_map(node) {
            match target(node) {
                Ok(to) => {
                    let from = node.parent().unwrap_or(node).id().0;
                    edges.entry(from).or_default().push(Edge { to: to.id().0, at: Some(node.id().0) });
                }
                Err(error) => problems.push(error.to_problem()),
            }
        } else if node.is_under("allOf") && node.is_array() && !in_map(node) {
            let from = node.parent().unwrap_or(node).id().0;
            let items = node.items().map(|item| Edge { to: item.id().0, at: None });
            edges.entry(from).or_default().extend(items);
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

/// For each node from number `from` (the root of a file) on whether it lies in a literal value (an example, a default, an enumeration), where `$ref`
/// means nothing. Parents come before children, so one pass is enough.
fn literals(document: &Document, from: usize) -> Vec<bool> {
    let keys = KeyMask::of(&["example", "default", "enum", "const", "examples", "value"]);
    let mut literal: Vec<bool> = Vec::with_capacity(document.len().saturating_sub(from));
    for node in document.nodes().skip(from) {
        let parent = node.parent();
        let above = parent.and_then(|parent| literal.get(parent.id().index().checked_sub(from)?));
        let inherited = above.copied().unwrap_or(false);
        literal.push(inherited || (keys.may_hold(node) && is_literal(node)));
    }
    literal
}

/// Whether a node is a literal value itself.
fn is_literal(node: NodeRef<'_>) -> bool {
    if ["example", "default", "enum", "const"].iter().any(|key| node.is_under(key)) {
        return !in_map(node) && !is_response_default(node);
    }
    // A list of examples holds plain values; a map of them holds objects that may be references.
    if node.is_under("examples") {
        return node.is_array() && !in_map(node);
    }
    let holder = || node.parent().and_then(NodeRef::parent);
    node.is_under("value") && holder().is_some_and(|map| map.is_under("examples"))
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
fn cycles(document: &Document, edges: &IdMap<Vec<Edge>>) -> Vec<Problem> {
    let mut starts: Vec<u32> = edges.keys().copied().collect();
    starts.sort_unstable();
    let mut order: IdMap<(u32, u32)> = IdMap::default();
    let mut on_stack: IdMap<bool> = IdMap::default();
    let mut stack = Vec::new();
    let mut problems = Vec::new();
    for start in starts {
        if order.contains_key(&start) {
            continue;
        }
        let mut work: Vec<(u32, usize)> = Vec::new();
        let enter = |id: u32, order: &mut IdMap<(u32, u32)>, stack: &mut Vec<u32>, on_stack: &mut IdMap<bool>| {
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

fn cycle(document: &Document, edges: &IdMap<Vec<Edge>>, members: &[u32]) -> Option<Problem> {
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
        .map(|node| {
            let file = if node.file().is_main() { "" } else { node.file().name() };
            quote(&format!("{file}#{}", node.pointer()))
        })
        .collect();
    let more = if chain.len() > 12 { " -> …" } else { "" };
    let message = format!("references lead back to themselves without content: {}{more}", names.join(" -> "));
    let problem = Problem::new(document, code::REFERENCE_CYCLE, Severity::High, at.span(), message);
    Some(problem.at_pointer(at.pointer()))
}
