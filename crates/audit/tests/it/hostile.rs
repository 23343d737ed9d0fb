//! Inputs made to hurt: bounded, judged as far as possible, never a panic.

use super::audit;
use palisade_audit::State;
use std::fmt::Write;
use std::time::{Duration, Instant};

fn quick(text: &str) -> palisade_audit::AuditReport {
    let start = Instant::now();
    let report = audit(text);
    assert!(start.elapsed() < Duration::from_secs(20), "took {:?}", start.elapsed());
    assert!(report.findings.iter().all(|finding| finding.rule != "PAL-DOC008"), "a rule failed");
    report
}

const HEAD: &str = "openapi: 3.0.3\ninfo: {title: t, version: \"1\"}\n";

#[test]
fn a_fan_out_of_references_is_judged_once_each() {
    let mut text = format!("{HEAD}paths: {{}}\ncomponents:\n  schemas:\n");
    for at in 0..30 {
        let next = format!("{{$ref: \"#/components/schemas/S{}\"}}", at + 1);
        let _ = writeln!(text, "    S{at}: {{type: object, properties: {{a: {next}, b: {next}}}}}");
    }
    text.push_str("    S30: {type: string}\n");
    let report = quick(&text);
    assert_eq!(super::counts(&report).get("TDT008"), Some(&1));
}

#[test]
fn a_long_chain_of_references_is_followed_once() {
    let mut text = format!("{HEAD}paths: {{}}\ncomponents:\n  schemas:\n");
    for at in 0..5000 {
        let _ = writeln!(text, "    S{at}: {{$ref: \"#/components/schemas/S{}\"}}", at + 1);
    }
    text.push_str("    S5000: {type: string}\n");
    assert_eq!(super::counts(&quick(&text)).get("TDT008"), Some(&1));
}

#[test]
fn a_clique_of_schemas_is_judged_in_proportion() {
    let mut text = format!(
        "{HEAD}paths:\n  /a:\n    post:\n      requestBody: {{content: {{application/json: {{schema: {{$ref: \"#/components/schemas/S0\"}}}}}}}}\n      responses: {{\"204\": {{description: ok}}}}\ncomponents:\n  schemas:\n"
    );
    for at in 0..12 {
        let _ = write!(text, "    S{at}: {{type: object, properties: {{");
        for other in (0..12).filter(|other| *other != at) {
            let _ = write!(text, "p{other}: {{$ref: \"#/components/schemas/S{other}\"}}, ");
        }
        text.push_str("}}\n");
    }
    let report = quick(&text);
    assert_eq!(super::counts(&report).get("PAL-DAT001"), Some(&12));
}

#[test]
fn deep_nesting_is_a_finding() {
    for text in [
        format!("{HEAD}paths: {}", "[".repeat(100_000)),
        format!("{{\"openapi\":\"3.0.3\",\"x\":{}", "[".repeat(100_000)),
    ] {
        let report = quick(&text);
        assert_eq!(report.state, State::StructureInvalid);
        assert!(report.findings.iter().any(|finding| finding.rule == "PAL-DOC003"));
    }
}

#[test]
fn wrong_types_are_one_finding_each_and_the_walk_goes_on() {
    let text = "openapi: 3.0.3\ninfo: []\npaths: {/a: {get: [], post: {parameters: {}, responses: 3}}}\nservers: x\ncomponents: 1\nsecurity: {}\n";
    let report = quick(text);
    assert_eq!(super::counts(&report).get("FBP010"), Some(&7), "{:#?}", report.findings);
    assert_eq!(report.state, State::SemanticInvalid);
    assert_eq!(report.contract.operations, 1);
}

#[test]
fn operations_of_3_2_are_judged_like_any_other() {
    let text = "openapi: 3.2.0\n$self: https://x.example/a\ninfo: {title: t, version: \"1\"}\npaths:\n  /q:\n    query: {responses: {\"200\": {description: ok}}}\n    additionalOperations: {LINK: {responses: {\"200\": {description: ok}}}}\n";
    let report = quick(text);
    assert_eq!(report.contract.operations, 2);
    assert_eq!(super::counts(&report).get("SAN001"), Some(&2));
    assert_eq!(super::counts(&report).get("FSE017"), None);
}

#[test]
fn thousands_of_schemes_for_thousands_of_operations_end_at_the_limit() {
    let mut text = format!("{HEAD}security:\n");
    for at in 0..1100 {
        let _ = writeln!(text, "  - {{s{at}: []}}");
    }
    text.push_str("paths:\n");
    for at in 0..1100 {
        let _ = writeln!(text, "  /p{at}: {{get: {{responses: {{}}}}}}");
    }
    text.push_str("components:\n  securitySchemes:\n");
    for at in 0..1100 {
        let _ = writeln!(text, "    s{at}: {{type: apiKey, in: header, name: k}}");
    }
    let report = quick(&text);
    assert!(report.findings.iter().any(|finding| finding.rule == "PAL-DOC003"), "the limit is a finding");
}

#[test]
fn attacker_text_is_escaped_and_short_in_messages() {
    let text = format!("{HEAD}paths: {{\"/a\\u001b[31m{}\": {{get: {{responses: {{}}}}}}}}", "x".repeat(500));
    for finding in quick(&text).findings {
        assert!(!finding.message.contains('\u{1b}') && finding.message.len() < 300, "{}", finding.message);
    }
}

#[test]
fn secrets_are_not_shown() {
    let report = quick(include_str!("../fixtures/PAL-SEC012/bad.yaml"));
    let json = serde_json::to_string(&report).unwrap();
    assert!(json.contains("PAL-SEC012") && !json.contains("AKIAQ7F2MZX4TRWB6JKD"));
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 64, failure_persistence: None, ..Default::default() })]

    /// Members moved, doubled and cut at random: always a report, never a failed rule.
    #[test]
    fn no_mutilation_makes_a_rule_fail(cuts in proptest::collection::vec((0usize..4000, 0usize..60, "[a-z{}\\[\\]:,\" 0-9-]{0,6}"), 1..8)) {
        let mut text = include_str!("../data/carts.swagger2.json").to_owned();
        for (at, length, with) in cuts {
            let start = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let end = (start + length).min(text.len());
            text.replace_range(start..end, &with);
        }
        let report = audit(&text);
        proptest::prop_assert!(report.findings.iter().all(|finding| finding.rule != "PAL-DOC008"));
        proptest::prop_assert!((0.0..=100.0).contains(&report.score.total));
    }
}
