//! Objects of several kinds at one place, told apart by a member: `{"kind": "circle", "radius": 2}`.

use crate::bounded::Bounded;
use crate::sketch::Sketch;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Members that may tell kinds apart, kept per place.
const TELLING: usize = 4;
/// Kinds kept per member.
const KINDS: usize = 16;
/// Members kept per kind.
const MEMBERS: usize = 96;
/// Objects of a kind before it is told apart.
const LEAST: u64 = 3;

/// How often each member was there in objects of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Variant {
    pub(crate) count: u64,
    /// By the hash of the name.
    members: Bounded<u64, u64, MEMBERS>,
}

/// Kinds by the hash of the word that tells them, by the hash of the name of the member that holds it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Variants(Bounded<u64, Bounded<u64, Variant, KINDS>, TELLING>);

/// Whether a member is called as one that tells kinds apart.
pub(crate) fn telling(name: &str) -> bool {
    let ends = |end: &str| {
        let at = name.len().checked_sub(end.len());
        at.and_then(|at| name.get(at..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    ends("type") || ends("kind") || matches!(name, "object" | "event" | "action" | "category" | "shape" | "class")
}

impl Variants {
    /// One more object: the hashes of the name and the word that tell its kind, and of the names of its members.
    pub(crate) fn add(&mut self, name: u64, word: u64, members: impl Iterator<Item = u64>) {
        let Some(variant) = self.0.entry(name).and_then(|kinds| kinds.entry(word)) else { return };
        variant.count += 1;
        for member in members {
            if let Some(count) = variant.members.entry(member) {
                *count += 1;
            }
        }
    }

    pub(crate) fn merge(&mut self, other: Variants) {
        for (name, kinds) in other.0.into_entries() {
            let Some(mine) = self.0.entry(name) else { continue };
            for (word, variant) in kinds.into_entries() {
                let Some(mine) = mine.entry(word) else { continue };
                mine.count += variant.count;
                for (member, count) in variant.members.into_entries() {
                    if let Some(sum) = mine.members.entry(member) {
                        *sum += count;
                    }
                }
            }
        }
    }
}

/// One kind of object: the word that tells it and its members.
pub(crate) struct Told<'a> {
    pub(crate) word: &'a str,
    /// Name, sketch over all kinds, and whether every object of this kind had it.
    pub(crate) members: Vec<(&'a str, &'a Sketch, bool)>,
    pub(crate) count: u64,
}

/// The kinds of the objects of a sketch and the member that tells them, when they differ in what they have: at least one
/// member is always there in one of them and never in another. `least` and `each`: as for an enumeration.
pub(crate) fn told(sketch: &Sketch, least: u64, each: u64) -> Option<(&str, Vec<Told<'_>>)> {
    let variants = sketch.variants.as_deref()?;
    variants.0.iter().find_map(|(hash, kinds)| {
        let ((_, name), member) = sketch.members.iter().find(|((mark, _), _)| mark == hash)?;
        let words = member.enumeration(least, each).filter(|words| words.len() >= 2)?;
        if member.seen < sketch.object || kinds.is_full() {
            return None;
        }
        let mut told = Vec::new();
        for word in words {
            let (mark, _) = member.values.iter().find(|(_, value)| value.word.as_deref() == Some(word))?;
            let kind = kinds.get(mark).filter(|kind| kind.count >= LEAST && !kind.members.is_full())?;
            let mut members: Vec<(&str, &Sketch, bool)> = sketch
                .members
                .iter()
                .filter_map(|((hash, name), member)| {
                    let count = *kind.members.get(hash)?;
                    Some((&**name, member, count == kind.count))
                })
                .collect();
            members.sort_by_key(|(name, ..)| *name);
            told.push(Told { word, members, count: kind.count });
        }
        differ(&told).then_some((&**name, told))
    })
}

fn differ(told: &[Told<'_>]) -> bool {
    let has =
        |kind: &Told<'_>| -> BTreeSet<String> { kind.members.iter().map(|(name, ..)| (*name).to_owned()).collect() };
    told.iter().any(|one| {
        told.iter().any(|two| {
            let other = has(two);
            one.members.iter().any(|(name, _, always)| *always && !other.contains(*name))
        })
    })
}
