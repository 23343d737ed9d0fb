//! Addresses of documentation or terms of service without TLS.

use super::common;
use crate::hit::Applies;
use crate::index::Index;
use crate::mend::{Mended, Spot, urls};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::NodeRef;
use palisade_finding::Severity;

/// PAL-SEC056.
pub static RULE: Rule = Rule {
    id: "PAL-SEC056",
    name: "clear-text-documentation",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "transport",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-319"],
    aliases: &[],
    what: "Addresses of documentation or terms of service without TLS.",
    why: "Whoever is on the way can change what developers read: an address to call, a package to install.",
    fix: "Use the `https` address.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC056/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC056/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: Remedy::Unsafe(mend),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let clear = clear(index);
    if let Some(first) = clear.first() {
        let count = clear.len();
        let message = format!("documentation is reached over clear text ({count} of the addresses here)");
        sink.at(*first, message, Applies::Nothing);
    }
}

/// Addresses of documentation without TLS.
fn clear<'a>(index: &Index<'a>) -> Vec<NodeRef<'a>> {
    let root = index.root();
    let terms = root.get("info").and_then(|info| info.get("termsOfService"));
    let tags = root.get("tags").into_iter().flat_map(NodeRef::items).filter_map(docs);
    let operations = index.operations.iter().filter_map(|operation| docs(operation.node));
    let all = terms.into_iter().chain(docs(root)).chain(tags).chain(operations);
    all.filter(|url| url.as_str().is_some_and(common::clear_url)).collect()
}

fn docs(node: NodeRef<'_>) -> Option<NodeRef<'_>> {
    node.get("externalDocs")?.get("url")
}

/// Reaches all of them by TLS: the finding is one for the contract.
fn mend<'a>(index: &Index<'a>, _: &Spot<'a>) -> Option<Mended> {
    let mut edits = Vec::new();
    for url in clear(index) {
        edits.extend(urls::encrypt(index, url)?.1);
    }
    Mended::risky("reach documentation by https", edits)
}
