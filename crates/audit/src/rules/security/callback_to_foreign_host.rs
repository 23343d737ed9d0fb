//! A callback to a fixed host that belongs to another site than every server of the contract.

use super::common;
use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;
use std::collections::HashSet;

/// PAL-SEC053.
pub static RULE: Rule = Rule {
    id: "PAL-SEC053",
    name: "callback-to-foreign-host",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "exposure",
    part: Part::None,
    invalid: false,
    owasp: &["API10:2023"],
    cwe: &["CWE-441", "CWE-201"],
    aliases: &[],
    what: "A callback to a fixed host that belongs to another site than every server of the contract.",
    why: "Data of the callers leaves for somebody else. Whoever takes that host over, for example when its \
        domain lapses, gets all of it.",
    fix: "Call back to a host of your own that passes it on, or say in the description who the receiver is and \
        remove the fixed address.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC053/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC053/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xaa-unsafe-consumption-of-apis/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let own = common::hosts(index);
    if own.is_empty() {
        return;
    }
    let mut seen = HashSet::new();
    for operation in index.operations.iter().filter(|operation| operation.outgoing) {
        let Some(item) = operation.node.parent().filter(|item| seen.insert(item.id())) else { continue };
        let Some(host) = common::host(operation.path).filter(|host| !host.contains(['{', '$'])) else { continue };
        if !own.iter().any(|own| common::same_site(own, host)) {
            let message = format!("the callback goes to {}, which no server of the contract belongs to", quote(host));
            sink.at_key(item, message, Applies::Nothing);
        }
    }
}
