//! A request body that is not described.

use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::shape;
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-DAT044.
pub static RULE: Rule = Rule {
    id: "PAL-DAT044",
    name: "body-without-schema",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-20"],
    aliases: &[
        "v3-mediatype-request-schema-undefined",
        "v3-mediatype-schema-undefined",
        "v3-semantic-formdata-schema-required",
    ],
    what: "A media type of a request body without a schema, other than binary ones such as \
        `application/octet-stream`, or a `content` without any media type.",
    why: "Whatever is sent passes.",
    fix: "Describe the body with a schema.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT044/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT044/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#media-type-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    for media in shape::media(index).filter(|media| media.from == shape::From::Request) {
        if !media.described() && !media.binary() {
            let message = format!("the request body {} has no schema: anything passes", quote(media.name));
            sink.at_key(media.node, message, Applies::Nothing);
        }
    }
    for content in shape::bodies(index).into_iter().filter_map(|body| body.get("content")) {
        if content.is_object() && content.is_empty() {
            sink.at_key(content, "the request body has no media type".to_owned(), Applies::Nothing);
        }
    }
}
