//! Traffic held against the contract in force: findings, lists, alerts and changes.

use super::support::{Plane, spec};
use http::Method;
use palisade_exchange::Body;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, Ordering};

const CONTRACT: &str = "openapi: 3.1.0
info: {title: Shop, version: '1'}
paths:
  /orders/{orderId}:
    get:
      parameters:
        - {name: orderId, in: path, required: true, schema: {type: integer}}
        - {name: old, in: query, deprecated: true, schema: {type: integer}}
      responses:
        '200':
          description: good
          content:
            application/json:
              schema:
                type: object
                required: [id]
                properties: {id: {type: integer}, state: {type: string}}
  /old:
    get: {deprecated: true, responses: {'200': {description: good}}}
";

/// Exchanges so far: each begins later than those before it, however fast they come.
static NUMBER: AtomicI64 = AtomicI64::new(0);

/// An exchange of `GET path` that was answered with `body`; its id.
async fn answered(plane: &Plane, path: &str, status: u16, body: &Value) -> uuid::Uuid {
    let mut captured = plane.captured("GET", path, status).await;
    if let Some(response) = &mut captured.exchange.response {
        response.message.body = Body::Bytes { bytes: body.to_string().into(), truncated: false };
    }
    captured.exchange.time += 2_000 * NUMBER.fetch_add(1, Ordering::Relaxed);
    let id = captured.exchange.id;
    assert!(plane.app.intake.offer(captured));
    id
}

async fn items(plane: &Plane, path: &str) -> Vec<Value> {
    plane.app.intake.settle().await;
    plane.get(path).await["items"].as_array().unwrap().clone()
}

