//! Servers whose address cannot be used.

use crate::hit::Applies;
use crate::index::{Index, Version};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::shape;
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-STR028.
pub static VARIABLES: Rule = Rule {
    id: "PAL-STR028",
    name: "server-variable-mismatch",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API8:2023"],
    cwe: &["CWE-1059"],
    aliases: &[
        "no-undefined-server-variable",
        "no-server-variables-empty-enum",
        "oas3-server-variables",
        "v3-semantic-server-parameter-url-undefined",
        "v3-semantic-server-variables-undefined",
    ],
    what: "A variable of a server URL that `variables` does not declare, one that is declared and not used, or \
        one whose `default` is missing or not in its `enum`.",
    why: "The address cannot be worked out, or an address comes out that was never meant: requests with \
        credentials go there.",
    fix: "Declare each variable of the URL, with a default out of its list.",
    bad: include_str!("../../../tests/fixtures/PAL-STR028/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR028/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#server-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(variables),
};

/// PAL-STR029.
pub static URL: Rule = Rule {
    id: "PAL-STR029",
    name: "malformed-server-url",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-1286"],
    aliases: &[
        "v3-semantic-server-url",
        "semantic-host-pattern",
        "semantic-basepath-pattern",
        "oas2-host-trailing-slash",
    ],
    what: "A server URL with a query, a fragment, spaces or unbalanced braces; in Swagger 2.0 a `host` with a \
        scheme or a path, or a `basePath` that does not begin with a slash.",
    why: "Paths are appended to it: no request of the contract goes where it was meant to go, and tools \
        disagree where it does go.",
    fix: "Write scheme, host and base path only.",
    bad: include_str!("../../../tests/fixtures/PAL-STR029/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR029/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#server-object", "https://spec.openapis.org/oas/v2.0"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(urls),
};

fn names(url: &str) -> impl Iterator<Item = &str> {
    url.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

fn variables(index: &Index<'_>, sink: &mut Sink<'_>) {
    for server in shape::servers(index) {
        let Some(url) = server.get("url") else { continue };
        let text = url.as_str().unwrap_or_default();
        let declared = server.get("variables");
        for name in names(text).filter(|name| declared.is_none_or(|map| map.get(name).is_none())) {
            let message = format!("the server's variable {} is not declared", quote(name));
            sink.at(url, message, Applies::Nothing);
        }
        for member in declared.into_iter().flat_map(NodeRef::members) {
            let value = member.value.get("default").and_then(NodeRef::as_str);
            let list = member.value.get("enum").filter(|list| list.is_array());
            let what = if !names(text).any(|name| name == member.key) {
                "does not stand in the URL"
            } else if list.is_some_and(|list| list.is_empty()) {
                "has an empty enum"
            } else if value.is_none() {
                "has no default"
            } else if list.is_some_and(|list| !list.items().any(|item| item.as_str() == value)) {
                "has a default that is not in its enum"
            } else {
                continue;
            };
            let message = format!("the server's variable {} {what}", quote(member.key));
            sink.at_key(member.value, message, Applies::Nothing);
        }
    }
}

fn urls(index: &Index<'_>, sink: &mut Sink<'_>) {
    for server in shape::servers(index) {
        let Some((url, text)) = server.get("url").and_then(|url| Some((url, url.as_str()?))) else { continue };
        let what = if text.contains('?') {
            "has a query"
        } else if text.contains('#') {
            "has a fragment"
        } else if text.chars().any(char::is_whitespace) {
            "has a space in it"
        } else if text.matches('{').count() != text.matches('}').count() {
            "has a brace without its other half"
        } else if text.split_once("://").is_some_and(|(_, rest)| rest.is_empty() || rest.starts_with('/')) {
            "has no host"
        } else {
            continue;
        };
        sink.at(url, format!("the server URL {} {what}", quote(text)), Applies::Nothing);
    }
    if index.version != Version::V2 {
        return;
    }
    if let Some((node, host)) = index.root().get("host").and_then(|node| Some((node, node.as_str()?)))
        && host.contains(['/', '?', '#', '{', '@', ' '])
    {
        sink.at(node, format!("host {} is more than a host and a port", quote(host)), Applies::Nothing);
    }
    if let Some((node, path)) = index.root().get("basePath").and_then(|node| Some((node, node.as_str()?)))
        && (!path.starts_with('/') && !path.is_empty() || path.contains(['?', '#', '{', ' ']))
    {
        sink.at(node, format!("basePath {} is no path", quote(path)), Applies::Nothing);
    }
}
