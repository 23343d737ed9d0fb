//! Answers 429 without the header `Retry-After`. One finding for a contract, with their number.

use crate::hit::Applies;
use crate::index::{Index, Response};
use crate::mend::{Mended, Spot, add, answers};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_finding::Severity;
use serde_json::json;

/// PAL-SEC062.
pub static RULE: Rule = Rule {
    id: "PAL-SEC062",
    name: "too-many-requests-without-retry-after",
    severity: Severity::Low,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "responses",
    part: Part::None,
    invalid: false,
    owasp: &["API4:2023"],
    cwe: &["CWE-770", "CWE-799"],
    aliases: &["owasp:api4:2023-rate-limit-retry-after", "owasp-rate-limit-retry-after"],
    what: "Answers 429 without the header `Retry-After`. One finding for a contract, with their number.",
    why: "Clients that are not told when to come back come back at once: the limit makes the load worse.",
    fix: "Describe `Retry-After` on the 429 response; share the response through `components.responses`.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC062/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC062/good.yaml"),
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6585#section-4",
        "https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
    ],
    mend: Remedy::Safe(mend),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let (all, lacking) = lacking(index);
    let Some(first) = lacking.first() else { return };
    let count = lacking.len();
    let message = format!("{count} of {all} descriptions of the answer 429 do not say when to come back (Retry-After)");
    sink.at_key(first.node, message, Applies::Nothing);
}

/// How many descriptions of the answer there are, and those without the header.
fn lacking<'i, 'a>(index: &'i Index<'a>) -> (usize, Vec<&'i Response<'a>>) {
    let mut found: Vec<usize> = index
        .operations
        .iter()
        .filter(|operation| !operation.outgoing)
        .flat_map(|operation| operation.responses.iter().filter(|(status, _)| *status == "429"))
        .map(|(_, found)| *found)
        .collect();
    found.sort_unstable();
    found.dedup();
    let responses = found.iter().filter_map(|found| index.responses.get(*found));
    (found.len(), responses.filter(|response| !answers::says_when(response.node)).collect())
}

/// Describes the header on all of them: the finding is one for the contract.
fn mend<'a>(index: &Index<'a>, _: &Spot<'a>) -> Option<Mended> {
    let mut edits = Vec::new();
    for response in lacking(index).1 {
        let header = answers::retry_after(index);
        edits.extend(match response.node.get("headers") {
            Some(headers) => add(index, headers, &[], "Retry-After", &header)?,
            None => add(index, response.node, &["description"], "headers", &json!({"Retry-After": header}))?,
        });
    }
    Mended::safe("describe Retry-After", edits)
}
