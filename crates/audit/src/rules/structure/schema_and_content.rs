//! A value that is described twice.

use crate::hit::Applies;
use crate::index::{Index, Parameter, Version};
use crate::mend::{Mended, Spot, add, remove, same, value};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::shape;
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;
use serde_json::json;

/// PAL-STR037.
pub static DESCRIBED: Rule = Rule {
    id: "PAL-STR037",
    name: "schema-and-content",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API8:2023"],
    cwe: &["CWE-436"],
    aliases: &["v3-validation-parameter-schema-content-present", "v3-validation-content-length"],
    what: "A parameter or header with both `schema` and `content`, or whose `content` has not exactly one media \
        type.",
    why: "Which description counts is left to the tool: a limit in the other one limits nothing.",
    fix: "Keep one of them; `content` has exactly one media type.",
    bad: include_str!("../../../tests/fixtures/PAL-STR037/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR037/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#parameter-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Parameter(described),
};

/// PAL-STR038.
pub static SHOWN: Rule = Rule {
    id: "PAL-STR038",
    name: "example-and-examples",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["no-example-value-and-externalValue", "oas3-examples-value-or-externalValue"],
    what: "A parameter, header or media type with both `example` and `examples`.",
    why: "The two exclude each other: tools show one of them and drop the other, and nobody tests what was \
        dropped.",
    fix: "Move the example into `examples`.",
    bad: include_str!("../../../tests/fixtures/PAL-STR038/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR038/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#media-type-object"],
    mend: Remedy::Safe(mend),
    check: Check::Contract(shown),
};

fn described(index: &Index<'_>, parameter: &Parameter<'_>, sink: &mut Sink<'_>) {
    let Some(content) = parameter.node.get("content").filter(|_| index.version != Version::V2) else { return };
    let name = quote(parameter.name);
    let message = if parameter.node.get("schema").is_some() {
        format!("{name} has both schema and content")
    } else if content.is_object() && content.len() != 1 {
        format!("the content of {name} has {} media types instead of one", content.len())
    } else {
        return;
    };
    sink.at_key(content, message, Applies::Nothing);
}

fn shown(index: &Index<'_>, sink: &mut Sink<'_>) {
    if index.version == Version::V2 {
        return;
    }
    let parameters = index.parameters.iter().map(|parameter| parameter.node);
    let media = shape::media(index).map(|media| media.node);
    for node in parameters.chain(media) {
        if let (Some(one), Some(_)) = (node.get("example"), node.get("examples")) {
            sink.at_key(one, "example and examples exclude each other".to_owned(), Applies::Nothing);
        }
    }
    for member in index.component_map("examples", "x-none").into_iter().flat_map(NodeRef::members) {
        if let (Some(one), Some(_)) = (member.value.get("value"), member.value.get("externalValue")) {
            sink.at_key(one, "value and externalValue exclude each other".to_owned(), Applies::Nothing);
        }
    }
}

/// Puts the example among the others.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let holder = spot.node.parent()?;
    if spot.node.key() != Some("example") {
        return None;
    }
    let others = holder.get("examples").filter(|others| others.is_object())?;
    let mut edits = remove(index, holder, &["example"])?;
    let known = |other: NodeRef<'a>| other.get("value").is_some_and(|other| same(other, spot.node));
    if !others.members().any(|member| known(member.value)) {
        edits.extend(add(index, others, &[], "example", &json!({"value": value(spot.node)?}))?);
    }
    Mended::removal(index, "put the example among the others", edits)
}
