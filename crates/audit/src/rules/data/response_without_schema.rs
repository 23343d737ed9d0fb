//! A success response, other than 204 and 205, without a schema for its body.

use crate::hit::Applies;
use crate::index::{Index, Response};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::help;
use crate::run::Sink;
use palisade_finding::Severity;

/// TDT011.
pub static RULE: Rule = Rule {
    id: "TDT011",
    name: "response-without-schema",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "responses",
    part: Part::Data,
    invalid: false,
    owasp: &["API3:2023", "API8:2023"],
    cwe: &["CWE-20", "CWE-213"],
    aliases: &["v3-response-schema-undefined", "owasp:api8:2023-define-error-validation", "response-schema-undefined"],
    what: "A success response, other than 204 and 205, without a schema for its body.",
    why: "Nobody can check what leaves the API: a leak looks like any other answer.",
    fix: "Describe the body with a schema; an answer without a body is a 204.",
    bad: include_str!("../../../tests/fixtures/TDT011/bad.yaml"),
    good: include_str!("../../../tests/fixtures/TDT011/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#response-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Response(check),
};

fn check(index: &Index<'_>, response: &Response<'_>, sink: &mut Sink<'_>) {
    let served = response.operations.iter().filter_map(|at| index.operations.get(*at)).filter(|one| !one.outgoing);
    let needed = served.into_iter().any(|operation| {
        let mut own = operation.responses.iter().filter(|(_, found)| *found == response.at);
        own.any(|(status, _)| crate::score::needs_body(status, &operation.method))
    });
    if needed && response.schemas.is_empty() {
        let message = format!("the {} response has no schema for its body", help::shown(response.status));
        sink.at_key(response.node, message, Applies::Response(response.at));
    }
}
