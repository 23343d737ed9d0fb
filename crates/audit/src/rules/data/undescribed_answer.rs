//! Answers and headers without schema.

use crate::hit::Applies;
use crate::index::{Index, Parameter, Response, Version};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::{help, shape};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-RSP001.
pub static MEDIA: Rule = Rule {
    id: "PAL-RSP001",
    name: "media-type-without-schema",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "responses",
    part: Part::None,
    invalid: false,
    owasp: &["API3:2023", "API8:2023"],
    cwe: &["CWE-20", "CWE-213"],
    aliases: &["v3-mediatype-response-schema-undefined"],
    what: "A media type of a response without a schema, where another media type of it has one or where the \
        answer is an error.",
    why: "A caller who asks for that format gets an answer that nobody checks: a way round the check of the \
        others.",
    fix: "Give each media type its schema.",
    bad: include_str!("../../../tests/fixtures/PAL-RSP001/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-RSP001/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#media-type-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Response(media),
};

/// PAL-RSP002.
pub static HEADER: Rule = Rule {
    id: "PAL-RSP002",
    name: "header-without-schema",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Response,
    category: "responses",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-20"],
    aliases: &["v3-header-schema-undefined"],
    what: "A response header without `schema` or `content` (in Swagger 2.0 without `type`).",
    why: "Any value passes, line breaks and markup included, and nobody sees when a header begins to leak.",
    fix: "Describe the header with a schema: its type and limits.",
    bad: include_str!("../../../tests/fixtures/PAL-RSP002/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-RSP002/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#header-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Parameter(header),
};

fn media(index: &Index<'_>, response: &Response<'_>, sink: &mut Sink<'_>) {
    if index.version == Version::V2 {
        return;
    }
    let success = response.operations.iter().filter_map(|at| index.operations.get(*at)).any(|operation| {
        let own = operation.responses.iter().filter(|(_, found)| *found == response.at);
        own.into_iter().any(|(status, _)| crate::score::needs_body(status, &operation.method))
    });
    // A success answer without any schema is another rule's finding, and some answers have no body.
    if success && response.schemas.is_empty() || matches!(response.status, "204" | "205" | "304") {
        return;
    }
    for media in shape::content(response.node, shape::From::Response) {
        if !media.described() && !media.binary() {
            let message =
                format!("the {} response has no schema as {}", help::shown(response.status), quote(media.name));
            sink.at_key(media.node, message, Applies::Nothing);
        }
    }
}

fn header(_: &Index<'_>, parameter: &Parameter<'_>, sink: &mut Sink<'_>) {
    if !["schema", "content", "type"].iter().any(|key| parameter.node.get(key).is_some()) {
        let message = format!("the header {} has no schema", quote(parameter.name));
        sink.at_key(parameter.node, message, Applies::Nothing);
    }
}
