//! Where nodes are used: the references through which they are reached, and the operations they lie in.

use crate::index::Index;
use palisade_document::refs::{self, reference_of};
use palisade_document::{Document, NodeId, NodeRef};
use palisade_finding::Related;
use std::collections::{HashMap, VecDeque};

/// Links of a chain of references that are told.
const LINKS: usize = 8;

/// Where nodes are used.
pub(crate) struct Places {
    /// For a node that references lead to, the value of the first `$ref` through which it is reached from the paths.
    via: HashMap<NodeId, NodeId>,
    /// Operations by their node.
    operations: HashMap<NodeId, usize>,
}

impl Places {
    /// Goes from the paths breadth first over everything, each node once.
    pub(crate) fn new(index: &Index<'_>) -> Self {
        let document = index.document;
        let mut walk = Walk { seen: vec![false; document.len()], via: HashMap::new() };
        let root = document.root();
        let first = ["paths", "webhooks"].into_iter().filter_map(|key| root.get(key));
        let rest = document.files().map(|file| file.root());
        for start in first.chain(rest) {
            walk.from(start);
        }
        let mut operations = HashMap::new();
        for (at, operation) in index.operations.iter().enumerate() {
            // A path item in a file may be that of several paths: the first one names it.
            operations.entry(operation.node.id()).or_insert(at);
        }
        Places { via: walk.via, operations }
    }

    /// The references that lead to a node, from the nearest one on.
    pub(crate) fn chain(&self, document: &Document, node: NodeId) -> Vec<Related> {
        let mut chain: Vec<Related> = Vec::new();
        let mut at = Some(document.node_itself(node));
        while let Some(node) = at {
            let Some(site) = self.via.get(&node.id()).filter(|_| chain.len() < LINKS) else {
                at = node.parent();
                continue;
            };
            let site = document.node_itself(*site);
            let position = site.position();
            let related = Related {
                message: if chain.is_empty() { "used here" } else { "which is used here" }.to_owned(),
                file: site.file().name().to_owned(),
                pointer: site.pointer(),
                line: position.line,
                column: position.column,
            };
            if chain.contains(&related) {
                break;
            }
            chain.push(related);
            at = site.parent();
        }
        chain
    }

    /// The operation a node lies in, where that can not be told by its pointer.
    pub(crate) fn operation(&self, document: &Document, node: NodeId) -> Option<usize> {
        let mut at = Some(document.node_itself(node));
        while let Some(node) = at {
            if let Some(operation) = self.operations.get(&node.id()) {
                return Some(*operation);
            }
            at = node.parent();
        }
        None
    }
}

struct Walk {
    seen: Vec<bool>,
    via: HashMap<NodeId, NodeId>,
}

impl Walk {
    fn from<'a>(&mut self, start: NodeRef<'a>) {
        let mut queue = VecDeque::from([start]);
        while let Some(top) = queue.pop_front() {
            let mut open = vec![top];
            while let Some(node) = open.pop() {
                match self.seen.get_mut(node.id().index()) {
                    Some(seen) if !*seen => *seen = true,
                    _ => continue,
                }
                if let Some(reference) = reference_of(node)
                    && let Ok(target) = refs::target(reference)
                    && !self.seen.get(target.id().index()).copied().unwrap_or(true)
                    && !self.via.contains_key(&target.id())
                {
                    self.via.insert(target.id(), reference.id());
                    queue.push_back(target);
                }
                let before = open.len();
                let inner = |node: &NodeRef<'a>| node.is_object() || node.is_array();
                open.extend(node.members().map(|member| member.value).filter(inner));
                open.extend(node.items().filter(inner));
                // The first child first.
                open.get_mut(before..).unwrap_or_default().reverse();
            }
        }
    }
}
