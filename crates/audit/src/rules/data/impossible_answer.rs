//! Answers that cannot be as described.

use crate::hit::Applies;
use crate::index::{Index, Operation, Version};
use crate::mend::{Mended, Spot, answers, remove};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::help;
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;
use std::collections::HashSet;

/// PAL-RSP003.
pub static BODY: Rule = Rule {
    id: "PAL-RSP003",
    name: "body-where-none-is-sent",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "responses",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-436", "CWE-1286"],
    aliases: &["response-schema-defined", "v3-response-schema-defined"],
    what: "A schema for the body of an answer that has none: 1xx, 204, 205, 304, or any answer to HEAD.",
    why: "Servers and proxies cut such a body off, or take it for the beginning of the next answer.",
    fix: "Remove the schema, or use 200.",
    bad: include_str!("../../../tests/fixtures/PAL-RSP003/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-RSP003/good.yaml"),
    references: &["https://www.rfc-editor.org/rfc/rfc9110", "https://spec.openapis.org/oas/v3.1.1#responses-object"],
    mend: Remedy::Unsafe(bodiless),
    check: Check::Operation(body),
};

/// PAL-RSP004.
pub static SUCCESS: Rule = Rule {
    id: "PAL-RSP004",
    name: "operation-without-success",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "responses",
    part: Part::None,
    invalid: false,
    owasp: &["API3:2023"],
    cwe: &["CWE-213", "CWE-1059"],
    aliases: &[
        "operation-success-response",
        "operation-2xx-response",
        "post-response-success",
        "warning-responses-http-status-successful",
        "v3-warning-responses-http-status-successful",
        "response-delete-2xx",
        "response-get-2xx",
        "response-head-2xx",
        "response-options-2xx",
        "response-patch-2xx",
        "response-post-2xx",
        "response-put-2xx",
        "v3-response-delete-2xx",
        "v3-response-get-2xx",
        "v3-response-head-2xx",
        "v3-response-options-2xx",
        "v3-response-patch-2xx",
        "v3-response-post-2xx",
        "v3-response-put-2xx",
        "v3-response-trace-2xx",
    ],
    what: "An operation that describes no 2xx or 3xx answer (nor 101). Low where `default` is its only answer.",
    why: "What the operation gives when it works is unknown: nothing of it can be checked.",
    fix: "Describe the answer of success.",
    bad: include_str!("../../../tests/fixtures/PAL-RSP004/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-RSP004/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#responses-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Operation(success),
};

/// PAL-RSP005.
pub static ACCEPTABLE: Rule = Rule {
    id: "PAL-RSP005",
    name: "operation-without-406",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "responses",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-544", "CWE-209"],
    aliases: &["response-406", "v3-response-406"],
    what: "An operation that offers its answer in several media types and describes no 406 response. Reported \
        once for the contract, with the number of operations.",
    why: "What a caller gets who asks for none of them is undescribed, and often a stack trace of the \
        serializer.",
    fix: "Describe the 406 response (or the range 4XX).",
    bad: include_str!("../../../tests/fixtures/PAL-RSP005/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-RSP005/good.yaml"),
    references: &["https://www.rfc-editor.org/rfc/rfc9110"],
    mend: Remedy::Safe(describe),
    check: Check::Contract(acceptable),
};

/// PAL-RSP006.
pub static NONE: Rule = Rule {
    id: "PAL-RSP006",
    name: "no-responses",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "responses",
    part: Part::None,
    invalid: true,
    owasp: &["API8:2023"],
    cwe: &["CWE-1059"],
    aliases: &["validation-response-empty", "v3-validation-response-empty"],
    what: "An operation whose `responses` is there and empty.",
    why: "Nothing that the operation answers is described or checked.",
    fix: "Describe at least the answer of success.",
    bad: include_str!("../../../tests/fixtures/PAL-RSP006/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-RSP006/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#responses-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Operation(none),
};

fn body(index: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    for (status, at) in &operation.responses {
        let bodiless =
            matches!(*status, "204" | "205" | "304") || status.starts_with('1') || operation.method == "HEAD";
        let Some(response) = index.responses.get(*at).filter(|_| bodiless) else { continue };
        let head = operation.method == "HEAD";
        // A shared answer is the fault of nobody but the one who uses it where it does not belong.
        let first = response.operations.first() == Some(&operation.at);
        if response.schemas.is_empty() || !first || head && response.operations.len() > 1 {
            continue;
        }
        let what = if head { "to HEAD".to_owned() } else { help::shown(status) };
        let message = format!("an answer {what} has no body, and this one describes one");
        if let Some(hit) = sink.at_key(response.node, message, Applies::Nothing) {
            hit.operation(operation.label());
        }
    }
}

fn success(_: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    let Some(responses) = operation.responses_node.filter(|node| !node.is_empty()) else { return };
    let good = |status: &str| status.starts_with(['2', '3']) || status == "101";
    if operation.outgoing
        || responses.get("$ref").is_some()
        || responses.members().any(|member| good(member.key))
        || responses.members().all(|member| member.key.starts_with("x-"))
    {
        return;
    }
    let label = operation.label();
    let only = responses.members().all(|member| member.key == "default" || member.key.starts_with("x-"));
    let what = if only { "its answer of success only as default" } else { "no answer of success" };
    if let Some(hit) = sink.at_key(responses, format!("{} describes {what}", quote(&label)), Applies::Nothing) {
        hit.operation(label);
        if only {
            hit.severity(Severity::Low);
        }
    }
}

/// Operations that offer several media types and do not describe what else is answered.
fn unacceptable<'i, 'a>(index: &'i Index<'a>) -> impl Iterator<Item = &'i Operation<'a>> {
    let several = |operation: &Operation<'_>| {
        if index.version == Version::V2 {
            let list = operation.node.get("produces").or_else(|| index.root().get("produces"));
            return list.is_some_and(|list| list.len() > 1);
        }
        let answers = operation.responses.iter().filter(|(status, _)| status.starts_with('2'));
        answers
            .filter_map(|(_, at)| index.responses.get(*at))
            .any(|response| response.node.get("content").is_some_and(|content| content.len() > 1))
    };
    index
        .operations
        .iter()
        .filter(move |one| !one.outgoing && one.responses_node.is_some() && !one.answers("406") && several(one))
}

fn acceptable(index: &Index<'_>, sink: &mut Sink<'_>) {
    let mut found = unacceptable(index);
    let Some(first) = found.next() else { return };
    let label = quote(&first.label());
    let message = match found.count() {
        0 => format!("{label} answers in several media types and describes no 406 response"),
        more => format!(
            "{} operations answer in several media types and describe no 406 response; the first is {label}",
            more + 1
        ),
    };
    sink.at_key(first.responses_node.unwrap_or(first.node), message, Applies::Nothing);
}

fn none(_: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    if let Some(responses) = operation.responses_node.filter(|node| node.is_object() && node.is_empty()) {
        let label = operation.label();
        if let Some(hit) =
            sink.at_key(responses, format!("{} describes no response at all", quote(&label)), Applies::Nothing)
        {
            hit.operation(label);
        }
    }
}

/// Takes the description of the body out.
fn bodiless<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    Mended::loss(index, "take out the body, which is never sent", remove(index, spot.node, &["content", "schema"])?)
}

/// Describes the answer everywhere: the finding is one for all operations.
fn describe<'a>(index: &Index<'a>, _: &Spot<'a>) -> Option<Mended> {
    let mut seen = HashSet::new();
    let mut edits = Vec::new();
    for responses in unacceptable(index).filter_map(|one| one.responses_node).filter(|node| seen.insert(node.id())) {
        edits.extend(answers::insert(index, responses, "406")?);
    }
    Mended::safe("describe the answer 406", edits)
}
