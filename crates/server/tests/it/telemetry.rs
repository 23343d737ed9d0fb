//! Exchanges that plug-ins of other gateways and proxies send.

use super::support::{Answer, CONTRACT, Plane};
use http::Method;
use serde_json::{Value, json};

/// An exchange as Envoy's plug-in sends it; the body is `{"id":7,"state":"open"}`.
fn exchange(method: &str, host: &str, path: &str, status: &str) -> Value {
    let json = json!([{"key": "content-type", "value": "application/json"}]);
    json!({
        "requestID": "9f", "scheme": "", "destinationAddress": "10.0.0.7:8080", "destinationNamespace": "shop",
        "sourceAddress": "192.0.2.9:51000",
        "request": {"method": method, "path": path, "host": host, "common": {
            "version": "", "headers": [{"key": "authorization", "value": "Bearer canary-of-the-caller"}],
            "body": "", "TruncatedBody": false, "time": 1_795_337_999_000_u64}},
        "response": {"statusCode": status, "common": {
            "version": "", "headers": json, "body": "eyJpZCI6Nywic3RhdGUiOiJvcGVuIn0=",
            "TruncatedBody": false, "time": 1_795_337_999_020_u64}},
    })
}

async fn send(plane: &Plane, token: &str, body: &str) -> Answer {
    plane.call(Method::POST, "/api/telemetry", &[("x-trace-source-token", token)], body).await
}

/// The one trace source, as it is listed.
async fn listed(plane: &Plane) -> Value {
    plane.get("/api/v1/trace-sources").await["items"][0].clone()
}

