//! An answer whose header `Access-Control-Allow-Origin` is described as `*`, in a contract whose operations ask
//! for a credential.

use crate::hit::Applies;
use crate::index::{Index, Parameter};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::NodeRef;
use palisade_finding::Severity;

/// PAL-SEC059.
pub static RULE: Rule = Rule {
    id: "PAL-SEC059",
    name: "wildcard-origin",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Response,
    category: "exposure",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-942"],
    aliases: &["owasp:api8:2023-define-cors-origin"],
    what: "An answer whose header `Access-Control-Allow-Origin` is described as `*`, in a contract whose \
        operations ask for a credential.",
    why: "Every page a user visits may read the answers. With keys that are not cookies that is enough to leak \
        what the user may see.",
    fix: "Name the origins that may read the answers.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC059/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC059/good.yaml"),
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/",
        "https://fetch.spec.whatwg.org/#http-cors-protocol",
    ],
    mend: Remedy::Hand(Why::Api),
    check: Check::Parameter(check),
};

fn check(index: &Index<'_>, parameter: &Parameter<'_>, sink: &mut Sink<'_>) {
    if !parameter.name.eq_ignore_ascii_case("Access-Control-Allow-Origin") {
        return;
    }
    let holders = [Some(parameter.node), parameter.schema];
    let values = holders.into_iter().flatten().flat_map(|node| {
        let listed = node.get("enum").into_iter().flat_map(NodeRef::items);
        ["const", "default", "example"].into_iter().filter_map(move |key| node.get(key)).chain(listed)
    });
    let wild = values.filter(|value| value.as_str().is_some_and(|text| text.trim() == "*")).count() > 0;
    if wild && index.operations.iter().any(|operation| !operation.outgoing && operation.secured()) {
        sink.at_key(parameter.node, "answers may be read by pages of every origin".to_owned(), Applies::Nothing);
    }
}
