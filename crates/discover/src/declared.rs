//! Which fields of what was seen a contract's schema does not name.

use crate::sketch::Sketch;
use palisade_document::{NodeRef, pointer, refs};
use std::collections::BTreeSet;

/// Deepest level compared.
const MAX_DEPTH: usize = 24;
/// Most schemas one place is composed of.
const MAX_PARTS: usize = 64;

/// Adds the pointers of fields that were seen and that the schema does not name. A place that the schema
/// leaves open on purpose (no properties at all, `additionalProperties` given as true or as a schema)
/// names nothing and misses nothing.
pub(crate) fn undeclared(schema: NodeRef<'_>, sketch: &Sketch, into: &mut BTreeSet<String>) {
    walk(&[schema], sketch, "", 0, into);
}

/// The schemas that hold at one place: references followed, compositions flattened.
fn parts<'a>(schemas: &[NodeRef<'a>]) -> Vec<NodeRef<'a>> {
    let mut open: Vec<NodeRef<'a>> = schemas.to_vec();
    let mut parts = Vec::new();
    let mut steps = 0;
    while let Some(schema) = open.pop() {
        steps += 1;
        if steps > MAX_PARTS {
            break;
        }
        if schema.get("$ref").is_some() {
            if let Ok(target) = refs::follow(schema) {
                open.push(target);
            }
            continue;
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            open.extend(schema.get(keyword).iter().flat_map(|list| list.items()));
        }
        parts.push(schema);
    }
    parts
}

fn walk(schemas: &[NodeRef<'_>], sketch: &Sketch, pointer: &str, depth: usize, into: &mut BTreeSet<String>) {
    if depth > MAX_DEPTH {
        return;
    }
    let parts = parts(schemas);
    if let Some(items) = &sketch.items {
        let below: Vec<NodeRef<'_>> = parts.iter().filter_map(|part| part.get("items")).collect();
        if !below.is_empty() {
            walk(&below, items, &format!("{pointer}/*"), depth + 1, into);
        }
    }
    let named = parts.iter().any(|part| part.get("properties").is_some_and(|properties| !properties.is_empty()));
    let open = parts.iter().any(|part| {
        part.get("additionalProperties").is_some_and(|extra| extra.as_bool() != Some(false))
            || part.get("patternProperties").is_some()
    });
    if !named || open {
        return;
    }
    for ((_, name), member) in sketch.members.iter() {
        let below: Vec<NodeRef<'_>> = parts
            .iter()
            .filter_map(|part| part.get("properties"))
            .filter_map(|properties| properties.get(name))
            .collect();
        let pointer = pointer::child(pointer, name);
        if below.is_empty() {
            into.insert(pointer);
        } else {
            walk(&below, member, &pointer, depth + 1, into);
        }
    }
}
