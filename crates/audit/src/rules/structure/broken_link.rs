//! A link that leads nowhere, and expressions that say nothing.

use crate::hit::Applies;
use crate::index::{Index, Operation};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::shape;
use crate::run::Sink;
use palisade_document::{NodeRef, quote, refs};
use palisade_finding::Severity;
use std::collections::{HashMap, HashSet};

/// PAL-STR026.
pub static LINK: Rule = Rule {
    id: "PAL-STR026",
    name: "broken-link",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["v3-semantic-link-operationid-operationref", "v3-semantic-link-operationid-undefined"],
    what: "A link without `operationId` and `operationRef` or with both, one that names no operation of the \
        contract, or one whose parameter the operation does not have.",
    why: "Clients and tests that follow the link call nothing, or another operation than was meant.",
    fix: "Name an `operationId` of the contract, and parameters of that operation.",
    bad: include_str!("../../../tests/fixtures/PAL-STR026/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR026/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#link-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(links),
};

/// PAL-STR027.
pub static EXPRESSION: Rule = Rule {
    id: "PAL-STR027",
    name: "malformed-runtime-expression",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1286"],
    aliases: &[],
    what: "A value of a link, or the address of a callback, that looks like a runtime expression (`$...`) and \
        is none.",
    why: "It is taken as plain text: the link sends the expression itself, and the callback goes to an address \
        that does not exist.",
    fix: "Write `$url`, `$method`, `$statusCode`, or `$request.` or `$response.` with `header.NAME`, \
        `query.NAME`, `path.NAME` or `body#/POINTER`.",
    bad: include_str!("../../../tests/fixtures/PAL-STR027/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR027/good.yaml"),
    references: &[
        "https://spec.openapis.org/oas/v3.1.1#link-object",
        "https://spec.openapis.org/oas/v3.1.1#callback-object",
    ],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(expressions),
};

/// Every link object of the responses and the components, once each.
fn all<'a>(index: &Index<'a>) -> Vec<NodeRef<'a>> {
    let used = index.responses.iter().filter_map(|response| response.node.get("links")).flat_map(NodeRef::members);
    let named = index.component_map("links", "x-none").into_iter().flat_map(NodeRef::members);
    let mut seen = HashSet::new();
    let links = used.chain(named).filter_map(|member| shape::follow(member.value));
    links.filter(|link| seen.insert(link.id())).collect()
}

fn links(index: &Index<'_>, sink: &mut Sink<'_>) {
    let links = all(index);
    if links.is_empty() {
        return;
    }
    let by_id: HashMap<&str, &Operation<'_>> = index
        .operations
        .iter()
        .filter_map(|operation| Some((operation.node.get("operationId")?.as_str()?, operation)))
        .collect();
    for link in links {
        let (id, reference) = (link.get("operationId"), link.get("operationRef"));
        let (id, node) = match (id, reference) {
            (Some(_), Some(node)) => {
                sink.at_key(node, "a link has operationId or operationRef, not both".to_owned(), Applies::Nothing);
                continue;
            }
            (None, None) => {
                let message = "the link names no operation".to_owned();
                sink.at_key(link, message, Applies::Nothing);
                continue;
            }
            (None, Some(node)) => {
                if matches!(refs::target(node), Err(error) if error.kind == refs::RefErrorKind::Unresolved) {
                    let message = format!("the link leads to no operation: {}", quote(node.scalar_text()));
                    sink.at(node, message, Applies::Nothing);
                }
                continue;
            }
            (Some(node), None) => (node.scalar_text(), node),
        };
        let Some(operation) = by_id.get(id) else {
            sink.at(node, format!("no operation has the id {}", quote(id)), Applies::Nothing);
            continue;
        };
        for member in link.get("parameters").into_iter().flat_map(NodeRef::members) {
            let known = operation.parameters.iter().filter_map(|at| index.parameters.get(*at)).any(|one| {
                one.name == member.key
                    || member.key.strip_prefix(one.place).and_then(|rest| rest.strip_prefix('.')) == Some(one.name)
            });
            if !known {
                let message = format!("operation {} has no parameter {}", quote(id), quote(member.key));
                sink.at_key(member.value, message, Applies::Nothing);
            }
        }
    }
}

fn expressions(index: &Index<'_>, sink: &mut Sink<'_>) {
    for link in all(index) {
        let values = link.get("parameters").into_iter().flat_map(NodeRef::members).map(|member| member.value);
        for value in values.chain(link.get("requestBody")) {
            if let Some(text) = value.as_str().filter(|text| !whole(text)) {
                let message = format!("{} is no runtime expression", quote(text));
                sink.at(value, message, Applies::Nothing);
            }
        }
    }
    let mut seen = HashSet::new();
    for operation in &index.operations {
        for callback in operation.node.get("callbacks").into_iter().flat_map(NodeRef::members) {
            let Some(callback) = shape::follow(callback.value).filter(|node| seen.insert(node.id())) else { continue };
            for member in callback.members().filter(|member| !member.key.starts_with("x-")) {
                if member.key != "$ref" && !whole(member.key) {
                    let message = format!("the address {} of a callback is no runtime expression", quote(member.key));
                    sink.at_key(member.value, message, Applies::Nothing);
                }
            }
        }
    }
}

/// Whether a text is no expression at all, one expression, or has only good ones between braces.
fn whole(text: &str) -> bool {
    if text.starts_with('$') {
        return expression(text);
    }
    let inner = text.split("{$").skip(1).map(|rest| rest.split_once('}'));
    inner.into_iter().all(|part| part.is_some_and(|(inside, _)| expression(&format!("${inside}"))))
}

/// The grammar of runtime expressions.
fn expression(text: &str) -> bool {
    if matches!(text, "$url" | "$method" | "$statusCode" | "$self") {
        return true;
    }
    let Some(source) = text.strip_prefix("$request.").or_else(|| text.strip_prefix("$response.")) else { return false };
    if let Some(pointer) = source.strip_prefix("body") {
        return pointer.is_empty() || pointer == "#" || pointer.starts_with("#/");
    }
    let name = ["header.", "query.", "path."].iter().find_map(|prefix| source.strip_prefix(prefix));
    name.is_some_and(|name| !name.is_empty())
}
