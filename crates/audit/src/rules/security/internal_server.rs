//! A server address that only exists inside: this machine, a private address, a name without a domain, or a
//! domain such as `.internal` or `.local`. One marked `x-internal: true` is left out.

use super::common;
use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-SEC057.
pub static RULE: Rule = Rule {
    id: "PAL-SEC057",
    name: "internal-server",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "exposure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-200", "CWE-1053"],
    aliases: &["owasp:api9:2023-inventory-access"],
    what: "A server address that only exists inside: this machine, a private address, a name without a domain, \
        or a domain such as `.internal` or `.local`. One marked `x-internal: true` is left out.",
    why: "A published contract tells outsiders what the network looks like, and clients built from it call \
        into nothing, or into whatever answers there on their side.",
    fix: "Publish the public servers only, or mark the others `x-internal: true` and take them out before \
        publishing.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC057/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC057/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let root = index.root();
    for server in root.get("servers").into_iter().flat_map(NodeRef::items) {
        let Some(url) = server.get("url").filter(|_| !common::is_true(server, "x-internal")) else { continue };
        if let Some(host) = url.as_str().and_then(common::host) {
            report(url, host, sink);
        }
    }
    if let Some(host) = root.get("host") {
        report(host, host.as_str().unwrap_or_default().split(':').next().unwrap_or_default(), sink);
    }
}

fn report(node: NodeRef<'_>, host: &str, sink: &mut Sink<'_>) {
    if internal(host) {
        let message = format!("the server {} only exists inside", quote(host));
        sink.at(node, message, Applies::Nothing);
    }
}

fn internal(host: &str) -> bool {
    if host.is_empty() || host.contains(['{', '$']) {
        return false;
    }
    let mut numbers = host.split('.').map(str::parse::<u8>);
    if let (Some(Ok(a)), Some(Ok(b)), Some(Ok(_)), Some(Ok(_)), None) =
        (numbers.next(), numbers.next(), numbers.next(), numbers.next(), numbers.next())
    {
        return matches!((a, b), (10 | 127, _) | (192, 168) | (169, 254) | (172, 16..=31) | (0, 0));
    }
    let host = host.to_ascii_lowercase();
    let inside = [".internal", ".local", ".lan", ".corp", ".intranet", ".localhost", ".svc"];
    !host.contains('.') && !host.starts_with('[')
        || common::loopback(&host)
        || inside.iter().any(|end| host.ends_with(end))
}
