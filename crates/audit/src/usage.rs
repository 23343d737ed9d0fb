//! How many operations use a shared component, and in which direction.
//!
//! A component is judged once; its findings say how far they reach. Operations are sets of bits that flow along the
//! references from component to component.

use crate::engine::Containers;
use crate::index::Index;
use palisade_document::{Document, NodeId, NodeMap};

/// Words of bits at most: a contract with more components and operations gets no counts.
const MAX_WORDS: usize = 1 << 22;
/// Rounds over all references at most; longer chains of components get no counts.
const MAX_ROUNDS: usize = 64;

/// The operations that use each component.
#[derive(Debug)]
pub(crate) struct Usage(NodeMap<Uses>);

/// How many operations use a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Uses {
    /// In what they take.
    pub(crate) requests: u32,
    /// In what they give.
    pub(crate) responses: u32,
}

impl Uses {
    /// For a finding's evidence; `None` when fewer than two places use the component. `answers`: what was found there
    /// goes out only.
    pub(crate) fn text(self, answers: bool) -> Option<String> {
        let counted = |count: u32| format!("{count} {}", if count == 1 { "operation" } else { "operations" });
        match (if answers { 0 } else { self.requests }, self.responses) {
            (0, 0 | 1) | (1, 0) => None,
            (requests, 0) => Some(format!("used in requests of {}", counted(requests))),
            (0, responses) => Some(format!("used in responses of {}", counted(responses))),
            (requests, responses) => {
                Some(format!("used in requests of {} and in responses of {responses}", counted(requests)))
            }
        }
    }
}

/// The component that a node lies in.
pub(crate) fn component(document: &Document, containers: &Containers, node: NodeId) -> Option<NodeId> {
    // The last three steps on the way to the root.
    let (mut third, mut second, mut top) = (None, None, None);
    let mut at = document.node(containers.of(node));
    while let Some(parent) = at.parent() {
        (third, second, top) = (second, top, Some(at));
        at = parent;
    }
    let component = match top?.key()? {
        "components" => third,
        "definitions" | "parameters" | "responses" => second,
        _ => None,
    };
    component.map(|node| node.id())
}

/// The sets of one direction.
struct Sets {
    words: usize,
    bits: Vec<u64>,
}

impl Sets {
    fn new(components: usize, words: usize) -> Self {
        Sets { words, bits: vec![0; components * words] }
    }

    fn add(&mut self, component: usize, operation: usize) {
        if let Some(word) = self.bits.get_mut(component * self.words + operation / 64) {
            *word |= 1 << (operation % 64);
        }
    }

    /// What uses one component uses the other. True when that was news.
    fn flow(&mut self, from: usize, to: usize) -> bool {
        let mut news = false;
        for word in 0..self.words {
            let bits = self.bits.get(from * self.words + word).copied().unwrap_or(0);
            if let Some(slot) = self.bits.get_mut(to * self.words + word) {
                news |= bits & !*slot != 0;
                *slot |= bits;
            }
        }
        news
    }

    fn count(&self, component: usize) -> u32 {
        let bits = self.bits.get(component * self.words..(component + 1) * self.words);
        bits.unwrap_or_default().iter().map(|word| word.count_ones()).sum()
    }
}

impl Usage {
    /// Counts for every component that holds a schema.
    pub(crate) fn new(index: &mut Index<'_>, containers: &Containers) -> Self {
        Self::counted(index, containers).unwrap_or(Usage(NodeMap::default()))
    }

    /// How often a component is used.
    pub(crate) fn of(&self, component: NodeId) -> Option<Uses> {
        self.0.get(&component).copied()
    }

    fn counted(index: &mut Index<'_>, containers: &Containers) -> Option<Self> {
        let document = index.document;
        let mut numbers: NodeMap<usize> = NodeMap::default();
        let mut ids = Vec::new();
        let mut number = |node: NodeId| {
            let id = component(document, containers, node)?;
            Some(*numbers.entry(id).or_insert_with(|| {
                ids.push(id);
                ids.len() - 1
            }))
        };
        let own: Vec<Option<usize>> = index.schemas.iter().map(|schema| number(schema.node.id())).collect();
        // What each operation takes and gives: the components its parts lie in, and the schemas they begin with.
        let mut roots: Vec<(usize, bool, Option<usize>, Option<usize>)> = Vec::new();
        for at in 0..index.operations.len() {
            let Some(operation) = index.operations.get(at) else { continue };
            // Of a callback or webhook the API gives the body, and takes the answer.
            let (asks, answers) = (operation.outgoing, !operation.outgoing);
            let mut nodes: Vec<_> = operation.bodies.iter().map(|node| (*node, asks)).collect();
            for parameter in operation.parameters.iter().filter_map(|found| index.parameters.get(*found)) {
                nodes.extend(parameter.schema.map(|schema| (schema, asks)));
            }
            for (_, found) in &operation.responses {
                let Some(response) = index.responses.get(*found) else { continue };
                nodes.extend(response.schemas.iter().map(|schema| (*schema, answers)));
            }
            for (node, response) in nodes {
                roots.push((at, response, number(node.id()), index.schema_at(node)));
            }
        }
        let words = index.operations.len().div_ceil(64);
        if ids.len().saturating_mul(words) > MAX_WORDS {
            return None;
        }
        let mut sets = [Sets::new(ids.len(), words), Sets::new(ids.len(), words)];
        let mut seen = vec![u32::MAX; index.schemas.len()];
        let mut open = Vec::new();
        for (mark, (operation, response, component, schema)) in roots.into_iter().enumerate() {
            let Some(set) = sets.get_mut(usize::from(response)) else { continue };
            if let Some(component) = component {
                set.add(component, operation);
            }
            // From a schema written in place to the components it is made of.
            open.extend(schema);
            while let Some(schema) = open.pop() {
                if let Some(component) = own.get(schema).copied().flatten() {
                    set.add(component, operation);
                } else if let Some(slot) = seen.get_mut(schema).filter(|slot| **slot != mark as u32) {
                    *slot = mark as u32;
                    open.extend(index.parts(schema).iter().map(|part| *part as usize));
                }
            }
        }
        let mut edges: Vec<(usize, usize)> = Vec::new();
        for (schema, from) in own.iter().enumerate() {
            let to = index.parts(schema).iter().filter_map(|part| own.get(*part as usize).copied().flatten());
            edges.extend(from.iter().flat_map(|from| to.clone().map(|to| (*from, to))).filter(|(from, to)| from != to));
        }
        edges.sort_unstable();
        edges.dedup();
        for set in &mut sets {
            let mut rounds = 0;
            loop {
                // In turns forward and backward: chains in either order settle at once.
                let mut news = false;
                for (from, to) in &edges {
                    news |= set.flow(*from, *to);
                }
                for (from, to) in edges.iter().rev() {
                    news |= set.flow(*from, *to);
                }
                if !news {
                    break;
                }
                rounds += 1;
                if rounds > MAX_ROUNDS {
                    return None;
                }
            }
        }
        let [requests, responses] = sets;
        let uses = |at| Uses { requests: requests.count(at), responses: responses.count(at) };
        Some(Usage(ids.iter().enumerate().map(|(at, id)| (*id, uses(at))).collect()))
    }
}
