//! An answer whose `Set-Cookie` header has an example without `Secure` or `HttpOnly`.

use crate::hit::Applies;
use crate::index::{Index, Parameter};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_finding::Severity;

/// PAL-SEC074.
pub static RULE: Rule = Rule {
    id: "PAL-SEC074",
    name: "cookie-without-flags",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Response,
    category: "transport",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023", "API2:2023"],
    cwe: &["CWE-614", "CWE-1004"],
    aliases: &[],
    what: "An answer whose `Set-Cookie` header has an example without `Secure` or `HttpOnly`.",
    why: "Without `Secure` the cookie also travels over clear text; without `HttpOnly` every script of the \
        page can read it.",
    fix: "Set `Secure`, `HttpOnly` and `SameSite` on every cookie that stands for a caller, in the example \
        too.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC074/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC074/good.yaml"),
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6265",
        "https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/",
    ],
    mend: Remedy::Hand(Why::Api),
    check: Check::Parameter(check),
};

fn check(_: &Index<'_>, parameter: &Parameter<'_>, sink: &mut Sink<'_>) {
    if !parameter.name.eq_ignore_ascii_case("Set-Cookie") {
        return;
    }
    let holders = [Some(parameter.node), parameter.schema];
    let mut examples =
        holders.into_iter().flatten().filter_map(|node| node.get("example").or_else(|| node.get("default")));
    let Some(example) = examples.next() else { return };
    let text = example.as_str().unwrap_or_default();
    let has = |flag: &str| text.split(';').skip(1).any(|part| part.trim().eq_ignore_ascii_case(flag));
    let lacking: Vec<&str> = ["Secure", "HttpOnly"].into_iter().filter(|flag| !has(flag)).collect();
    if text.contains('=') && !lacking.is_empty() {
        let message = format!("the cookie in the example is set without {}", lacking.join(" and "));
        sink.at(example, message, Applies::Nothing);
    }
}
