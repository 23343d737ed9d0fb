//! A server address, or one of a login, with a name and password before its host.

use super::common;
use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::NodeRef;
use palisade_finding::Severity;

/// PAL-SEC049.
pub static RULE: Rule = Rule {
    id: "PAL-SEC049",
    name: "credential-in-server-address",
    severity: Severity::High,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "transport",
    part: Part::None,
    invalid: false,
    owasp: &["API2:2023", "API8:2023"],
    cwe: &["CWE-522", "CWE-798"],
    aliases: &[],
    what: "A server address, or one of a login, with a name and password before its host.",
    why: "Contracts are published and addresses are written to logs: everybody has the password.",
    fix: "Take it out, change the password, and declare a security scheme.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC049/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC049/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let root = index.root();
    let mut holders = vec![root];
    holders.extend(index.items.iter().map(|(_, item)| *item));
    holders.extend(index.operations.iter().map(|operation| operation.node));
    for server in holders.into_iter().filter_map(|holder| holder.get("servers")).flat_map(NodeRef::items) {
        report(server.get("url"), sink);
    }
    for scheme in &index.schemes {
        for (_, flow) in common::flows(scheme) {
            for key in ["authorizationUrl", "tokenUrl", "refreshUrl"] {
                report(flow.get(key), sink);
            }
        }
    }
}

fn report(url: Option<NodeRef<'_>>, sink: &mut Sink<'_>) {
    let Some(url) = url else { return };
    let Some((_, rest)) = url.as_str().and_then(|text| text.split_once("://")) else { return };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((user, _)) = authority.rsplit_once('@') else { return };
    if user.contains(':') && !user.contains('{') {
        sink.at(url, "the address holds a name and a password".to_owned(), Applies::Nothing);
    }
}
