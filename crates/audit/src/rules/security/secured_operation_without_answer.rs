//! An operation that asks for a credential and does not describe how it refuses: one rule for each answer.

use crate::hit::Applies;
use crate::index::Operation;
use crate::mend::answers;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

macro_rules! rules {
    ($($(#[$doc:meta])* $static:ident $id:literal $status:literal $when:literal [$($alias:literal),* $(,)?])*) => {$(
        $(#[$doc])*
        pub static $static: Rule = Rule {
            id: $id,
            name: concat!("secured-operation-without-", $status),
            severity: Severity::Low,
            profile: Profile::Strict,
            direction: Direction::Both,
            category: "responses",
            part: Part::None,
            invalid: false,
            owasp: &["API8:2023"],
            cwe: &["CWE-544"],
            aliases: &[$($alias),*],
            what: concat!(
                "An operation that asks for a credential and does not describe the answer ", $status, ", given when \
                the caller ", $when, "."
            ),
            why: "Clients cannot tell a refused call from a broken one, and tests do not check that the refusal works.",
            fix: concat!("Describe the ", $status, " response; share one through `components.responses`."),
            bad: include_str!(concat!("../../../tests/fixtures/", $id, "/bad.yaml")),
            good: include_str!(concat!("../../../tests/fixtures/", $id, "/good.yaml")),
            references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
            mend: Remedy::Safe(|index, spot| answers::answer(index, spot, $status)),
            check: Check::Operation(|_, operation, sink| check(operation, $status, sink)),
        };
    )*};
}

rules! {
    /// PAL-SEC015.
    UNKNOWN_CALLER "PAL-SEC015" "401" "is not known" [
        "owasp:api8:2023-define-error-responses-401", "owasp-define-error-responses-401", "response-401",
        "v3-response-401",
    ]
    /// PAL-SEC016.
    FORBIDDEN "PAL-SEC016" "403" "may not do this" ["response-403", "v3-response-403"]
}

fn check(operation: &Operation<'_>, status: &str, sink: &mut Sink<'_>) {
    if operation.outgoing || !operation.secured() || operation.answers(status) {
        return;
    }
    let Some(responses) = operation.responses_node else { return };
    let label = operation.label();
    let message = format!("{} asks for a credential and describes no answer {status}", quote(&label));
    if let Some(hit) = sink.at_key(responses, message, Applies::Nothing) {
        hit.operation(label);
    }
}
