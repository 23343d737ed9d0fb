//! Which findings are reported in which profile.

use palisade_audit::{AuditReport, Direction, Options, Profile, RULES, audit_bytes};
use std::collections::BTreeSet;

const CONTRACT: &str = r##"openapi: 3.0.3
info: {title: Shop, version: "1.0"}
servers: [{url: https://shop.example/v1}]
paths:
  /orders:
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses:
        "201": {description: Made, content: {application/json: {schema: {$ref: "#/components/schemas/Receipt"}}}}
components:
  schemas:
    Order:
      type: object
      properties: {note: {type: string}, lines: {type: array, items: {type: boolean}}}
    Receipt:
      type: object
      properties: {text: {type: string}, lines: {type: array, items: {type: boolean}}}
"##;

fn judge(profile: Profile) -> AuditReport {
    audit_bytes("shop.yaml", CONTRACT.as_bytes(), &Options { profile, ..Options::default() })
}

fn fingerprints(report: &AuditReport) -> BTreeSet<&str> {
    report.findings.iter().map(|finding| finding.fingerprint.as_str()).collect()
}

#[test]
fn quieter_profiles_report_less_of_the_same_and_say_how_much_less() {
    let [strict, recommended, minimal] = Profile::ALL.map(judge);
    assert!(fingerprints(&minimal).is_subset(&fingerprints(&recommended)));
    assert!(fingerprints(&recommended).is_subset(&fingerprints(&strict)));
    for report in [&strict, &recommended, &minimal] {
        let outside = report.notes.outside_profile as usize;
        assert_eq!((report.score, report.findings.len() + outside), (strict.score, strict.findings.len()));
    }
    let rules = |report: &AuditReport| report.findings.iter().map(|one| one.rule.to_string()).collect::<Vec<_>>();
    assert_eq!(rules(&minimal), ["SAN001", "PAL-SEC002"]);
    assert!(
        ["PAL-SEC013", "PAL-BPR009", "PAL-DAT001"].iter().all(|id| !rules(&recommended).iter().any(|rule| rule == id))
    );
}

#[test]
fn limits_of_what_only_responses_carry_are_for_the_strict() {
    let places = |profile, id: &str| -> Vec<String> {
        let of = |report: AuditReport| report.findings.into_iter().filter(|one| one.rule == id);
        of(judge(profile)).filter_map(|one| one.pointer).collect()
    };
    let (order, receipt) = ("/components/schemas/Order/properties", "/components/schemas/Receipt/properties");
    for (id, name) in [("TDT001", "lines"), ("TDT007", "text")] {
        let response = format!("{receipt}/{name}/type");
        assert!(places(Profile::Strict, id).contains(&response), "{id}");
        assert!(places(Profile::Recommended, id).iter().all(|place| place.starts_with(order)), "{id}");
        assert_eq!(places(Profile::Recommended, id).len(), 1, "{id}");
    }
}

#[test]
fn what_weighs_less_than_its_rule_is_for_its_severity() {
    let text = r#"openapi: 3.0.3
info: {title: Shop, version: "1.0"}
paths:
  /users/login:
    post:
      parameters: [{name: size, in: query, schema: {type: array, items: {type: string, enum: [s, m]}}}]
      responses: {"204": {description: Done}}
components: {securitySchemes: {key: {type: http, scheme: bearer}}}
"#;
    let judge = |profile, text: &str| {
        let report = audit_bytes("shop.yaml", text.as_bytes(), &Options { profile, ..Options::default() });
        let rules = ["SAN001", "SAN029", "TDT001"];
        let found = report.findings.into_iter().filter(|one| rules.contains(&&*one.rule));
        found.map(|one| format!("{} {}", one.severity, one.rule)).collect::<Vec<_>>()
    };
    assert_eq!(judge(Profile::Recommended, text), ["medium SAN001", "medium TDT001", "low SAN029"]);
    assert!(!judge(Profile::Minimal, text).iter().any(|one| one.ends_with("SAN001")));
    let own = text.replace("    post:\n", "    post:\n      security: []\n");
    assert_eq!(judge(Profile::Strict, &own), ["medium TDT001", "info SAN029"]);
    assert_eq!(judge(Profile::Recommended, &own), ["medium TDT001"]);
}

#[test]
fn each_profile_has_rules_of_its_own() {
    let of = |profile: Profile| RULES.iter().filter(|rule| rule.profile == profile).count();
    assert!(Profile::ALL.into_iter().all(|profile| of(profile) > 20));
    for rule in RULES {
        assert!(rule.profiles().any(|profile| profile == Profile::Strict), "{}", rule.id);
        assert!(rule.profile != Profile::Minimal || rule.direction != Direction::MainlyRequest, "{}", rule.id);
    }
}
