//! A key that stands twice in one object. The first one counts.

use crate::index::Index;
use crate::mend::{Mended, Spot};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use palisade_document::emit;
use palisade_finding::Severity;

/// PAL-STR004.
pub static RULE: Rule = Rule {
    id: "PAL-STR004",
    name: "duplicate-key",
    severity: Severity::High,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API9:2023"],
    cwe: &["CWE-694", "CWE-436"],
    aliases: &["parser", "duplicate-paths", "semantic-property-duplicate-key", "v3-semantic-property-duplicate-key"],
    what: "A key that stands twice in one object. The first one counts.",
    why: "Parsers take the first, the last, or both: what one tool checks is not what another enforces.",
    fix: "Join the two, or rename one.",
    bad: include_str!("../../../tests/fixtures/PAL-STR004/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR004/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3"],
    mend: Remedy::Partly(mend),
    check: Check::Problem(&["duplicate-key"]),
};

/// Takes the later one out. Where the two say different things, tools that read the last one would see a change.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let object = spot.node.parent()?;
    let again = object.members().find(|member| member.key_span == spot.span)?;
    let first = object.member(again.key).filter(|first| first.id != again.id)?;
    let text = |node| emit::node_to_json(node, 1 << 20).ok();
    let same = text(first.value)? == text(again.value)?;
    let edits = index.editor().remove_member(object, &again).ok()?;
    if same {
        Mended::removal(index, "take out the repetition", edits)
    } else {
        Mended::loss(index, "take out the one that does not count", edits)
    }
}
