//! The carts contract of the sock shop: what the published analyser found there, its defects mended.

use palisade_audit::{Options, audit_bytes};

const CARTS: &[u8] = include_bytes!("../data/carts.swagger2.json");

#[test]
fn published_rules_fire_as_published() {
    let report = audit_bytes("carts.json", CARTS, &Options::default());
    let counts = super::counts(&report);
    let published: Vec<(&str, u64)> =
        counts.iter().filter(|(id, _)| !id.starts_with("PAL-")).map(|(id, count)| (id.as_str(), *count)).collect();
    assert_eq!(
        published,
        [
            ("FBP001", 4),
            ("FST008", 1),
            ("RDT002", 5),
            // The analyser left the two DELETEs out here, and the PATCH below, against its own text.
            ("RDT003", 3),
            ("RDT004", 2),
            ("RDT005", 5),
            ("RDT006", 5),
            ("RDT015", 5),
            ("SAN001", 5),
            ("SAN029", 1),
            ("STR001", 1),
            ("TDT003", 2),
            ("TDT004", 2),
            ("TDT005", 2),
            ("TDT007", 8),
            ("TDT008", 8),
            ("TDT010", 1),
            ("TDT011", 3),
            // FSE017 does not fire: x-example is a legal extension.
        ]
    );
}

#[test]
fn every_pointer_leads_somewhere() {
    let report = audit_bytes("carts.json", CARTS, &Options::default());
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
