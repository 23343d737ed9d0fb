//! Each rule fires once on its bad fixture, at the right place, and not at all on the mended one.

use super::audit;
use palisade_audit::RULES;
use std::fmt::Write;

/// Rules without a fixture file: their input is no YAML text, or a fault in the program.
const WITHOUT: [&str; 3] = ["PAL-DOC002", "PAL-DOC008", "PAL-DOC009"];

#[test]
fn every_rule_fires_once_on_its_bad_fixture_and_not_on_the_good_one() {
    let mut seen = String::new();
    let mut wrong = Vec::new();
    for rule in RULES.iter().filter(|rule| !WITHOUT.contains(&rule.id)) {
        let bad = audit(rule.bad);
        let found: Vec<_> = bad.findings.iter().filter(|finding| finding.rule == rule.id).collect();
        if found.len() != 1 || found[0].count != 1 {
            wrong.push(format!("{}: {} findings on bad.yaml", rule.id, found.len()));
        }
        let good = audit(rule.good);
        if let Some(finding) = good.findings.iter().find(|finding| finding.rule == rule.id) {
            wrong.push(format!("{}: still on good.yaml: {}", rule.id, finding.message));
        }
        for finding in found {
            let place = finding.pointer.as_deref().unwrap_or("-");
            let (line, column) = (finding.line.unwrap(), finding.column.unwrap());
            let _ = writeln!(seen, "{} {line}:{column} {place}\n  {}", rule.id, finding.message);
            let text = rule.bad.lines().nth(line as usize - 1).unwrap_or_default();
            let _ = writeln!(seen, "  | {text}\n  | {}^", " ".repeat(column as usize - 1));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    insta::assert_snapshot!(seen);
}

#[test]
fn mending_a_rule_brings_no_other_rule() {
    for rule in RULES.iter().filter(|rule| !WITHOUT.contains(&rule.id)) {
        // A document that could not be read to its end shows more once it can.
        if rule.id.starts_with("PAL-DOC") {
            continue;
        }
        let before = super::counts(&audit(rule.bad));
        for (id, count) in super::counts(&audit(rule.good)) {
            let allowed = before.get(&id).copied().unwrap_or(0);
            assert!(count <= allowed + 4, "{}: {id} went from {allowed} to {count}", rule.id);
        }
    }
}

#[test]
fn broken_encoding_is_reported_with_its_place() {
    let report = palisade_audit::audit_bytes(
        "api.yaml",
        b"openapi: 3.0.3\ninfo: {title: \"a\xff\", version: \"1\"}\npaths: {}\n",
        &palisade_audit::Options::default(),
    );
    let finding = report.findings.iter().find(|finding| finding.rule == "PAL-DOC002").expect("the bytes are seen");
    assert_eq!((finding.line, finding.column), (Some(2), Some(17)));
}
