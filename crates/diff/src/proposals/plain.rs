//! Learned parts as values that stand for themselves.

use palisade_document::{Kind, NodeRef, refs};
use serde_json::{Map, Value};

/// Parts inside each other that are written out.
const DEPTH: usize = 24;
/// Values written out for one proposal.
const VALUES: usize = 20_000;

/// A part of a learned contract, references written out and evidence left out. What nests too deep or is too large
/// constrains nothing.
pub(super) fn plain(node: NodeRef<'_>) -> Value {
    write(node, DEPTH, &mut VALUES.clone())
}

fn write(node: NodeRef<'_>, depth: usize, left: &mut usize) -> Value {
    let (Some(depth), Some(rest)) = (depth.checked_sub(1), left.checked_sub(1)) else {
        return Value::Object(Map::new());
    };
    *left = rest;
    match node.kind() {
        Kind::Object => {
            if let Some(target) = refs::reference_of(node).and_then(|reference| refs::target(reference).ok()) {
                return write(target, depth, left);
            }
            let members = node.members().filter(|member| member.key != "x-palisade");
            Value::Object(members.map(|member| (member.key.to_owned(), write(member.value, depth, left))).collect())
        }
        Kind::Array => Value::Array(node.items().map(|item| write(item, depth, left)).collect()),
        Kind::Null => Value::Null,
        Kind::Bool => Value::Bool(node.as_bool().unwrap_or_default()),
        Kind::Number => match (node.as_i64(), node.as_u64(), node.as_f64()) {
            (Some(number), ..) => number.into(),
            (_, Some(number), _) => number.into(),
            (.., number) => number.map_or(Value::Null, Value::from),
        },
        Kind::String => Value::from(node.as_str().unwrap_or_default()),
    }
}
