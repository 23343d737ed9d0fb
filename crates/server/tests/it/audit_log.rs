//! Whoever changes something leaves an entry, and so does who is refused.

use super::support::{CONTRACT, Plane};
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Endpoints that change nothing that people set: what machines hand in, what only computes, and the session, whose
/// entries are those of signing in, choosing a project, and signing out.
const NO_CHANGE: [&str; 7] = [
    "POST /api/v1/gateway/exchanges",
    "POST /api/telemetry",
    "POST /api/control/newDiscoveredAPIs",
    "POST /api/v1/apis/{id}/protection/preview",
    "POST /api/v1/session",
    "PATCH /api/v1/session",
    "DELETE /api/v1/session",
];

async fn log(plane: &Plane, filter: &str) -> Vec<Value> {
    let path = format!("/api/v1/audit-log?limit=500{filter}");
    plane.get(&path).await["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_that_changes_something_leaves_an_entry() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let id = plane.api_id().await;
    let document = serde_json::to_value(palisade_server::document()).unwrap();
    let mut wanted = BTreeSet::new();
    for (template, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let (method, machine) = (method.to_ascii_uppercase(), template.starts_with("/api/v1/controller/"));
            let label = format!("{method} {template}");
            if !matches!(method.as_str(), "POST" | "PUT" | "PATCH" | "DELETE")
                || machine
                || NO_CHANGE.contains(&label.as_str())
            {
                continue;
            }
            let steps = template.split('/').map(|step| match step {
                "{id}" if template.starts_with("/api/v1/apis/") => id.as_str(),
                step if step.starts_with('{') => "01900000-0000-7000-8000-000000000000",
                step => step,
            });
            let path = steps.collect::<Vec<_>>().join("/");
            let method: Method = method.parse().unwrap();
            plane.admin(method, &path, "{}").await;
            wanted.insert(label);
        }
    }
    assert!(wanted.len() > 25, "{wanted:#?}");
    let found: BTreeSet<String> = log(&plane, "&filter=kind:is:change")
        .await
        .iter()
        .map(|entry| entry["action"].as_str().unwrap().to_owned())
        .collect();
    let missing: Vec<_> = wanted.difference(&found).collect();
    assert!(missing.is_empty(), "{missing:#?} leave no entry");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_tells_who_did_what_to_what() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let id = plane.api_id().await;
    plane.admin(Method::PATCH, &format!("/api/v1/apis/{id}"), "{\"mode\":\"block\"}").await.ok();
    let made = plane.admin(Method::POST, "/api/v1/tokens", "{\"name\":\"ci\",\"role\":\"viewer\"}").await.ok();
    let (token, token_id) = (made["token"].as_str().unwrap(), made["id"].as_str().unwrap());
    plane.admin(Method::DELETE, &format!("/api/v1/tokens/{token_id}"), "").await;
    plane.admin(Method::PATCH, &format!("/api/v1/apis/{id}"), "{\"mode\":\"sideways\"}").await;
    let entries = log(&plane, "&filter=kind:is:change&sort=id").await;
    assert_eq!(entries.len(), 4, "{entries:#?}");
    let [patched, made, revoked, failed] = &entries[..] else { panic!() };
    assert_eq!(
        [&patched["actor"], &patched["role"], &patched["credential"], &patched["address"], &patched["action"]],
        ["admin.token", "admin", "token", "127.0.0.1", "PATCH /api/v1/apis/{id}"]
    );
    assert_eq!((&patched["object_type"], &patched["object_id"]), (&"apis".into(), &id.as_str().into()));
    assert_eq!((&patched["before"]["mode"], &patched["after"]["mode"]), (&"observe".into(), &"block".into()));
    assert_eq!((&patched["outcome"], &patched["status"]), (&"done".into(), &200.into()));
    assert_eq!((&made["object_id"], &made["after"]["name"]), (&token_id.into(), &"ci".into()));
    assert_eq!(made["after"]["token"], "redacted");
    assert_eq!((&revoked["outcome"], &revoked["object_id"]), (&"done".into(), &token_id.into()));
    assert_eq!(
        (&failed["outcome"], &failed["before"], &failed["after"]),
        (&"failed".into(), &Value::Null, &Value::Null)
    );
    let text = serde_json::to_string(&entries).unwrap();
    assert!(!text.contains(token) && !text.contains(&plane.admin), "no secret is kept");

    // A contract is told by its size and digest.
    plane.admin(Method::PUT, &format!("/api/v1/apis/{id}/contract"), &CONTRACT.replace("/never", "/later")).await;
    let put = &log(&plane, "&filter=action:contains:contract").await[0];
    assert_eq!(put["before"]["sha256"].as_str().unwrap().len(), 64, "{put}");
    assert_ne!(put["before"], put["after"]);

    let check = plane.get("/api/v1/audit-log/check").await;
    assert_eq!((&check["whole"], &check["chains"][0]["last"]), (&true.into(), &5.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_refused_is_counted_and_who_signs_in_is_named() {
    let plane = Plane::new(None).await;
    let bad = [("authorization", "Bearer pal_nothing")];
    for _ in 0..50 {
        assert_eq!(plane.call(Method::GET, "/api/v1/apis", &bad, "").await.status, 401);
    }
    let viewer = plane.token("viewer").await;
    let bearer = format!("Bearer {viewer}");
    let path = "/api/v1/trusted-proxies";
    let fields = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    assert_eq!(plane.call(Method::PUT, path, &fields, "{\"networks\":[]}").await.status, 403);
    let json = [("content-type", "application/json")];
    let login = |token: &str| json!({"token": token}).to_string();
    assert_eq!(plane.call(Method::POST, "/api/v1/session", &json, &login("pal_wrong")).await.status, 401);
    assert_eq!(plane.call(Method::POST, "/api/v1/session", &json, &login(&plane.admin)).await.status, 204);
    plane.app.refusals.flush(&plane.app.store, true).await;
    let shown = |entry: &Value| {
        let [actor, action, outcome, repeats] =
            ["actor", "action", "outcome", "repeats"].map(|name| entry[name].to_string().replace('"', ""));
        format!("{actor}|{action}|{outcome}|{repeats}")
    };
    let refused: Vec<String> = log(&plane, "&filter=kind:is:refusal&sort=id").await.iter().map(shown).collect();
    assert_eq!(
        refused,
        ["|GET /api/v1/apis|refused|1", "viewer|PUT /api/v1/trusted-proxies|refused|1", "|GET /api/v1/apis|refused|49"]
    );
    let signed: Vec<String> = log(&plane, "&filter=kind:is:sign-in&sort=id").await.iter().map(shown).collect();
    assert_eq!(signed, ["|POST /api/v1/session|refused|1", "admin.token|POST /api/v1/session|done|1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_handed_out_whole_and_to_admins_alone() {
    let plane = Plane::new(None).await;
    for at in 0..120 {
        let body = json!({"name": format!("=cmd|{at}"), "networks": ["192.0.2.0/24"]}).to_string();
        plane.admin(Method::POST, "/api/v1/network-lists", &body).await;
    }
    let lines = plane.admin(Method::GET, "/api/v1/audit-log/export", "").await;
    assert_eq!(lines.headers["content-type"], "application/jsonl");
    let entries: Vec<Value> = lines.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(entries.len(), 120);
    let csv = plane.admin(Method::GET, "/api/v1/audit-log/export?format=csv&filter=status:less:300", "").await;
    assert!(csv.text.starts_with("id,kind,seq,time,actor,"), "{}", csv.text);
    let formula =
        csv.text.lines().skip(1).flat_map(|line| line.split("\",\"")).any(|cell| cell.starts_with(['=', '@']));
    assert!(!formula);
    for role in ["viewer", "gateway"] {
        let bearer = format!("Bearer {}", plane.token(role).await);
        for path in ["", "/export", "/check"] {
            let path = format!("/api/v1/audit-log{path}");
            let answer = plane.call(Method::GET, &path, &[("authorization", &bearer)], "").await;
            assert_eq!(answer.status, 403, "{role} {path}");
        }
    }
}
