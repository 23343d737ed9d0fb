//! A media type that is none.

use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::shape;
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-STR036.
pub static RULE: Rule = Rule {
    id: "PAL-STR036",
    name: "malformed-media-type",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-1286"],
    aliases: &[
        "warning-content-type-badformat",
        "v3-warning-content-type-badformat",
        "warning-content-type-unknownprefix",
        "v3-warning-content-type-unknownprefix",
    ],
    what: "A media type that is not of the form `type/subtype`, or whose type is no registered one \
        (`application`, `text`, `image`, ...).",
    why: "No `Content-Type` ever equals it: the schema below it is used for no message.",
    fix: "Correct the name, for example `application/json`.",
    bad: include_str!("../../../tests/fixtures/PAL-STR036/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR036/good.yaml"),
    references: &[
        "https://spec.openapis.org/oas/v3.1.1#media-type-object",
        "https://www.iana.org/assignments/media-types/media-types.xhtml",
    ],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    for media in shape::media(index) {
        if let Some(what) = fault(media.name) {
            sink.at_key(media.node, format!("the media type {} {what}", quote(media.name)), Applies::Nothing);
        }
    }
    for item in shape::media_lists(index).into_iter().flat_map(NodeRef::items) {
        if let Some((name, what)) = item.as_str().and_then(|name| Some((name, fault(name)?))) {
            sink.at(item, format!("the media type {} {what}", quote(name)), Applies::Nothing);
        }
    }
}

/// What is wrong with the name of a media type or range.
fn fault(name: &str) -> Option<&'static str> {
    let token = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
    };
    let bare = name.split(';').next().unwrap_or_default().trim();
    let Some((kind, sub)) = bare.split_once('/') else { return Some("is not of the form type/subtype") };
    if !token(kind) || !token(sub) {
        return Some("is not of the form type/subtype");
    }
    let known = [
        "*",
        "application",
        "audio",
        "chemical",
        "example",
        "font",
        "haptics",
        "image",
        "message",
        "model",
        "multipart",
        "text",
        "video",
    ];
    let kind = kind.to_ascii_lowercase();
    (!known.contains(&kind.as_str()) && !kind.starts_with("x-")).then_some("has a type that is not registered")
}