async fn operations(plane: &Plane, id: &str) -> Vec<String> {
    let page = plane.get(&format!("/api/v1/apis/{id}/operations")).await;
    let items = page["items"].as_array().unwrap().iter();
    items.map(|item| format!("{} {}", item["method"].as_str().unwrap(), item["path"].as_str().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_host_of_a_trace_source_becomes_an_api() {
    let plane = Plane::of(&[]).await;
    let token = plane.trace_source("{\"name\":\"mesh\",\"hosts\":[\"*.shop\"]}").await;
    for n in 0..4 {
        for host in ["orders.shop:8080", "users.shop"] {
            let path = format!("/{}/{}", host.split('.').next().unwrap(), 1000 + n);
            let body = exchange("GET", host, &path, "200").to_string();
            assert_eq!(send(&plane, &token, &body).await.ok()["accepted"], 1);
        }
    }
    let other = exchange("GET", "bank.example", "/accounts", "200").to_string();
    assert_eq!(send(&plane, &token, &other).await.ok()["rejected"], 1);
    plane.app.intake.settle().await;

    let apis = plane.get("/api/v1/apis").await;
    let apis = apis["items"].as_array().unwrap();
    let names: Vec<&str> = apis.iter().map(|api| api["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["orders.shop", "users.shop"]);
    assert_eq!(operations(&plane, apis[0]["id"].as_str().unwrap()).await, ["GET /orders/{orderId}"]);
    assert_eq!(operations(&plane, apis[1]["id"].as_str().unwrap()).await, ["GET /users/{userId}"]);
    assert!(plane.app.snapshots().borrow().apis.is_empty(), "no gateway stands before them");
    let source = listed(&plane).await;
    assert_eq!((&source["accepted"], &source["dropped"]), (&8.into(), &0.into()));
    assert_eq!(source["rejected"], json!({"host of no interest": 1}));
    assert!(source["last_used_at"].is_string());
    // They are there after a restart, and the token still opens.
    let plane = plane.restart(&[]).await;
    assert_eq!(plane.get("/api/v1/apis").await["items"].as_array().unwrap().len(), 2);
    let again = exchange("GET", "orders.shop", "/orders/7", "200").to_string();
    assert_eq!(send(&plane, &token, &again).await.ok()["accepted"], 1);
    assert_eq!(plane.get("/api/v1/apis").await["items"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn exchanges_of_one_api_are_judged_by_its_contract() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let id = plane.api_id().await;
    let token = plane.trace_source(&json!({"name": "kong", "api_id": id}).to_string()).await;
    for path in ["/orders/7", "/orders/eight", "/unknown"] {
        send(&plane, &token, &exchange("GET", "whatever.example", path, "200").to_string()).await.ok();
    }
    plane.app.intake.settle().await;
    let events = plane.get("/api/v1/events").await;
    let word = |event: &Value, name: &str| event[name].as_str().unwrap().to_owned();
    let events = events["items"].as_array().unwrap().iter();
    let seen: Vec<String> =
        events.map(|event| ["path", "effect", "code"].map(|name| word(event, name)).join(" ")).collect();
    assert_eq!(seen, ["/unknown alert new_endpoint", "/unknown alert unknown_path", "/orders/eight alert type"]);
    assert_eq!(plane.get("/api/v1/overview").await["exchanges"], 3);
    // What was sent as a credential is nowhere.
    for file in ["palisade.db", "palisade.db-wal"] {
        let bytes = std::fs::read(plane.dir.path().join("data").join(file)).unwrap_or_default();
        for secret in ["canary-of-the-caller", token.as_str()] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} in {file}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_token_of_a_trace_source_opens_and_it_opens_nothing_else() {
    let plane = Plane::new(None).await;
    let token = plane.trace_source("{\"name\":\"mesh\",\"hosts\":[\"a.shop:80\",\"b.shop:81\"]}").await;
    let good = exchange("GET", "a.shop:80", "/", "200").to_string();
    for wrong in ["", "palts_guess", plane.admin.as_str()] {
        let refused = send(&plane, wrong, &good).await;
        assert_eq!(refused.status, 401);
        assert!(refused.json()["detail"].as_str().unwrap().starts_with("Unauthorized"));
    }
    let bearer = format!("Bearer {token}");
    assert_eq!(plane.call(Method::GET, "/api/v1/apis", &[("authorization", &bearer)], "").await.status, 401);
    let own = [("x-trace-source-token", token.as_str())];
    assert_eq!(plane.call(Method::GET, "/api/v1/apis", &own, "").await.status, 401);
    let hosts = plane.call(Method::GET, "/api/hostsToTrace", &own, "").await.ok();
    assert_eq!(hosts["hosts"], json!(["a.shop:80", "b.shop:81"]));
    let json = ("content-type", "application/json");
    let found =
        plane.call(Method::POST, "/api/control/newDiscoveredAPIs", &[own[0], json], "{\"hosts\":[\"x:1\"]}").await;
    assert_eq!(found.status, 200);
    // Its text is shown once.
    let source = listed(&plane).await;
    assert!(!source.to_string().contains(&token));
    let own = format!("/api/v1/trace-sources/{}", source["id"].as_str().unwrap());
    assert_eq!(plane.admin(Method::DELETE, &own, "").await.status, 204);
    assert_eq!(send(&plane, &token, &good).await.status, 401);
    assert_eq!(plane.get("/api/v1/trace-sources").await["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sites_and_other_names_cannot_send() {
    let plane = Plane::new(None).await;
    let token = plane.trace_source("{\"name\":\"mesh\",\"hosts\":[\"a.shop\"]}").await;
    let good = exchange("GET", "a.shop", "/", "200").to_string();
    let rebound = [("host", "evil.example"), ("x-trace-source-token", token.as_str())];
    assert_eq!(plane.call(Method::POST, "/api/telemetry", &rebound, &good).await.status, 421);
    // A browser asks first whether another site's page may send the header, and gets no consent.
    let asks = [
        ("origin", "http://evil.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "x-trace-source-token"),
    ];
    let answer = plane.call(Method::OPTIONS, "/api/telemetry", &asks, "").await;
    assert_eq!(answer.status, 401);
    assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_exchange_is_counted_by_its_reason() {
    let plane = Plane::new(None).await;
    let token = plane.trace_source("{\"name\":\"mesh\",\"hosts\":[\"*.shop\"]}").await;
    let good = exchange("GET", "a.shop", "/x", "200").to_string();
    let deep = format!("{{\"request\":{}", "[".repeat(200_000));
    for (body, status) in [
        (String::new(), 400),
        ("{".to_owned(), 400),
        (deep, 400),
        (good.replace("\"200\"", "\"\""), 400),
        (good.replace("GET", "G T"), 400),
        (good.replace("/x", "/users/{userId}"), 400),
        (good.replace("eyJpZCI6Nywic3RhdGUiOiJvcGVuIn0=", "no base64!"), 200),
        (good.replace("9f", &"x".repeat(9 << 20)), 413),
    ] {
        let answer = send(&plane, &token, &body).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
    }
    let source = listed(&plane).await;
    let rejected = json!({
        "not JSON": 2, "member missing or of the wrong type": 1, "a route in place of a path": 1, "bad method": 1, "record too long": 1, "no answer recorded": 1,
    });
    assert_eq!((&source["accepted"], &source["rejected"]), (&1.into(), &rejected));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_source_belongs_somewhere() {
    let plane = Plane::new(None).await;
    for (body, status) in [
        ("{\"name\":\"x\"}", 400),
        ("{\"name\":\"\",\"hosts\":[\"a\"]}", 400),
        ("{\"name\":\"x\",\"hosts\":[\"a\"],\"api_id\":\"b\"}", 400),
        ("{\"name\":\"x\",\"api_id\":\"none\"}", 404),
        ("{\"name\":\"x\",\"hosts\":[\"*\"]}", 400),
        ("{\"name\":\"x\",\"hosts\":[\"a/b\"]}", 400),
        ("{\"name\":\"x\",\"hosts\":[\"A.Shop:80\"]}", 201),
    ] {
        assert_eq!(plane.admin(Method::POST, "/api/v1/trace-sources", body).await.status.as_u16(), status, "{body}");
    }
    assert_eq!(listed(&plane).await["hosts"], json!(["a.shop:80"]));
}
