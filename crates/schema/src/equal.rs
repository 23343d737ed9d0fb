//! Equality of values, as JSON Schema means it.

use crate::number::{self, Decimal};
use palisade_document::{Kind, NodeRef};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Nesting compared at most; deeper values count as different.
const DEPTH: u32 = 128;

/// Whether two values are equal; `steps` is the work left and goes down.
pub(crate) fn equal(left: NodeRef<'_>, right: NodeRef<'_>, steps: &mut u64) -> bool {
    equal_within(left, right, DEPTH, steps)
}

fn equal_within(left: NodeRef<'_>, right: NodeRef<'_>, depth: u32, steps: &mut u64) -> bool {
    let (Some(depth), Some(rest)) = (depth.checked_sub(1), steps.checked_sub(1)) else { return false };
    *steps = rest;
    if left.kind() != right.kind() {
        return false;
    }
    match left.kind() {
        Kind::Null => true,
        Kind::Number => number::equal(left.scalar_text(), right.scalar_text()),
        Kind::Bool | Kind::String => left.scalar_text() == right.scalar_text(),
        Kind::Array => {
            left.len() == right.len() && left.items().zip(right.items()).all(|(a, b)| equal_within(a, b, depth, steps))
        }
        Kind::Object => {
            left.len() == right.len()
                && left.members().all(|member| {
                    right.get(member.key).is_some_and(|other| equal_within(member.value, other, depth, steps))
                })
        }
    }
}

/// A text that is the same for equal values: JSON with sorted members and numbers in one spelling. It ends early in
/// what nests deeper than values are compared; `steps` is the work left and goes down.
pub fn canonical(value: NodeRef<'_>, steps: &mut u64) -> String {
    let mut out = String::new();
    write_canonical(value, DEPTH, steps, &mut out);
    out
}

fn write_canonical(value: NodeRef<'_>, depth: u32, steps: &mut u64, out: &mut String) {
    let (Some(depth), Some(rest)) = (depth.checked_sub(1), steps.checked_sub(1)) else { return };
    *steps = rest;
    match value.kind() {
        Kind::Null => out.push_str("null"),
        Kind::Bool => out.push_str(value.scalar_text()),
        Kind::Number => match Decimal::parse(value.scalar_text()) {
            Some(number) => out.push_str(&number.to_string()),
            None => out.push_str(value.scalar_text()),
        },
        Kind::String => out.push_str(&serde_json::Value::from(value.scalar_text()).to_string()),
        Kind::Array => {
            for (at, item) in value.items().enumerate() {
                out.push(if at == 0 { '[' } else { ',' });
                write_canonical(item, depth, steps, out);
            }
            out.push_str(if value.is_empty() { "[]" } else { "]" });
        }
        Kind::Object => {
            let mut members: Vec<_> = value.members().collect();
            members.sort_by_key(|member| member.key);
            for (at, member) in members.iter().enumerate() {
                out.push(if at == 0 { '{' } else { ',' });
                out.push_str(&serde_json::Value::from(member.key).to_string());
                out.push(':');
                write_canonical(member.value, depth, steps, out);
            }
            out.push_str(if value.is_empty() { "{}" } else { "}" });
        }
    }
}

/// A number that is the same for equal values.
pub(crate) fn digest(value: NodeRef<'_>, steps: &mut u64) -> u64 {
    digest_within(value, DEPTH, steps)
}

fn digest_within(value: NodeRef<'_>, depth: u32, steps: &mut u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    let (Some(depth), Some(rest)) = (depth.checked_sub(1), steps.checked_sub(1)) else { return 0 };
    *steps = rest;
    value.kind().hash(&mut hasher);
    match value.kind() {
        Kind::Null => {}
        Kind::Number => match Decimal::parse(value.scalar_text()) {
            Some(number) => number.canonical().hash(&mut hasher),
            None => value.scalar_text().hash(&mut hasher),
        },
        Kind::Bool | Kind::String => value.scalar_text().hash(&mut hasher),
        Kind::Array => value.items().for_each(|item| digest_within(item, depth, steps).hash(&mut hasher)),
        // Members have no order: their digests are added up.
        Kind::Object => {
            let sum = value.members().fold(0u64, |sum, member| {
                let mut one = DefaultHasher::new();
                member.key.hash(&mut one);
                digest_within(member.value, depth, steps).hash(&mut one);
                sum.wrapping_add(one.finish())
            });
            sum.hash(&mut hasher);
        }
    }
    hasher.finish()
}
