//! What an audit leaves for the next one, when the contract was edited in between.
//!
//! Most rules judge one schema by what stands in it. Where neither the schema nor how it is used has changed, what they
//! found is still true: it is moved to where the schema stands now.

use crate::engine::{Hit, Run};
use crate::index::{Index, Schema, Version};
use crate::rule::Check;
use palisade_document::{Change, NodeId, NodeMap, Span};

/// No schema.
const NONE: u32 = u32::MAX;

/// What was known of the schemas of a contract, and what rules found in each of them alone.
#[derive(Debug)]
pub(crate) struct Memory {
    version: Version,
    /// Nothing was wrong with the document and its references.
    no_problems: bool,
    /// For each node the number of the schema it is, or [`NONE`].
    by_node: Vec<u32>,
    /// By the number of the schema.
    uses: Vec<Use>,
    /// Rule by rule.
    hits: Vec<Hit>,
}

/// What a rule can know of a schema beside its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Use {
    request: bool,
    response: bool,
    member: bool,
    part: bool,
    uses: u32,
}

impl Use {
    fn of(schema: &Schema<'_>) -> Use {
        let Schema { request, response, property, part, uses, .. } = *schema;
        Use { request, response, member: property.is_some(), part, uses }
    }
}

/// What stays true after an edit.
pub(crate) struct Kept {
    hits: Vec<Hit>,
    change: Change,
    /// For each schema as it was counted before, its number now; [`NONE`] where it has to be judged again.
    numbers: Vec<u32>,
    /// The schemas to be judged.
    pub(crate) open: Vec<usize>,
}

impl Memory {
    /// Remembers what was found. `hits` are those of all rules.
    pub(crate) fn new(index: &Index<'_>, hits: Vec<Hit>, no_problems: bool) -> Memory {
        let mut by_node = vec![NONE; index.document.len()];
        for schema in &index.schemas {
            if let Some(slot) = by_node.get_mut(schema.node.id().index()) {
                *slot = schema.at as u32;
            }
        }
        let alone = |hit: &Hit| matches!(hit.rule.check, Check::SchemaAlone(_));
        let mut hits: Vec<Hit> = hits.into_iter().filter(alone).collect();
        hits.iter_mut().for_each(Hit::forget_mark);
        let uses = index.schemas.iter().map(Use::of).collect();
        Memory { version: index.version, no_problems, by_node, uses, hits }
    }

    /// Whether nothing was wrong with the document and its references.
    pub(crate) fn no_problems(&self) -> bool {
        self.no_problems
    }

    /// What of it is still true in the contract as it is now.
    pub(crate) fn keep(self, index: &Index<'_>, change: Change) -> Option<Kept> {
        if self.version != index.version || change.old_to > self.by_node.len() {
            return None;
        }
        // Everything around the edit has changed too.
        let mut around: NodeMap<()> = NodeMap::default();
        let mut at = index.document.nodes().nth(change.from);
        while let Some(node) = at {
            around.insert(node.id(), ());
            at = node.parent();
        }
        // What stands before a node that was read anew keeps its number.
        let old = |node: NodeId| match node.index() {
            now if now < change.from => Some(now),
            now if now >= change.new_to => Some(now - change.new_to + change.old_to),
            _ => None,
        };
        let mut numbers = vec![NONE; self.uses.len()];
        let mut open = Vec::new();
        for schema in &index.schemas {
            let id = schema.node.id();
            let before = old(id).filter(|_| !around.contains_key(&id)).and_then(|old| self.by_node.get(old).copied());
            let same = before.filter(|before| self.uses.get(*before as usize) == Some(&Use::of(schema)));
            match same.and_then(|before| numbers.get_mut(before as usize)) {
                Some(slot) => *slot = schema.at as u32,
                None => open.push(schema.at),
            }
        }
        Some(Kept { hits: self.hits, change, numbers, open })
    }
}

impl Kept {
    /// Adds what stays true to what the rules found anew, in the order in which a whole audit finds it.
    pub(crate) fn give(self, runs: &mut [Run]) {
        let mut hits = self.hits.into_iter().peekable();
        for run in runs.iter_mut().filter(|run| matches!(run.rule().check, Check::SchemaAlone(_))) {
            let mut found = Vec::new();
            while let Some(mut hit) = hits.next_if(|hit| std::ptr::eq(hit.rule, run.rule())) {
                let Some(number) = self.numbers.get(hit.schema as usize).copied().filter(|one| *one != NONE) else {
                    continue;
                };
                let Some(node) = hit.node.and_then(|node| self.change.node(node.index())) else { continue };
                let span = Span { start: self.change.offset(hit.span.start), end: self.change.offset(hit.span.end) };
                hit.move_to(number, node, span);
                found.push(hit);
            }
            run.add(found);
        }
    }
}
