//! A value that stands twice in one list.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::mend::{Mended, Spot};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;
use std::collections::HashSet;

/// PAL-DAT027.
pub static RULE: Rule = Rule {
    id: "PAL-DAT027",
    name: "duplicate-enum-entry",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-1059"],
    aliases: &["duplicated-entry-in-enum", "validation-property-unique"],
    what: "A value that stands more than once in an `enum`.",
    why: "JSON Schema asks for different entries. Code generators fail on it, and it is often a slip of the \
        pen: the value that was meant is missing.",
    fix: "Remove the entry, or write the value that was meant.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT027/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT027/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#schema-object"],
    mend: Remedy::Safe(mend),
    check: Check::SchemaAlone(check),
};

fn check(index: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let Some(list) = schema.node.get("enum") else { return };
    if list.len() < 2 {
        return;
    }
    let values = list.items().filter(|value| !value.is_object() && !value.is_array());
    let mut sorted: Vec<_> = values.map(|value| (value.kind() as u8, value.scalar_text(), value.id())).collect();
    sorted.sort_unstable_by(|a, b| (a.0, a.1, a.2.index()).cmp(&(b.0, b.1, b.2.index())));
    let mut pairs = sorted.iter().zip(sorted.iter().skip(1));
    if let Some((_, again)) = pairs.find(|(one, two)| (one.0, one.1) == (two.0, two.1)) {
        let message = format!("{} stands more than once in the enum", quote(again.1));
        sink.at(index.document.node(again.2), message, Applies::Nothing);
    }
}

/// Takes every repetition out. Words for the entries in a list beside them would no longer fit.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let list = spot.node.parent()?;
    let words = list.parent()?.members().filter(|member| member.key.starts_with("x-"));
    if words.map(|member| member.value).any(|words| words.is_array() && words.len() == list.len()) {
        return None;
    }
    let mut seen = HashSet::new();
    let mut again = |value: NodeRef<'a>| {
        !value.is_object() && !value.is_array() && !seen.insert((value.kind() as u8, value.scalar_text()))
    };
    let places: Vec<usize> = list.items().enumerate().filter_map(|(at, value)| again(value).then_some(at)).collect();
    let edits = index.editor().remove_items(list, &places).ok()?;
    Mended::removal(index, "take the repetition out", edits)
}
