#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use serde_json::from_value;

fn job(kind: &str, created: &str, updated: &str) -> Job {
    from_value(json!({
        "id": "019a2b3c-0000-7000-8000-000000000001", "job_type": kind, "state": "Completed", "progress": 100,
        "progress_text": "", "compliant": true, "created_at": created, "updated_at": updated, "created_by": "ci",
        "attempts": 1, "summary": {"critical": 0, "high": 0, "medium": 1, "low": 0, "info": 1}, "score": 61.5,
    }))
    .unwrap()
}

fn oas() -> Job {
    job("OasScoringJob", "2026-01-11T11:39:12.389813Z", "2026-01-11T11:39:12.5Z")
}

fn found(overlay: Value) -> Found {
    let mut one = json!({
        "rule": "TDT007", "name": "string-without-maximum-length", "severity": "medium",
        "category": "data-validation", "message": "parameter \"cartId\" is a string without maxLength",
        "file": "carts.json", "pointer": "/paths/~1carts~1{cartId}/get/parameters/0/type", "line": 1, "column": 2,
        "operation": "GET /carts/{cartId}", "fix": "Set `maxLength`.", "loss": 4.5, "count": 1,
        "fingerprint": "00", "owasp": [], "cwe": [], "attack": [],
        "aliases": ["owasp:api4:2023-string-limit", "schema-string-maxlength"],
        "id": "019a2b3c-0000-7000-8000-00000000000a", "created_at": "2026-01-11T11:39:12.4Z",
    });
    for (name, value) in overlay.as_object().unwrap() {
        one[name] = value.clone();
    }
    from_value(one).unwrap()
}

/// Where lines end cannot be seen otherwise.
fn marked(text: &str) -> String {
    text.replace('\n', "$\n")
}

