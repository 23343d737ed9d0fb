//! Requests that try to reach the upstream as something else than what was judged.

use crate::support::{Recorded, Under, api, read_until, start, upstream};
use palisade_gateway::Settings;
use palisade_guard::{Mode, Snapshot};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;

const CONTRACT: &str = r#"
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /items/{id}:
    get:
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: X-Tenant, in: header, required: true, schema: {type: integer}}
      responses: {"200": {description: ok}}
  /items:
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, additionalProperties: false, properties: {name: {type: string, maxLength: 10}}}
          video/mp4: {}
      responses: {"200": {description: ok}}
"#;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const POST: &str = "POST /items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";

async fn blocking(end: &'static [u8]) -> (Recorded, Under) {
    let upstream = upstream(end, OK, false).await;
    let policy = api(&format!("http://{}", upstream.address), Mode::Block, Some(CONTRACT));
    let under = start(policy, Settings::default()).await;
    (upstream, under)
}

#[tokio::test]
async fn what_would_arrive_as_something_else_is_refused_and_answered_once() {
    let (upstream, under) = blocking(b"\r\n\r\n").await;
    let get = "GET /items/1 HTTP/1.1\r\nHost: a\r\nX-Tenant: 5\r\n";
    let smuggled = "GET /items/1 HTTP/1.1\r\nHost: a\r\nX-Tenant: 5\r\n\r\n";
    for (request, status) in [
        // Fields that Connection names do not go on: what is judged is what arrives.
        (format!("{get}Connection: X-Tenant, close\r\n\r\n"), 400),
        (format!("{get}Connection: close\r\nConnection: x-tenant\r\n\r\n"), 400),
        (format!("{POST}Connection: content-type, close\r\nContent-Length: 2\r\n\r\n{{}}"), 415),
        (format!("{get}X_Tenant: 6\r\nConnection: close\r\n\r\n"), 400),
        (format!("{get}X-HTTP-Method-Override: DELETE\r\nConnection: close\r\n\r\n"), 400),
        (format!("{get}X-Original-URL: /admin\r\nConnection: close\r\n\r\n"), 400),
        (get.replace("/items/1", "/items/1%2fadmin") + "Connection: close\r\n\r\n", 400),
        (get.replace("/items/1", "/items/..;/admin") + "Connection: close\r\n\r\n", 404),
        (get.replace("/items/1", "/items/%c0%ae") + "Connection: close\r\n\r\n", 400),
        (get.replace("/items/1", "/items/1#/x") + "Connection: close\r\n\r\n", 400),
        (get.replace("/items/1", "*") + "Connection: close\r\n\r\n", 400),
        (get.replace("/items/1", &format!("/items/{}", "a".repeat(20_000))) + "Connection: close\r\n\r\n", 431),
        // Other protocols on paths and methods that are not documented.
        (
            "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
          Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
                .to_owned(),
            404,
        ),
        ("POST /items/1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n".to_owned(), 405),
        // Bodies.
        (format!("{POST}Content-Length: 2\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n{{}}"), 400),
        (format!("{POST}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n"), 400),
        (
            format!(
                "{POST}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n4;x=\"{{}}\"\r\n[1]\n\r\n0\r\nContent-Type: text/plain\r\n\r\n"
            ),
            400,
        ),
        (format!("{}Content-Length: 3\r\n\r\n[1]", POST.replace("HTTP/1.1", "HTTP/1.0")), 400),
        (format!("{POST}Content-Length: 99999999\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"), 413),
        (
            format!(
                "{}Content-Length: 9\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
                POST.replace("/items", "/no")
            ),
            404,
        ),
        // The body of a refused request is no request.
        (
            format!(
                "{}Content-Length: {}\r\nConnection: close\r\n\r\n{smuggled}",
                POST.replace("/items", "/no"),
                smuggled.len()
            ),
            404,
        ),
        (format!("{POST}Content-Length: {}\r\nConnection: close\r\n\r\n{smuggled}", smuggled.len()), 400),
    ] {
        let mut client = under.connect().await;
        client.write_all(request.as_bytes()).await.unwrap();
        client.shutdown().await.unwrap();
        let answer = String::from_utf8(crate::support::read_to_end(&mut client).await).unwrap();
        let shown = request.get(..request.len().min(300)).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{shown}\n{answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{shown}\n{answer}");
    }
    assert!(upstream.untouched(), "{}", upstream.text());
}

#[tokio::test]
async fn bodies_without_end_are_cut_at_the_limit() {
    let (upstream, under) = blocking(b"\r\n\r\n").await;
    let mut client = under.connect().await;
    client.write_all(format!("{POST}Transfer-Encoding: chunked\r\n\r\n").as_bytes()).await.unwrap();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let started = Instant::now();
    let mut sent = 0;
    // The gateway answers and closes; the writes fail some time after.
    while sent < 64 << 20 && client.write_all(chunk.as_bytes()).await.is_ok() {
        sent += chunk.len();
    }
    assert!(sent < 20 << 20, "{sent}");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    assert!(upstream.untouched());
}

#[tokio::test]
async fn uploads_that_are_not_described_stream_through_however_long() {
    let (upstream, under) = blocking(b"END\r\n0\r\n\r\n").await;
    let mut client = under.connect().await;
    let head = "POST /items HTTP/1.1\r\nHost: a\r\nContent-Type: video/mp4\r\nTransfer-Encoding: chunked\r\n\r\n";
    client.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("10000\r\n{}\r\n", "v".repeat(0x10000));
    for _ in 0..(9 << 20) / 0x10000 {
        client.write_all(chunk.as_bytes()).await.unwrap();
    }
    client.write_all(b"3\r\nEND\r\n0\r\n\r\n").await.unwrap();
    assert_eq!(read_until(&mut client, b"ok").await, OK);
    assert!(upstream.bytes.lock().unwrap().len() > 9 << 20);
}

#[tokio::test]
async fn honest_requests_in_rare_forms_go_on() {
    let (upstream, under) = blocking(b"\r\n\r\n").await;
    let mut client = under.connect().await;
    let extended = format!("{POST}Transfer-Encoding: chunked\r\n\r\n2;a=\"b\"\r\n{{}}\r\n0\r\nChecksum: 1\r\n\r\n");
    client.write_all(extended.as_bytes()).await.unwrap();
    assert_eq!(read_until(&mut client, b"ok").await, OK);
    let old = "GET /items/a%20b HTTP/1.0\r\nX-Tenant: 5\r\n\r\n";
    assert!(under.send(old.as_bytes()).await.ends_with("ok"));
    assert!(upstream.text().ends_with(old), "{}", upstream.text());
}

#[tokio::test]
async fn a_contract_that_cannot_be_read_never_opens_the_gate() {
    let (upstream, under) = blocking(b"\r\n\r\n").await;
    let good = api(&format!("http://{}", upstream.address), Mode::Block, Some(CONTRACT));
    for broken in [Some("[1, 2"), Some("{}"), Some("hello"), Some("openapi: 3.1.0\npaths: {"), Some(""), None] {
        let mut next = good.clone();
        next.contract = broken.map(str::to_owned);
        let statuses = under.gateway.publish(&Snapshot { version: 2, apis: vec![next.clone()], ..Snapshot::default() });
        assert!(!statuses[0].current && statuses[0].problem.is_some(), "{broken:?}: {statuses:?}");
        let answer = under.send(b"GET /admin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        assert!(answer.contains("unknown_path"), "the last good contract stays: {answer}");
        // Without a last good one nothing is served.
        next.id = "fresh".to_owned();
        under.gateway.publish(&Snapshot { version: 3, apis: vec![next], ..Snapshot::default() });
        let answer = under.send(b"GET /items/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 404 ") && answer.contains("no_api"), "{answer}");
        under.gateway.publish(&Snapshot { version: 4, apis: vec![good.clone()], ..Snapshot::default() });
    }
    assert!(upstream.untouched());
}
