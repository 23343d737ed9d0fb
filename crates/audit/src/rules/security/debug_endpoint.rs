//! A path that belongs to the tools of developers: `/actuator/env`, `/debug/pprof`, `/heapdump`, `/phpinfo`,
//! `/h2-console`, `/server-status`, under a requirement that every other operation has too, or none.

use crate::hit::Applies;
use crate::index::{Index, Operation};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-SEC078.
pub static RULE: Rule = Rule {
    id: "PAL-SEC078",
    name: "debug-endpoint",
    severity: Severity::Medium,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "exposure",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023", "API9:2023"],
    cwe: &["CWE-489", "CWE-215"],
    aliases: &[],
    what: "A path that belongs to the tools of developers: `/actuator/env`, `/debug/pprof`, `/heapdump`, \
        `/phpinfo`, `/h2-console`, `/server-status`, under a requirement that every other operation has too, \
        or none.",
    why: "Such pages show memory, settings and secrets, and some run commands. They are the first thing \
        scanners look for.",
    fix: "Take them off the public listener, and give them a requirement of their own.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC078/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC078/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Operation(check),
};

fn check(_: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    if operation.outgoing || (operation.own_security && operation.secured()) {
        return;
    }
    let mut before = "";
    let mut found = false;
    for step in operation.path.split('/') {
        found |= tool(before, step);
        before = step;
    }
    if !found {
        return;
    }
    let label = operation.label();
    let message = format!("{} belongs to the tools of developers", quote(&label));
    if let Some(hit) = sink.at_key(operation.node, message, Applies::Nothing) {
        hit.operation(label);
    }
}

/// Whether a step of a path, with the one before it, leads to a developers' tool.
fn tool(before: &str, step: &str) -> bool {
    if before.eq_ignore_ascii_case("actuator") {
        return !matches!(step, "health" | "info" | "");
    }
    [
        "heapdump",
        "threaddump",
        "pprof",
        "phpinfo",
        "phpinfo.php",
        "h2-console",
        "jolokia",
        "server-status",
        "server-info",
        "_debug_",
        "__debug__",
        "_profiler",
        "expvar",
        ".env",
        ".git",
        "debug",
    ]
    .iter()
    .any(|word| step.eq_ignore_ascii_case(word))
}
