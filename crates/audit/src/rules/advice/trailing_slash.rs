//! Addresses that end with a slash.

use crate::hit::Applies;
use crate::index::{Index, Version};
use crate::mend::{Mended, Spot};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::shape;
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-BPR002.
pub static PATH: Rule = Rule {
    id: "PAL-BPR002",
    name: "path-with-trailing-slash",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "best-practice",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-436"],
    aliases: &["path-keys-no-trailing-slash", "no-path-trailing-slash"],
    what: "A path that ends with a slash. Reported once for the contract, with the number of paths.",
    why: "Some servers answer both forms, some one, some redirect: a policy that names one form may miss the \
        other.",
    fix: "Leave the slash out.",
    bad: include_str!("../../../tests/fixtures/PAL-BPR002/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-BPR002/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#paths-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(paths),
};

/// PAL-BPR003.
pub static SERVER: Rule = Rule {
    id: "PAL-BPR003",
    name: "server-url-with-trailing-slash",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "best-practice",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-436"],
    aliases: &["oas3-server-trailing-slash", "no-server-trailing-slash"],
    what: "A server URL (in Swagger 2.0 a `basePath`) that ends with a slash, and is more than that slash.",
    why: "The path is appended to it: the request goes to `//orders`, which servers and gateways read \
        differently.",
    fix: "Leave the slash out.",
    bad: include_str!("../../../tests/fixtures/PAL-BPR003/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-BPR003/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#server-object"],
    mend: Remedy::Safe(mend),
    check: Check::Contract(servers),
};

fn paths(index: &Index<'_>, sink: &mut Sink<'_>) {
    let mut found = index.items.iter().filter(|(path, _)| path.len() > 1 && path.ends_with('/'));
    let Some((path, item)) = found.next() else { return };
    let message = match found.count() {
        0 => format!("path {} ends with a slash", quote(path)),
        more => format!("{} paths end with a slash, the first is {}", more + 1, quote(path)),
    };
    // One finding for the whole contract: the same whichever place is the first.
    if let Some(hit) = sink.at_key(*item, message, Applies::Nothing) {
        hit.value("*");
    }
}

fn servers(index: &Index<'_>, sink: &mut Sink<'_>) {
    let urls = shape::servers(index).into_iter().filter_map(|server| server.get("url"));
    let base = index.root().get("basePath").filter(|_| index.version == Version::V2);
    for url in urls.chain(base) {
        if url.as_str().is_some_and(|text| text.len() > 1 && text.ends_with('/')) {
            let message = format!("{} ends with a slash", quote(url.scalar_text()));
            sink.at(url, message, Applies::Nothing);
        }
    }
}

/// Leaves the slash out: paths begin with one.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let text = spot.node.as_str()?.trim_end_matches('/');
    if text.is_empty() || text.ends_with(':') {
        return None;
    }
    Mended::safe("leave the slash out", index.editor().replace_scalar(spot.node, &text.into()).ok()?)
}
