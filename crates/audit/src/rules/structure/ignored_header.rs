//! A header described where the description is ignored.

use crate::hit::Applies;
use crate::index::Index;
use crate::mend::{Mended, Spot, place_in, remove};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::shape;
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-STR021.
pub static RULE: Rule = Rule {
    id: "PAL-STR021",
    name: "ignored-header",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API2:2023"],
    cwe: &["CWE-1059", "CWE-306"],
    aliases: &[
        "warning-parameter-header-accept",
        "warning-parameter-header-authorization",
        "warning-parameter-header-content-type",
        "v3-warning-parameter-header-accept",
        "v3-warning-parameter-header-authorization",
        "v3-warning-parameter-header-content-type",
        "warning-response-header-content-type",
        "v3-warning-response-header-content-type",
        "v3-warning-encoding-header-content-type",
    ],
    what: "A header parameter called `Accept`, `Content-Type` or `Authorization`, or a response or part header \
        called `Content-Type`. OpenAPI ignores these descriptions: media types and security schemes say what \
        they hold.",
    why: "Limits written there limit nothing, and a credential described as a parameter is no security: the \
        operation counts as open.",
    fix: "Describe media types by `content`, credentials by a security scheme, and remove the header.",
    bad: include_str!("../../../tests/fixtures/PAL-STR021/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR021/good.yaml"),
    references: &[
        "https://spec.openapis.org/oas/v3.1.1#parameter-object",
        "https://spec.openapis.org/oas/v3.1.1#header-object",
    ],
    mend: Remedy::Unsafe(mend),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    for parameter in index.parameters.iter().filter(|one| one.place == "header") {
        let is = |name: &str| parameter.name.eq_ignore_ascii_case(name);
        let instead = if is("Content-Type") {
            "the media type says it"
        } else if !parameter.response && is("Accept") {
            "the media types of the answers say it"
        } else if !parameter.response && is("Authorization") {
            "a security scheme says it"
        } else {
            continue;
        };
        let message = format!("the description of header {} is ignored: {instead}", quote(parameter.name));
        sink.at_key(parameter.node, message, Applies::Nothing);
    }
    for media in shape::media(index) {
        let parts = media.node.get("encoding").into_iter().flat_map(NodeRef::members);
        let headers = parts.filter_map(|part| part.value.get("headers")).flat_map(NodeRef::members);
        for header in headers.filter(|header| header.key.eq_ignore_ascii_case("Content-Type")) {
            let message = "the description of header Content-Type is ignored: contentType says it".to_owned();
            sink.at_key(header.value, message, Applies::Nothing);
        }
    }
}

/// Takes the header out, where it is described.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let list = spot.node.parent()?;
    let edits = match (list.key(), spot.node.key()) {
        (Some("parameters"), None) => index.editor().remove_item(list, place_in(list, spot.node)?).ok()?,
        (Some("headers"), Some(name)) => remove(index, list, &[name])?,
        _ => return None,
    };
    Mended::loss(index, "take out the header, which is ignored", edits)
}
