//! Text for people that a browser would run.

use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::Kind;
use palisade_finding::Severity;

/// PAL-STR046.
pub static RULE: Rule = Rule {
    id: "PAL-STR046",
    name: "active-content-in-text",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-79"],
    aliases: &["no-eval-in-markdown", "no-script-tags-in-markdown"],
    what: "A `description` that holds a `<script>` or `<iframe>` element, a `javascript:` link or a call of \
        `eval`.",
    why: "Descriptions are Markdown, which may hold HTML. A documentation page that shows the contract runs it \
        in the browser of whoever reads it.",
    fix: "Remove it; show code inside a code block with `&lt;`.",
    bad: include_str!("../../../tests/fixtures/PAL-STR046/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR046/good.yaml"),
    references: &["https://owasp.org/www-community/attacks/xss/", "https://spec.openapis.org/oas/v3.1.1#info-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    for node in index.document.nodes().filter(|node| node.kind() == Kind::String && node.is_under("description")) {
        let Some(what) = node.as_str().and_then(active) else { continue };
        sink.at(node, format!("the description holds {what}, which a browser would run"), Applies::Nothing);
    }
}

/// What of a text a browser would run.
fn active(text: &str) -> Option<&'static str> {
    for (at, _) in text.match_indices('<') {
        let tag =
            |name: &str| text.get(at + 1..at + 1 + name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name));
        if tag("script") {
            return Some("a script element");
        }
        if tag("iframe") {
            return Some("an iframe element");
        }
    }
    if text.contains("](javascript:") || text.contains("href=\"javascript:") {
        return Some("a javascript: link");
    }
    (text.contains("eval(") && !text.contains('`')).then_some("a call of eval")
}
