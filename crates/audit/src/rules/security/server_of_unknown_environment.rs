//! One of several servers of which neither description nor address says what it is for: production, staging, a
//! test, a region.

use super::common;
use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::NodeRef;
use palisade_finding::Severity;

/// PAL-SEC058.
pub static RULE: Rule = Rule {
    id: "PAL-SEC058",
    name: "server-of-unknown-environment",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "exposure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059", "CWE-1053"],
    aliases: &["owasp:api9:2023-inventory-environment", "owasp:api9:2023-inventory-access"],
    what: "One of several servers of which neither description nor address says what it is for: production, \
        staging, a test, a region.",
    why: "What is not known is not looked after: test servers with real data and old rules are where leaks \
        begin.",
    fix: "Describe each server: which environment it is and who may use it.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC058/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC058/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

/// Words that tell what a server is for.
const WORDS: [&str; 38] = [
    "production",
    "prod",
    "live",
    "staging",
    "stage",
    "stg",
    "test",
    "testing",
    "tests",
    "qa",
    "uat",
    "development",
    "dev",
    "sandbox",
    "demo",
    "preview",
    "preprod",
    "beta",
    "alpha",
    "canary",
    "local",
    "localhost",
    "mock",
    "internal",
    "public",
    "private",
    "main",
    "default",
    "region",
    "eu",
    "us",
    "europe",
    "america",
    "asia",
    "global",
    "backup",
    "secondary",
    "fallback",
];

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let Some(servers) = index.root().get("servers").filter(|servers| servers.len() > 1) else { return };
    let mut unknown = servers.items().filter(|server| !told(*server));
    let Some(first) = unknown.next() else { return };
    let count = 1 + unknown.count();
    let message = format!("{count} of {} servers do not say which environment they are", servers.len());
    sink.at(first, message, Applies::Nothing);
}

fn told(server: NodeRef<'_>) -> bool {
    let text = |key: &str| server.get(key).and_then(NodeRef::as_str).unwrap_or_default();
    // A variable in the host chooses the server by region or tenant.
    server.get("x-internal").is_some()
        || text("url").contains("://{")
        || common::has_word(text("description"), &WORDS)
        || common::host(text("url")).is_some_and(|host| common::loopback(host) || common::has_word(host, &WORDS))
        || server.get("variables").is_some_and(|variables| !variables.is_empty())
}
