//! The registry is complete, and the published page is the registry.

use palisade_audit::{Part, RULES, catalogue_markdown, rule, rule_markdown, rule_text};
use std::collections::HashSet;

#[test]
fn ids_and_names_are_unique() {
    let ids: HashSet<_> = RULES.iter().map(|rule| rule.id).collect();
    let names: HashSet<_> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!((ids.len(), names.len()), (RULES.len(), RULES.len()));
}

#[test]
fn published_ids_are_all_there() {
    for id in [
        "SAN001", "SAN029", "STR001", "TDT001", "TDT003", "TDT004", "TDT005", "TDT007", "TDT008", "TDT010", "TDT011",
        "RDT002", "RDT003", "RDT004", "RDT005", "RDT006", "RDT015", "FBP001", "FBP010", "FSE017", "FST004", "FST008",
    ] {
        assert!(rule(id).is_some(), "{id}");
    }
}

#[test]
fn texts_are_complete() {
    for rule in RULES {
        for text in [rule.what, rule.why, rule.fix] {
            assert!(text.len() > 12 && text.ends_with('.'), "{}: {text:?}", rule.id);
        }
        assert_eq!(rule.bad.is_empty(), rule.good.is_empty(), "{}", rule.id);
        if !matches!(rule.id, "PAL-DOC008" | "PAL-DOC009") {
            assert!(!rule.cwe.is_empty() && !rule.owasp.is_empty() && !rule.references.is_empty(), "{}", rule.id);
        }
        let family = match rule.part {
            Part::Security => ["authentication", "authorization", "transport"].contains(&rule.category),
            Part::Data => ["data-validation", "responses"].contains(&rule.category),
            Part::None => true,
        };
        assert!(family, "{} takes points from {:?} as {}", rule.id, rule.part, rule.category);
        assert!(rule.owasp.iter().all(|item| item.starts_with("API") && item.ends_with(":2023")), "{}", rule.id);
        assert!(rule.cwe.iter().all(|item| item.starts_with("CWE-")), "{}", rule.id);
    }
}

#[test]
fn the_page_is_the_registry() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rules.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, catalogue_markdown()).unwrap();
    }
    let page = std::fs::read_to_string(path).unwrap();
    assert_eq!(page, catalogue_markdown(), "docs/rules.md is stale: UPDATE_DOCS=1 cargo test -p palisade-audit");
}

#[test]
fn one_rule_reads_well() {
    insta::assert_snapshot!(rule_markdown(rule("san001").unwrap()));
    insta::assert_snapshot!(rule_text(rule("basic-auth").unwrap()));
}
