//! Parameters written in a way their place does not have.

use crate::hit::Applies;
use crate::index::{Index, Parameter, Version};
use crate::mend::without_effect;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::{help, shape};
use crate::run::Sink;
use palisade_document::NodeRef;
use palisade_finding::Severity;
use std::collections::BTreeMap;

/// PAL-STR041.
pub static STYLE: Rule = Rule {
    id: "PAL-STR041",
    name: "style-of-another-place",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-436"],
    aliases: &["validation-parameter-collectionformat"],
    what: "A `style` (in Swagger 2.0 a `collectionFormat`) that the place of the parameter does not have, such \
        as `deepObject` in a header or `multi` in a path, or one that cannot write the type; the latter is \
        reported once for each style, with the number of parameters.",
    why: "Each tool falls back to another form: a check that reads another form than the server is no check.",
    fix: "Use a style of the place: `simple` in paths and headers, `form` in queries and cookies.",
    bad: include_str!("../../../tests/fixtures/PAL-STR041/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR041/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#parameter-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(style),
};

/// PAL-STR042.
pub static FLAG: Rule = Rule {
    id: "PAL-STR042",
    name: "flag-of-another-place",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-436"],
    aliases: &[
        "semantic-parameter-allowemptyvalue",
        "v3-semantic-parameter-allowemptyvalue",
        "v3-warning-parameter-allow-empty-value-incompatible",
        "v3-semantic-parameter-allowreserved",
    ],
    what: "An `allowReserved` or `allowEmptyValue` on a parameter that is not in the query (in Swagger 2.0 also \
        the form).",
    why: "It is ignored, or taken at its word by some tools: then values pass that others refuse.",
    fix: "Remove the flag.",
    bad: include_str!("../../../tests/fixtures/PAL-STR042/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR042/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#parameter-object"],
    mend: Remedy::Safe(without_effect),
    check: Check::Parameter(flag),
};

fn style(index: &Index<'_>, sink: &mut Sink<'_>) {
    let mut unfit: BTreeMap<&str, (NodeRef<'_>, usize)> = BTreeMap::new();
    for parameter in &index.parameters {
        if index.version == Version::V2 {
            let multi = parameter.node.get("collectionFormat").filter(|node| node.as_str() == Some("multi"));
            if let Some(node) = multi.filter(|_| !matches!(parameter.place, "query" | "formData")) {
                let message = format!("collectionFormat multi cannot stand in {}", help::shown(parameter.place));
                sink.at(node, message, Applies::Nothing);
            }
            continue;
        }
        let Some((node, style)) = parameter.node.get("style").and_then(|node| Some((node, node.as_str()?))) else {
            continue;
        };
        if !fits_place(style, parameter.place) {
            let message = format!("style {} cannot stand in {}", help::shown(style), help::shown(parameter.place));
            sink.at(node, message, Applies::Nothing);
        } else if !fits_type(style, parameter.node) {
            unfit.entry(style).or_insert((node, 0)).1 += 1;
        }
    }
    for (style, (node, count)) in unfit {
        let what = if style == "deepObject" { "an object" } else { "an array or an object" };
        let places = if count == 1 { String::new() } else { format!(" ({count} parameters)") };
        let message = format!("style {style} writes {what}, and this parameter is none{places}");
        if let Some(hit) = sink.at(node, message, Applies::Nothing) {
            hit.value(style);
        }
    }
}

fn fits_place(style: &str, place: &str) -> bool {
    let places: &[&str] = match style {
        "matrix" | "label" => &["path"],
        "simple" => &["path", "header"],
        "form" => &["query", "cookie"],
        "spaceDelimited" | "pipeDelimited" | "deepObject" => &["query"],
        "cookie" => &["cookie"],
        // An unknown word, or an unknown place, is another rule's finding.
        _ => return true,
    };
    !["path", "query", "header", "cookie"].contains(&place) || places.contains(&place)
}

fn fits_type(style: &str, parameter: NodeRef<'_>) -> bool {
    let schema = parameter.get("schema").and_then(shape::follow);
    let types = schema.map(help::types).unwrap_or_default();
    types.is_empty()
        || match style {
            "deepObject" => types.contains(&"object"),
            "spaceDelimited" | "pipeDelimited" => types.iter().any(|word| matches!(*word, "array" | "object")),
            _ => true,
        }
}

fn flag(index: &Index<'_>, parameter: &Parameter<'_>, sink: &mut Sink<'_>) {
    let query = matches!(parameter.place, "query" | "querystring");
    let form = index.version == Version::V2 && parameter.place == "formData";
    let newest = index.root().get("openapi").is_some_and(|node| node.scalar_text().starts_with("3.2"));
    for key in ["allowEmptyValue", "allowReserved"] {
        let Some(node) = parameter.node.get(key).filter(|node| node.as_bool() == Some(true)) else { continue };
        let fits = query || form && key == "allowEmptyValue" || newest && key == "allowReserved";
        if !fits {
            let message = format!("{key} says nothing about a parameter in {}", help::shown(parameter.place));
            sink.at_key(node, message, Applies::Nothing);
        }
    }
}
