//! A parameter whose name says that it takes an address.

use crate::hit::Applies;
use crate::index::{Index, Parameter};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::help;
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-SEC014.
pub static RULE: Rule = Rule {
    id: "PAL-SEC014",
    name: "url-from-caller",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Request,
    category: "authorization",
    part: Part::None,
    invalid: false,
    owasp: &["API7:2023"],
    cwe: &["CWE-918", "CWE-601"],
    aliases: &["owasp:api7:2023-concerning-url-parameter"],
    what: "A parameter whose name says that it takes an address.",
    why: "A server that opens an address given by a caller can be sent to internal services (server-side \
        request forgery); a redirect to it helps phishing.",
    fix: "Accept only addresses from an allow-list, and say so with an `enum` or a `pattern`; never open \
        private address ranges.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC014/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC014/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa7-server-side-request-forgery/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Parameter(check),
};

fn check(_: &Index<'_>, parameter: &Parameter<'_>, sink: &mut Sink<'_>) {
    let name = help::plain(parameter.name);
    let url = matches!(name.as_str(), "url" | "uri" | "callback" | "redirect" | "webhook" | "returnto")
        || ["url", "uri"].iter().any(|end| name.ends_with(end) && name.len() > end.len());
    if matches!(parameter.place, "query" | "path" | "formData") && url {
        let message = format!("parameter {} takes an address from the caller", quote(parameter.name));
        sink.at(parameter.node, message, Applies::Nothing);
    }
}
