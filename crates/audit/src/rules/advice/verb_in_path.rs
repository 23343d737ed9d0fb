//! A path that names what a method says.

use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-BPR016.
pub static RULE: Rule = Rule {
    id: "PAL-BPR016",
    name: "verb-in-path",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "best-practice",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-650"],
    aliases: &["no-http-verbs-in-path", "no-http-verbs-in-paths"],
    what: "A path with a segment that is one of the methods `get`, `put` and `delete`, such as `/get/orders`. \
        Reported once for the contract, with the number of paths.",
    why: "The method then means nothing: a GET that deletes is followed by crawlers and passed by filters that \
        let GET through.",
    fix: "Name what the path is about, and let the method say what is done.",
    bad: include_str!("../../../tests/fixtures/PAL-BPR016/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-BPR016/good.yaml"),
    references: &["https://www.rfc-editor.org/rfc/rfc9110"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let verb = |path: &str| {
        // The other methods are names of things too: a post, a patch, options, a trace.
        let verbs = ["get", "put", "delete"];
        path.split('/').any(|segment| verbs.iter().any(|verb| segment.eq_ignore_ascii_case(verb)))
    };
    let mut found = index.items.iter().filter(|(path, _)| verb(path));
    let Some((path, item)) = found.next() else { return };
    let message = match found.count() {
        0 => format!("path {} names a method", quote(path)),
        more => format!("{} paths name a method, the first is {}", more + 1, quote(path)),
    };
    // One finding for the whole contract: the same whichever place is the first.
    if let Some(hit) = sink.at_key(*item, message, Applies::Nothing) {
        hit.value("*");
    }
}
