//! A parameter whose form on the wire is nowhere defined.

use crate::hit::Applies;
use crate::index::{Index, Parameter, Version};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::shape;
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-DAT049.
pub static RULE: Rule = Rule {
    id: "PAL-DAT049",
    name: "undefined-serialization",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Request,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-436"],
    aliases: &[],
    what: "A parameter with a `schema` whose arrays or objects hold arrays or objects. No style of OpenAPI says \
        how they are written; only the body and `content` can.",
    why: "Client, gateway and server each invent a form. A check that reads another form than the server is no \
        check.",
    fix: "Describe the parameter by `content` with `application/json`, or make it flat.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT049/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT049/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#parameter-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Parameter(check),
};

fn check(index: &Index<'_>, parameter: &Parameter<'_>, sink: &mut Sink<'_>) {
    if index.version == Version::V2 {
        return;
    }
    let Some(schema) = parameter.node.get("schema").and_then(shape::follow) else { return };
    let nested = |child: NodeRef<'_>| {
        shape::follow(child).is_some_and(|child| shape::is(child, "object") || shape::is(child, "array"))
    };
    // The deepObject style is widely, and differently, stretched to nested values: arrays in it are left alone.
    let deep = parameter.node.get("style").and_then(NodeRef::as_str) == Some("deepObject");
    let object = |child: NodeRef<'_>| shape::follow(child).is_some_and(|child| shape::is(child, "object"));
    let member = |value: NodeRef<'_>| if deep { object(value) } else { nested(value) };
    let found = shape::is(schema, "array") && schema.get("items").is_some_and(nested)
        || shape::is(schema, "object")
            && schema.get("properties").into_iter().flat_map(NodeRef::members).any(|one| member(one.value));
    if found {
        let message = format!("parameter {} holds nested values, for which no style is defined", quote(parameter.name));
        sink.at(parameter.node, message, Applies::Nothing);
    }
}
