//! A link of a response to a server without TLS, or to one on another site than every server of the contract.

use super::common;
use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-SEC055.
pub static RULE: Rule = Rule {
    id: "PAL-SEC055",
    name: "link-to-other-server",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "exposure",
    part: Part::None,
    invalid: false,
    owasp: &["API10:2023"],
    cwe: &["CWE-441", "CWE-319"],
    aliases: &[],
    what: "A link of a response to a server without TLS, or to one on another site than every server of the \
        contract.",
    why: "Clients that follow the link send what it names, often with their credential, to somebody else or \
        over clear text.",
    fix: "Link to operations of your own servers over `https`.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC055/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC055/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xaa-unsafe-consumption-of-apis/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let own = common::hosts(index);
    let inline = index.responses.iter().filter_map(|response| response.node.get("links"));
    for link in inline.chain(index.component_map("links", "x-none")).flat_map(NodeRef::members) {
        let Some(server) = link.value.get("server") else { continue };
        let Some(url) = server.get("url") else { continue };
        let text = url.as_str().unwrap_or_default();
        let foreign = common::host(text).filter(|host| !own.iter().any(|own| common::same_site(own, host)));
        let message = if common::clear_server(server) {
            format!("link {} leads to a server without TLS", quote(link.key))
        } else if let Some(host) = foreign.filter(|host| !own.is_empty() && !host.contains('{')) {
            format!("link {} leads to {}, which no server of the contract belongs to", quote(link.key), quote(host))
        } else {
            continue;
        };
        sink.at(url, message, Applies::Nothing);
    }
}
