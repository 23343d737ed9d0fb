//! Success answers without the header `Access-Control-Allow-Origin` in a contract that browsers use: other
//! answers describe it, there are OPTIONS operations, or a cookie is the credential.

use super::common;
use crate::hit::Applies;
use crate::index::{Index, Scheme};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_finding::Severity;

/// PAL-SEC060.
pub static RULE: Rule = Rule {
    id: "PAL-SEC060",
    name: "origin-undescribed",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "exposure",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-942", "CWE-1059"],
    aliases: &["owasp:api8:2023-define-cors-origin"],
    what: "Success answers without the header `Access-Control-Allow-Origin` in a contract that browsers use: \
        other answers describe it, or a cookie is the credential.",
    why: "Which pages may read the answers is then decided by a setting of the server that nobody reviews with \
        the contract.",
    fix: "Describe the header on every answer that browsers read, with the origins that are allowed.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC060/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC060/good.yaml"),
    references: &[
        "https://fetch.spec.whatwg.org/#http-cors-protocol",
        "https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/",
    ],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let origin = |name: &str| name.eq_ignore_ascii_case("Access-Control-Allow-Origin");
    let cookie =
        |scheme: &Scheme<'_>| !scheme.operations.is_empty() && common::kinds(scheme).contains(&common::Kind::KeyCookie);
    let browsers = index.parameters.iter().any(|parameter| parameter.response && origin(parameter.name))
        || index.schemes.iter().any(cookie);
    if !browsers {
        return;
    }
    let served = index.operations.iter().filter(|operation| !operation.outgoing);
    let mut lacking = served.filter(|operation| {
        operation.responses.iter().any(|(status, _)| status.starts_with('2'))
            && !common::describes_header(index, operation, origin)
    });
    let Some(first) = lacking.next() else { return };
    let count = common::operations(1 + lacking.count());
    let message = format!("browsers use this API, and {count} describe no Access-Control-Allow-Origin header");
    sink.at_key(first.node, message, Applies::Nothing);
}
