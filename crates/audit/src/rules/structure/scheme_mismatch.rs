//! Security schemes whose members do not belong together.

use crate::hit::Applies;
use crate::index::{Index, Scheme, Version};
use crate::mend::{Mended, Spot, without_effect};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;
use std::collections::HashSet;

/// PAL-STR030.
pub static FOREIGN: Rule = Rule {
    id: "PAL-STR030",
    name: "member-of-another-scheme-type",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API2:2023"],
    cwe: &["CWE-1059"],
    aliases: &[
        "validation-security-type-exclusive",
        "v3-validation-security-type-exclusive",
        "validation-security-oauth-exclusive",
        "v3-validation-security-oauth-exclusive",
    ],
    what: "A member of a security scheme or of an OAuth flow that belongs to another type: `flows` on an API \
        key, `tokenUrl` on the implicit flow.",
    why: "It is ignored. What it was meant to protect is protected otherwise, or not at all.",
    fix: "Correct the type, or remove the member.",
    bad: include_str!("../../../tests/fixtures/PAL-STR030/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR030/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#security-scheme-object"],
    mend: Remedy::Safe(foreigner),
    check: Check::Scheme(foreign),
};

/// PAL-STR032.
pub static SCOPES: Rule = Rule {
    id: "PAL-STR032",
    name: "scopes-without-oauth",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API5:2023"],
    cwe: &["CWE-862", "CWE-1059"],
    aliases: &["semantic-securityrequirement-nonoauth2scopes", "v3-semantic-securityrequirement-nonoauth2scopes"],
    what: "Scopes in a security requirement for a scheme that has none, before OpenAPI 3.1: an API key, HTTP \
        authentication.",
    why: "The names look like a check of rights, and none is made.",
    fix: "Leave the list empty, or use OAuth or OpenID Connect.",
    bad: include_str!("../../../tests/fixtures/PAL-STR032/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR032/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#security-requirement-object"],
    mend: Remedy::Unsafe(unscoped),
    check: Check::Contract(scopes),
};

fn foreign(index: &Index<'_>, scheme: &Scheme<'_>, sink: &mut Sink<'_>) {
    let old = index.version == Version::V2;
    let word = scheme.node.get("type").and_then(NodeRef::as_str).unwrap_or_default();
    let mine: &[&str] = match word {
        "apiKey" => &["name", "in"],
        "http" => &["scheme", "bearerFormat"],
        "oauth2" if old => &["flow", "authorizationUrl", "tokenUrl", "scopes"],
        "oauth2" => &["flows", "oauth2MetadataUrl"],
        "openIdConnect" => &["openIdConnectUrl"],
        "basic" | "mutualTLS" => &[],
        _ => return,
    };
    let all = ["name", "in", "scheme", "flows", "flow", "authorizationUrl", "tokenUrl", "scopes", "openIdConnectUrl"];
    for member in scheme.node.members() {
        if all.contains(&member.key) && !mine.contains(&member.key) {
            let message = format!("{} says nothing about a scheme of type {}", member.key, help::shown(word));
            sink.at_key(member.value, message, Applies::Nothing);
        }
    }
    for (kind, flow) in all_flows(scheme, old) {
        let extra = match kind {
            "implicit" => "tokenUrl",
            "password" | "clientCredentials" | "application" => "authorizationUrl",
            _ => continue,
        };
        if let Some(node) = flow.get(extra) {
            sink.at_key(node, format!("{extra} says nothing about the {kind} flow"), Applies::Nothing);
        }
    }
}

/// The OAuth flows of a scheme, by their kinds.
fn all_flows<'a>(scheme: &Scheme<'a>, old: bool) -> Vec<(&'a str, NodeRef<'a>)> {
    if scheme.node.get("type").and_then(NodeRef::as_str) != Some("oauth2") {
        return Vec::new();
    }
    if old {
        let kind = scheme.node.get("flow").and_then(NodeRef::as_str);
        return kind.map(|kind| (kind, scheme.node)).into_iter().collect();
    }
    let flows = scheme.node.get("flows").into_iter().flat_map(NodeRef::members);
    flows.filter(|member| member.value.is_object()).map(|member| (member.key, member.value)).collect()
}

fn scopes(index: &Index<'_>, sink: &mut Sink<'_>) {
    if index.version == Version::V31 {
        return;
    }
    let own = index.operations.iter().filter_map(|operation| operation.node.get("security"));
    let mut seen = HashSet::new();
    for requirement in own.chain(index.root().get("security")).flat_map(NodeRef::items) {
        for member in requirement.members().filter(|member| !member.value.is_empty()) {
            let scheme = index.schemes.iter().find(|scheme| scheme.name == member.key);
            let word = scheme.and_then(|scheme| scheme.node.get("type")).and_then(NodeRef::as_str);
            let plain = word.is_some_and(|word| !matches!(word, "oauth2" | "openIdConnect"));
            if plain && seen.insert(member.value.id()) {
                let message = format!("{} is no OAuth scheme and has no scopes", quote(member.key));
                sink.at(member.value, message, Applies::Nothing);
            }
        }
    }
}

/// Takes a word out that says nothing about the scheme, where what the type needs is there.
fn foreigner<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let scheme = spot.node.parent()?;
    let needed: &[&str] = match scheme.get("type").and_then(NodeRef::as_str) {
        Some("apiKey") => &["name", "in"],
        Some("http") => &["scheme"],
        Some("openIdConnect") => &["openIdConnectUrl"],
        _ => &[],
    };
    let whole = needed.iter().all(|key| scheme.get(key).is_some());
    if !whole || spot.node.is_object() || spot.node.is_array() { None } else { without_effect(index, spot) }
}

/// Leaves the list empty.
fn unscoped<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let places: Vec<usize> = (0..spot.node.len()).collect();
    Mended::risky("leave the list of scopes empty", index.editor().remove_items(spot.node, &places).ok()?)
}
