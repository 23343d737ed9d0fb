//! A body of any media type.

use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::shape;
use crate::run::Sink;
use palisade_document::NodeRef;
use palisade_finding::Severity;

/// PAL-DAT047.
pub static RULE: Rule = Rule {
    id: "PAL-DAT047",
    name: "any-media-type",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-20", "CWE-434"],
    aliases: &[],
    what: "A request or response body of media type `*/*`. Reported once for the contract, with the number of \
        places.",
    why: "The caller picks the format, and with it the parser: XML with external entities, YAML, serialized \
        objects. Nothing can be checked against the schema.",
    fix: "Name the media types that the API reads and writes.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT047/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT047/good.yaml"),
    references: &[
        "https://spec.openapis.org/oas/v3.1.1#media-type-object",
        "https://www.iana.org/assignments/media-types/media-types.xhtml",
    ],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let mut found: Vec<NodeRef<'_>> =
        shape::media(index).filter(|media| media.name == "*/*").map(|media| media.node).collect();
    let lists = shape::media_lists(index).into_iter().flat_map(NodeRef::items);
    found.extend(lists.filter(|item| item.as_str() == Some("*/*")));
    if let Some(first) = found.first() {
        let count = found.len();
        let more = if count == 1 { String::new() } else { format!(" ({count} places)") };
        sink.at_key(*first, format!("a body of any media type is described{more}"), Applies::Nothing);
    }
}
