//! A contract in which no path, server or parameter names a version.

use super::common;
use super::several_versions::version;
use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::NodeRef;
use palisade_finding::Severity;

/// PAL-SEC083.
pub static RULE: Rule = Rule {
    id: "PAL-SEC083",
    name: "version-nowhere",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "exposure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &[],
    what: "A contract in which no path, server or parameter names a version.",
    why: "A change that breaks clients cannot be offered beside what they use: it is not made, also when it \
        mends a hole.",
    fix: "Put a version into the server address, the paths, a header or the media type.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC083/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC083/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let root = index.root();
    if index.operations.is_empty() {
        return;
    }
    let steps = |text: &str| text.split(['/', '.']).any(|step| version(step).is_some() || step.starts_with("{version"));
    let servers = root.get("servers").into_iter().flat_map(NodeRef::items).filter_map(|server| server.get("url"));
    let old = [root.get("basePath"), root.get("host")].into_iter().flatten();
    if servers.chain(old).filter_map(NodeRef::as_str).any(steps)
        || index.items.iter().any(|(path, _)| steps(path))
        || index.parameters.iter().any(|parameter| common::has_word(parameter.name, &["version"]))
        || vendor_types(index)
    {
        return;
    }
    sink.at(root, "no path, server or parameter names a version".to_owned(), Applies::Nothing);
}

/// Whether an answer has a media type with a version in it.
fn vendor_types(index: &Index<'_>) -> bool {
    let contents = index.responses.iter().filter_map(|response| response.node.get("content"));
    contents
        .flat_map(NodeRef::members)
        .any(|media| media.key.split(['.', '+', '-', ';']).any(|part| version(part).is_some()))
}
