//! Callbacks and webhooks that carry nothing by which the receiver can tell who calls: no security requirement of
//! their own and no header for a signature or token. One finding for a contract, with their number.

use super::common;
use crate::hit::Applies;
use crate::index::{Index, Operation};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_finding::Severity;

/// PAL-SEC085.
pub static RULE: Rule = Rule {
    id: "PAL-SEC085",
    name: "unsigned-callback",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "authentication",
    part: Part::None,
    invalid: false,
    owasp: &["API10:2023", "API2:2023"],
    cwe: &["CWE-345", "CWE-306"],
    aliases: &[],
    what: "Callbacks and webhooks that carry nothing by which the receiver can tell who calls: no security \
        requirement of their own and no header for a signature or token. One finding for a contract, with \
        their number.",
    why: "Whoever learns the address of the receiver can send it whatever they like: a payment that never \
        came, a shipment that never left.",
    fix: "Sign what is sent and describe the header that carries the signature, or give the callback a \
        `security` requirement of its own.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC085/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC085/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xaa-unsafe-consumption-of-apis/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let outgoing = || index.operations.iter().filter(|operation| operation.outgoing);
    let mut bare =
        outgoing().filter(|operation| !(signed(index, operation) || operation.own_security && operation.secured()));
    let Some(first) = bare.next() else { return };
    let (count, all) = (1 + bare.count(), outgoing().count());
    let message = format!("{count} of {all} callbacks and webhooks carry no signature and no credential");
    sink.at_key(first.node, message, Applies::Nothing);
}

/// Whether a header says who calls.
fn signed(index: &Index<'_>, operation: &Operation<'_>) -> bool {
    let words = ["signature", "sig", "hmac", "token", "authorization", "secret", "sign", "digest"];
    common::parameters(index, operation)
        .any(|parameter| parameter.place == "header" && common::has_word(parameter.name, &words))
}
