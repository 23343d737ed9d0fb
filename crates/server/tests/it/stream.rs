//! What changed is told as it changes, to whom it concerns, for as long as they may hear it.

use super::projects::project;
use super::support::{HOST, Plane};
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Method, Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tower::ServiceExt;

struct Stream(Body, String);

impl Stream {
    async fn open(plane: &Plane, token: &str, topics: &str) -> Result<Self, u16> {
        let mut request = Request::get(format!("/api/v1/stream?topics={topics}"))
            .header("host", HOST)
            .header("authorization", format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4000))));
        let answer = plane.router.clone().oneshot(request).await.unwrap();
        if !answer.status().is_success() {
            return Err(answer.status().as_u16());
        }
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Ok(Self(answer.into_body(), String::new()))
    }

    /// The next event; `None` when the stream ended.
    async fn next(&mut self) -> Option<Value> {
        let read = async {
            loop {
                if let Some((event, rest)) = self.1.split_once("\n\n") {
                    let data = event.lines().find_map(|line| line.strip_prefix("data:")).map(str::to_owned);
                    self.1 = rest.to_owned();
                    match data {
                        Some(data) => return Some(serde_json::from_str(data.trim()).unwrap()),
                        None => continue,
                    }
                }
                let frame = self.0.frame().await?.ok()?;
                self.1.push_str(std::str::from_utf8(frame.data_ref()?).unwrap());
            }
        };
        tokio::time::timeout(Duration::from_secs(20), read).await.expect("an event, or the end")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_told_in_their_project_and_end_with_the_credential() {
    let plane = Plane::new(None).await;
    let (other, admin) = project(&plane, "other").await;
    let viewer = plane.token("viewer").await;
    let id = plane.get("/api/v1/tokens?filter=name:is:viewer").await["items"][0]["id"].as_str().unwrap().to_owned();
    let mut ours = Stream::open(&plane, &viewer, "networks,jobs").await.unwrap();
    let mut theirs = Stream::open(&plane, &admin, "networks,jobs").await.unwrap();
    assert_eq!(ours.next().await, Some(json!({"jobs": 0, "networks": 0})));
    assert_eq!(theirs.next().await, Some(json!({"jobs": 0, "networks": 0})));
    let list = json!({"name": "bots", "networks": []}).to_string();
    plane.admin(Method::POST, "/api/v1/network-lists", &list).await.ok();
    assert_eq!(ours.next().await, Some(json!({"networks": 1})));
    plane.app.store.in_project(&other).bump("jobs").await.unwrap();
    assert_eq!(theirs.next().await, Some(json!({"jobs": 1})), "and nothing of the other project's networks");
    plane.admin(Method::DELETE, &format!("/api/v1/tokens/{id}"), "").await.ok();
    assert_eq!(ours.next().await, None, "the token is revoked");
    plane.app.stop.cancel();
    assert_eq!(theirs.next().await, None, "the process stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_of_one_caller_are_few_and_topics_are_names() {
    let plane = Plane::new(None).await;
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(Stream::open(&plane, &plane.admin, "apis").await.unwrap());
    }
    assert_eq!(Stream::open(&plane, &plane.admin, "apis").await.err(), Some(429));
    drop(open);
    assert!(Stream::open(&plane, &plane.admin, "apis").await.is_ok());
    for wrong in ["", "A", "a;b"] {
        assert_eq!(Stream::open(&plane, &plane.admin, wrong).await.err(), Some(400), "{wrong}");
    }
}
