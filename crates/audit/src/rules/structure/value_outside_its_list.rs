//! A word where the specification lists the words that may stand: `in`, `type`, `style`, `schemes`.

use crate::engine::{Applies, Sink};
use crate::index::{Index, Version};
use crate::rule::{Check, Part, Rule};
use palisade_document::NodeRef;
use palisade_document::quote;
use palisade_finding::Severity;

/// FST004.
pub static RULE: Rule = Rule {
    id: "FST004",
    name: "value-outside-its-list",
    severity: Severity::Info,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["oas3-schema", "oas2-schema", "typed-enum"],
    what: "A word where the specification lists the words that may stand: `in`, `type`, `style`, `schemes`.",
    why: "Tools skip what they do not know: the parameter is not validated, the scheme not enforced.",
    fix: "Use one of the listed words.",
    bad: include_str!("../../../tests/fixtures/FST004/bad.yaml"),
    good: include_str!("../../../tests/fixtures/FST004/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3"],
    mend: None,
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let old = index.version == Version::V2;
    for parameter in &index.parameters {
        let places: &[&str] = if old {
            &["query", "header", "path", "formData", "body"]
        } else {
            &["query", "header", "path", "cookie", "querystring"]
        };
        one_of(parameter.node, "in", places, sink);
        if !old {
            let styles =
                ["matrix", "label", "form", "simple", "spaceDelimited", "pipeDelimited", "deepObject", "cookie"];
            one_of(parameter.node, "style", &styles, sink);
        }
    }
    for scheme in &index.schemes {
        let types: &[&str] = if old {
            &["basic", "apiKey", "oauth2"]
        } else {
            &["apiKey", "http", "mutualTLS", "oauth2", "openIdConnect"]
        };
        one_of(scheme.node, "type", types, sink);
        let places: &[&str] = if old { &["query", "header"] } else { &["query", "header", "cookie"] };
        one_of(scheme.node, "in", places, sink);
    }
    for schema in &index.schemas {
        let types = ["string", "number", "integer", "boolean", "array", "object", "null", "file"];
        one_of(schema.node, "type", &types, sink);
    }
    if old {
        let schemes = index.root().get("schemes").into_iter().flat_map(NodeRef::items);
        for word in schemes.filter(|word| !["http", "https", "ws", "wss"].contains(&word.as_str().unwrap_or_default()))
        {
            report(word, "schemes", &["http", "https", "ws", "wss"], sink);
        }
    }
}

fn one_of(node: NodeRef<'_>, key: &str, list: &[&str], sink: &mut Sink<'_>) {
    let Some(value) = node.get(key) else { return };
    for value in value.items().chain([value]) {
        if value.as_str().is_some_and(|text| !text.is_empty() && !list.contains(&text)) {
            report(value, key, list, sink);
        }
    }
}

fn report(value: NodeRef<'_>, key: &str, list: &[&str], sink: &mut Sink<'_>) {
    let message = format!("{key} is {}, not one of {}", quote(value.scalar_text()), list.join(", "));
    sink.at(value, message, Applies::Nothing);
}
