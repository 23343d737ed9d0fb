//! Named gates, and what one says of an API.

use super::support::{CONTRACT, Plane};
use http::Method;
use serde_json::{Value, json};

async fn add(plane: &Plane, name: &str, definition: &str, default: bool) -> super::support::Answer {
    let body = json!({"name": name, "definition": definition, "default": default}).to_string();
    plane.admin(Method::POST, "/api/v1/gates", &body).await
}

fn conditions(verdict: &Value) -> Vec<&str> {
    verdict["broken"].as_array().unwrap().iter().map(|broken| broken["condition"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_is_kept_changed_and_removed() {
    let plane = Plane::new(None).await;
    let made = add(&plane, "release", "minimum: {total: 90}\nreject: {severity: high}\n", true).await;
    assert_eq!(made.status, 201);
    let etag = made.headers["etag"].to_str().unwrap().to_owned();
    let made = made.json();
    assert_eq!(made["minimum"], json!({"total": 90.0, "security": null, "data": null}));
    assert_eq!(
        (&made["reject_severity"], &made["default"], &made["updated_by"]),
        (&json!("high"), &json!(true), &json!("admin.token"))
    );
    assert_eq!(add(&plane, "release", "forbid: [SAN001]", false).await.status, 409);
    add(&plane, "nightly", "{description: each night, forbid: [SAN001]}", true).await.ok();
    let defaults: Vec<bool> = plane.get("/api/v1/gates").await["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gate| gate["default"] == true)
        .collect();
    assert_eq!(defaults, [true, false], "nightly took its place");

    let bearer = format!("Bearer {}", plane.admin);
    let change = json!({"definition": "reject: {invalid: true}", "default": true}).to_string();
    let put = |tag: String| {
        let (plane, bearer, change) = (&plane, &bearer, &change);
        async move {
            let fields =
                [("authorization", bearer.as_str()), ("content-type", "application/json"), ("if-match", tag.as_str())];
            plane.call(Method::PUT, "/api/v1/gates/release", &fields, change).await
        }
    };
    assert_eq!(put(etag).await.status, 412, "it is no default any more");
    let now = plane.admin(Method::GET, "/api/v1/gates/release", "").await.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(put(now).await.ok()["reject_invalid"], true);
    assert_eq!(plane.admin(Method::DELETE, "/api/v1/gates/release", "").await.status, 204);
    assert_eq!(plane.admin(Method::GET, "/api/v1/gates/release", "").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definition_is_refused_with_the_place_in_it() {
    let plane = Plane::new(None).await;
    for (name, definition, place, message) in [
        ("a", "minimum: {total: 190}", "1:18", "`total` lies between 0 and 100"),
        ("a", "forbid: [X]\nrejects: {}", "2:1", "unknown key \"rejects\""),
        ("a", "{gate: b, forbid: [X]}", "1:1", "is called \"a\""),
        ("a", "gates: []", "1:1", "not one gate"),
        ("a", "", "1:1", ""),
    ] {
        let refused = add(&plane, name, definition, false).await;
        assert_eq!(refused.status, 422, "{definition}");
        let error = refused.json()["errors"][0].clone();
        assert_eq!(error["name"], place, "{definition}: {error}");
        assert!(error["message"].as_str().unwrap().contains(message), "{error}");
    }
    let name = add(&plane, "../x", "forbid: [X]", false).await;
    assert_eq!((name.status.as_u16(), &name.json()["errors"][0]["pointer"]), (422, &json!("/name")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_says_which_condition_which_findings_break() {
    let plane = Plane::new(Some(CONTRACT)).await;
    plane.app.intake.settle().await;
    let api = plane.api_id().await;
    let path = format!("/api/v1/apis/{api}/compliance");
    assert_eq!(plane.admin(Method::GET, &path, "").await.status, 409, "no gate is named, and none is the default");
    assert_eq!(plane.admin(Method::GET, &format!("{path}?gate=none"), "").await.status, 404);

    add(&plane, "lock", "forbid: [PAL-SEC002]", true).await.ok();
    let verdict = plane.get(&path).await;
    assert_eq!((&verdict["gate"], &verdict["compliant"]), (&json!("lock"), &json!(false)));
    assert_eq!(conditions(&verdict), ["forbid PAL-SEC002"]);
    let broken = &verdict["broken"][0];
    assert_eq!((&broken["count"], &broken["findings"][0]["rule"]), (&json!(1), &json!("PAL-SEC002")));

    // What a person accepted fails no gate.
    let id = broken["findings"][0]["id"].as_str().unwrap();
    plane.admin(Method::POST, &format!("/api/v1/findings/{id}/acknowledge"), "{\"reason\":\"known\"}").await.ok();
    let accepted = plane.get(&path).await;
    assert_eq!((&accepted["compliant"], &accepted["acknowledged"]), (&json!(true), &json!(1)));
    plane.admin(Method::POST, &format!("/api/v1/findings/{id}/reopen"), "{}").await.ok();
    assert_eq!(plane.get(&path).await["compliant"], false);

    // A gate sees what it forbids, also where nobody else is told of it.
    let shown = plane.get(&format!("/api/v1/apis/{api}/findings?engine=audit&limit=1000")).await.to_string();
    let strict = palisade_audit::Options { profile: palisade_audit::Profile::Strict, ..Default::default() };
    let all = palisade_audit::audit_bytes("contract", CONTRACT.as_bytes(), &strict);
    let hidden =
        all.findings.iter().find(|finding| !shown.contains(finding.rule.as_ref())).expect("a quiet rule fires");
    add(&plane, "strict", &format!("forbid: [{}]", hidden.rule), false).await.ok();
    let verdict = plane.get(&format!("{path}?gate=strict")).await;
    assert_eq!(verdict["broken"][0]["findings"][0]["rule"], hidden.rule.as_ref());
    assert_eq!(verdict["broken"][0]["findings"][0]["id"], Value::Null, "it is not kept");

    // Points and names.
    add(&plane, "points", "minimum: {total: 100}", false).await.ok();
    assert_eq!(conditions(&plane.get(&format!("{path}?gate=points")).await), ["minimum.total"]);
    add(&plane, "others", "{applies_to: {files: [billing]}, minimum: {total: 100}}", false).await.ok();
    assert_eq!(plane.get(&format!("{path}?gate=others")).await["compliant"], true, "it is about another API");
    plane.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_judged_by_gates() {
    let plane = Plane::new(Some(CONTRACT)).await;
    tokio::spawn(palisade_server::run_embedded_controller(std::sync::Arc::clone(&plane.app)));
    plane.app.intake.settle().await;
    let job = |gate: Value, more: Value| {
        let mut body = json!({"job_type": "OasScoringJob", "document": CONTRACT, "gate": gate});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let plane = &plane;
        async move {
            let asked = plane.admin(Method::POST, "/api/v1/jobs", &body.to_string()).await;
            if asked.status != 201 {
                return asked.json();
            }
            let id = asked.json()["id"].as_str().unwrap().to_owned();
            plane.admin(Method::GET, &format!("/api/v1/jobs/{id}/events"), "").await;
            plane.get(&format!("/api/v1/jobs/{id}")).await
        }
    };
    let unknown = job(json!("lock"), json!({})).await;
    assert_eq!((&unknown["status"], &unknown["errors"][0]["pointer"]), (&json!(422), &json!("/gate")));
    assert_eq!(job(Value::Null, json!({})).await["compliant"], Value::Null, "nothing was asked for");

    add(&plane, "lock", "forbid: [PAL-SEC002]", true).await.ok();
    let judged = job(Value::Null, json!({})).await;
    assert_eq!(judged["compliant"], false, "the default judges where nothing is asked for");
    assert_eq!(job(Value::Null, json!({"max_severity_allowed": "critical"})).await["compliant"], true);
    let path = format!("/api/v1/jobs/{}/compliance", judged["id"].as_str().unwrap());
    let verdict = plane.get(&path).await;
    assert_eq!((&verdict["gate"], conditions(&verdict)), (&json!("lock"), vec!["forbid PAL-SEC002"]));
    assert_eq!(verdict["broken"][0]["findings"][0]["engine"], "oas-analyzer");
    assert!(verdict["broken"][0]["findings"][0]["id"].is_string());

    // What is accepted of the API that the job is about fails no gate; of another one it does.
    let api = plane.api_id().await;
    let words = json!({"filter": [format!("api_id:is:{api}"), "rule:is:PAL-SEC002"], "reason": "known"}).to_string();
    assert_eq!(plane.admin(Method::POST, "/api/v1/findings/acknowledge", &words).await.ok()["acknowledged"], 1);
    assert_eq!(job(json!("lock"), json!({"application": "shop"})).await["compliant"], true);
    assert_eq!(job(json!("lock"), json!({"application": "other"})).await["compliant"], false);

    // A job keeps the gate it was asked with, and is judged by others when somebody asks.
    plane.admin(Method::DELETE, "/api/v1/gates/lock", "").await;
    assert_eq!(plane.get(&path).await["compliant"], false);
    add(&plane, "points", "minimum: {data: 70}", false).await.ok();
    assert_eq!(conditions(&plane.get(&format!("{path}?gate=points")).await), ["minimum.data"]);
    add(&plane, "lax", "forbid: [DRF040]", false).await.ok();
    assert_eq!(plane.get(&format!("{path}?gate=lax")).await["compliant"], true);

    // A rule that is forbidden is told in every profile.
    let strict = palisade_audit::Options { profile: palisade_audit::Profile::Strict, ..Default::default() };
    let told = |options| palisade_audit::audit_bytes("contract", CONTRACT.as_bytes(), &options).findings;
    let loud = told(palisade_audit::Options::default());
    let hidden = told(strict).into_iter().find(|one| loud.iter().all(|other| other.rule != one.rule)).unwrap();
    add(&plane, "strict", &format!("forbid: [{}]", hidden.rule), false).await.ok();
    assert_eq!(job(json!("strict"), json!({})).await["compliant"], false);
    plane.app.close().await;
}
