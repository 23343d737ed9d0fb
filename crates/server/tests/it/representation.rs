//! Members, entity tags and changes of what was read; what a list cannot be asked.

use super::support::{CONTRACT, Plane};
use http::Method;
use serde_json::json;

async fn with(
    plane: &Plane,
    method: Method,
    path: &str,
    name: &str,
    value: &str,
    body: &str,
) -> super::support::Answer {
    let bearer = format!("Bearer {}", plane.admin);
    let fields = [("authorization", bearer.as_str()), ("content-type", "application/json"), (name, value)];
    plane.call(method, path, &fields, body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_chosen_and_wrong_ones_are_named() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let listed = plane.get("/api/v1/apis?fields=id,name").await;
    assert_eq!(listed["items"][0].as_object().unwrap().keys().collect::<Vec<_>>(), ["id", "name"]);
    let one = plane.get(&format!("/api/v1/apis/{}?fields=mode", plane.api_id().await)).await;
    assert_eq!(one, json!({"mode": "observe"}));
    let wrong = plane.admin(Method::GET, "/api/v1/tokens?fields=hash", "").await;
    let told = wrong.json();
    assert_eq!((wrong.status.as_u16(), &told["errors"][0]["name"]), (400, &json!("fields")));
    assert!(told["detail"].as_str().unwrap().contains("created_at, expires_at, id"), "{told}");
    let nothing = plane.admin(Method::POST, "/api/v1/tokens?fields=none", "{\"name\":\"x\",\"role\":\"viewer\"}").await;
    assert_eq!(nothing.status, 400);
    assert_eq!(
        plane.get("/api/v1/tokens").await["items"].as_array().unwrap().len(),
        1,
        "refused before anything is done"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_known_is_not_sent_again() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let first = plane.admin(Method::GET, "/api/v1/rules", "").await;
    let tag = first.headers["etag"].to_str().unwrap().to_owned();
    for known in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
        let again = with(&plane, Method::GET, "/api/v1/rules", "if-none-match", &known, "").await;
        assert_eq!(
            (again.status.as_u16(), again.text.as_str(), &again.headers["etag"]),
            (304, "", &first.headers["etag"])
        );
    }
    let other = with(&plane, Method::GET, "/api/v1/rules?limit=1", "if-none-match", &tag, "").await;
    assert_eq!(other.status, 200);
    assert_ne!(other.headers["etag"], first.headers["etag"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_what_was_changed_since_is_refused() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let list = json!({"name": "bots", "networks": ["192.0.2.0/24"]}).to_string();
    let made = plane.admin(Method::POST, "/api/v1/network-lists", &list).await.ok();
    let path = format!("/api/v1/network-lists/{}", made["id"].as_str().unwrap());
    let tag = plane.admin(Method::GET, &path, "").await.headers["etag"].to_str().unwrap().to_owned();
    let change = json!({"name": "bots", "description": "of one", "networks": []}).to_string();
    assert_eq!(with(&plane, Method::PUT, &path, "if-match", &tag, &change).await.status, 200);
    let stale = with(&plane, Method::PUT, &path, "if-match", &tag, &change).await;
    assert_eq!(stale.status, 412, "{}", stale.text);
    assert_eq!(with(&plane, Method::DELETE, &path, "if-match", &tag, "").await.status, 412);
    // What changes by itself is left out by choosing members.
    let api = format!("/api/v1/apis/{}?fields=name,mode", plane.api_id().await);
    let tag = plane.admin(Method::GET, &api, "").await.headers["etag"].to_str().unwrap().to_owned();
    plane.see("GET", "/orders/1", 200).await;
    plane.app.intake.settle().await;
    assert_eq!(with(&plane, Method::PATCH, &api, "if-match", &tag, "{\"mode\":\"block\"}").await.status, 200);
    assert_eq!(with(&plane, Method::PATCH, &api, "if-match", &tag, "{\"mode\":\"observe\"}").await.status, 412);
    assert_eq!(with(&plane, Method::DELETE, &path, "if-match", "*", "").await.status, 204);
    assert_eq!(with(&plane, Method::DELETE, &path, "if-match", "*", "").await.status, 404);
}
