//! A text anywhere in the contract, descriptions included, that holds what has the form of a live credential.

use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::help;
use crate::run::Sink;
use palisade_document::{Kind, Span};
use palisade_finding::Severity;

/// PAL-SEC012.
pub static RULE: Rule = Rule {
    id: "PAL-SEC012",
    name: "secret-in-contract",
    severity: Severity::High,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "exposure",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-798", "CWE-540"],
    aliases: &[],
    what: "A text anywhere in the contract, descriptions included, that holds what has the form of a live credential. \
        Low for a JSON web token that gives itself no more than a day.",
    why: "Contracts are published. A key copied into an example is a key given away.",
    fix: "Take it out, revoke the credential, and use a value that is visibly made up.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC012/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC012/good.yaml"),
    references: &["https://cwe.mitre.org/data/definitions/798.html"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let marks = marks(index);
    // The nodes come in the order of the text, so the marks before one are before all that follow.
    let mut ahead = marks.iter().flatten().copied().peekable();
    for node in index.document.nodes().filter(|node| node.kind() == Kind::String) {
        let Span { start, end } = node.span();
        while ahead.next_if(|mark| *mark < start).is_some() {}
        let begins = marks.is_none() || ahead.peek().is_some_and(|mark| *mark < end);
        // What is folded or indented in the source still shows how a credential begins; an escape may hide it.
        let escaped = || !node.is_verbatim() && index.document.slice(node.span()).contains('\\');
        if !begins && !escaped() {
            continue;
        }
        let text = node.scalar_text();
        let Some(secret) = help::secret(text) else { continue };
        let kind = secret.kind;
        let end = if secret.brief { " that was valid for no more than a day" } else { "" };
        let message = format!("the contract holds what looks like {kind}{end}");
        if let Some(hit) = sink.at(node, message, Applies::Nothing) {
            let start: String = text.get(secret.at..).unwrap_or_default().chars().take(4).collect();
            hit.evidence(format!("{start}…")).value(kind);
            if secret.brief {
                hit.severity(Severity::Low);
            }
        }
    }
}

/// Where in the source something stands that a credential begins with: most contracts have none at all. None where that
/// cannot be found out quickly.
fn marks(index: &Index<'_>) -> Option<Vec<u32>> {
    let begins = help::KEY_PREFIXES.iter().map(|(prefix, _)| *prefix).chain([help::PRIVATE_KEY]);
    let finder = aho_corasick::packed::Searcher::new(begins)?;
    let mut marks = Vec::new();
    for file in index.document.files() {
        marks.extend(finder.find_iter(file.source()).map(|found| file.span().start + found.start() as u32));
    }
    Some(marks)
}
