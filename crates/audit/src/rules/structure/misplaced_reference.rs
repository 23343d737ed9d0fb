//! References where they do not belong.

use crate::hit::Applies;
use crate::index::{Index, Version};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::{help, shape};
use crate::run::Sink;
use palisade_document::NodeRef;
use palisade_finding::Severity;
use std::collections::HashSet;

/// PAL-STR034.
pub static KIND: Rule = Rule {
    id: "PAL-STR034",
    name: "reference-to-another-kind",
    severity: Severity::High,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API8:2023"],
    cwe: &["CWE-843", "CWE-1059"],
    aliases: &[
        "validation-reference-parameter",
        "validation-reference-response",
        "validation-reference-schema",
        "v3-validation-reference-callback",
        "v3-validation-reference-example",
        "v3-validation-reference-header",
        "v3-validation-reference-link",
        "v3-validation-reference-parameter",
        "v3-validation-reference-requestbody",
        "v3-validation-reference-response",
        "v3-validation-reference-schema",
        "v3-validation-reference-securityscheme",
    ],
    what: "A `$ref` to a component of another kind than the place needs: a response where a schema is expected, \
        a schema where a parameter is expected.",
    why: "Tools read the component as what it is not: as a schema a response has no limit at all, so that \
        anything passes.",
    fix: "Refer to a component of the right kind.",
    bad: include_str!("../../../tests/fixtures/PAL-STR034/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR034/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#reference-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(kinds),
};

/// PAL-STR035.
pub static PLACE: Rule = Rule {
    id: "PAL-STR035",
    name: "reference-out-of-place",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["validation-reference-pathitem", "v3-validation-reference-pathitem"],
    what: "A `$ref` in an object that may not be a reference: an operation, `responses`, `paths`, `info`, a \
        media type (before 3.2), a server or a tag.",
    why: "Most tools ignore it or stop: what it should have brought is not described and not checked.",
    fix: "Write the content out, or refer to a component where a reference is allowed.",
    bad: include_str!("../../../tests/fixtures/PAL-STR035/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR035/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#reference-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(places),
};

/// The kind of component a place holds, by the key of the map or list around it.
fn by_parent(key: &str, old: bool) -> Option<&'static str> {
    Some(match key {
        "parameters" => "parameters",
        "responses" => "responses",
        "properties" | "patternProperties" | "allOf" | "anyOf" | "oneOf" | "prefixItems" | "$defs" => {
            if old {
                "definitions"
            } else {
                "schemas"
            }
        }
        _ if old => return None,
        "headers" => "headers",
        "examples" => "examples",
        "links" => "links",
        "callbacks" => "callbacks",
        _ => return None,
    })
}

/// The kind of component a place holds, by its own key.
fn by_key(key: &str, old: bool) -> Option<&'static str> {
    Some(match key {
        "schema" | "items" | "additionalProperties" | "not" if old => "definitions",
        "schema" | "items" | "additionalProperties" | "not" => "schemas",
        "requestBody" if !old => "requestBodies",
        _ => return None,
    })
}

fn kinds(index: &Index<'_>, sink: &mut Sink<'_>) {
    let old = index.version == Version::V2;
    let mut references: Vec<_> = index.refs.values().collect();
    references.sort_unstable_by_key(|node| node.id());
    for node in references {
        let Some((reference, text)) = node.get("$ref").and_then(|one| Some((one, one.as_str()?))) else { continue };
        let rest = if old { text.strip_prefix("#/") } else { text.strip_prefix("#/components/") };
        let Some((kind, name)) = rest.and_then(|rest| rest.split_once('/')) else { continue };
        // What lies deeper in a component may be anything.
        if name.contains('/') || old && !matches!(kind, "definitions" | "parameters" | "responses") {
            continue;
        }
        let key = node.key().and_then(|key| by_key(key, old));
        let parent = node.parent().and_then(NodeRef::key).and_then(|key| by_parent(key, old));
        // A name may look like a keyword: only a place that every reading finds wrong is reported.
        let wanted: Vec<_> = key.into_iter().chain(parent).collect();
        if let Some(first) = wanted.first()
            && wanted.iter().all(|one| *one != kind)
        {
            let message =
                format!("the reference leads to one of {}, and one of {first} belongs here", help::shown(kind));
            sink.at(reference, message, Applies::Nothing);
        }
    }
}

fn places(index: &Index<'_>, sink: &mut Sink<'_>) {
    let root = index.root();
    let named = ["info", "paths", "components", "definitions"].iter().filter_map(|key| root.get(key));
    let listed = ["servers", "tags"].iter().filter_map(|key| root.get(key)).flat_map(NodeRef::items);
    let operations = index.operations.iter().flat_map(|one| [Some(one.node), one.responses_node]).flatten();
    let newest = root.get("openapi").is_some_and(|node| node.scalar_text().starts_with("3.2"));
    let media = shape::media(index).map(|media| media.node).filter(|_| !newest);
    let mut seen = HashSet::new();
    for node in named.chain(listed).chain(operations).chain(media) {
        if let Some(reference) = node.get("$ref").filter(|one| one.as_str().is_some())
            && seen.insert(reference.id())
        {
            sink.at_key(reference, "a reference has no effect here".to_owned(), Applies::Nothing);
        }
    }
}
