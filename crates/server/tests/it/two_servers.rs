//! Two servers on one PostgreSQL: each hears of the other's changes, and nothing that was learned is lost.

use super::support::{CONTRACT, Plane, settings};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// A server on the store, with the data directory that both share.
async fn server(url: &str, data: &std::path::Path) -> Plane {
    let dir = tempfile::tempdir().unwrap();
    let mut settings = settings(dir.path());
    settings.store = Some(url.to_owned().into());
    settings.data_dir = data.to_owned();
    Plane::open(dir, settings, &[]).await
}

/// Asks until an answer is as it has to become.
async fn until(plane: &Plane, path: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    for _ in 0..300 {
        plane.app.intake.settle().await;
        let answer = plane.admin(Method::GET, path, "").await;
        if answer.status.is_success() {
            last = answer.json();
            if holds(&last) {
                return last;
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{path} stays {last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_follow_each_other_and_lose_nothing_that_was_learned() {
    let url = palisade_testbed::postgres();
    let data = tempfile::tempdir().unwrap();
    let (one, two) = (server(&url, data.path()).await, server(&url, data.path()).await);
    let count = |count: usize| move |list: &Value| list["items"].as_array().unwrap().len() == count;

    // What one of them is told, the other one knows.
    let new = json!({"name": "shop", "upstreams": ["http://127.0.0.1:9"], "contract": CONTRACT}).to_string();
    let made = two.admin(Method::POST, "/api/v1/apis", &new).await.ok();
    let path = format!("/api/v1/apis/{}", made["id"].as_str().unwrap());
    until(&one, "/api/v1/apis", count(1)).await;
    one.admin(Method::PATCH, &path, "{\"mode\":\"block\"}").await.ok();
    until(&two, &path, |api| api["mode"] == "block").await;
    assert_eq!(two.app.snapshots().borrow().version, one.app.snapshots().borrow().version);
    one.admin(Method::PATCH, &path, "{\"mode\":\"observe\"}").await.ok();
    let list = json!({"name": "bots", "networks": ["192.0.2.0/24"]}).to_string();
    two.admin(Method::POST, "/api/v1/network-lists", &list).await.ok();
    until(&one, "/api/v1/network-lists", count(1)).await;
    until(&two, &path, |api| api["mode"] == "observe").await;

    // Both see traffic: one of them learns, and both tell the whole.
    for n in 0..20 {
        one.see("GET", &format!("/orders/{n}"), 200).await;
        two.see("GET", &format!("/orders/{n}"), 200).await;
    }
    for server in [&one, &two] {
        until(server, &path, |api| api["exchanges"] == 40).await;
    }
    // When one ends, the other one learns on from where it was.
    two.app.intake.settle().await;
    one.app.stop.cancel();
    one.app.close().await;
    for n in 0..5 {
        two.see("GET", &format!("/orders/{n}"), 200).await;
    }
    until(&two, &path, |api| api["exchanges"] == 45).await;
    let gone = two.admin(Method::DELETE, &path, "").await;
    assert_eq!(gone.status, 204, "{}", gone.text);
}
