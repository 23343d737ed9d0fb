//! A limit that a list of values makes idle.

use crate::hit::Applies;
use crate::index::Index;
use crate::index::Schema;
use crate::mend::{Mended, Spot, remove};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::run::Sink;
use palisade_document::NodeRef;
use palisade_finding::Severity;

/// PAL-DAT048.
pub static RULE: Rule = Rule {
    id: "PAL-DAT048",
    name: "limit-beside-enum",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-1059"],
    aliases: &[
        "warning-schema-enum-property-improper",
        "v3-warning-schema-enum-property-improper",
        "warning-header-enum-property-improper",
        "warning-items-enum-property-improper",
        "warning-parameter-enum-property-improper",
    ],
    what: "A `pattern`, length or range beside an `enum`. Reported once for the contract, with the number of \
        schemas.",
    why: "The list already says which values pass. When somebody adds a value, the limit may forbid it without \
        anybody noticing.",
    fix: "Remove the limit, or the list.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT048/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT048/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#schema-object"],
    mend: Remedy::Safe(mend),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let mut found = doubled(index);
    let Some(first) = found.next() else { return };
    let more = found.count();
    let mut message = format!("{} lists its values and limits them too", help::called(first));
    if more > 0 {
        message = format!("{message}, and {more} more schemas do");
    }
    if let Some(node) = first.node.get("enum") {
        sink.at_key(node, message, Applies::Nothing);
    }
}

const LIMITS: [&str; 6] = ["pattern", "minLength", "maxLength", "minimum", "maximum", "multipleOf"];

/// Schemas that list their values and limit them too.
fn doubled<'i, 'a>(index: &'i Index<'a>) -> impl Iterator<Item = &'i Schema<'a>> {
    index.schemas.iter().filter(|schema| {
        schema.node.get("enum").is_some_and(|list| !list.is_empty())
            && LIMITS.iter().any(|key| schema.node.get(key).is_some())
    })
}

/// Takes the limits out, where every listed value keeps them.
fn mend<'a>(index: &Index<'a>, _: &Spot<'a>) -> Option<Mended> {
    let (set, ids) = index.compiled();
    let mut edits = Vec::new();
    for schema in doubled(index) {
        let id = ids.get(&schema.node.id())?;
        let list = schema.node.get("enum")?;
        let passes = |value: NodeRef<'_>| set.validate(*id, value, &help::once(schema.response)).violations.is_empty();
        if list.len() > MAX_VALUES || !list.items().all(passes) {
            return None;
        }
        edits.extend(remove(index, schema.node, &LIMITS)?);
    }
    Mended::removal(index, "take out limits beside a list of values", edits)
}

/// Listed values of a schema that are compared with its limits.
const MAX_VALUES: usize = 1000;
