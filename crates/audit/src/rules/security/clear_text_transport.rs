//! A server or scheme without TLS: `http` or `ws`.

use super::common;
use crate::hit::Applies;
use crate::index::{Index, Version};
use crate::mend::{Mended, Spot, urls};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// STR001.
pub static RULE: Rule = Rule {
    id: "STR001",
    name: "clear-text-transport",
    severity: Severity::Medium,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "transport",
    part: Part::Security,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-319"],
    aliases: &[
        "owasp:api8:2023-no-server-http",
        "owasp:api8:2023-no-scheme-http",
        "owasp-security-hosts-https-oas3",
        "global-http-clear",
        "operation-http-clear",
        "v3-global-http-clear",
        "v3-operation-http-clear",
    ],
    what: "A server or scheme without TLS: `http` or `ws`, a variable that may be one of them included. Servers on \
        the own machine, such as `http://localhost`, are left out.",
    why: "Whoever is on the way can read and change requests and answers, credentials included.",
    fix: "Offer `https` only (2.0: `schemes: [https]`).",
    bad: include_str!("../../../tests/fixtures/STR001/bad.yaml"),
    good: include_str!("../../../tests/fixtures/STR001/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: Remedy::Unsafe(mend),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let root = index.root();
    if index.version == Version::V2 {
        if let Some(schemes) = root.get("schemes")
            && let Some(word) = schemes.items().filter_map(NodeRef::as_str).find(|word| matches!(*word, "http" | "ws"))
        {
            let message = format!("the contract offers the clear-text scheme {}", quote(word));
            sink.at_key(schemes, message, Applies::Everything);
        }
        for operation in &index.operations {
            if let Some(schemes) = operation.node.get("schemes")
                && schemes.items().filter_map(NodeRef::as_str).any(|word| matches!(word, "http" | "ws"))
            {
                let label = operation.label();
                let message = format!("{} is offered over clear text", quote(&label));
                if let Some(hit) = sink.at_key(schemes, message, Applies::Operations(vec![operation.at])) {
                    hit.operation(label);
                }
            }
        }
        return;
    }
    for server in root.get("servers").into_iter().flat_map(NodeRef::items) {
        report(server, Applies::Everything, sink);
    }
    for (path, item) in &index.items {
        let all = index.operations.iter().filter(|operation| operation.path == *path).map(|operation| operation.at);
        for server in item.get("servers").into_iter().flat_map(NodeRef::items) {
            report(server, Applies::Operations(all.clone().collect()), sink);
        }
    }
    for operation in &index.operations {
        for server in operation.node.get("servers").into_iter().flat_map(NodeRef::items) {
            report(server, Applies::Operations(vec![operation.at]), sink);
        }
    }
}

fn report(server: NodeRef<'_>, applies: Applies, sink: &mut Sink<'_>) {
    if let Some(url) = server.get("url").filter(|_| common::clear_server(server)) {
        let may = url.as_str().is_some_and(|url| url.starts_with('{'));
        let message = format!("the server {} reached over clear text", if may { "may be" } else { "is" });
        sink.at(url, message, applies);
    }
}

/// Writes `https` for `http` and `wss` for `ws`; whether the server answers there is for its owner to know.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let node = spot.node;
    let editor = index.editor();
    if node.as_str().is_some() {
        let (scheme, edits) = urls::encrypt(index, node)?;
        return Mended::risky(format!("reach the server by {scheme}"), edits);
    }
    let words: Vec<&str> = node.items().filter_map(NodeRef::as_str).collect();
    let mut edits = Vec::new();
    for (at, item) in node.items().enumerate() {
        let right = match item.as_str() {
            Some("http") => "https",
            Some("ws") => "wss",
            _ => continue,
        };
        if words.contains(&right) {
            edits.extend(editor.remove_item(node, at).ok()?);
        } else {
            edits.extend(editor.replace_scalar(item, &right.into()).ok()?);
        }
    }
    Mended::risky("offer encrypted schemes only", edits)
}
