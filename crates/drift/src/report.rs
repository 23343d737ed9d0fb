//! From sightings to findings.

use crate::account::{Account, Usage, Watched};
use crate::judge::has_name_on_wire;
use crate::rules;
use crate::security;
use crate::sighting::{Direction, Kind, Reference, Sighting, Spot};
use crate::terms::Terms;
use jiff::Timestamp;
use palisade_contract::{Location, Operation};
use palisade_discover::{Inventory, ORPHAN, OperationView, Rule, SHADOW, UNDECLARED_FIELD, ZOMBIE};
use palisade_document::NodeId;
use palisade_finding::{Finding, Rare, Severity, Words, fingerprint};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Successful exchanges from which on it says something that a parameter or property never came.
const NEVER: u64 = 100;
/// Successful exchanges from which on it says something that a credential always came.
const ALWAYS: u64 = 20;
/// Most names listed in one finding.
const NAMES: usize = 12;

struct Draft<'a> {
    rule: &'static Rule,
    severity: Severity,
    operation: Option<&'a str>,
    message: String,
    evidence: String,
    count: u64,
    /// The node of the contract.
    node: Option<usize>,
    /// What tells findings of one rule at one operation apart.
    mark: String,
}

fn finish(terms: &Terms, draft: Draft<'_>) -> Finding {
    let document = terms.contract.document();
    let place = draft.node.filter(|index| *index < document.len()).map(|index| {
        let node = document.node(NodeId::new(index));
        (node.file().name().to_owned(), node.position(), node.pointer())
    });
    let mut finding = bare(draft);
    if let Some((file, position, pointer)) = place {
        finding.file = Some(file.into());
        finding.pointer = Some(pointer);
        finding.line = Some(position.line);
        finding.column = Some(position.column);
    }
    finding
}

fn bare(draft: Draft<'_>) -> Finding {
    Finding {
        rule: Cow::Borrowed(draft.rule.id),
        name: Cow::Borrowed(draft.rule.name),
        severity: draft.severity,
        category: Cow::Borrowed(draft.rule.category),
        message: draft.message,
        file: None,
        pointer: None,
        line: None,
        column: None,
        operation: draft.operation.map(Into::into),
        evidence: Some(draft.evidence),
        fix: Some(Cow::Borrowed(draft.rule.fix)),
        loss: None,
        count: draft.count,
        fingerprint: fingerprint(draft.rule.id, draft.operation.unwrap_or_default(), &draft.mark),
        owasp: draft.rule.owasp.into(),
        cwe: draft.rule.cwe.into(),
        attack: Words::default(),
        aliases: Words::default(),
        related: Rare::default(),
        fixes: Rare::default(),
    }
}

/// The worst first, then by rule and place.
pub(crate) fn sort(findings: &mut Vec<Finding>) {
    findings.sort_by(|one, two| {
        two.severity
            .cmp(&one.severity)
            .then_with(|| one.rule.cmp(&two.rule))
            .then_with(|| one.operation.cmp(&two.operation))
            .then_with(|| one.message.cmp(&two.message))
            .then_with(|| one.fingerprint.cmp(&two.fingerprint))
    });
    findings.dedup_by(|one, two| one.fingerprint == two.fingerprint);
}

fn time(micros: i64) -> String {
    let time = Timestamp::from_microsecond(micros).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn seen(count: u64, first: i64, last: i64) -> String {
    match count {
        1 => format!("once, {}", time(first)),
        many => format!("{many} times, from {} to {}", time(first), time(last)),
    }
}

/// The examples, those of one recording together.
fn examples(references: &[Reference]) -> String {
    let mut list: Vec<String> = Vec::new();
    for group in references.chunk_by(|one, two| one.recording.is_some() && one.recording == two.recording) {
        match group {
            [first, _, ..] => {
                let numbers: Vec<String> = group.iter().map(|reference| reference.number.to_string()).collect();
                let recording = first.recording.as_deref().unwrap_or_default();
                list.push(format!("exchanges {} of {recording}", numbers.join(", ")));
            }
            one => list.extend(one.iter().map(Reference::to_string)),
        }
    }
    if list.is_empty() { String::new() } else { format!("; for example {}", list.join(", ")) }
}

/// A pointer, or words for the whole.
fn at(pointer: &str) -> String {
    if pointer.is_empty() { String::new() } else { format!(" at {pointer}") }
}

/// Findings of an account, in no order.
pub(crate) fn of_account(terms: &Terms, account: &Account) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (spot, sighting) in &account.sightings {
        findings.push(finish(terms, sighted(terms, account, spot, sighting)));
    }
    for (index, operation) in terms.contract.operations.iter().enumerate() {
        let label = operation.label();
        match account.usage.get(&index) {
            None => findings.push(finish(terms, orphan(operation, &label, account))),
            Some(usage) => {
                let unused = [
                    unused_parameters(terms, operation, &label, usage),
                    unused_properties(terms, operation, &label, usage, Direction::Request),
                    unused_properties(terms, operation, &label, usage, Direction::Response),
                    needless_credential(terms, operation, &label, usage),
                ];
                findings.extend(unused.into_iter().flatten().map(|draft| finish(terms, draft)));
            }
        }
    }
    findings
}

