//! Encodings that say nothing.

use crate::hit::Applies;
use crate::index::{Index, Version};
use crate::mend::{Mended, Spot, remove, without_effect};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::shape;
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-STR039.
pub static UNKNOWN: Rule = Rule {
    id: "PAL-STR039",
    name: "encoding-of-undefined-property",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-20"],
    aliases: &["v3-semantic-mediatype-encoding-key-undefined"],
    what: "An entry of `encoding` for a property that the schema of the media type does not have.",
    why: "It is ignored: the media type that a part was limited to is not checked. Often the name is misspelt.",
    fix: "Use the name of a property of the schema.",
    bad: include_str!("../../../tests/fixtures/PAL-STR039/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR039/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#encoding-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(unknown),
};

/// PAL-STR040.
pub static IDLE: Rule = Rule {
    id: "PAL-STR040",
    name: "encoding-without-effect",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-20"],
    aliases: &[
        "v3-warning-media-type-encoding",
        "v3-validation-media-type-encoding-restriction",
        "v3-warning-encoding-allowreserved",
        "v3-warning-encoding-explode",
        "v3-warning-encoding-style",
    ],
    what: "An `encoding` for a media type that is neither `multipart` nor `application/x-www-form-urlencoded`; \
        or `style`, `explode` or `allowReserved` in one, before 3.1, for a multipart body.",
    why: "It is ignored, so that what it was meant to limit is not limited.",
    fix: "Remove it, or use the media type that was meant.",
    bad: include_str!("../../../tests/fixtures/PAL-STR040/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR040/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#encoding-object"],
    mend: Remedy::Safe(mend),
    check: Check::Contract(idle),
};

fn unknown(index: &Index<'_>, sink: &mut Sink<'_>) {
    for media in shape::media(index) {
        let Some(encoding) = media.node.get("encoding") else { continue };
        let Some(schema) = media.node.get("schema").and_then(shape::follow) else { continue };
        let parts = shape::flat(schema);
        let choice = ["oneOf", "anyOf", "if", "patternProperties"];
        let lists: Vec<_> = parts.iter().filter_map(|part| part.get("properties")).collect();
        // Where properties come from a choice, any name may be right.
        if lists.is_empty() || parts.iter().any(|part| choice.iter().any(|key| part.get(key).is_some())) {
            continue;
        }
        for member in encoding.members().filter(|member| !member.key.starts_with("x-")) {
            if lists.iter().all(|list| list.get(member.key).is_none()) {
                let message = format!("the schema has no property {} to encode", quote(member.key));
                sink.at_key(member.value, message, Applies::Nothing);
            }
        }
    }
}

fn idle(index: &Index<'_>, sink: &mut Sink<'_>) {
    for media in shape::media(index) {
        let Some(encoding) = media.node.get("encoding") else { continue };
        let form = media.name.starts_with("application/x-www-form-urlencoded");
        if !form && !media.name.starts_with("multipart/") {
            let message = format!("encoding says nothing about {}", quote(media.name));
            sink.at_key(encoding, message, Applies::Nothing);
        } else if !form && index.version == Version::V30 {
            let parts = encoding.members().map(|member| member.value);
            let keys = ["style", "explode", "allowReserved"];
            if let Some(node) = parts.flat_map(|part| keys.iter().filter_map(move |key| part.get(key))).next() {
                let message = format!("{} says nothing about a multipart body", node.key().unwrap_or_default());
                sink.at_key(node, message, Applies::Nothing);
            }
        }
    }
}

/// Takes out what says nothing about the media type.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let key = spot.node.key()?;
    if key == "encoding" {
        return without_effect(index, spot);
    }
    let mut edits = Vec::new();
    for part in spot.node.parent()?.parent()?.members().map(|member| member.value) {
        edits.extend(remove(index, part, &["style", "explode", "allowReserved"])?);
    }
    Mended::removal(index, format!("take out {key}, which has no effect"), edits)
}
