//! A contract that does not say whose it is.

use crate::hit::Applies;
use crate::index::{Index, Version};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-BPR013.
pub static CONTACT: Rule = Rule {
    id: "PAL-BPR013",
    name: "contract-without-contact",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "best-practice",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["info-contact", "contact-properties"],
    what: "An `info` without `contact`, or with one that has none of `name`, `url` and `email`.",
    why: "Who finds a hole in the API does not know whom to tell.",
    fix: "Name a team and an address.",
    bad: include_str!("../../../tests/fixtures/PAL-BPR013/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-BPR013/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#info-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(contact),
};

/// PAL-BPR014.
pub static LICENSE: Rule = Rule {
    id: "PAL-BPR014",
    name: "contract-without-license",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "best-practice",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["info-license", "info-license-url", "info-license-strict", "license-url", "info-license-spdx"],
    what: "An `info` without `license`, or with one that has neither `url` nor `identifier`.",
    why: "Nobody can tell whether the contract may be passed on.",
    fix: "Name the license by `identifier` or `url`.",
    bad: include_str!("../../../tests/fixtures/PAL-BPR014/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-BPR014/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#info-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(license),
};

/// PAL-BPR015.
pub static ADDRESS: Rule = Rule {
    id: "PAL-BPR015",
    name: "malformed-address-of-help",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "best-practice",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &[
        "warning-contact-email",
        "v3-warning-contact-email",
        "warning-contact-url",
        "v3-warning-contact-url",
        "warning-license-url",
        "v3-warning-license-url",
        "warning-global-externaldocumentation-url",
        "v3-warning-global-externaldocumentation-url",
        "warning-operation-externaldocumentation-url",
        "v3-warning-operation-externaldocumentation-url",
        "warning-schema-externaldocumentation-url",
        "v3-warning-schema-externaldocumentation-url",
        "warning-tag-externaldocumentation-url",
        "v3-warning-tag-externaldocumentation-url",
    ],
    what: "A `url` or `email` of contact, license, external documentation or terms of service that is no URL or \
        no address.",
    why: "Whoever follows it gets nowhere, or to what somebody else has put there.",
    fix: "Write a whole URL (`https://...`) or an address (`team@example.com`).",
    bad: include_str!("../../../tests/fixtures/PAL-BPR015/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-BPR015/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#info-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(addresses),
};

fn contact(index: &Index<'_>, sink: &mut Sink<'_>) {
    let Some(info) = index.root().get("info").filter(|info| info.is_object()) else { return };
    let contact = info.get("contact");
    if contact.is_none_or(|node| ["name", "url", "email"].iter().all(|key| node.get(key).is_none())) {
        let message = "the contract does not say who looks after it".to_owned();
        sink.at_key(contact.unwrap_or(info), message, Applies::Nothing);
    }
}

fn license(index: &Index<'_>, sink: &mut Sink<'_>) {
    let Some(info) = index.root().get("info").filter(|info| info.is_object()) else { return };
    let license = info.get("license");
    if license.is_none_or(|node| ["url", "identifier"].iter().all(|key| node.get(key).is_none())) {
        let message = "the contract does not say under which license it stands".to_owned();
        sink.at_key(license.unwrap_or(info), message, Applies::Nothing);
    }
}

/// The address of the external documentation of an object.
fn docs(node: NodeRef<'_>) -> Option<NodeRef<'_>> {
    node.get("externalDocs")?.get("url")
}

fn addresses(index: &Index<'_>, sink: &mut Sink<'_>) {
    let root = index.root();
    let info = root.get("info");
    let part = |key: &str| info.and_then(|info| info.get(key));
    let mut urls: Vec<NodeRef<'_>> = Vec::new();
    urls.extend(part("termsOfService"));
    urls.extend(part("contact").and_then(|node| node.get("url")));
    urls.extend(part("license").and_then(|node| node.get("url")));
    urls.extend(docs(root));
    urls.extend(root.get("tags").into_iter().flat_map(NodeRef::items).filter_map(docs));
    urls.extend(index.operations.iter().filter_map(|operation| docs(operation.node)));
    urls.extend(index.schemas.iter().filter_map(|schema| docs(schema.node)));
    for url in urls {
        let bad = |text: &&str| {
            // Since 3.0 these may be relative; a space or nothing at all is no address in any reading.
            text.is_empty() || text.contains(char::is_whitespace) || index.version == Version::V2 && !text.contains(':')
        };
        if let Some(text) = url.as_str().filter(bad) {
            sink.at(url, format!("{} is no URL", quote(text)), Applies::Nothing);
        }
    }
    if let Some(email) = part("contact").and_then(|node| node.get("email"))
        && let Some(text) = email.as_str()
        && !text.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains(char::is_whitespace)
        })
    {
        sink.at(email, format!("{} is no e-mail address", quote(text)), Applies::Nothing);
    }
}