impl Account {
    /// What is wrong, the worst first. Operations that the contract does not have are for discovery to tell.
    pub fn findings(&self, terms: &Terms) -> Vec<Finding> {
        let mut findings = of_account(terms, self);
        sort(&mut findings);
        findings
    }
}

/// The rule of a spot, and how bad it is there.
fn rule(spot: &Spot) -> (&'static Rule, Severity) {
    let rule = match (spot.kind, spot.direction) {
        (Kind::Zombie, _) => &ZOMBIE,
        (Kind::Sunset, _) => &rules::SUNSET,
        (Kind::Deprecation, _) => &rules::DEPRECATION,
        (Kind::UndeclaredParameter, _) => &rules::UNDECLARED_PARAMETER,
        (Kind::DeprecatedParameter, _) => &rules::DEPRECATED_PARAMETER,
        (Kind::RequestParameter, _) => &rules::REQUEST_PARAMETER,
        (Kind::RequestBody, _) => &rules::REQUEST_BODY,
        (Kind::RequestMedia, _) => &rules::REQUEST_MEDIA,
        (Kind::ResponseBody, _) => &rules::RESPONSE_BODY,
        (Kind::ResponseHeader, _) => &rules::RESPONSE_HEADER,
        (Kind::Status, _) => &rules::STATUS,
        (Kind::ResponseMedia, _) => &rules::RESPONSE_MEDIA,
        (Kind::UndeclaredProperty, Direction::Request) => &rules::UNDECLARED_PROPERTY,
        (Kind::UndeclaredProperty, Direction::Response) => &UNDECLARED_FIELD,
        (Kind::DeprecatedProperty, _) => &rules::DEPRECATED_PROPERTY,
        (Kind::NoCredential, _) => &rules::NO_CREDENTIAL,
        (Kind::OtherCredential, _) => &rules::OTHER_CREDENTIAL,
    };
    let severity = match spot.kind {
        // Every client and proxy adds some.
        Kind::UndeclaredParameter if spot.location != "query" => Severity::Info,
        Kind::RequestBody if matches!(&*spot.code, "readOnly" | "undeclared") => Severity::Low,
        Kind::Status if (200..300).contains(&spot.status) => Severity::Medium,
        _ => rule.severity,
    };
    (rule, severity)
}

