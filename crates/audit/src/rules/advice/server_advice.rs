//! Servers that are missing or made up.

use crate::hit::Applies;
use crate::index::{Index, Version};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::shape;
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-BPR017.
pub static MISSING: Rule = Rule {
    id: "PAL-BPR017",
    name: "contract-without-server",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "best-practice",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &[
        "oas3-api-servers",
        "no-empty-servers",
        "oas2-api-host",
        "oas2-api-schemes",
        "v3-warning-servers-required",
        "v3-semantic-servers-required",
        "warning-host-undefined",
        "semantic-host-undefined",
        "warning-schemes-undefined",
        "semantic-schemes-undefined",
    ],
    what: "A contract without `servers` (in Swagger 2.0 without `host` or `schemes`).",
    why: "The address is then the one that the document came from: nobody can say over which transport the API \
        is called.",
    fix: "Name the server with `https`.",
    bad: include_str!("../../../tests/fixtures/PAL-BPR017/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-BPR017/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#server-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(missing),
};

/// PAL-BPR018.
pub static EXAMPLE: Rule = Rule {
    id: "PAL-BPR018",
    name: "example-server",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "best-practice",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &[
        "oas3-server-not-example.com",
        "oas3-host-not-example",
        "oas2-host-not-example",
        "no-server-example.com",
    ],
    what: "A server whose host is `example.com` or a name below it.",
    why: "The contract was not finished: what is generated or enforced from it goes nowhere, or to a stranger.",
    fix: "Name the real host.",
    bad: include_str!("../../../tests/fixtures/PAL-BPR018/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-BPR018/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#server-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(example),
};

fn missing(index: &Index<'_>, sink: &mut Sink<'_>) {
    let root = index.root();
    let message = if index.version == Version::V2 {
        match (root.get("host"), root.get("schemes")) {
            (None, None) => "the contract names neither host nor schemes",
            (None, Some(_)) => "the contract names no host",
            (Some(_), None) => "the contract names no schemes",
            (Some(_), Some(_)) => return,
        }
    } else if root.get("servers").is_none_or(NodeRef::is_empty) && shape::servers(index).is_empty() {
        "the contract names no server"
    } else {
        return;
    };
    let at = root.get("info").unwrap_or(root);
    sink.at_key(at, message.to_owned(), Applies::Nothing);
}

fn example(index: &Index<'_>, sink: &mut Sink<'_>) {
    let urls = shape::servers(index).into_iter().filter_map(|server| server.get("url"));
    let old = index.root().get("host").filter(|_| index.version == Version::V2);
    for node in urls.chain(old) {
        let text = node.as_str().unwrap_or_default();
        let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
        let host = rest.split(['/', ':', '?', '#']).next().unwrap_or_default();
        if host == "example.com" || host.ends_with(".example.com") {
            sink.at(node, format!("{} is an example and no server", quote(text)), Applies::Nothing);
        }
    }
}
