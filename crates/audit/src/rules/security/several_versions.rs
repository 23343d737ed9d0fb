//! Paths or servers of several versions (`/v1` and `/v2`) in one contract.

use super::common;
use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;
use std::collections::BTreeMap;

/// PAL-SEC082.
pub static RULE: Rule = Rule {
    id: "PAL-SEC082",
    name: "several-versions",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "exposure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059", "CWE-477"],
    aliases: &[],
    what: "Paths or servers of several versions (`/v1` and `/v2`) in one contract.",
    why: "Old versions stay because somebody may still use them, and what was mended in the new one is often \
        still broken in the old.",
    fix: "Mark the operations of the old version `deprecated`, say when they end, and switch them off.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC082/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC082/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    // By what stands before the version: parts of an API may count on their own.
    let mut seen: BTreeMap<(&str, u32), NodeRef<'_>> = BTreeMap::new();
    let live = index.operations.iter().filter(|operation| !operation.outgoing);
    for operation in live.filter(|operation| !common::is_true(operation.node, "deprecated")) {
        let mut start = 0;
        for step in operation.path.split('/').take(7) {
            if let Some(version) = version(step) {
                seen.entry((operation.path.get(..start).unwrap_or_default(), version)).or_insert(operation.node);
                break;
            }
            start += step.len() + 1;
        }
    }
    let mut before: Option<(&(&str, u32), &NodeRef<'_>)> = None;
    for (key, node) in &seen {
        if let Some((old, place)) = before.filter(|(old, _)| old.0 == key.0) {
            let message = format!("versions stand side by side: {} v{} and v{}", quote(old.0), old.1, key.1);
            sink.at_key(*place, message, Applies::Nothing);
            return;
        }
        before = Some((key, node));
    }
}

/// The major version that a step of a path names: `v2`, `v2.1`, `v2beta1`.
pub(super) fn version(step: &str) -> Option<u32> {
    let rest = step.strip_prefix(['v', 'V'])?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (number, rest) = rest.split_at(end);
    let suffix = rest.is_empty() || rest.starts_with('.') || rest.starts_with("beta") || rest.starts_with("alpha");
    if number.len() > 4 || !suffix {
        return None;
    }
    number.parse().ok()
}