fn sighted<'t>(terms: &'t Terms, account: &Account, spot: &Spot, sighting: &Sighting) -> Draft<'t> {
    let (rule, mut severity) = rule(spot);
    let compiled = spot.operation.and_then(|index| terms.compiled.operation(index));
    let operation = spot.operation.and_then(|index| terms.contract.operations.get(index));
    let label = compiled.map_or("The API", |compiled| compiled.label.as_str());
    let usage = spot.operation.and_then(|index| account.usage.get(&index));
    let why = &sighting.message;
    let what = match spot.location.as_str() {
        "body" => "body",
        _ => "parameter",
    };
    let mut note = String::new();
    let message = match spot.kind {
        Kind::Zombie | Kind::Sunset if usage.is_some_and(retired) => {
            severity = Severity::Info;
            format!("{label} is out of service, but callers still ask for it")
        }
        Kind::Zombie => format!("{label} is deprecated, yet still answers its callers"),
        Kind::Deprecation => format!("{label} says in its answers that it is deprecated, and the contract does not"),
        Kind::Sunset => format!("{label} still answers, although its time is over {why}"),
        Kind::UndeclaredParameter => {
            format!("{label} takes the {} parameter {}, which the contract does not declare", spot.location, spot.name)
        }
        Kind::DeprecatedParameter => {
            format!("{label} is called with the deprecated {} parameter {}", spot.location, spot.name)
        }
        Kind::RequestParameter => {
            let place = at(&spot.pointer);
            format!(
                "{label} accepted the {} parameter {}, which{place} {why} ({})",
                spot.location, spot.name, spot.code
            )
        }
        Kind::RequestBody => {
            format!("{label} accepted a {what} that breaks its contract:{} {why} ({})", at(&spot.pointer), spot.code)
        }
        Kind::RequestMedia => format!("{label} accepted a body of the media type {}, which is not declared", spot.name),
        Kind::ResponseBody => {
            format!(
                "{label} answers {} with a body that breaks its schema:{} {why} ({})",
                spot.status,
                at(&spot.pointer),
                spot.code
            )
        }
        Kind::ResponseHeader => {
            format!(
                "{label} answers {} with a header {} that breaks the contract: {why} ({})",
                spot.status, spot.name, spot.code
            )
        }
        Kind::Status => format!("{label} answers with status {}, which is not documented", spot.status),
        Kind::ResponseMedia => {
            format!("{label} answers {} in the media type {}, which is not declared", spot.status, spot.name)
        }
        Kind::UndeclaredProperty => {
            format!(
                "{label} has a property in its {} that the contract does not name: {}",
                spot.direction.as_str(),
                spot.pointer
            )
        }
        Kind::DeprecatedProperty => {
            format!("{label} has a deprecated property in its {}: {}", spot.direction.as_str(), spot.pointer)
        }
        Kind::NoCredential => {
            if account.counts.credentials == 0 {
                // Browsers leave credentials out of what they export.
                severity = Severity::Medium;
                note = "; no exchange shows a credential at all: perhaps the recording left them out".to_owned();
            }
            format!("{label} succeeded without a credential, although its contract demands one")
        }
        Kind::OtherCredential => {
            format!("{label} succeeded with {}, which is not what its contract demands", spot.name)
        }
    };
    let fallback = operation.map(|operation| operation.node.index());
    Draft {
        rule,
        severity,
        operation: compiled.map(|compiled| compiled.label.as_str()),
        message,
        evidence: format!(
            "{}{}{note}",
            seen(sighting.count, sighting.first, sighting.last),
            examples(&sighting.examples)
        ),
        count: sighting.count,
        node: sighting.node.or(fallback),
        mark: mark(spot),
    }
}

/// What tells a spot apart from others of its rule and operation.
fn mark(spot: &Spot) -> String {
    match spot.kind {
        // One finding an operation, with the fingerprint that discovery gives it.
        Kind::Zombie => String::new(),
        _ => format!(
            "{} {} {} {} {} {}",
            spot.direction.as_str(),
            spot.status,
            spot.location,
            spot.name,
            spot.pointer,
            spot.code
        ),
    }
}

/// True when an operation is gone for good: nothing but 404 and 410 was ever answered.
fn retired(usage: &Usage) -> bool {
    usage.statuses.keys().all(|status| matches!(status, 404 | 410))
}

fn orphan<'a>(operation: &Operation, label: &'a str, account: &Account) -> Draft<'a> {
    Draft {
        rule: &ORPHAN,
        severity: ORPHAN.severity,
        operation: Some(label),
        message: format!("{label} is in the contract but was never called"),
        evidence: format!("not once in {} exchanges", account.counts.judged + account.counts.unknown),
        count: 1,
        node: Some(operation.node.index()),
        mark: String::new(),
    }
}

fn listed(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(NAMES).map(String::as_str).collect();
    let more = names.len().saturating_sub(NAMES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

fn unused_parameters<'a>(terms: &Terms, operation: &Operation, label: &'a str, usage: &Usage) -> Option<Draft<'a>> {
    let mut names = Vec::new();
    let mut node = None;
    for (index, parameter) in operation.parameters.iter().enumerate() {
        let known = match parameter.location {
            Location::Query => usage.successes,
            Location::Header | Location::Cookie => usage.with_fields,
            Location::Path | Location::QueryString => continue,
        };
        if known >= NEVER
            && !parameter.deprecated
            && !usage.parameters.contains_key(&index)
            && has_name_on_wire(terms, parameter)
        {
            // What HTTP itself describes is no parameter of the operation.
            let elsewhere = ["accept", "content-type", "authorization"];
            if elsewhere.iter().any(|name| parameter.name.eq_ignore_ascii_case(name)) {
                continue;
            }
            node = node.or(Some(parameter.node.index()));
            names.push(format!("{} ({})", parameter.name, parameter.location.as_str()));
        }
    }
    (!names.is_empty()).then(|| Draft {
        rule: &rules::UNUSED_PARAMETER,
        severity: rules::UNUSED_PARAMETER.severity,
        operation: Some(label),
        message: format!("{label} was never called with declared parameters: {}", listed(&names)),
        evidence: format!("not once in {} successful exchanges", usage.successes),
        count: names.len() as u64,
        node,
        mark: String::new(),
    })
}

