//! The carts contract of the sock shop: what the published analyser found there, its defects mended.

use palisade_audit::{Options, Profile, audit_bytes};
use std::collections::BTreeSet;

const CARTS: &[u8] = include_bytes!("../data/carts.swagger2.json");

/// Id and pointer of each finding of the published run.
const PUBLISHED: &str = include_str!("../data/carts.published.txt");

/// What is found here and is not in the published run, or the other way round; `docs/audit-panoptica.md` says why.
const ONLY_HERE: [(&str, &str); 3] = [
    ("RDT003", "/paths/~1carts~1{customerId}/delete/responses"),
    ("RDT003", "/paths/~1carts~1{customerId}~1items~1{itemId}/delete/responses"),
    ("RDT004", "/paths/~1carts~1{customerId}~1items/patch/responses"),
];
const ONLY_THERE: [(&str, &str); 6] = [
    ("FSE017", "/paths/~1carts~1{customerId}/delete/parameters/0/x-example"),
    ("FSE017", "/paths/~1carts~1{customerId}/get/parameters/0/x-example"),
    ("FSE017", "/paths/~1carts~1{customerId}~1items/patch/parameters/0/x-example"),
    ("FSE017", "/paths/~1carts~1{customerId}~1items/post/parameters/0/x-example"),
    ("FSE017", "/paths/~1carts~1{customerId}~1items~1{itemId}/delete/parameters/0/x-example"),
    ("FSE017", "/paths/~1carts~1{customerId}~1items~1{itemId}/delete/parameters/1/x-example"),
];

#[test]
fn published_rules_fire_at_the_published_places() {
    let report = audit_bytes("carts.json", CARTS, &Options { profile: Profile::Strict, ..Options::default() });
    let published: BTreeSet<(&str, &str)> = PUBLISHED
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once(' ').unwrap_or((line, "")))
        .collect();
    assert_eq!(published.len(), 66);
    let mut found = BTreeSet::new();
    for finding in report.findings.iter().filter(|finding| !finding.rule.starts_with("PAL-")) {
        assert_eq!(finding.count, 1, "{} has one row a place", finding.rule);
        assert!(found.insert((finding.rule.as_ref(), finding.pointer.as_deref().unwrap())), "{}", finding.rule);
    }
    let here: Vec<_> = found.difference(&published).copied().collect();
    let there: Vec<_> = published.difference(&found).copied().collect();
    assert_eq!((here, there), (ONLY_HERE.to_vec(), ONLY_THERE.to_vec()));
}

#[test]
fn every_difference_is_explained() {
    let page = include_str!("../../../../docs/audit-panoptica.md");
    for (id, pointer) in ONLY_HERE.iter().chain(&ONLY_THERE) {
        let row = page.lines().find(|line| line.contains(&format!("`{id}`")) && line.contains(&format!("`{pointer}`")));
        assert!(row.is_some(), "no row for {id} at {pointer}");
    }
}

#[test]
fn every_pointer_leads_somewhere() {
    let report = audit_bytes("carts.json", CARTS, &Options { profile: Profile::Strict, ..Options::default() });
    let value: serde_json::Value = serde_json::from_slice(CARTS).unwrap();
    for finding in &report.findings {
        let pointer = finding.pointer.as_deref().unwrap();
        assert!(value.pointer(pointer).is_some(), "{} points at {pointer}", finding.rule);
    }
    let numbers: Vec<_> = report.findings.iter().filter(|finding| finding.rule == "TDT003").collect();
    assert_eq!(numbers[0].pointer.as_deref(), Some("/definitions/CartItem/properties/quantity/type"));
}

#[test]
fn the_whole_report_is_stable() {
    let report = audit_bytes("carts.json", CARTS, &Options::default());
    insta::assert_json_snapshot!(report);
}
