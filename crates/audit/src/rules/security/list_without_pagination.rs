//! A GET that answers with a list of no stated size and takes no parameter to page through it.

use super::common;
use crate::hit::Applies;
use crate::index::{Index, Operation};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote, refs};
use palisade_finding::Severity;

/// PAL-SEC066.
pub static RULE: Rule = Rule {
    id: "PAL-SEC066",
    name: "list-without-pagination",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "authorization",
    part: Part::None,
    invalid: false,
    owasp: &["API4:2023"],
    cwe: &["CWE-770", "CWE-400"],
    aliases: &[],
    what: "A GET that answers with a list of no stated size and takes no parameter to page through it.",
    why: "The answer grows with the table: one call reads everything, and enough of them keep database and \
        memory busy.",
    fix: "Take a limit (with a maximum) and a cursor or page, and bound the answer with `maxItems`.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC066/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC066/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Operation(check),
};

fn check(index: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    if operation.method != "GET" || operation.outgoing || operation.path.ends_with('}') {
        return;
    }
    let Some((_, found)) = operation.responses.iter().find(|(status, _)| *status == "200") else { return };
    let Some(response) = index.responses.get(*found) else { return };
    if !response.schemas.iter().any(|schema| endless(*schema)) {
        return;
    }
    let mut parameters = common::parameters(index, operation).filter(|parameter| parameter.place != "path");
    if parameters.any(|parameter| common::has_word(parameter.name, &PAGING) || squeezed(parameter.name)) {
        return;
    }
    let label = operation.label();
    let message = format!("{} answers with a whole list: no parameter limits it", quote(&label));
    if let Some(hit) = sink.at_key(operation.node, message, Applies::Nothing) {
        hit.operation(label);
    }
}

/// Words in the names of parameters that page through a list or bound it.
const PAGING: [&str; 30] = [
    "limit",
    "page",
    "pages",
    "paging",
    "pagination",
    "size",
    "count",
    "max",
    "top",
    "first",
    "last",
    "take",
    "cursor",
    "after",
    "before",
    "offset",
    "skip",
    "start",
    "rows",
    "continue",
    "continuation",
    "next",
    "since",
    "until",
    "range",
    "marker",
    "token",
    "num",
    "results",
    "ids",
];

/// The same in names whose words run together.
fn squeezed(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["perpage", "pagesize", "maxresults", "pagenumber", "pageno", "maxkeys", "nextpage", "maxitems"]
        .iter()
        .any(|word| name.contains(word))
}

/// Whether a schema is a list without `maxItems`, or an object around one.
fn endless(schema: NodeRef<'_>) -> bool {
    let Ok(schema) = refs::follow(schema) else { return false };
    if list(schema) {
        return schema.get("maxItems").is_none();
    }
    let wrapped = ["items", "data", "results", "records", "entries", "content", "values"];
    let Some(properties) = schema.get("properties") else { return false };
    wrapped
        .iter()
        .filter_map(|name| properties.get(name))
        .filter_map(|member| refs::follow(member).ok())
        .any(|member| list(member) && member.get("maxItems").is_none())
}

fn list(schema: NodeRef<'_>) -> bool {
    schema.get("type").and_then(NodeRef::as_str) == Some("array")
}
