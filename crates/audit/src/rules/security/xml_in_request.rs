//! Operations that take XML. One finding for a contract, with their number.

use super::common;
use crate::hit::Applies;
use crate::index::{Index, Operation, Version};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, refs};
use palisade_finding::Severity;

/// PAL-SEC087.
pub static RULE: Rule = Rule {
    id: "PAL-SEC087",
    name: "xml-in-request",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "exposure",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-611", "CWE-776"],
    aliases: &[],
    what: "Operations that take XML. One finding for a contract, with their number.",
    why: "Many XML parsers open external entities and expand nested ones unless they are told not to: files \
        and internal addresses can be read, and memory filled, by one request.",
    fix: "Drop XML where nobody needs it; switch document types and external entities off in the parser, and \
        limit expansion.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC087/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC087/good.yaml"),
    references: &["https://cheatsheetseries.owasp.org/cheatsheets/XML_External_Entity_Prevention_Cheat_Sheet.html"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let xml = |word: &str| {
        let word = word.split(';').next().unwrap_or_default().trim();
        word.ends_with("/xml") || word.ends_with("+xml") && !word.starts_with("image/")
    };
    let all = index.root().get("consumes");
    let takes = |operation: &&Operation<'_>| {
        if index.version != Version::V2 {
            let body = operation.node.get("requestBody").and_then(|body| refs::follow(body).ok());
            let content = body.and_then(|body| body.get("content"));
            return content.into_iter().flat_map(NodeRef::members).any(|media| xml(media.key));
        }
        !operation.bodies.is_empty()
            && operation
                .node
                .get("consumes")
                .or(all)
                .into_iter()
                .flat_map(NodeRef::items)
                .any(|word| word.as_str().is_some_and(xml))
    };
    let mut found = index.operations.iter().filter(|operation| !operation.outgoing).filter(takes);
    let Some(first) = found.next() else { return };
    let message = format!("XML is taken by {}", common::operations(1 + found.count()));
    sink.at_key(first.node, message, Applies::Nothing);
}