#[test]
fn tables_are_as_wide_as_panopticas() {
    insta::assert_snapshot!(marked(&jobs(&[oas()], true)), @"
    ID                                    JOBTYPE        STATUS     CREATED AT                            UPDATED AT                           $
    019a2b3c-0000-7000-8000-000000000001  OasScoringJob  Completed  2026-01-11 11:39:12.389813 +0000 UTC  2026-01-11 11:39:12.500000 +0000 UTC  $
    ");
    let demo = from_value(json!({"id": "019a2b3c-0000-7000-8000-00000000000c", "name": "Demo cluster"})).unwrap();
    insta::assert_snapshot!(marked(&controllers(&[demo], true)), @"
    ID                                    NAME         $
    019a2b3c-0000-7000-8000-00000000000c  Demo cluster  $
    ");
    let all = [found(json!({})), found(json!({"rule": "FBP010", "severity": "info"}))];
    insta::assert_snapshot!(marked(&findings(&oas(), &all, true)), @"
    ID                                    SEVERITY  CATEGORIES         FINDING TYPE ID  SOURCE       $
    019a2b3c-0000-7000-8000-00000000000a  medium    api-specification  TDT007           oas-analyzer  $
    019a2b3c-0000-7000-8000-00000000000a  info      api-specification  FBP010           oas-analyzer  $
    ");
}

#[test]
fn without_headers_there_are_rows_alone_and_without_rows_there_are_headers() {
    insta::assert_snapshot!(marked(&jobs(&[oas()], false)), @"019a2b3c-0000-7000-8000-000000000001  OasScoringJob  Completed  2026-01-11 11:39:12.389813 +0000 UTC  2026-01-11 11:39:12.500000 +0000 UTC  $");
    insta::assert_snapshot!(marked(&controllers(&[], true)), @"ID  NAME $");
    assert_eq!(controllers(&[], false), "");
}

#[test]
fn names_cannot_act_on_a_terminal() {
    let evil = from_value(json!({"id": "1", "name": "a\u{1b}[2J\nb\u{202e}"})).unwrap();
    insta::assert_snapshot!(marked(&controllers(&[evil], false)), @r"1   a\u{1b}[2J\u{a}b\u{202e}  $");
}

#[test]
fn findings_are_one_line_of_json_with_members_in_order() {
    let text = findings_json(&oas(), &[found(json!({}))]);
    assert_eq!(text.matches('\n').count(), 1);
    insta::assert_snapshot!(text, @r##"{"createdAt":"2026-01-11T11:39:12.389813Z","id":"019a2b3c-0000-7000-8000-000000000001","items":[{"additionalInfo":{"method":"get","path":"/carts/{cartId}","specPath":"#/paths/~1carts~1{cartId}/get/parameters/0/type"},"categories":["api-specification"],"createdAt":"2026-01-11T11:39:12.400000Z","description":"parameter \"cartId\" is a string without maxLength","detailedDescription":"parameter \"cartId\" is a string without maxLength. Set `maxLength`.","findingTypeId":"TDT007","id":"019a2b3c-0000-7000-8000-00000000000a","severity":"medium","source":"oas-analyzer"}],"jobType":"OasScoringJob","status":"Completed","updatedAt":"2026-01-11T11:39:12.500000Z"}"##);
}

fn info(job: &Job, overlay: Value) -> String {
    let item = panoptica::item(job, &found(overlay));
    format!("{} {} {} {}", item["findingTypeId"], item["source"], item["categories"], item["additionalInfo"])
}

#[test]
fn places_are_told_by_the_kind_of_job() {
    let place = |pointer: &str| json!({"pointer": pointer, "operation": null});
    insta::assert_snapshot!(info(&oas(), place("")), @r##""TDT007" "oas-analyzer" ["api-specification"] {"specPath":"#"}"##);
    insta::assert_snapshot!(info(&oas(), place("/paths/~1a~0b/parameters/0")), @r##""TDT007" "oas-analyzer" ["api-specification"] {"path":"/a~b","specPath":"#/paths/~1a~0b/parameters/0"}"##);
    let missing = json!({"rule": "FBP001", "pointer": "/info", "operation": null, "message": "the required member version is empty"});
    insta::assert_snapshot!(info(&oas(), missing), @r##""FBP001" "oas-analyzer" ["api-specification"] {"property":"version","specPath":"#/info"}"##);

    let third = job("ThirdPartyApiScoringJob", "2026-01-11T11:39:12Z", "2026-01-11T11:39:13Z");
    let header = json!({"rule": "PST206", "category": "application", "file": "https://192.0.2.1:443", "pointer": null,
        "operation": null, "message": "there is no Content-Security-Policy", "evidence": "GET /: 200"});
    insta::assert_snapshot!(info(&third, header), @r#""MISSING_SECURITY_HEADER" "third-party-scorer" ["application"] {"Asset":"192.0.2.1:443","Description":"GET /: 200","Module":"application"}"#);
    let ports = json!({"rule": "PST408", "category": "network", "file": "192.0.2.1", "pointer": null,
        "operation": null, "evidence": "open: 80 http, 443 https"});
    insta::assert_snapshot!(info(&third, ports), @r#""PORTS" "third-party-scorer" ["network"] {"Asset":"192.0.2.1","Description":"open: 80 http, 443 https","Module":"network","Ports":[80,443]}"#);
    let port =
        json!({"rule": "PST401", "category": "network", "file": "192.0.2.1:6379", "pointer": null, "operation": null});
    assert!(info(&third, port).contains(r#""Ports":[6379]"#));
    insta::assert_snapshot!(info(&third, json!({})), @r##""TDT007" "third-party-scorer" ["api-specification"] {"method":"get","path":"/carts/{cartId}","specPath":"#/paths/~1carts~1{cartId}/get/parameters/0/type"}"##);

    let fuzzing = job("FuzzingJob", "2026-01-11T11:39:12Z", "2026-01-11T11:39:13Z");
    let open = json!({"rule": "FUZ001", "file": null, "pointer": null, "operation": "PUT /user/{name}", "aliases": ["AUTH_ISSUE"]});
    insta::assert_snapshot!(info(&fuzzing, open), @r#""AUTH_ISSUE" "api-fuzzer" ["application"] {"method":"put","path":"/user/{name}"}"#);
}

#[test]
fn what_the_server_says_of_source_and_categories_counts() {
    let told = json!({"source": "shodan", "categories": ["network", "email"]});
    assert!(info(&oas(), told).starts_with(r#""TDT007" "shodan" ["network","email"]"#));
}

#[test]
fn only_ids_of_panopticas_form_stand_for_a_rule() {
    for (aliases, id) in [
        (json!(["owasp-x", "SAN001"]), "SAN001"),
        (json!(["JWT_NO_ALG_FIELD"]), "JWT_NO_ALG_FIELD"),
        (json!(["ABC12x", "ab_CD", "ÄÖÜ", "AB"]), "TDT007"),
    ] {
        assert_eq!(panoptica::type_id(&found(json!({ "aliases": aliases })).finding), id);
    }
}
