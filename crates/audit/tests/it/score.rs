//! The score explains itself.

use super::audit;
use palisade_audit::{Profile, State};

const TIGHT: &str = include_str!("../data/tight.yaml");

#[test]
fn a_contract_that_says_everything_scores_100() {
    let report = audit(TIGHT);
    assert_eq!(report.findings.iter().filter(|finding| finding.loss > Some(0.0)).count(), 0, "{:#?}", report.findings);
    assert_eq!((report.score.total, report.score.security, report.score.data), (100.0, 30.0, 70.0));
    assert_eq!(report.state, State::Valid);
}

#[test]
fn mending_a_finding_raises_the_score_by_its_loss() {
    let bad = TIGHT.replace("maxLength: 40, ", "");
    let report = audit(&bad);
    let finding = report.findings.iter().find(|finding| finding.rule == "TDT007").unwrap();
    let loss = finding.loss.unwrap();
    assert!(loss > 0.0, "{finding:?}");
    assert!((100.0 - report.score.total - loss).abs() < 0.011, "{} and {loss}", report.score.total);
}

#[test]
fn an_operation_without_security_loses_its_share() {
    // One operation of two: half of 30.
    let bad = TIGHT.replacen("    get:\n", "    get:\n      security: []\n", 1);
    let report = audit(&bad);
    assert_eq!(report.score.security, 30.0 - 30.0 / 2.0 * 0.5, "{:#?}", report.findings);
}

#[test]
fn an_unused_weak_scheme_costs_nothing() {
    let bad = TIGHT.replace("  securitySchemes:\n", "  securitySchemes:\n    old: {type: http, scheme: basic}\n");
    let report = audit(&bad);
    assert!(report.findings.iter().any(|finding| finding.rule == "PAL-SEC040"));
    assert_eq!(report.score.total, 100.0);
}

#[test]
fn the_profile_hides_findings_and_leaves_the_score() {
    let text = include_str!("../fixtures/TDT007/bad.yaml");
    let of = |profile| {
        palisade_audit::audit_bytes("a", text.as_bytes(), &palisade_audit::Options { profile, ..Default::default() })
    };
    let (strict, minimal) = (of(Profile::Strict), of(Profile::Minimal));
    assert!(minimal.findings.len() < strict.findings.len());
    assert_eq!(minimal.score, strict.score);
}

#[test]
fn equal_input_gives_equal_bytes() {
    let text = include_str!("../data/carts.swagger2.json");
    assert_eq!(serde_json::to_string(&audit(text)).unwrap(), serde_json::to_string(&audit(text)).unwrap());
}

#[test]
fn what_cannot_be_read_scores_nothing_and_says_why() {
    for text in
        ["", "hello", "[]", "null", "openapi: 3.0.3\n\tinfo: x", "{\"openapi\": \"3.0.3\", ", "openapi: 9.9.9\n"]
    {
        let report = audit(text);
        assert_eq!(report.state, State::StructureInvalid, "{text:?}");
        assert_eq!(report.score.total, 0.0);
        let finding = report.findings.first().unwrap_or_else(|| panic!("{text:?} says nothing"));
        assert!(finding.line.is_some() && finding.column.is_some(), "{finding:?}");
    }
}

#[test]
fn the_scores_of_the_operations_add_up_to_the_score_of_the_contract() {
    let files = [include_str!("../data/carts.swagger2.json"), TIGHT, include_str!("../fixtures/TDT007/bad.yaml")];
    for text in files {
        let options = palisade_audit::Options { operations: true, ..Default::default() };
        let report = palisade_audit::audit_bytes("a", text.as_bytes(), &options);
        assert_eq!(report.operations.len(), report.contract.operations);
        let lost: f64 = report.operations.iter().map(|one| one.lost).sum();
        let mean: f64 = report.operations.iter().map(|one| one.score).sum::<f64>() / report.operations.len() as f64;
        assert!(
            (100.0 - report.score.total - lost).abs() < 0.05,
            "{} {lost} {:?}",
            report.score.total,
            report.operations
        );
        assert!((report.score.total - mean).abs() < 0.05, "{} {mean}", report.score.total);
    }
    assert!(audit(TIGHT).operations.is_empty(), "nobody asked");
}
