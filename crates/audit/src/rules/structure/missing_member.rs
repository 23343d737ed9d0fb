//! A member that the specification requires and that is absent or an empty text.

use crate::engine::{Applies, Sink};
use crate::index::{Index, Version};
use crate::rule::{Check, Part, Rule};
use palisade_document::{Kind, NodeRef};
use palisade_finding::Severity;

/// FBP001.
pub static RULE: Rule = Rule {
    id: "FBP001",
    name: "missing-member",
    severity: Severity::Info,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["oas3-schema", "oas2-schema", "v3-schema-required"],
    what: "A member that the specification requires and that is absent or an empty text.",
    why: "Tools that read the contract stop here or guess; what they generate or enforce differs from tool to \
        tool.",
    fix: "Add the member.",
    bad: include_str!("../../../tests/fixtures/FBP001/bad.yaml"),
    good: include_str!("../../../tests/fixtures/FBP001/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3"],
    mend: None,
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let old = index.version == Version::V2;
    if let Some(info) = need(index.root(), "info", sink) {
        need(info, "title", sink);
        need(info, "version", sink);
    }
    if index.version < Version::V31 || ["components", "webhooks"].iter().all(|key| index.root().get(key).is_none()) {
        need(index.root(), "paths", sink);
    }
    for operation in &index.operations {
        if index.version < Version::V31 {
            need(operation.node, "responses", sink);
        }
    }
    for response in &index.responses {
        need(response.node, "description", sink);
    }
    for parameter in index
        .parameters
        .iter()
        .filter(|parameter| !(parameter.response || parameter.place == "header" && parameter.node.get("in").is_none()))
    {
        need(parameter.node, "name", sink);
        need(parameter.node, "in", sink);
        if old && parameter.place == "body" {
            need(parameter.node, "schema", sink);
        } else if old {
            need(parameter.node, "type", sink);
        } else if parameter.node.get("content").is_none() {
            need(parameter.node, "schema", sink);
        }
    }
    for scheme in &index.schemes {
        need(scheme.node, "type", sink);
        let word = scheme.node.get("type").and_then(NodeRef::as_str).unwrap_or_default();
        let keys: &[&str] = match word {
            "apiKey" => &["name", "in"],
            "http" => &["scheme"],
            "openIdConnect" => &["openIdConnectUrl"],
            "oauth2" if old => &["flow", "scopes"],
            "oauth2" => &["flows"],
            _ => &[],
        };
        for key in keys {
            need(scheme.node, key, sink);
        }
    }
    for server in index.root().get("servers").into_iter().flat_map(NodeRef::items) {
        need(server, "url", sink);
    }
}

/// The member, or a finding when it is absent or an empty text.
fn need<'a>(node: NodeRef<'a>, key: &str, sink: &mut Sink<'_>) -> Option<NodeRef<'a>> {
    let found = node
        .get(key)
        .filter(|value| !matches!(value.kind(), Kind::String | Kind::Null) || !value.scalar_text().is_empty());
    if found.is_none() && node.is_object() {
        let how = if node.get(key).is_some() { "is empty" } else { "is missing" };
        if let Some(hit) = sink.at_key(node, format!("the required member {key} {how}"), Applies::Nothing) {
            hit.value(key);
        }
    }
    found
}
