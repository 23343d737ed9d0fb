//! A variable of the path that no parameter declares, a path parameter that the path does not have, or one that is not required.

use crate::hit::Applies;
use crate::index::Version;
use crate::index::{Index, Operation};
use crate::mend::{Mended, Spot, add, set};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::{Kind, NodeRef, quote};
use palisade_finding::Severity;
use serde_json::json;

/// PAL-STR007.
pub static RULE: Rule = Rule {
    id: "PAL-STR007",
    name: "path-parameter-mismatch",
    severity: Severity::High,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API8:2023"],
    cwe: &["CWE-20"],
    aliases: &[
        "path-params",
        "path-parameters-defined",
        "semantic-parameter-nopathtemplate",
        "semantic-parameter-path-undefined",
        "v3-semantic-parameter-nopathtemplate",
        "v3-semantic-parameter-path-undefined",
        "v3-validation-parameter-path-required",
        "validation-parameter-path-required",
    ],
    what: "A variable of the path that no parameter declares, a path parameter that the path does not have, or \
        one that is not required.",
    why: "A value that is not declared is not validated: whatever stands there reaches the code.",
    fix: "Declare each variable of the path as a parameter with `in: path` and `required: true`.",
    bad: include_str!("../../../tests/fixtures/PAL-STR007/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR007/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#path-templating"],
    mend: Remedy::Safe(mend),
    check: Check::Operation(check),
};

fn check(index: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    if operation.outgoing {
        return;
    }
    let names = variables(operation.path);
    let label = operation.label();
    let declared: Vec<_> = operation
        .parameters
        .iter()
        .filter_map(|at| index.parameters.get(*at))
        .filter(|one| one.place == "path")
        .collect();
    for name in &names {
        if !declared.iter().any(|parameter| parameter.name == *name) {
            let message = format!("{} does not declare its path parameter {}", quote(&label), quote(name));
            if let Some(hit) = sink.at_key(operation.node, message, Applies::Nothing) {
                hit.operation(label.clone()).value(*name);
            }
        }
    }
    for parameter in declared {
        let (node, name) = (parameter.node, quote(parameter.name));
        let message = if !names.contains(&parameter.name) {
            format!("the path has no variable {name}")
        } else if node.get("required").and_then(NodeRef::as_bool) != Some(true) {
            format!("path parameter {name} is not marked as required")
        } else {
            continue;
        };
        // A parameter shared by several operations is reported once.
        if parameter.operations.first() == Some(&operation.at) {
            sink.at(node, message, Applies::Nothing);
        }
    }
}

/// The names between braces.
fn variables(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

/// Text without control characters, as a path can carry it.
const SEGMENT: &str = r"^[^\x00-\x1F\x7F]+$";
/// Octets of an address that senders and recipients ought to support (RFC 9110, section 4.1).
const ADDRESS: u32 = 8000;

/// Marks the parameter as required, or declares it with a schema that takes what a path can carry.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let node = spot.node;
    if spot.value.is_empty() {
        let path = node.get("in").and_then(NodeRef::as_str) == Some("path");
        let flag = node.get("required").is_none_or(|flag| flag.kind() == Kind::Bool);
        if !path || !flag || node.get("required").and_then(NodeRef::as_bool) == Some(true) {
            return None;
        }
        let edits = set(index, node, &["in", "name"], "required", &json!(true))?;
        return Mended::safe("mark the path parameter as required", edits);
    }
    let operation = index.operations.iter().find(|one| one.node.id() == node.id())?;
    let declared = |name: &str| {
        let mut known = operation.parameters.iter().filter_map(|at| index.parameters.get(*at));
        known.any(|one| one.place == "path" && one.name == name)
    };
    let missing: Vec<&str> = variables(operation.path).into_iter().filter(|name| !declared(name)).collect();
    let parameter = |name: &str| match index.version {
        Version::V2 => json!({
            "name": name, "in": "path", "required": true, "description": description(name),
            "type": "string", "maxLength": ADDRESS, "pattern": SEGMENT,
        }),
        _ => json!({
            "name": name, "in": "path", "required": true, "description": description(name),
            "schema": {"type": "string", "maxLength": ADDRESS, "pattern": SEGMENT},
        }),
    };
    let what = format!("declare the path parameter {}", quote(&spot.value));
    match node.get("parameters") {
        Some(list) => Mended::safe(what, index.editor().insert_item(list, &parameter(&spot.value)).ok()?),
        // One fix declares all of them: there is one list to add.
        None if missing.first() == Some(&spot.value.as_str()) => {
            let list: Vec<_> = missing.into_iter().map(parameter).collect();
            let behind = ["operationId", "description", "summary", "tags"];
            Mended::safe(what, add(index, node, &behind, "parameters", &json!(list))?)
        }
        None => None,
    }
}

/// What can be said of a variable of which only the name is known.
fn description(name: &str) -> String {
    format!("Part of the path: {}.", name.replace(['_', '-'], " "))
}