fn words(items: &[Value], names: &[&str]) -> Vec<String> {
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let line = |item: &Value| names.iter().map(|name| word(&item[*name])).collect::<Vec<_>>().join(" ");
    items.iter().map(line).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_the_contract_is_a_finding_until_another_contract_is_in_force() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let api = format!("/api/v1/apis/{}", plane.api_id().await);
    let good = json!({"id": 7, "state": "open"});
    answered(&plane, "/orders/7", 200, &good).await;
    let rules = |items: &[Value]| words(items, &["rule"]).into_iter().filter(|rule| rule.starts_with("DRF")).count();
    let path = format!("{api}/findings?engine=discover");
    assert_eq!(rules(&items(&plane, &path).await), 0);
    let broken = answered(&plane, "/orders/8", 200, &json!({"id": "secret-8", "state": "open"})).await;
    answered(&plane, "/orders/9", 418, &good).await;
    let found = items(&plane, &path).await;
    let finding = found.iter().find(|finding| finding["rule"] == "DRF040").unwrap();
    let message = "GET /orders/{orderId} answers 200 with a body that breaks its schema: at /id must be integer (type)";
    assert_eq!(
        (&finding["message"], &finding["file"], &finding["line"]),
        (&message.into(), &"contract".into(), &17.into())
    );
    assert!(finding["evidence"].as_str().unwrap().ends_with(&format!("for example exchange {broken}")));
    assert!(!finding.to_string().contains("secret-8"));
    assert!(found.iter().any(|finding| finding["rule"] == "DRF042"));

    let plane = plane.restart(&[spec(None)]).await;
    assert_eq!(rules(&items(&plane, &path).await), 2, "they outlive a restart");
    let wider = CONTRACT.replace("id: {type: integer}", "id: {type: [integer, string]}");
    plane.admin(Method::PUT, &format!("{api}/contract"), &wider).await.ok();
    plane.app.intake.settle().await;
    let kept = items(&plane, &path).await;
    assert_eq!(rules(&kept), 2, "another contract alone mends nothing");
    for id in 10..30 {
        answered(&plane, &format!("/orders/{id}"), 200, &good).await;
    }
    assert_eq!(rules(&items(&plane, &path).await), 0, "enough was seen that keeps the new one");
    let id = kept.iter().find(|finding| finding["rule"] == "DRF040").unwrap()["id"].as_str().unwrap();
    assert_eq!(plane.get(&format!("/api/v1/findings/{id}")).await["state"], "fixed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_never_seen_before_is_told_once() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let api = format!("/api/v1/apis/{}", plane.api_id().await);
    let news = |items: &[Value]| {
        let new: Vec<Value> = items.iter().filter(|item| item["code"] == "new_endpoint").cloned().collect();
        words(&new, &["operation", "effect", "count", "allowable"])
    };
    answered(&plane, "/orders/7", 200, &json!({"id": 7})).await;
    answered(&plane, "/wp-login.php", 404, &json!({})).await;
    assert_eq!(news(&items(&plane, "/api/v1/events").await), Vec::<String>::new());
    answered(&plane, "/reports/41", 200, &json!({"id": 41})).await;
    answered(&plane, "/reports/42", 200, &json!({"id": 42})).await;
    // Within seconds, and without anyone asking for it.
    let mut told = Vec::new();
    for _ in 0..100 {
        told = news(plane.get("/api/v1/events").await["items"].as_array().unwrap());
        if !told.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(told.len(), 1);
    assert!(
        told[0].starts_with("GET /reports/{") && told[0].contains(" alert ") && told[0].ends_with(" false"),
        "{told:?}"
    );
    answered(&plane, "/reports/43", 200, &json!({"id": 43})).await;
    assert_eq!(news(&items(&plane, "/api/v1/events").await).len(), 1);
    let plane = plane.restart(&[spec(None)]).await;
    answered(&plane, "/reports/44", 200, &json!({"id": 44})).await;
    assert_eq!(news(&items(&plane, "/api/v1/events").await).len(), 1);
    // Nor is it news that a contract leaves out what was known before.
    let other = CONTRACT.replace("/old", "/other");
    answered(&plane, "/old", 200, &json!({})).await;
    plane.app.intake.settle().await;
    plane.admin(Method::PUT, &format!("{api}/contract"), &other).await.ok();
    assert_eq!(news(&items(&plane, "/api/v1/events").await).len(), 1);
    let shadows = items(&plane, &format!("{api}/drift?reason=shadow&open=true")).await;
    assert_eq!(shadows.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn shadows_and_zombies_are_listed_with_their_times_and_stay() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let api = format!("/api/v1/apis/{}", plane.api_id().await);
    answered(&plane, "/old", 200, &json!({})).await;
    answered(&plane, "/export", 200, &json!({})).await;
    answered(&plane, "/orders/7?debug=1", 200, &json!({"id": 7})).await;
    answered(&plane, "/orders/7?old=1", 200, &json!({"id": 7, "cost": 3})).await;
    answered(&plane, "/orders/7?debug=1", 200, &json!({"id": 7})).await;
    let path = format!("{api}/drift");
    let names = ["reason", "subject", "operation", "in", "name", "count", "open"];
    let all = items(&plane, &path).await;
    let wanted = [
        "shadow parameter GET /orders/{orderId} query debug 2 true",
        "shadow property GET /orders/{orderId} response /cost 1 true",
        "zombie parameter GET /orders/{orderId} query old 1 true",
        "shadow operation GET /export null null 1 true",
        "zombie operation GET /old null null 1 true",
    ];
    assert_eq!(words(&all, &names), wanted);
    assert!(all[0]["first_observed"].as_str() < all[0]["last_observed"].as_str());
    let inventory = plane.get(&format!("{api}/operations?state=shadow")).await;
    assert_eq!(all[3]["operation_id"], inventory["items"][0]["id"]);
    let zombies = items(&plane, &format!("{path}?reason=zombie&subject=operation")).await;
    assert_eq!(words(&zombies, &["operation"]), ["GET /old"]);
    let first = plane.get(&format!("{path}?limit=2")).await;
    let second = plane.get(&format!("{path}?limit=2&cursor={}", first["next"].as_str().unwrap())).await;
    assert_eq!(words(second["items"].as_array().unwrap(), &names), wanted[2..4]);

    let plane = plane.restart(&[spec(None)]).await;
    assert_eq!(items(&plane, &path).await, all, "they outlive a restart");
    // In the contract now: it is no shadow any more, and is still known to have been one.
    let wider = format!("{CONTRACT}  /export:\n    get: {{responses: {{'200': {{description: good}}}}}}\n");
    plane.admin(Method::PUT, &format!("{api}/contract"), &wider).await.ok();
    let closed = items(&plane, &format!("{path}?open=false")).await;
    let closed: Vec<String> = words(&closed, &names);
    assert!(closed.contains(&"shadow operation GET /export null null 1 false".to_owned()), "{closed:?}");
    answered(&plane, "/orders/7?debug=1", 200, &json!({"id": 7})).await;
    let open = words(&items(&plane, &format!("{path}?subject=parameter&open=true")).await, &names);
    assert_eq!(open, ["shadow parameter GET /orders/{orderId} query debug 3 true"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_operations_are_kept_with_time_and_exchange() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let api = format!("/api/v1/apis/{}", plane.api_id().await);
    for _ in 0..25 {
        answered(&plane, "/orders/7", 200, &json!({"id": 7, "state": "open"})).await;
    }
    let path = format!("{api}/changes");
    assert_eq!(items(&plane, &path).await, Vec::<Value>::new());
    let changed = answered(&plane, "/orders/7?expand=all", 200, &json!({"id": "7", "state": "open", "total": 4})).await;
    let names = ["kind", "direction", "pointer", "in", "name", "before", "after"];
    let all = items(&plane, &path).await;
    let mut told = words(&all, &names);
    told.sort();
    let wanted = [
        "parameter-added request null query expand null null",
        "property-added response /total null null null number",
        "property-retyped response /id null null number string",
    ];
    assert_eq!(told, wanted);
    assert!(all.iter().all(|change| change["exchange_id"] == changed.to_string()));
    assert!(all.iter().all(|change| change["operation"] == "GET /orders/{orderId}"));
    let plane = plane.restart(&[spec(None)]).await;
    assert_eq!(items(&plane, &path).await, all, "they outlive a restart");
    let operation = all[0]["operation_id"].as_str().unwrap();
    assert_eq!(items(&plane, &format!("{api}/operations/{operation}/changes")).await, all);
    let none = plane.admin(Method::GET, &format!("{api}/operations/none/changes"), "").await;
    assert_eq!(none.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_gateway_refused_is_no_drift() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let api = format!("/api/v1/apis/{}", plane.api_id().await);
    plane.admin(Method::PATCH, &api, "{\"mode\":\"block\"}").await.ok();
    answered(&plane, "/orders/abc", 200, &json!({"id": 7})).await;
    answered(&plane, "/export", 200, &json!({})).await;
    assert_eq!(items(&plane, &format!("{api}/drift")).await, Vec::<Value>::new());
    let found = items(&plane, &format!("{api}/findings?engine=discover")).await;
    assert!(!words(&found, &["rule"]).iter().any(|rule| rule.starts_with("DRF")), "{found:?}");
}
