//! A member that the specification does not know, other than an extension (`x-`).

use crate::engine::{Applies, Sink};
use crate::index::{Index, Version};
use crate::rule::{Check, Part, Rule};
use palisade_document::NodeRef;
use palisade_document::quote;
use palisade_finding::Severity;

/// FSE017.
pub static RULE: Rule = Rule {
    id: "FSE017",
    name: "unknown-member",
    severity: Severity::Info,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["oas3-schema", "oas2-schema"],
    what: "A member that the specification does not know, other than an extension (`x-`).",
    why: "It has no effect. When it is a misspelt `security` or `required`, that is a hole.",
    fix: "Correct the spelling, or prefix an extension with `x-`.",
    bad: include_str!("../../../tests/fixtures/FSE017/bad.yaml"),
    good: include_str!("../../../tests/fixtures/FSE017/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3"],
    mend: None,
    check: Check::Contract(check),
};

const ROOT2: [&str; 15] = [
    "swagger",
    "info",
    "host",
    "basePath",
    "schemes",
    "consumes",
    "produces",
    "paths",
    "definitions",
    "parameters",
    "responses",
    "securityDefinitions",
    "security",
    "tags",
    "externalDocs",
];
const ROOT3: [&str; 11] = [
    "openapi",
    "info",
    "servers",
    "paths",
    "components",
    "security",
    "tags",
    "externalDocs",
    "webhooks",
    "jsonSchemaDialect",
    "$self",
];
const INFO: [&str; 7] = ["title", "summary", "description", "termsOfService", "contact", "license", "version"];
const OPERATION: [&str; 15] = [
    "tags",
    "summary",
    "description",
    "externalDocs",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "callbacks",
    "deprecated",
    "security",
    "servers",
    "consumes",
    "produces",
    "schemes",
];
const ITEM: [&str; 16] = [
    "$ref",
    "summary",
    "description",
    "get",
    "put",
    "post",
    "delete",
    "options",
    "head",
    "patch",
    "trace",
    "query",
    "servers",
    "parameters",
    "additionalOperations",
    "$self",
];
const RESPONSE: [&str; 7] = ["description", "headers", "content", "links", "schema", "examples", "summary"];

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    members(index.root(), if index.version == Version::V2 { &ROOT2 } else { &ROOT3 }, "at the root", sink);
    if let Some(info) = index.root().get("info") {
        members(info, &INFO, "in info", sink);
    }
    for (_, item) in &index.items {
        members(*item, &ITEM, "in a path item", sink);
    }
    for operation in &index.operations {
        members(operation.node, &OPERATION, "in an operation", sink);
    }
    for response in &index.responses {
        members(response.node, &RESPONSE, "in a response", sink);
    }
}

fn members(node: NodeRef<'_>, known: &[&str], place: &str, sink: &mut Sink<'_>) {
    for member in node.members() {
        if !member.key.starts_with("x-") && !known.contains(&member.key) {
            sink.at_key(
                member.value,
                format!("the specification has no member {} {place}", quote(member.key)),
                Applies::Nothing,
            );
        }
    }
}
