//! A gateway elsewhere, over real sockets: what it decided is what the control plane tells.

use super::support::{HOST, Plane, spec};
use axum::Router;
use axum::routing::get;
use http::Method;
use palisade_exchange::Redactor;
use palisade_gateway::{Control, ControlPlane, ControlSink, Gateway, Settings};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

const SHOP: &str = "openapi: 3.1.0
info: {title: Shop, version: '1'}
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
paths:
  /orders:
    get:
      responses: {'200': {description: good, content: {application/json: {schema: {type: object, required: [id]}}}}}
  /me:
    get: {security: [{token: []}], responses: {'200': {description: good}}}
  /search:
    get: {responses: {'200': {description: good}}}
";

async fn served(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    address
}

async fn ask(gateway: SocketAddr, path: &str, field: &str) -> u16 {
    let mut stream = TcpStream::connect(gateway).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{field}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

/// The events once there are so many exchanges.
async fn events(plane: &Plane, exchanges: u64) -> Vec<Value> {
    for _ in 0..200 {
        plane.app.intake.settle().await;
        if plane.get("/api/v1/overview").await["exchanges"] == exchanges {
            return plane.get("/api/v1/events").await["items"].as_array().unwrap().clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{}", plane.get("/api/v1/overview").await);
}

fn find<'e>(events: &'e [Value], check: &str) -> &'e Value {
    let found: Vec<&Value> = events.iter().filter(|event| event["check"] == check).collect();
    assert_eq!(found.len(), 1, "{check}: {events:#?}");
    found[0]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_gateway_refused_and_replaced_is_told_as_it_was() {
    let upstream = served(
        Router::new()
            .route("/search", get(async || "fine"))
            .route("/orders", get(async || axum::Json(json!({"no": "id"})))),
    )
    .await;
    let mut shop = spec(Some(SHOP));
    shop.upstreams = vec![format!("http://{upstream}")];
    let plane = Plane::of(&[shop]).await;
    let key = rcgen::KeyPair::generate().unwrap().public_key_pem();
    let settings = json!({
        "effects": {"response": "prevent"},
        "rates": [{"name": "searches", "burst": 1, "paths": ["/search"]}],
        "headers": [{"name": "X-Attack", "deny": ["*"], "effect": "ban"}],
        "identity": {"issuers": [{"issuer": "https://id.test", "public_keys": [key]}]},
    });
    let path = format!("/api/v1/apis/{}/protection", plane.api_id().await);
    plane.admin(Method::PUT, &path, &json!({"mode": "block", "settings": settings}).to_string()).await.ok();

    let control_plane = served(plane.router.clone()).await;
    let dir = tempfile::tempdir().unwrap();
    let token_file = dir.path().join("token");
    std::fs::write(&token_file, plane.token("gateway").await).unwrap();
    let settings = ControlPlane { url: format!("http://{control_plane}"), token_file, ca: None };
    let control = Arc::new(Control::new(&settings, dir.path()).unwrap());
    let sink = ControlSink::new(Redactor::new(&[1; 32]));
    let gateway = Gateway::new(Settings::default(), sink.clone());
    gateway.publish(&plane.app.snapshots().borrow().clone());
    let stop = CancellationToken::new();
    tokio::spawn(sink.deliver_to(control, stop.clone()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(Arc::clone(&gateway).serve(listener, stop.clone()));

    assert_eq!(ask(address, "/me", "Authorization: Bearer not.a.token\r\n").await, 401);
    assert_eq!(ask(address, "/orders", "").await, 502);
    for _ in 0..5 {
        assert_eq!(ask(address, "/search", "").await, 200);
    }
    assert_eq!(ask(address, "/search", "").await, 429);
    assert_eq!(ask(address, "/search", "X-Attack: 1\r\n").await, 403);
    assert_eq!(ask(address, "/search", "").await, 403);

    let events = events(&plane, 10).await;
    assert_eq!(events.len(), 5, "{events:#?}");
    let shown = |check: &str| {
        let event = find(&events, check);
        [&event["effect"], &event["status"], &event["operation"]].map(Value::to_string).join(" ")
    };
    assert_eq!(shown("identity"), "\"prevent\" 401 \"GET /me\"");
    assert_eq!(shown("rate"), "\"prevent\" 429 \"GET /search\"");
    assert_eq!(shown("headers"), "\"ban\" 403 \"GET /search\"");
    assert_eq!(shown("banned"), "\"prevent\" 403 \"GET /search\"");
    assert_eq!(shown("response"), "\"prevent\" 502 \"GET /orders\"");
    let banned = find(&events, "headers");
    assert_eq!(banned["banned"], "127.0.0.1");
    assert!(banned["ban_until"].is_string(), "{banned}");
    assert_eq!(find(&events, "response")["upstream_status"], 200);
    let steps = find(&events, "rate")["steps"].as_array().unwrap();
    assert!(steps.iter().any(|step| step["step"] == "rate" && step["outcome"] == "failed"), "{steps:?}");
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_says_too_much_is_cut_or_refused_and_never_believed_about_another_operation() {
    let plane = Plane::new(Some(super::support::CONTRACT)).await;
    let bearer = format!("Bearer {}", plane.token("gateway").await);
    let line = |verdict: Value| {
        let mut exchange = super::support::exchange("GET", "/orders/5", 200);
        exchange.api = Some("shop".to_owned());
        let redactor = Redactor::new(&[1; 32]);
        let raw = serde_json::value::to_raw_value(&verdict).unwrap();
        let form = palisade_exchange::wire::Form::Full;
        palisade_exchange::wire::to_line_with(&exchange, form, redactor.marker(), Some(&raw))
    };
    let decision = json!({
        "effect": "prevent", "uncapped": "prevent", "check": "rate", "status": 429, "code": "x".repeat(5000),
        "title": "t", "operation": "GET /not/there", "allow": [], "errors": [], "steps": [], "not_assessed": [],
    });
    let good = json!({"v": 1, "decision": decision, "status": 429});
    // Of a later version: judged here, which finds nothing wrong.
    let later = json!({"v": 9, "anything": true});
    let bad = json!({"v": 1, "decision": {"effect": "nothing"}, "status": 429});
    let body = [good, later, bad].map(line).join("\n");
    let fields = [("authorization", bearer.as_str()), ("host", HOST)];
    let answer = plane.call(Method::POST, "/api/v1/gateway/exchanges", &fields, &body).await.ok();
    assert_eq!((&answer["accepted"], &answer["rejected"]), (&2.into(), &1.into()));
    let events = events(&plane, 2).await;
    assert_eq!(events.len(), 1, "{events:#?}");
    let event = find(&events, "rate");
    assert_ne!(event["operation"], "GET /not/there");
    assert_eq!(event["code"].as_str().unwrap().len(), 100);
}
