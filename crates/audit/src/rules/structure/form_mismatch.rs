//! Form parameters of Swagger 2.0 that no request can carry.

use crate::hit::Applies;
use crate::index::{Index, Operation, Version};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::NodeRef;
use palisade_finding::Severity;

/// PAL-STR043.
pub static RULE: Rule = Rule {
    id: "PAL-STR043",
    name: "form-mismatch",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API8:2023"],
    cwe: &["CWE-20", "CWE-436"],
    aliases: &[
        "oas2-operation-formData-consume-check",
        "semantic-operation-body-formdata",
        "semantic-operation-multiple-body",
        "semantic-parameter-file",
        "validation-parameter-file",
    ],
    what: "In Swagger 2.0: a form parameter beside a body parameter, a second body parameter, a form parameter \
        without a form media type in `consumes`, or a `file` that is not in a form read as \
        `multipart/form-data`.",
    why: "A request has one body, of one media type: what cannot be sent is not checked, and servers read \
        something else.",
    fix: "Use either one body or form parameters, with `consumes: [multipart/form-data]` or \
        `application/x-www-form-urlencoded`.",
    bad: include_str!("../../../tests/fixtures/PAL-STR043/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR043/good.yaml"),
    references: &["https://spec.openapis.org/oas/v2.0"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Operation(check),
};

fn check(index: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    if index.version != Version::V2 {
        return;
    }
    let parameters: Vec<_> = operation.parameters.iter().filter_map(|at| index.parameters.get(*at)).collect();
    let bodies: Vec<_> = parameters.iter().filter(|one| one.place == "body").collect();
    let form = parameters.iter().find(|one| one.place == "formData");
    let file = parameters.iter().find(|one| one.node.get("type").and_then(NodeRef::as_str) == Some("file"));
    let consumes = operation.node.get("consumes").or_else(|| index.root().get("consumes"));
    let takes = |name: &str| {
        let mut items = consumes.into_iter().flat_map(NodeRef::items).filter_map(NodeRef::as_str);
        items.any(|item| item.split(';').next().is_some_and(|bare| bare.trim().eq_ignore_ascii_case(name)))
    };
    let multipart = takes("multipart/form-data");
    let (node, message) = match (bodies.as_slice(), form, file) {
        ([_, second, ..], _, _) => (second.node, "an operation has one body parameter, this is a second one"),
        ([_, ..], Some(form), _) => (form.node, "a form parameter and a body parameter exclude each other"),
        (_, _, Some(file)) if file.place != "formData" => (file.node, "a file can be a form parameter only"),
        (_, _, Some(file)) if !multipart => (file.node, "a file needs consumes: [multipart/form-data]"),
        (_, Some(form), None) if !multipart && !takes("application/x-www-form-urlencoded") => {
            (form.node, "a form parameter needs a form media type in consumes")
        }
        _ => return,
    };
    if let Some(hit) = sink.at(node, message.to_owned(), Applies::Nothing) {
        hit.operation(operation.label());
    }
}
