//! The rules are complete, and the published page is the rules.

use palisade_posture::{catalogue_markdown, rule, rules};
use std::collections::HashSet;

#[test]
fn ids_and_names_are_unique_and_stay() {
    let ids: Vec<_> = rules().map(|rule| rule.id).collect();
    let names: HashSet<_> = rules().map(|rule| rule.name).collect();
    assert_eq!((ids.iter().collect::<HashSet<_>>().len(), names.len()), (ids.len(), ids.len()));
    for id in ["PST601", "PST602"] {
        assert!(rule(id).is_some(), "{id} was published");
    }
}

#[test]
fn texts_are_complete() {
    for rule in rules() {
        let digits = rule.id.strip_prefix("PST").unwrap_or_else(|| panic!("{}", rule.id));
        assert!(digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()), "{}", rule.id);
        for text in [rule.what, rule.why, rule.fix, rule.consumer] {
            assert!(text.len() > 12 && text.ends_with('.'), "{}: {text:?}", rule.id);
        }
        assert!(rule.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
        assert!(rule.owasp.iter().all(|item| item.starts_with("API") && item.ends_with(":2023")), "{}", rule.id);
        assert!(rule.cwe.iter().all(|item| item.starts_with("CWE-")), "{}", rule.id);
        assert!(rule.references.iter().all(|link| link.starts_with("https://")), "{}", rule.id);
    }
}

#[test]
fn the_page_is_the_rules() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rules-posture.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, catalogue_markdown()).unwrap();
    }
    let page = std::fs::read_to_string(path).unwrap();
    let stale = "docs/rules-posture.md is stale: UPDATE_DOCS=1 cargo test -p palisade-posture";
    assert_eq!(page, catalogue_markdown(), "{stale}");
}