fn unused_properties<'a>(
    terms: &Terms,
    operation: &Operation,
    label: &'a str,
    usage: &Usage,
    direction: Direction,
) -> Option<Draft<'a>> {
    let (watched, word) = match direction {
        Direction::Request => (&usage.request, "requests"),
        Direction::Response => (&usage.response, "responses"),
    };
    let mut pointers = Vec::new();
    let mut node = None;
    for (pointer, Watched { place, seen, .. }) in watched.iter().filter(|(_, object)| object.count >= NEVER) {
        let Some(place) = terms.places.get(*place) else { continue };
        for (property, _) in place.properties.iter().zip(seen).filter(|(_, seen)| !**seen) {
            // What is for the other direction only is not missed in this one, and what is deprecated not at all.
            let expected = !property.deprecated
                && match direction {
                    Direction::Request => !property.read_only,
                    Direction::Response => !property.write_only,
                };
            if expected {
                node = node.or(Some(property.node.index()));
                pointers.push(palisade_document::pointer::child(pointer, &property.name));
            }
        }
    }
    (!pointers.is_empty()).then(|| Draft {
        rule: &rules::UNUSED_PROPERTY,
        severity: rules::UNUSED_PROPERTY.severity,
        operation: Some(label),
        message: format!("{label} declares properties that were never seen in its {word}: {}", listed(&pointers)),
        evidence: format!("not once in {} successful exchanges", usage.successes),
        count: pointers.len() as u64,
        node: node.or(Some(operation.node.index())),
        mark: direction.as_str().to_owned(),
    })
}

fn needless_credential<'a>(terms: &Terms, operation: &Operation, label: &'a str, usage: &Usage) -> Option<Draft<'a>> {
    let always = usage.with_fields >= ALWAYS && usage.with_credential == usage.successes;
    (always && security::open(&terms.contract, operation)).then(|| Draft {
        rule: &rules::NEEDLESS_CREDENTIAL,
        severity: rules::NEEDLESS_CREDENTIAL.severity,
        operation: Some(label),
        message: format!("{label} is always called with a credential, and its contract demands none"),
        evidence: format!("in all of {} successful exchanges", usage.successes),
        count: usage.with_credential,
        node: Some(operation.node.index()),
        mark: String::new(),
    })
}

/// Operations in traffic that the contract does not have.
pub(crate) fn shadows(inventory: &Inventory, first: &BTreeMap<String, Reference>, findings: &mut Vec<Finding>) {
    for view in inventory.api_operations() {
        let example: Vec<Reference> = first.get(&view.key).cloned().into_iter().collect();
        findings.push(bare(Draft {
            rule: &SHADOW,
            severity: shadow_severity(view),
            operation: Some(&view.key),
            message: format!("{} answers traffic but is not in the contract", view.key),
            evidence: format!(
                "{}; answers: {}{}",
                seen(view.hits, view.first_observed, view.last_observed),
                answers(view),
                examples(&example)
            ),
            count: view.hits,
            node: None,
            mark: String::new(),
        }));
    }
}

/// Writing, and giving out sensitive data, is worse than reading.
fn shadow_severity(view: &OperationView) -> Severity {
    let writes = !matches!(view.method.as_str(), "GET" | "HEAD" | "OPTIONS");
    let leaks = view.sensitive.iter().any(|field| {
        field.direction == palisade_discover::Direction::Response
            && field.kind.class() != palisade_sensitive::Class::Contact
    });
    if writes || leaks { Severity::High } else { SHADOW.severity }
}

fn answers(view: &OperationView) -> String {
    let list: Vec<String> = view.statuses.iter().map(|(status, count)| format!("{status} {}", times(*count))).collect();
    list.join(", ")
}
