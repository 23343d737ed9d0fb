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
