//! Proposals: listed with their evidence, accepted into the text, rejected for good.

use super::support::{CONTRACT, Plane, spec};
use http::Method;
use palisade_server::ManagedBy;
use serde_json::{Value, json};

/// The contract with words for people, in an order of somebody's own.
fn written() -> String {
    CONTRACT.replace("paths:\n", "# Ask the shop's owner before you change this.\npaths:\n")
}

async fn seen(plane: &Plane) -> String {
    let id = plane.api_id().await;
    for number in 1..=3 {
        plane.see("GET", &format!("/orders/{number}?full=true"), 200).await;
        plane.see("GET", "/parcels", 200).await;
    }
    plane.app.intake.settle().await;
    id
}

async fn list(plane: &Plane, id: &str, query: &str) -> Vec<Value> {
    let page = plane.get(&format!("/api/v1/apis/{id}/proposals{query}")).await;
    page["items"].as_array().unwrap().clone()
}

fn words(items: &[Value]) -> Vec<(String, String)> {
    let word = |item: &Value, key: &str| item[key].as_str().unwrap().to_owned();
    items.iter().map(|item| (word(item, "kind"), word(item, "operation"))).collect()
}

async fn post(plane: &Plane, id: &str, word: &str, body: &Value) -> super::support::Answer {
    plane.admin(Method::POST, &format!("/api/v1/apis/{id}/proposals/{word}"), &body.to_string()).await
}

async fn contract(plane: &Plane, id: &str) -> String {
    let bearer = format!("Bearer {}", plane.admin);
    let path = format!("/api/v1/apis/{id}/contract?source=approved");
    let fields = [("authorization", bearer.as_str()), ("accept", "application/yaml")];
    plane.call(Method::GET, &path, &fields, "").await.text
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_seen_is_proposed_and_accepted_into_the_text() {
    let text = written();
    let plane = Plane::new(Some(&text)).await;
    let id = seen(&plane).await;
    let items = list(&plane, &id, "").await;
    let expected = [
        ("parameter-added", "GET /orders/{orderId}"),
        ("response-media-type-added", "GET /orders/{orderId}"),
        ("operation-added", "GET /parcels"),
    ];
    assert_eq!(words(&items), expected.map(|(kind, operation)| (kind.to_owned(), operation.to_owned())));
    let parameter = &items[0];
    assert_eq!((&parameter["evidence"]["count"], &parameter["state"]), (&json!(3), &json!("open")));
    assert!(parameter["operation_id"].is_string() && parameter["evidence"]["last_observed"].is_string());
    assert_eq!(words(&list(&plane, &id, "?kind=operation-added").await).len(), 1);

    let one = parameter["id"].as_str().unwrap();
    let detail = plane.get(&format!("/api/v1/apis/{id}/proposals/{one}")).await;
    let diff = detail["diff"].as_str().unwrap();
    assert!(diff.contains("+      parameters:") || diff.contains("name: full"), "{diff}");

    // A dry run changes nothing.
    let dry = post(&plane, &id, "accept", &json!({"all": true, "dry_run": true})).await.ok();
    assert_eq!((dry["accepted"].as_array().unwrap().len(), &dry["version"]), (3, &json!(1)));
    assert_eq!(contract(&plane, &id).await, text);

    let done = post(&plane, &id, "accept", &json!({"ids": [one]})).await.ok();
    assert_eq!((&done["accepted"], &done["version"]), (&json!([one]), &json!(2)));
    let after = contract(&plane, &id).await;
    assert!(after.contains("# Ask the shop's owner") && after.contains("name: full"), "{after}");
    assert_eq!(list(&plane, &id, "").await.len(), 2);

    let done = post(&plane, &id, "accept", &json!({"all": true})).await.ok();
    assert_eq!((done["accepted"].as_array().unwrap().len(), &done["refused"]), (2, &json!([])));
    let after = contract(&plane, &id).await;
    assert!(after.contains("  /parcels:") && after.contains("# Ask the shop's owner"), "{after}");
    assert_eq!(list(&plane, &id, "").await, Vec::<Value>::new());
    let gone = post(&plane, &id, "accept", &json!({"ids": [one]})).await;
    assert_eq!(gone.status.as_u16(), 404);
    for bad in [json!({}), json!({"all": true, "ids": [one]}), json!({"ids": []})] {
        assert_eq!(post(&plane, &id, "accept", &bad).await.status.as_u16(), 400, "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_rejected_stays_so_after_more_traffic_and_a_restart() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let id = seen(&plane).await;
    let items = list(&plane, &id, "?kind=operation-added").await;
    let one = items[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(post(&plane, &id, "reject", &json!({"ids": [one]})).await.status.as_u16(), 204);
    assert!(list(&plane, &id, "?kind=operation-added").await.is_empty());

    let plane = plane.restart(&[spec(Some(CONTRACT))]).await;
    plane.see("GET", "/parcels", 200).await;
    plane.app.intake.settle().await;
    assert!(list(&plane, &id, "?kind=operation-added").await.is_empty());
    let rejected = list(&plane, &id, "?state=rejected").await;
    assert_eq!(
        (rejected.len(), &rejected[0]["id"], &rejected[0]["rejected_by"]),
        (1, &json!(one), &json!("admin.token"))
    );

    // All does not mean those that somebody turned down.
    let done = post(&plane, &id, "accept", &json!({"all": true})).await.ok();
    assert!(!done["accepted"].as_array().unwrap().contains(&json!(one)));
    assert_eq!(post(&plane, &id, "reopen", &json!({"ids": [one]})).await.status.as_u16(), 204);
    assert_eq!(list(&plane, &id, "").await.len(), 1);
    assert_eq!(post(&plane, &id, "reopen", &json!({"ids": [one]})).await.status.as_u16(), 404);
    assert_eq!(post(&plane, &id, "reject", &json!({"ids": []})).await.status.as_u16(), 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_that_a_file_manages_is_shown_the_change_to_make_there() {
    let plane = Plane::of(&[palisade_server::ApiSpec { managed_by: ManagedBy::File, ..spec(Some(CONTRACT)) }]).await;
    let id = seen(&plane).await;
    let refused = post(&plane, &id, "accept", &json!({"all": true})).await;
    assert_eq!(refused.status.as_u16(), 409);
    let dry = post(&plane, &id, "accept", &json!({"all": true, "dry_run": true})).await.ok();
    let diff = dry["diff"].as_str().unwrap();
    assert!(diff.starts_with("--- contract.yaml\n") && diff.contains("+  /parcels:\n"), "{diff}");
    assert_eq!(contract(&plane, &id).await, CONTRACT);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_contract_there_is_nothing_to_propose() {
    let plane = Plane::new(None).await;
    let id = seen(&plane).await;
    assert!(list(&plane, &id, "").await.is_empty());
    assert_eq!(post(&plane, &id, "accept", &json!({"all": true})).await.status.as_u16(), 409);
    // The learned contract lacks nothing of what was learned.
    plane.admin(Method::POST, &format!("/api/v1/apis/{id}/contract/approve"), "{\"source\":\"learned\"}").await.ok();
    plane.app.intake.settle().await;
    assert_eq!(list(&plane, &id, "").await, Vec::<Value>::new());
    plane.see("GET", "/parcels?page=2", 200).await;
    plane.app.intake.settle().await;
    let items = list(&plane, &id, "").await;
    assert_eq!(words(&items), [("parameter-added".to_owned(), "GET /parcels".to_owned())]);
}
