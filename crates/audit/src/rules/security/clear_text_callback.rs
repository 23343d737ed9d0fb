//! A callback to an address without TLS.

use super::common;
use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;
use std::collections::HashSet;

/// PAL-SEC052.
pub static RULE: Rule = Rule {
    id: "PAL-SEC052",
    name: "clear-text-callback",
    severity: Severity::Medium,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "transport",
    part: Part::None,
    invalid: false,
    owasp: &["API10:2023", "API8:2023"],
    cwe: &["CWE-319"],
    aliases: &[],
    what: "A callback to an address without TLS.",
    why: "What the API tells the receiver, often with a secret of their own, can be read and changed on the \
        way; the receiver cannot tell a forged call from a real one.",
    fix: "Call back over `https` only, and sign what is sent.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC052/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC052/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xaa-unsafe-consumption-of-apis/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let mut seen = HashSet::new();
    for operation in index.operations.iter().filter(|operation| operation.outgoing) {
        let Some(item) = operation.node.parent().filter(|item| seen.insert(item.id())) else { continue };
        if common::clear_url(operation.path) {
            let message = format!("the callback {} goes over clear text", quote(operation.path));
            sink.at_key(item, message, Applies::Nothing);
        }
    }
}
