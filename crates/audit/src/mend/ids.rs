//! Names of operations.

use crate::index::{Index, Operation};
use palisade_document::NodeRef;
use std::collections::HashSet;

/// Characters of a name that is made.
const MAX_NAME: usize = 100;

/// The names that are taken, without case: generated code often ignores it.
pub(crate) fn taken(index: &Index<'_>) -> HashSet<String> {
    let ids = index.operations.iter().filter_map(|one| one.node.get("operationId")?.as_str());
    ids.map(str::to_lowercase).collect()
}

/// A name for an operation that no other has: `getOrdersById` for `GET /orders/{id}`. It is taken then.
pub(crate) fn fresh(operation: &Operation<'_>, taken: &mut HashSet<String>) -> String {
    let mut name: String = operation.method.chars().filter(char::is_ascii_alphanumeric).collect();
    name.make_ascii_lowercase();
    for segment in operation.path.split('/') {
        let variable = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        if variable.is_some() {
            name.push_str("By");
        }
        for word in variable.unwrap_or(segment).split(|c: char| !c.is_ascii_alphanumeric()) {
            let mut letters = word.chars();
            name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
            name.extend(letters);
        }
    }
    name.truncate(MAX_NAME);
    claim(name, taken)
}

/// The name, with a number behind it where it is taken. It is taken then.
pub(crate) fn claim(name: String, taken: &mut HashSet<String>) -> String {
    let mut free = name.clone();
    let mut number = 2_u32;
    while !taken.insert(free.to_lowercase()) {
        free = format!("{name}{number}");
        number += 1;
    }
    free
}

/// Whether a link names an operation by its id.
pub(crate) fn linked(index: &Index<'_>, id: NodeRef<'_>) -> bool {
    let name = id.as_str();
    let named = |node: &NodeRef<'_>| node.id() != id.id() && node.as_str() == name && !in_operation(index, *node);
    index.document.nodes().filter(|node| node.key() == Some("operationId")).any(|node| named(&node))
}

fn in_operation(index: &Index<'_>, id: NodeRef<'_>) -> bool {
    let Some(parent) = id.parent() else { return false };
    index.operations.iter().any(|operation| operation.node.id() == parent.id())
}
