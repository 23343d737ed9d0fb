//! Deprecated operations that do not say when they end: neither in the description, nor by a `Sunset` header, nor
//! by `x-sunset`. One finding for a contract, with their number.

use super::common;
use crate::hit::Applies;
use crate::index::{Index, Operation};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::NodeRef;
use palisade_finding::Severity;

/// PAL-SEC084.
pub static RULE: Rule = Rule {
    id: "PAL-SEC084",
    name: "deprecated-without-sunset",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "exposure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-477", "CWE-1059"],
    aliases: &[],
    what: "Deprecated operations that do not say when they end: neither in the description, nor by a `Sunset` \
        header, nor by `x-sunset`. One finding for a contract, with their number.",
    why: "Without a date nobody moves, and what is no longer looked after stays reachable for years.",
    fix: "Name the date: `x-sunset`, the response header `Sunset` (RFC 8594), or the description.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC084/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC084/good.yaml"),
    references: &[
        "https://www.rfc-editor.org/rfc/rfc8594",
        "https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/",
    ],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let deprecated = || {
        let served = index.operations.iter().filter(|operation| !operation.outgoing);
        served.filter(|operation| common::is_true(operation.node, "deprecated"))
    };
    let mut open = deprecated().filter(|operation| !dated(index, operation));
    let Some(first) = open.next() else { return };
    let (count, all) = (1 + open.count(), deprecated().count());
    let message = format!("{count} of {all} deprecated operations do not say when they end");
    sink.at_key(first.node, message, Applies::Nothing);
}

fn dated(index: &Index<'_>, operation: &Operation<'_>) -> bool {
    if ["x-sunset", "x-deprecated-date", "x-removal-date"].iter().any(|key| operation.node.get(key).is_some()) {
        return true;
    }
    let said = |key: &str| {
        let text = operation.node.get(key).and_then(NodeRef::as_str).unwrap_or_default().to_ascii_lowercase();
        [
            "sunset",
            "will be removed",
            "be removed in",
            "removed on",
            "end of life",
            "end-of-life",
            "until 20",
            "retired",
            "shut down",
        ]
        .iter()
        .any(|word| text.contains(word))
    };
    said("description")
        || said("summary")
        || common::describes_header(index, operation, |name| name.eq_ignore_ascii_case("Sunset"))
}
