//! What makes a place the same place after its contract was mended.

use crate::hit::Hit;
use palisade_document::{Document, NodeMap, NodeRef};
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Gives places their keys. A key survives edits elsewhere: items of a list are known by what names them, and by how many
/// before them are named alike.
pub(crate) struct Keys<'a> {
    document: &'a Document,
    /// The hash of the way to a node, for the containers met so far.
    known: RefCell<NodeMap<u64>>,
}

impl<'a> Keys<'a> {
    pub(crate) fn new(document: &'a Document) -> Self {
        Keys { document, known: RefCell::default() }
    }

    /// The key of a place where a rule fired.
    pub(crate) fn of(&self, hit: &Hit) -> u64 {
        let mut hasher = DefaultHasher::new();
        (hit.rule.id, hit.value_text()).hash(&mut hasher);
        // Advice that counts places all over the contract is one finding, wherever its first place stands.
        let counts = hit.rule.category == "best-practice" && !hit.value_text().is_empty();
        match hit.node.filter(|_| !counts) {
            None if counts => {}
            Some(node) => self.way(self.document.node(node)).hash(&mut hasher),
            None => hit.pointer(self.document).hash(&mut hasher),
        }
        hasher.finish()
    }

    /// The hash of the way to a node.
    fn way(&self, node: NodeRef<'a>) -> u64 {
        let mut steps = Vec::new();
        let mut at = node;
        let mut way = loop {
            if let Some(known) = self.known.borrow().get(&at.id()) {
                break *known;
            }
            let Some(parent) = at.parent() else { break root(at) };
            steps.push(at);
            at = parent;
        };
        while let Some(step) = steps.pop() {
            if step.key().is_none()
                && let Some(list) = step.parent()
            {
                self.name_items(list, way);
                let known = self.known.borrow().get(&step.id()).copied();
                way = known.unwrap_or_else(|| mix(way, &("item", step.id().index())));
            } else {
                way = mix(way, &("key", bare(step.key().unwrap_or_default())));
                self.known.borrow_mut().insert(step.id(), way);
            }
        }
        way
    }

    /// Gives every item of a list its way.
    fn name_items(&self, list: NodeRef<'a>, way: u64) {
        let mut alike: HashMap<u64, u32> = HashMap::new();
        let mut known = self.known.borrow_mut();
        for item in list.items() {
            let name = name(item);
            let count = alike.entry(name).or_default();
            known.insert(item.id(), mix(way, &("item", name, *count)));
            *count += 1;
        }
    }
}

/// The way to the root of a file.
fn root(node: NodeRef<'_>) -> u64 {
    let file = node.file();
    if file.is_main() { 0 } else { mix(1, &file.address()) }
}

/// A key as it stands after its case and the slash of a path were corrected too.
fn bare(key: &str) -> String {
    key.trim_start_matches('/').to_ascii_lowercase()
}

fn mix(way: u64, step: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    (way, step).hash(&mut hasher);
    hasher.finish()
}

/// What an item is known by: its text, its reference, its name and place. Items without any of these are all alike.
fn name(item: NodeRef<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    if item.is_array() {
        "list".hash(&mut hasher);
    } else if item.is_object() {
        let text = |key: &str| item.get(key).and_then(NodeRef::as_str);
        (text("$ref"), text("name"), text("in")).hash(&mut hasher);
    } else {
        (item.kind() as u8, item.scalar_text()).hash(&mut hasher);
    }
    hasher.finish()
}
