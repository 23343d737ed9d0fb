//! What the traffic shows to be enforced closes findings of the contract in force, and no longer when it is not.

use crate::support::{Message, Place as Folder, Serve, Upstream, call, eventually, get, json_answer, post};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Says nothing about credentials and limits.
const CONTRACT: &str = "openapi: 3.1.0
info: {title: Orders, version: '1'}
servers: [{url: https://api.example.com}]
paths:
  /orders/{orderId}:
    get:
      parameters: [{name: orderId, in: path, required: true, schema: {type: integer}}]
      responses: {'200': {description: one}}
  /login:
    post:
      responses: {'200': {description: welcome}}
components:
  securitySchemes: {key: {type: http, scheme: bearer}}
";

/// An API that wants a credential, slows callers down, and can be told to forget about the credential.
fn upstream(open: &Arc<AtomicBool>) -> Upstream {
    let open = Arc::clone(open);
    Upstream::new(move |request: &Message| {
        let credential = request.field("authorization").is_some();
        match (request.target().ends_with("/login"), credential || open.load(Ordering::SeqCst)) {
            (true, _) => json_answer("429 Too Many Requests", "{}"),
            (false, true) => json_answer("200 OK", "{\"id\":1}"),
            (false, false) => json_answer("401 Unauthorized", "{}"),
        }
    })
}

/// A rule and an operation.
type Place = (&'static str, &'static str);

const OPEN: Place = ("operation-without-security", "GET /orders/{orderId}");
const ENDLESS: Place = ("guessable-flow-without-limit", "POST /login");

fn is_at(finding: &Value, (rule, operation): Place) -> bool {
    finding["name"] == rule && finding["operation"] == operation
}

/// The reason for each finding there that is closed by what traffic shows.
fn closed(report: &Value, place: Place) -> Vec<String> {
    let suppressed = report["suppressed"].as_array().unwrap().iter();
    let closed = suppressed.filter(|one| one["because"] == "enforced" && is_at(one, place));
    closed.map(|one| one["reason"].as_str().unwrap().to_owned()).collect()
}

fn reported(report: &Value, place: Place) -> bool {
    report["findings"].as_array().unwrap().iter().any(|one| is_at(one, place))
}

fn audit(serve: &Serve) -> Value {
    serve.read(&format!("{}/audit", serve.api()))
}

#[test]
fn findings_close_by_what_traffic_shows_and_reopen_when_it_does_not_hold_any_more() {
    let open = Arc::new(AtomicBool::new(false));
    let (place, upstream) = (Folder::new(), upstream(&open));
    let contract = place.file("api.yaml", CONTRACT);
    let serve = place.serve(&["--upstream", &upstream.url, "--contract", &contract]);
    let before = audit(&serve);
    let places = [OPEN, ENDLESS];
    assert!(places.iter().all(|place| reported(&before, *place)), "{before:#}");
    assert_eq!(before["suppressed"], serde_json::json!([]));

    for n in 0..3 {
        let fields = [("Authorization", "Bearer abcdefgh")];
        assert_eq!(call(&serve.gateway, "GET", &format!("/orders/{n}"), &fields, "").status(), 200);
        assert_eq!(get(&serve.gateway, &format!("/orders/{n}")).status(), 401);
    }
    assert_eq!(post(&serve.gateway, "/login", "{}").status(), 429);
    let after = eventually("the findings are closed", Duration::from_secs(8), || {
        let report = audit(&serve);
        places.iter().all(|place| !reported(&report, *place)).then_some(report)
    });
    assert_eq!(closed(&after, OPEN), ["3 calls without a credential were refused, none succeeded"]);
    assert_eq!(closed(&after, ENDLESS), ["1 call was answered with 429"]);
    let points = |report: &Value| report["score"]["total"].as_f64().unwrap();
    assert!(points(&after) > points(&before), "closed findings take no points");
    let kept = |place| {
        let findings = serve.list(&format!("{}/findings?engine=audit", serve.api()));
        findings.iter().any(|one| is_at(one, place))
    };
    eventually("the kept findings follow", Duration::from_secs(4), || (!kept(OPEN)).then_some(()));
    let api = serve.read(&serve.api());
    assert_eq!(api["audit"]["score"], after["score"]);

    // One caller without a credential gets in: nobody enforces it.
    open.store(true, Ordering::SeqCst);
    assert_eq!(get(&serve.gateway, "/orders/7").status(), 200);
    let report = eventually("the finding is open again", Duration::from_secs(8), || {
        let report = audit(&serve);
        reported(&report, OPEN).then_some(report)
    });
    assert!(closed(&report, OPEN).is_empty() && !reported(&report, ENDLESS), "{report:#}");
    assert!(points(&report) < points(&after));
    eventually("it is kept again", Duration::from_secs(4), || kept(OPEN).then_some(()));
}
