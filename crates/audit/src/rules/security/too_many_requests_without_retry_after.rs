//! Answers 429 without the header `Retry-After`. One finding for a contract, with their number.

use crate::engine::{Applies, Sink};
use crate::index::Index;
use crate::rule::{Check, Part, Rule};
use palisade_document::NodeRef;
use palisade_finding::Severity;

/// PAL-SEC062.
pub static RULE: Rule = Rule {
    id: "PAL-SEC062",
    name: "too-many-requests-without-retry-after",
    severity: Severity::Low,
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
    mend: None,
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let mut found: Vec<usize> = index
        .operations
        .iter()
        .filter(|operation| !operation.outgoing)
        .flat_map(|operation| operation.responses.iter().filter(|(status, _)| *status == "429"))
        .map(|(_, found)| *found)
        .collect();
    found.sort_unstable();
    found.dedup();
    let mut lacking = found.iter().filter_map(|found| index.responses.get(*found)).filter(|response| {
        let mut headers = response.node.get("headers").into_iter().flat_map(NodeRef::members);
        !headers.any(|header| header.key.eq_ignore_ascii_case("Retry-After"))
    });
    let Some(first) = lacking.next() else { return };
    let (count, all) = (1 + lacking.count(), found.len());
    let message = format!("{count} of {all} descriptions of the answer 429 do not say when to come back (Retry-After)");
    sink.at_key(first.node, message, Applies::Nothing);
}
