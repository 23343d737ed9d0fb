//! What nobody explains, counted for the whole contract.

use crate::hit::Applies;
use crate::index::Index;
use crate::mend::{Mended, Spot, add, ids as names};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::shape;
use crate::run::Sink;
use palisade_document::NodeRef;
use palisade_finding::Severity;
use std::collections::HashSet;

/// PAL-BPR004.
pub static OPERATION: Rule = Rule {
    id: "PAL-BPR004",
    name: "undescribed-operation",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "best-practice",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["operation-description", "operation-summary", "warning-operation-summary"],
    what: "Operations without `description` and `summary`. Reported once for the contract, with their number.",
    why: "Whoever reviews, tests or defends the API has to guess what it does; what is not written down is not \
        looked at.",
    fix: "Say in a sentence what the operation does.",
    bad: include_str!("../../../tests/fixtures/PAL-BPR004/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-BPR004/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#operation-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(operations),
};

/// PAL-BPR005.
pub static PARAMETER: Rule = Rule {
    id: "PAL-BPR005",
    name: "undescribed-parameter",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "best-practice",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["oas3-parameter-description", "oas2-parameter-description", "parameter-description"],
    what: "Parameters without `description`. Reported once for the contract, with their number.",
    why: "Whoever reviews, tests or defends the API has to guess what it does; what is not written down is not \
        looked at.",
    fix: "Say what the parameter means and which values it takes.",
    bad: include_str!("../../../tests/fixtures/PAL-BPR005/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-BPR005/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#parameter-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(parameters),
};

/// PAL-BPR006.
pub static SCHEMA: Rule = Rule {
    id: "PAL-BPR006",
    name: "undescribed-schema",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "best-practice",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["component-description"],
    what: "Schemas among the components without `description` and `title`. Reported once for the contract, with \
        their number.",
    why: "Whoever reviews, tests or defends the API has to guess what it does; what is not written down is not \
        looked at.",
    fix: "Say what the schema stands for.",
    bad: include_str!("../../../tests/fixtures/PAL-BPR006/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-BPR006/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#schema-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(schemas),
};

/// PAL-BPR007.
pub static TAG: Rule = Rule {
    id: "PAL-BPR007",
    name: "undescribed-tag",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "best-practice",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["tag-description"],
    what: "Declared tags without `description`. Reported once for the contract, with their number.",
    why: "Whoever reviews, tests or defends the API has to guess what it does; what is not written down is not \
        looked at.",
    fix: "Say what the operations of the tag have in common.",
    bad: include_str!("../../../tests/fixtures/PAL-BPR007/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-BPR007/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#tag-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(tags),
};

/// PAL-BPR008.
pub static INFO: Rule = Rule {
    id: "PAL-BPR008",
    name: "undescribed-contract",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "best-practice",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["info-description"],
    what: "An `info` without `description`.",
    why: "Whoever reviews, tests or defends the API has to guess what it does; what is not written down is not \
        looked at.",
    fix: "Say what the API is for and who may call it.",
    bad: include_str!("../../../tests/fixtures/PAL-BPR008/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-BPR008/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#info-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(info),
};

/// PAL-BPR009.
pub static ID: Rule = Rule {
    id: "PAL-BPR009",
    name: "operation-without-id",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "best-practice",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["operation-operationId"],
    what: "Operations without `operationId`. Reported once for the contract, with their number.",
    why: "Policies, links and tickets name operations by it; without one they name a method and a path, which \
        change.",
    fix: "Give each operation an id.",
    bad: include_str!("../../../tests/fixtures/PAL-BPR009/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-BPR009/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#operation-object"],
    mend: Remedy::Safe(mend),
    check: Check::Contract(ids),
};

/// PAL-BPR010.
pub static TAGGED: Rule = Rule {
    id: "PAL-BPR010",
    name: "operation-without-tag",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "best-practice",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["operation-tags", "openapi-tags"],
    what: "Operations without `tags`, where other operations have some. Reported once for the contract, with \
        their number.",
    why: "What is grouped by tag, such as reviews, policies and documentation, leaves them out.",
    fix: "Give each operation a tag.",
    bad: include_str!("../../../tests/fixtures/PAL-BPR010/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-BPR010/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#operation-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(tagged),
};

/// PAL-BPR011.
pub static DEPRECATION: Rule = Rule {
    id: "PAL-BPR011",
    name: "undocumented-deprecation",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "best-practice",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &[],
    what: "Deprecated operations without `description` and `externalDocs`: nothing says what to use instead. \
        Reported once for the contract, with their number.",
    why: "Callers stay on the old operation, which is no longer looked after.",
    fix: "Name the successor and the date of the end.",
    bad: include_str!("../../../tests/fixtures/PAL-BPR011/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-BPR011/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#operation-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(deprecated),
};

/// PAL-BPR012.
pub static EXAMPLE: Rule = Rule {
    id: "PAL-BPR012",
    name: "media-type-without-example",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "best-practice",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["oas3-missing-example", "warning-sample-undefined"],
    what: "Media types of JSON bodies for which neither an example nor a schema with examples is given, when \
        none of the contract has one. Reported once for the contract.",
    why: "Mocks, tests and fuzzers invent values that the API refuses, and never get behind its first check.",
    fix: "Add an `example` to bodies or schemas.",
    bad: include_str!("../../../tests/fixtures/PAL-BPR012/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-BPR012/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#media-type-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(examples),
};

/// One finding for all of them, at the first.
fn report<'a>(sink: &mut Sink<'_>, mut found: impl Iterator<Item = NodeRef<'a>>, word: &str, lacks: &str) {
    let Some(first) = found.next() else { return };
    let count = 1 + found.count();
    let verb = if count == 1 { "has" } else { "have" };
    // One finding for the whole contract: the same whichever place is the first.
    if let Some(hit) = sink.at_key(first, format!("{} {verb} {lacks}", shape::counted(count, word)), Applies::Nothing) {
        hit.value("*");
    }
}

fn lacks(node: NodeRef<'_>, keys: &[&str]) -> bool {
    keys.iter().all(|key| node.get(key).is_none_or(|text| text.scalar_text().trim().is_empty() && !text.is_object()))
}

fn operations(index: &Index<'_>, sink: &mut Sink<'_>) {
    let nodes = index.operations.iter().map(|operation| operation.node);
    report(sink, nodes.filter(|node| lacks(*node, &["description", "summary"])), "operation", "no description");
}

fn parameters(index: &Index<'_>, sink: &mut Sink<'_>) {
    let nodes = index.parameters.iter().filter(|one| !one.response).map(|parameter| parameter.node);
    report(sink, nodes.filter(|node| lacks(*node, &["description"])), "parameter", "no description");
}

fn schemas(index: &Index<'_>, sink: &mut Sink<'_>) {
    let members = index.component_map("schemas", "definitions").into_iter().flat_map(NodeRef::members);
    let nodes = members.map(|member| member.value).filter(|node| node.is_object() && node.get("$ref").is_none());
    report(sink, nodes.filter(|node| lacks(*node, &["description", "title"])), "schema", "no description");
}

fn tags(index: &Index<'_>, sink: &mut Sink<'_>) {
    let nodes = index.root().get("tags").into_iter().flat_map(NodeRef::items);
    report(sink, nodes.filter(|node| lacks(*node, &["description"])), "tag", "no description");
}

fn info(index: &Index<'_>, sink: &mut Sink<'_>) {
    if let Some(info) = index.root().get("info").filter(|info| info.is_object() && lacks(*info, &["description"])) {
        sink.at_key(info, "nothing says what the API is for".to_owned(), Applies::Nothing);
    }
}

fn ids(index: &Index<'_>, sink: &mut Sink<'_>) {
    let nodes = index.operations.iter().filter(|one| !one.outgoing).map(|operation| operation.node);
    report(sink, nodes.filter(|node| node.get("operationId").is_none()), "operation", "no operationId");
}

fn tagged(index: &Index<'_>, sink: &mut Sink<'_>) {
    let bare = |node: &NodeRef<'_>| node.get("tags").is_none_or(NodeRef::is_empty);
    let nodes = || index.operations.iter().filter(|one| !one.outgoing).map(|operation| operation.node);
    if !nodes().all(|node| bare(&node)) {
        report(sink, nodes().filter(bare), "operation", "no tag");
    }
}

fn deprecated(index: &Index<'_>, sink: &mut Sink<'_>) {
    let nodes = index.operations.iter().map(|operation| operation.node);
    let old = nodes.filter(|node| node.get("deprecated").and_then(NodeRef::as_bool) == Some(true));
    let silent = old.filter(|node| {
        lacks(*node, &["description", "externalDocs"]) && !node.members().any(|member| member.key.starts_with("x-"))
    });
    report(sink, silent, "deprecated operation", "nothing that says what to use instead");
}

fn examples(index: &Index<'_>, sink: &mut Sink<'_>) {
    let shown = |node: NodeRef<'_>| node.get("example").is_some() || node.get("examples").is_some();
    if index.schemas.iter().any(|schema| shown(schema.node)) || index.responses.iter().any(|one| shown(one.node)) {
        return;
    }
    let media = shape::media(index);
    if !media.clone().any(|media| shown(media.node)) {
        let json = media.filter(|media| media.json()).map(|media| media.node);
        report(sink, json, "JSON body", "no example");
    }
}

/// Names every operation by its method and path: the finding is one for all of them.
fn mend<'a>(index: &Index<'a>, _: &Spot<'a>) -> Option<Mended> {
    let mut taken = names::taken(index);
    let mut seen = HashSet::new();
    let mut edits = Vec::new();
    let nameless = index.operations.iter().filter(|one| !one.outgoing && one.node.get("operationId").is_none());
    for operation in nameless.filter(|one| seen.insert(one.node.id())) {
        let id = names::fresh(operation, &mut taken);
        edits.extend(add(index, operation.node, &["tags", "description", "summary"], "operationId", &id.into())?);
    }
    Mended::safe("name operations by method and path", edits)
}
